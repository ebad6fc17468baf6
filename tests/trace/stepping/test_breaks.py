"""Where a program pauses by itself: at an op, a layer, a line, or a condition on values."""

import math

import pytest

import vizgrad as torch
import vizgrad.nn as nn
import vizgrad.optim as optim

from .harness import block


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.fc = nn.Linear(2, 3)
        self.head = nn.Sequential(nn.Linear(3, 3), nn.ReLU())

    def forward(self, x):
        return self.head(torch.tanh(self.fc(x)))  # one line


def pauses(ask, scale=lambda i: 1.0, steps=2):
    """Where the program pauses, once ``ask`` has set breakpoints: (phase, name, layer, step, after)."""
    model = Net()
    optimizer = optim.SGD(model.parameters(), lr=0.01)
    found, whys = [], []

    def body(keep):
        for i in range(steps):
            loss = (model(torch.ones(2, 2)) * scale(i)).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def plan(s):
        ask(s)
        s.go()
        yield
        while True:
            event = s.events[s.pause.at]
            found.append((event.phase, event.name, event.layer, event.step, s.pause.after))
            whys.append(s.pause.why)
            s.go()
            yield

    result = block(model, optimizer, body, plan)
    return found, whys, result.stepper


def test_an_op_by_its_own_name_or_its_node_s_in_the_phases_that_were_asked_for():
    found, whys, _ = pauses(lambda s: s.break_at(op="tanh"))
    assert [f[:2] for f in found] == [("forward", "tanh"), ("backward", "TanhBackward0")] * 2
    assert whys[0] == "breakpoint 1: op tanh"
    found, _, _ = pauses(lambda s: s.break_at(op="tanh", phases=("backward",)))
    assert [f[:2] for f in found] == [("backward", "TanhBackward0")] * 2
    found, _, _ = pauses(lambda s: s.break_at(op="fc.weight"))
    assert [f[:2] for f in found] == [("update", "fc.weight")] * 2


def test_a_layer_where_it_is_entered_and_with_what_is_in_it():
    found, _, stepper = pauses(lambda s: s.break_at(layer="head"))
    once = [
        ("forward", "linear", "head.0"),
        ("backward", "ReluBackward0", "head.1"),
        ("update", "head.0.weight", "head.0"),
    ]
    assert [f[:3] for f in found] == once * 2
    assert stepper.breaks.all[1].hits == 6


def test_a_line_of_source():
    line = Net.forward.__code__.co_firstlineno + 1
    found, _, _ = pauses(lambda s: s.break_at(line=f"test_breaks.py:{line}"))
    there = [("forward", "linear"), ("backward", "ReluBackward0")]
    assert [f[:2] for f in found] == [*there, *there][1:]  # it waited there already when this was asked


def test_conditions_hold_after_the_event_that_meets_them():
    found, whys, _ = pauses(lambda s: s.break_if("nan"), scale=lambda i: 1.0 if i < 1 else math.inf)
    assert found[0][:2] == ("forward", "mul")
    assert found[0][3:] == (1, True)
    assert "NaN or Inf in y of mul" in whys[0]
    found, whys, _ = pauses(lambda s: s.break_if("above", 1e3), scale=lambda i: 1.0 if i < 1 else 1e7)
    assert found[0] == ("backward", "MulBackward0", "", 1, True)
    assert whys[0].startswith("breakpoint 1: |x| = ")
    found, whys, _ = pauses(lambda s: s.break_if("zero"), scale=lambda i: float(i))
    assert ("forward", "mul", "", 0, True) in found
    assert "nothing but zeros in y of" in whys[0]


def test_a_norm_that_grows_against_its_own_mean():
    found, whys, _ = pauses(
        lambda s: s.break_if("ratio", 10.0, phases=("backward",)),
        scale=lambda i: 1.0 if i < 3 else 40.0,
        steps=4,
    )
    assert found[0][0] == "backward"
    assert found[0][3] == 3
    assert "times its mean so far, in" in whys[0]
    assert all(f[3] == 3 for f in found)


def test_a_function_of_the_user_s_own_and_one_that_fails():
    found, whys, _ = pauses(
        lambda s: s.break_if(lambda x: (x < 0).any(), name="below zero", phases=("forward",))
    )
    assert {f[1] for f in found} <= {"linear", "tanh"}
    assert "below zero in y of" in whys[0]

    def wrong(x):
        raise KeyError("no such thing")

    found, _, stepper = pauses(lambda s: s.break_if(wrong))
    assert found == []
    assert stepper.pause.note.startswith("breakpoint 1 was removed: wrong raised KeyError")


def test_an_update_is_judged_by_what_it_leaves_not_by_what_was_there():
    def poison(s):
        s.break_if("above", 50.0, phases=("update",))

    model = nn.Linear(1, 1)
    with torch.no_grad():
        model.weight.fill_(100.0)
    optimizer = optim.SGD(model.parameters(), lr=99.0)
    found = []

    def body(keep):
        model(torch.ones(1, 1)).sum().backward()
        optimizer.step()

    def plan(s):
        poison(s)
        s.go()
        yield
        found.append((s.events[s.pause.at].name, s.pause.after))
        s.go()
        yield

    block(model, optimizer, body, plan)
    assert found == [("bias", True)]  # the weight is 1 by now, the bias about -99


def test_breakpoints_that_make_no_sense_are_refused():
    def plan(s):
        for ask, says in (
            (lambda: s.break_at(), "which op"),
            (lambda: s.break_if("above"), "a bound above 0 is wanted"),
            (lambda: s.break_if("often"), "one of 'nan', 'zero', 'above', 'ratio', or a function"),
        ):
            with pytest.raises(ValueError, match=says):
                ask()
        one = s.break_at(op="linear")
        s.unbreak(one)
        assert not s.breaks
        yield

    model = nn.Linear(1, 1)
    block(model, None, lambda keep: model(torch.ones(1, 1)), plan)


def test_an_edit_where_a_condition_was_met_goes_on_and_is_remembered():
    model = Net()
    optimizer = optim.SGD(model.parameters(), lr=0.01)
    seen = {}

    def body(keep):
        (model(torch.ones(2, 2)) * math.nan).sum().backward()
        optimizer.step()

    def plan(s):
        s.break_if("nan", phases=("forward",))
        s.go()
        yield
        seen["at"] = s.pause.at
        s.edit("y", "set", 3.0)
        yield
        s.step()
        yield
        seen["sum"] = s.value("x")
        s.show(seen["at"])
        yield
        seen["remembered"] = s.value("y")
        s.rewind(seen["at"])
        yield
        seen["why"] = s.pause.why
        s.go()
        yield

    block(model, optimizer, body, plan)
    assert (seen["sum"] == 3).all()
    assert (seen["remembered"] == 3).all()
    assert "the 1 event since ran again, 1 of them with the same bits" in seen["why"]
