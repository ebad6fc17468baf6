"""Edits propagate as mathematics says, and two outcomes differ by what two runs differ by."""

import math

import numpy as np
import pytest

import vizgrad as torch
import vizgrad.nn as nn
import vizgrad.optim as optim

from .harness import block, differing, plain, stepped
from .test_replay import all_steps


class Net(nn.Module):
    """Two layers; ``change`` stands where an edit is made by hand."""

    def __init__(self, change=None, backward=None):
        super().__init__()
        torch.manual_seed(2)
        self.fc1, self.fc2 = nn.Linear(3, 4), nn.Linear(4, 2)
        self.change, self.backward = change, backward

    def forward(self, x):
        h = torch.tanh(self.fc1(x))
        if self.change is not None:  # a constant is added: what tanh keeps for its gradient stays
            h = h + (self.change(h.detach()) - h.detach())
        if self.backward is not None and h.requires_grad:
            h.register_hook(self.backward)
        return self.fc2(h)


def train(net, optimizer, steps=2, each=lambda i: None):
    torch.manual_seed(3)
    losses = []
    for i in range(steps):
        loss = net(torch.randn(5, 3)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        each(i)
        optimizer.step()
        losses.append(loss)
    return losses


def by_hand(net, each=lambda i: None):
    optimizer = optim.Adam(net.parameters(), lr=0.1)
    losses = train(net, optimizer, each=each)
    return [x.item() for x in losses], [p.array.copy() for p in net.parameters()]


def edited(event, *edit):
    """The losses and parameters where ``edit`` was made at the event of this number in the first pass."""
    net = Net()
    optimizer = optim.Adam(net.parameters(), lr=0.1)

    def plan(s):
        yield from all_steps(s, event)
        s.edit(*edit)
        yield
        assert s.pause.note == ""
        assert s.pause.edits
        s.step()
        yield
        assert s.events[event].mark == "edited"

    losses = []
    block(net, optimizer, lambda keep: losses.extend(train(net, optimizer)), plan)
    return [x.item() for x in losses], [p.array.copy() for p in net.parameters()]


def first_only(change):
    """Applied in the first pass only."""
    calls = []

    def once(x):
        calls.append(x)
        return change(x) if len(calls) == 1 else x

    return once


def _element(x):
    x = x.clone()
    x[1, 2] = 0.75
    return x


CHANGES = {
    "element": (("set", 0.75, (1, 2)), _element),
    "scale": (("scale", -2.0), lambda x: x * -2.0),
    "zero": (("zero",), torch.zeros_like),
    "clip": (("clip", 0.01), lambda x: x.clamp(-0.01, 0.01)),
}
TANH, TANH_BACKWARD = 1, 8  # fc1, tanh, fc2, square, mean, and back: mean, square, fc2, tanh


@pytest.mark.parametrize("kind", CHANGES)
def test_an_edited_output_is_a_constant_that_was_added(kind):
    edit, change = CHANGES[kind]
    losses, parameters = edited(TANH, "y", *edit)
    wanted_losses, wanted = by_hand(Net(change=first_only(change)))
    assert losses == pytest.approx(wanted_losses, rel=1e-5)
    for a, b in zip(parameters, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    assert by_hand(Net())[0][1] != pytest.approx(losses[1], rel=1e-5)


@pytest.mark.parametrize("kind", CHANGES)
def test_an_edited_gradient_is_handed_on(kind):
    edit, change = CHANGES[kind]
    losses, parameters = edited(TANH_BACKWARD, "g", *edit)
    wanted_losses, wanted = by_hand(Net(backward=first_only(change)))
    assert losses == wanted_losses
    assert all(np.array_equal(a, b) for a, b in zip(parameters, wanted, strict=True))
    assert by_hand(Net())[0][1] != losses[1]


def test_noise_is_of_the_size_that_was_asked_for_and_the_same_when_it_is_gone_through_again():
    noise = []

    def plan(s):
        yield from all_steps(s, 2)
        was = s.value("y")
        s.edit("y", "noise", 0.1)
        s.step()
        yield
        s.show(2)
        yield
        noise.append(s.value("y") - was)
        s.rewind(0)
        yield
        s.show(2)
        yield
        noise.append(s.value("y") - was)

    big = nn.Linear(10, 500)
    block(big, None, lambda keep: big(torch.ones(20, 10)).tanh().exp().sum(), plan)
    assert np.array_equal(noise[0], noise[1])
    assert noise[0].std() == pytest.approx(0.1, rel=0.03)
    assert abs(noise[0].mean()) < 0.005


def test_a_parameter_and_a_learning_rate_can_be_set_before_an_update():
    def live(net, optimizer, *edits):
        def plan(s):
            s.to_update()
            yield
            for edit in edits:
                s.edit(*edit)
            yield
            assert s.pause.note == ""

        block(net, optimizer, lambda keep: train(net, optimizer, 1), plan)

    net = Net()
    optimizer = optim.SGD(net.parameters(), lr=0.1)
    live(net, optimizer, ("lr", "set", 0.5), ("fc1.weight", "set", 3.0, (0, 1)))
    other = Net()
    same = optim.SGD(other.parameters(), lr=0.1)

    def by_hand_too(i):
        same.param_groups[0]["lr"] = 0.5
        with torch.no_grad():
            other.fc1.weight[0, 1] = 3.0

    train(other, same, 1, by_hand_too)
    assert optimizer.param_groups[0]["lr"] == 0.5
    for p, q in zip(net.parameters(), other.parameters(), strict=True):
        assert np.array_equal(p.array, q.array)


def test_an_edited_view_leaves_what_it_looked_at_alone():
    """relu keeps its result for its gradient; the edited flatten of it is another matter."""
    model = nn.Linear(2, 2)

    def body(keep):
        y = torch.relu(model(torch.ones(1, 2)) + 2.0)
        keep(y)
        keep(y.flatten() * 1.0)
        (y.flatten() * 2).sum().backward()

    def plan(s):
        while s.card.title != "reshape" and "flatten" not in s.card.title and "view" not in s.card.title:
            s.step()
            yield
        s.edit("y", "scale", 10.0)
        yield

    torch.manual_seed(0)
    result = block(model, None, body, plan)
    shape, looked = (
        np.frombuffer(result.ends["kept 0"][2], "f4"),
        np.frombuffer(result.ends["kept 1"][2], "f4"),
    )
    np.testing.assert_allclose(looked, shape * 10)
    assert model.weight.grad.array.tolist() == [[2, 2], [2, 2]]


def test_what_was_written_in_place_is_edited_where_it_stands():
    """The rows of y are written through a view; the op's own gradient still sees what it wrote."""
    w = nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))
    model = nn.ParameterList([w])

    def body(keep):
        y = w * 2
        y[:2].sigmoid_()
        keep(y)
        y.sum().backward()

    def plan(s):
        while s.card.title != "sigmoid_":
            s.step()
            yield
        s.edit("y", "set", 9.0, (0,))
        yield

    result = block(model, None, body, plan)
    y = np.frombuffer(result.ends["kept 0"][2], "f4")
    s = 1 / (1 + np.exp(-np.array([2.0, 4.0])))
    np.testing.assert_allclose(y, [9.0, s[1], 6.0], rtol=1e-6)
    np.testing.assert_allclose(w.grad.array, [*(2 * s * (1 - s)), 2.0], rtol=1e-5)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("x", "scale", 2.0), "edit: 'x' cannot be edited at this event; what can: y, "),
        (("y", "double"), "edit: how='double' is unknown; it is one of set, scale, zero, clip, noise"),
        (("y", "clip", -1.0), "edit: clip by -1: a number of at least 0 is wanted"),
        (("y", "set", 1.0, (9, 0)), "edit: y has the shape (5, 4), so there is no element [9, 0]"),
        (("y", "scale", math.nan), "edit: scale by NaN would leave nothing; use set to write NaN"),
    ],
)
def test_what_cannot_be_edited_is_said_in_words(edit, says):
    notes = []
    net = Net()

    def plan(s):
        s.edit(*edit)
        yield
        notes.append(s.pause.note)
        assert s.pause.edits == ()

    block(net, None, lambda keep: train(net, optim.SGD(net.parameters(), lr=0.1), 1), plan)
    assert notes[0].startswith(says)


