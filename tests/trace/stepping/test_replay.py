"""Going back: the same bits without an edit, and with one what an edit made in time would have given."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgrad as torch
import vizgrad.nn as nn
import vizgrad.optim as optim

from .harness import block, differing, plain, stepped
from .programs import PROGRAMS

SAID = re.compile(r"the (\d+) events? since ran again, (\d+) of them with the same bits")
CANNOT = {  # why a replay of these programs is refused, once it would have to go through what it cannot repeat
    "checkpointed_reentrant": "computes with a tensor that is not one of its arguments, so it cannot run again",
}
# Why an edit in the past is not followed.
NOT_FOLLOWED = {
    **CANNOT,
    "closure": "through the step of an optimizer with a closure: it decides by numbers that Python read",
    "in_place": "what is between the ops does not follow from them alone",  # a view that was parted is written to
    "checkpointed": "while saved_tensors_hooks, as checkpoint uses them, keep what backward needs",
}
DECIDING = {"deciding"}  # Python looked at a number and decided: it does not decide again


def events_of(name):
    return list(stepped(name, lambda s: iter(())).stepper.recording.events)


def all_steps(s, until):
    while 0 <= s.pause.at < until:
        s.step()
        yield


@pytest.mark.parametrize("name", PROGRAMS)
def test_going_back_and_forth_gives_the_same_bits(name):
    events = events_of(name)
    chance = random.Random(name)
    frontiers = sorted(chance.sample([e.number for e in events if not e.aside and e.number], 4))
    said, refused = [], []

    def plan(s):
        for frontier in frontiers:
            yield from all_steps(s, frontier)
            for back in (0, chance.randrange(frontier)):
                s.rewind(back)
                yield
                if s.pause.note:
                    refused.append(s.pause.note)
                    continue
                assert (s.pause.at, s.pause.frontier) == (back, frontier)
                said.append(SAID.search(s.pause.why))
                yield from all_steps(s, frontier)

    result = stepped(name, plan)
    assert differing(result.ends, plain(name).ends) == []
    assert [m[0] for m in said if m[1] != m[2]] == []
    assert all(CANNOT.get(name, "nothing is refused") in why for why in refused)
    assert refused if name in CANNOT else len(said) == 8


def edit_of(event):
    """An edit that makes sense at this event: target, how, value."""
    if event.phase == "update":
        return event.name, "set", 0.3
    return ("g", "scale", 0.5) if event.phase == "backward" else ("y", "scale", 1.25)


def both_ways(make, number, frontier, edit):
    """The ends where an edit is made in time, and where the program had gone on to ``frontier`` before."""
    notes = []

    def live(s):
        yield from all_steps(s, number)
        s.edit(*edit)
        yield
        notes.append(s.pause.note)

    def past(s):
        yield from all_steps(s, frontier)
        s.rewind(number)
        yield
        notes.append(s.pause.note)
        if s.pause.note:
            return
        s.edit(*edit)
        yield
        notes.append(s.pause.note)
        s.go()
        yield
        if s.pause.at >= 0:
            notes.append(s.pause.note)

    in_time, afterwards = make(live), make(past)
    return in_time, afterwards, [note for note in notes if note]


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_edit_in_the_past_gives_what_it_would_have_given_in_time(name):
    events = [e for e in events_of(name) if not e.aside and e.inside is None and e.mark != "failed"]
    plain_ends, chance = plain(name).ends, random.Random(name)
    followed = 0
    for _ in range(4):
        event, later = sorted(chance.sample(events, 2), key=lambda e: e.number)
        in_time, afterwards, notes = both_ways(
            lambda plan: stepped(name, plan), event.number, later.number, edit_of(event)
        )
        where = f"{event.number} {event.name}, edited from {later.number}"
        if notes:
            cannot = (
                "cannot be edited at this event" in notes[0] or NOT_FOLLOWED.get(name, "nothing") in notes[0]
            )
            assert cannot, (where, notes)
            continue
        apart = differing(in_time.ends, afterwards.ends)
        if name == "convolutional":  # running averages are written by no op, so they do not follow an edit
            apart = [x for x in apart if not x.startswith("buffer norm.running") and x != "kept 2"]
        if name not in DECIDING:
            assert apart == [], where
            followed += differing(afterwards.ends, plain_ends) != []
    assert followed or name in NOT_FOLLOWED.keys() | DECIDING


def test_an_edit_made_live_stays_in_the_history_that_is_gone_through_again():
    def plan(s):
        yield from all_steps(s, 1)
        s.edit("y", "scale", 3.0)
        yield from all_steps(s, 20)
        s.rewind(0)
        yield
        found = SAID.search(s.pause.why)
        assert found[1] == found[2] == "20"
        s.show(1)
        yield
        assert s.recording.find(1).edits == ("y · 3",)

    def other(s):
        yield from all_steps(s, 1)
        s.edit("y", "scale", 3.0)
        yield

    assert differing(stepped("perceptron", plan).ends, stepped("perceptron", other).ends) == []


def test_two_edits_in_the_past_one_after_the_other():
    def past(s):
        yield from all_steps(s, 25)
        s.rewind(2)
        yield
        s.edit("y", "set", 5.0, (0, 1))
        s.step()
        yield
        while s.pause.at < 8:
            s.step()
            yield
        s.edit("g", "zero")
        yield
        s.go()
        yield

    def live(s):
        yield from all_steps(s, 2)
        s.edit("y", "set", 5.0, (0, 1))
        yield from all_steps(s, 8)
        s.edit("g", "zero")
        yield

    assert differing(stepped("perceptron", past).ends, stepped("perceptron", live).ends) == []


def test_hooks_do_not_run_again_when_one_only_looks_back():
    model = nn.Linear(2, 2)
    heard = []

    def body(keep):
        for _ in range(2):
            y = model(torch.ones(1, 2, requires_grad=True)).tanh()
            y.register_hook(lambda g: heard.append("tensor") or g * 2)
            y.grad_fn.register_hook(lambda into, out: heard.append("node"))
            y.sum().backward()
        keep(model.weight.grad)

    model.weight.register_hook(lambda g: heard.append("leaf") or g + 1)
    model.register_full_backward_hook(lambda module, into, out: heard.append("module"))

    def plan(s):
        while True:
            at = s.pause.at
            if at > 2:
                s.rewind(1)
                yield
                assert SAID.search(s.pause.why)[1] == SAID.search(s.pause.why)[2]
                yield from all_steps(s, at)
            s.step()
            yield

    block(model, None, body, plan)
    assert sorted(heard) == sorted(["tensor", "node", "leaf", "module"] * 2)


def test_a_gradient_hook_is_asked_again_about_the_gradient_that_an_edit_makes():
    torch.manual_seed(0)

    def make(plan):
        torch.manual_seed(0)
        model = nn.Linear(2, 2)
        model.weight.register_hook(lambda g: g.clamp(-0.5, 0.5))

        def body(keep):
            (model(torch.ones(1, 2)) * torch.tensor([0.2, 3.0])).sum().backward()
            keep(model.bias * 1)

        return block(model, None, body, plan)

    in_time, afterwards, notes = both_ways(make, 0, 7, ("y", "scale", 2.0))
    assert notes == []
    assert differing(in_time.ends, afterwards.ends) == []
    in_time, afterwards, notes = both_ways(make, 4, 7, ("g", "scale", 2.0))
    assert notes == []
    assert differing(in_time.ends, afterwards.ends) == []


# --- programs nobody thought of

OPS = (
    "add",
    "mul",
    "tanh",
    "relu",
    "view",
    "slice",
    "transpose",
    "add_",
    "mul_",
    "write",
    "detach",
    "cat",
    "shared",
)


def run(x, p, choices):
    """A straight program of a dozen ops on the tensors that it has so far."""
    have = [p * x, x @ p]
    for op, i, j in choices:
        a, b = have[i % len(have)], have[j % len(have)]
        have.append(_one(op, a, b, p))
    return sum((h * (k + 1)).sum() for k, h in enumerate(have))


def _one(op, a, b, p):
    match op:
        case "add":
            return a + b
        case "mul":
            return a * b * 0.5
        case "tanh":
            return a.tanh()
        case "relu":
            return torch.relu(a - 0.1)
        case "view":
            return a.view(9).view(3, 3)
        case "slice":
            return torch.cat([a[1:], a[:1]])
        case "transpose":
            return a.t() * 1.0
        case "add_":
            return (a * 1.0).add_(b)
        case "mul_":
            c = a.clone()
            c[:, 1:].mul_(0.5)
            return c
        case "write":
            c = a + 0.0
            c[0], c.t()[1] = b[1], b[2]
            return c
        case "detach":
            return a.detach() + b
        case "cat":
            return torch.cat([a, b], 1).reshape(3, 2, 3).sum(1)
        case _:
            return a @ p


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    choices=st.lists(
        st.tuples(st.sampled_from(OPS), st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=6
    ),
    seed=st.integers(0, 10_000),
)
def test_straight_programs_of_any_kind(choices, seed):
    def make(plan):
        torch.manual_seed(3)
        p = nn.Parameter(torch.randn(3, 3) * 0.4)
        model = nn.ParameterList([p])
        optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.5)

        def body(keep):
            for x in torch.randn(2, 3, 3):
                optimizer.zero_grad()
                loss = run(x, p, choices)
                loss.backward()
                optimizer.step()
                keep(loss)

        return block(model, optimizer, body, plan)

    undisturbed = make(lambda s: iter(()))
    events = [e for e in undisturbed.stepper.recording.events if e.inside is None]
    event, later = sorted(random.Random(seed).sample(events, 2), key=lambda e: e.number)

    def back(s):
        yield from all_steps(s, later.number)
        s.rewind(event.number)
        yield
        found = SAID.search(s.pause.why)
        assert found
        assert found[1] == found[2]

    assert differing(make(back).ends, undisturbed.ends) == []
    in_time, afterwards, notes = both_ways(make, event.number, later.number, edit_of(event))
    assert notes == []
    assert differing(in_time.ends, afterwards.ends) == []
