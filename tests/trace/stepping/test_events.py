"""What is an event, in which order, where it belongs, and where each command runs to."""

import json
from pathlib import Path

import pytest

import vizgrad as torch
import vizgrad.nn as nn
from vizgrad import autograd

from .harness import block, stepped

GOLDEN = Path(__file__).parents[2] / "golden" / "stepping.json"
LISTED = (
    "perceptron", "convolutional", "recurrent", "shared_cell", "adversaries", "closure", "in_place", "hooks",
    "custom_function", "own_optimizer", "checkpointed", "tied",
)  # fmt: skip


def sequence(name, most=70):
    """The pauses of a program, each as "phase name layer", those inside another indented."""
    found = []

    def plan(s):
        while True:
            event = s.recording.events[-1]
            depth, around = 0, event.inside
            while around is not None:
                depth, around = depth + 1, around.inside
            found.append(f"{'  ' * depth}{event.phase} {event.name} {event.layer}".rstrip())
            s.step()
            yield

    stepped(name, plan)
    return found[:most]


@pytest.mark.parametrize("name", LISTED)
def test_the_pauses_of_a_program_are_as_they_were(name):
    """To write the list anew: python -m tests.trace.stepping.test_events"""
    assert sequence(name) == json.loads(GOLDEN.read_text())[name]


def test_a_backward_node_stands_where_its_op_stood_also_one_of_a_write_through_a_view():
    lines = {}

    def body(keep):
        y = model(torch.ones(1, 3))
        y[:, 1] = 2.0
        y[0, :2] *= 3.0
        y.sum().backward()

    def plan(s):
        while True:
            event = s.recording.events[-1]
            lines.setdefault(event.name, set()).add((event.lineno - first, event.graph >= 0))
            s.step()
            yield

    model, first = nn.Linear(3, 3), body.__code__.co_firstlineno
    block(model, None, body, plan)
    assert lines["AddmmBackward0"] == {(1, True)}
    assert lines["FillBackward0"] == {(2, True)}
    assert lines["CopySlices"] == {(2, True), (3, True)}
    assert lines["MulBackward0"] == {(3, True)}
    assert lines["SumBackward0"] == {(4, True)}
    assert all(line in (1, 2, 3, 4) for at in lines.values() for line, _ in at)


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
        self.last = nn.Linear(2, 1)

    def forward(self, x):
        return self.last(self.inner(x) + 1)


def course(*commands):
    """The event at each pause: (phase, name, layer), and after each command."""
    model = Nested()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    found = []

    def body(keep):
        for _ in range(2):
            optimizer.zero_grad()
            model(torch.ones(1, 2)).sum().backward()
            optimizer.step()

    def plan(s):
        for command in commands:
            command(s)
            yield
            event = s.events[s.pause.at]
            found.append((event.phase, event.name, event.layer, event.step))

    block(model, optimizer, body, plan)
    return found


def test_each_command_runs_to_where_it_says():
    found = course(
        lambda s: s.over(),  # out of inner.0
        lambda s: s.step(),
        lambda s: s.out(),  # of no layer: to the next phase
        lambda s: s.to_update(),
        lambda s: s.over(),  # updates are one
        lambda s: s.out(),  # of inner
        lambda s: s.to_backward(),
    )
    assert found == [
        ("forward", "tanh", "inner.1", 0),
        ("forward", "add", "", 0),
        ("backward", "SumBackward0", "", 0),
        ("update", "inner.0.weight", "inner.0", 0),
        ("forward", "linear", "inner.0", 1),
        ("forward", "add", "", 1),
        ("backward", "SumBackward0", "", 1),
    ]


def test_to_a_node_of_the_graph_in_each_phase():
    wanted = {}

    def note(s):
        wanted["node"] = next(n.id for n in s.flow.graph().nodes if n.op == "tanh")

    def forward(s):
        s.step()

    def backward(s):
        note(s)
        s.to(wanted["node"], "backward")

    found = course(forward, forward, backward, lambda s: s.to(wanted["node"], "forward"))
    assert found[2:] == [("backward", "TanhBackward0", "inner.1", 0), ("forward", "tanh", "inner.1", 1)]


def test_showing_and_going_back_do_not_move_the_program():
    ran = []
    model = nn.Linear(1, 1)

    def body(keep):
        for i in range(4):
            model(torch.ones(1, 1))
            ran.append(i)

    def plan(s):
        s.step()
        yield
        s.step()
        yield
        assert ran == [0, 1]
        s.show(0)
        yield
        assert (s.pause.at, s.pause.shown, s.card.event) == (2, 0, 0)
        s.rewind(0)
        yield
        assert (s.pause.at, s.pause.frontier) == (0, 2)
        s.step()
        yield
        assert (s.pause.at, s.pause.frontier, ran) == (1, 2, [0, 1])
        s.show(9)
        yield
        assert s.pause.note == "show: event 9 is not known; the first that is has number 0"
        s.rewind(7)
        yield
        assert s.pause.note == "rewind: event 7 is not one of those from 0 to 2"

    block(model, None, body, plan)
    assert ran == [0, 1, 2, 3]


def test_ops_inside_a_recorded_backward_pass_are_parts_of_its_nodes():
    x = nn.Parameter(torch.tensor(2.0))
    found = []

    def body(keep):
        (g,) = autograd.grad(x.exp() * x, x, create_graph=True)
        g.backward()
        keep(x.grad)

    def plan(s):
        while True:
            event = s.recording.events[-1]
            found.append((event.phase, event.name, event.inside.name if event.inside else ""))
            s.step()
            yield

    result = block(nn.ParameterList([x]), None, body, plan)
    inner = [name for phase, name, around in found if around == "MulBackward0" and phase == "forward"]
    assert inner.count("mul") == 2
    outer = [(phase, name) for phase, name, around in found if not around]
    assert outer[:5] == [
        ("forward", "exp"),
        ("forward", "mul"),
        ("backward", "MulBackward0"),
        ("backward", "ExpBackward0"),
        ("forward", "add"),  # the two gradients of x, added: a part of the graph as well
    ]
    assert {phase for phase, _ in outer[5:]} == {"backward"}
    assert result.ends["kept 0"] == result.ends["gradient 0"]
    assert x.grad.item() == pytest.approx(4 * 2.718281828**2, rel=1e-6)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({name: sequence(name) for name in LISTED}, indent=1) + "\n")