def test_an_edit_can_be_taken_back():
    def plan(s):
        s.edit("y", "zero")
        yield
        s.undo()
        yield
        assert s.pause.edits == ()

    assert differing(stepped("perceptron", plan).ends, plain("perceptron").ends) == []


# --- branches

GAVE = ("output", "gradient out", "parameter")


def _distances(was, edited, span):
    """‖edited - was‖ / ‖was‖ over what each event gave, from the values of two runs."""
    found = []
    for n in span:
        pairs = [
            (a.array.astype("f8"), b.array.astype("f8"))
            for a, b in zip(was[n].values, edited[n].values, strict=True)
            if a.role in GAVE and not (a.role == "parameter" and a.target)
        ]
        top = math.sqrt(sum(((b - a) ** 2).sum() for a, b in pairs))
        size = math.sqrt(sum((a**2).sum() for a, _ in pairs))
        found.append(top / size if size else 0.0)
    return found


@pytest.mark.parametrize("keep", ["was", "edited"])
@pytest.mark.parametrize("name", ["perceptron", "shared_cell", "accumulation"])
def test_a_branch_compares_what_two_runs_would_have_come_to(name, keep):
    edit = ("y0", "scale", 1.5) if name == "shared_cell" else ("y", "scale", 1.5)
    event = 0

    def copies(s):
        """Hold each event's values as they are when it has happened: results may be written over."""
        while True:
            s.step()
            yield

    def live(s):
        s.edit(*edit)
        yield
        yield from copies(s)

    found = {}

    def branch(s):
        s.edit(*edit)
        yield
        s.branch("update")
        yield
        found["difference"], found["at"] = s.difference, s.pause.frontier
        found["points"] = s.feed.latest("difference")[1]
        s.keep(keep)
        yield
        assert s.pause.note == ""
        assert s.difference.kept
        assert s.difference.live == keep

    undisturbed, other, result = stepped(name, copies), stepped(name, live), stepped(name, branch)
    assert differing(result.ends, (undisturbed if keep == "was" else other).ends) == []
    _agrees(found, undisturbed, other, event)


def _agrees(found, undisturbed, other, event):
    """The difference that was told is the one between two runs."""
    part, at = found["difference"], found["at"]
    assert (part.first, part.points) == (event, at - event)
    runs = []
    for run in (undisturbed, other):
        events = {}
        for e in run.stepper.recording.events:
            if e.number < at:
                e.values = run.stepper.travel.values(e)[0]
                events[e.number] = e
        runs.append(events)
    wanted = _distances(*runs, range(event, at))
    np.testing.assert_allclose(found["points"], wanted, rtol=1e-6, atol=1e-12)
    assert max(wanted) > 0.01
    losses = [_loss(events) for events in runs]
    assert (part.was, part.edited) == pytest.approx(losses, rel=1e-7)
    assert losses[0] != losses[1]


def _loss(events):
    """The last number that the forward pass gave before its gradients were asked for."""
    backward = [n for n, e in events.items() if e.phase == "backward" and events[n - 1].phase == "forward"]
    value = next(v for v in events[backward[-1] - 1].values if v.role == "output")
    return float(value.array)


def test_a_branch_needs_an_edit_and_an_end_that_is_known():
    notes = []

    def plan(s):
        s.branch()
        yield
        notes.append(s.pause.note)
        s.edit("y", "zero")
        s.branch("tomorrow")
        yield
        notes.append(s.pause.note)
        s.keep("edited")
        yield
        notes.append(s.pause.note)
        s.undo()
        yield

    result = stepped("perceptron", plan)
    assert notes[0].startswith("branch: edit something at this event first")
    assert notes[1] == "branch: until 'tomorrow'? One of backward, update, end"
    assert notes[2] == "keep: branch first, then keep 'was' or 'edited'"
    assert differing(result.ends, plain("perceptron").ends) == []


def test_edits_of_double_backward_flow_into_the_second_derivative():
    """Where the gradient that arrives at x³ is doubled, 3x² · 2 is the slope and 6x · 2 the slope of that."""
    x = nn.Parameter(torch.tensor(3.0, dtype=torch.float64))
    slopes = []

    def body(keep):
        (g,) = torch.autograd.grad(x**3, x, create_graph=True)
        slopes.append(g.item())
        g.backward()

    def plan(s):
        s.to_backward()
        yield
        s.edit("g", "scale", 2.0)
        yield

    block(nn.ParameterList([x]), None, body, plan)
    assert slopes == [54.0]
    assert x.grad.item() == 36.0
