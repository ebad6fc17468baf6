"""Stepping shows what an undisturbed run computes, and changes nothing."""

import random

import numpy as np
import pytest

import vizgrad as torch
import vizgrad.nn as nn
import vizgrad.optim as optim
from vizgrad.trace.stepping.digest import held_still

from .harness import bits, block, differing, plain, stepped
from .programs import PROGRAMS

GIVEN = ("output", "gradient out")


@pytest.mark.parametrize("name", PROGRAMS)
def test_stepping_through_everything_changes_no_bit_and_forecasts_every_one(name):
    before = {}  # event -> what its card says at the pause, ahead of the event
    shown = {}  # and what it says when it is looked back at

    def plan(s):
        chance = random.Random(name)
        while True:
            at = s.pause.at
            assert s.pause.note == ""
            assert s.card.event == at
            assert s.card.arrays
            before[at] = {v.name: bits(v.array) for v in s.values if v.role in GIVEN or v.name.endswith("′")}
            if chance.random() < 0.2:
                number = chance.randrange(s.pause.first, at + 1)
                s.show(number)
                yield
                if number < at:
                    shown[number] = {v.name: bits(v.array) for v in s.values}
                s.show(at)
                yield
            s.step()
            yield

    undisturbed, result = plain(name), stepped(name, plan)
    assert differing(undisturbed.ends, result.ends) == []
    assert undisturbed.seen == result.seen
    events = result.stepper.recording.events
    assert len(before) == len(events)
    wrong = []
    for event in filter(held_still, events):
        gave = {v.name: bits(v.array) for v in event.values}
        wrong += [(event.number, k) for k, v in before[event.number].items() if gave.get(k, v) != v]
        wrong += [(event.number, k) for k, v in shown.get(event.number, {}).items() if gave.get(k, v) != v]
    assert wrong == []
    assert sum(map(len, before.values())) >= len(events) * 0.5


def test_an_event_is_shown_as_it_was_when_its_memory_was_written_to_since():
    """In place, by a later gradient, by an optimizer, by NumPy: the first values are shown all the same."""
    p = nn.Parameter(torch.tensor([1.0, 2.0]))
    model = nn.ParameterList([p])
    optimizer = optim.SGD(model.parameters(), lr=1.0, momentum=0.5)
    data = torch.tensor([3.0, 4.0])

    def body(keep):
        y = p * data
        y.add_(1.0)
        y.sum().backward()
        (p * data).sum().backward()
        data.numpy()[0] = 100.0
        optimizer.step()
        optimizer.step()
        keep(p)

    wanted = {
        "mul": {"a": [1, 2], "b": [3, 4], "y": [3, 8]},
        "add_": {"a": [3, 8], "y": [4, 9]},
        "MulBackward0": {"g": [1, 1], "∂L/∂a": [3, 4]},
        "0": {"0": [1, 2], "g": [6, 8], "0′": [-5, -6], "momentum_buffer′": [6, 8]},
    }
    found = {}

    def plan(s):
        s.to_update()
        yield
        s.go()
        yield

    result = block(model, optimizer, body, plan)
    s = result.stepper
    for event in s.events:
        if event.name in wanted and event.name not in found:
            s.show(event.number)
            found[event.name] = {v.name: v.array.tolist() for v in s.values if v.name in wanted[event.name]}
    assert found == wanted


def test_values_that_the_budget_does_not_hold_are_computed_again_with_the_same_bits():
    """Dropout, batch norm and Adam, with room for almost nothing."""
    full, notes = {}, set()

    def note(s):
        while True:
            s.step()
            yield

    rich = stepped("attention", note).stepper
    for event in rich.recording.events:
        rich.show(event.number)
        full[event.number] = {v.name: bits(v.array) for v in rich.values}

    def look(s):
        chance = random.Random(4)
        while True:
            if chance.random() < 0.2 and s.pause.at > s.pause.first:
                number = chance.randrange(s.pause.first, s.pause.at)
                s.show(number)
                yield
                notes.add(s.card.note)
                assert {v.name: bits(v.array) for v in s.values} == full[number]
            s.step()
            yield

    copies = rich.recording.copied
    poor = stepped("attention", look, budget=copies + 500)
    assert "computed again, with the same result" in notes
    assert poor.stepper.recording.held + poor.stepper.recording.copied <= copies + 500
    assert differing(poor.ends, plain("attention").ends) == []


def test_without_room_for_what_a_replay_starts_from_the_pause_says_so():
    notes = []

    def plan(s):
        for _ in range(12):
            s.step()
            yield
        s.show(0)
        yield
        notes.append(s.card.note)
        s.rewind(2)
        yield
        notes.append(s.pause.note)

    result = stepped("perceptron", plan, budget=100)
    for note in notes:
        assert "a replay starts from need more than the budget" in note
        assert "raise it with vizgrad.step(…, budget=bytes)" in note
    assert differing(result.ends, plain("perceptron").ends) == []


def test_what_an_op_writes_over_is_shown_as_it_was():
    x = torch.tensor([[1.0, -2.0], [3.0, -4.0]])
    model = nn.Identity()
    seen = []

    def body(keep):
        y = x.clone()
        y.relu_()
        y[0] = torch.tensor([7.0, 8.0])
        y[:, 1] += y[:, 0]

    def plan(s):
        while True:
            name = s.card.title
            ahead = {v.name: v.array.tolist() for v in s.values}
            at = s.pause.at
            s.step()
            yield
            s.show(at)
            yield
            after = {v.name: v.array.tolist() for v in s.values}
            if name in ("relu_", "copy_", "add_"):
                seen.append((name, after))
                assert ahead == after
            s.show(s.pause.at)
            yield

    block(model, None, body, plan)
    assert seen[0] == ("relu_", {"x": [[1, -2], [3, -4]], "y": [[1, 0], [3, 0]]})
    names = [name for name, _ in seen]
    assert names == ["relu_", "copy_", "add_", "copy_"] or names == ["relu_", "copy_", "add_"]
    added = dict(seen)["add_"]
    assert added["a"] == [8, 0]
    assert added["y"] == [15, 3]
    assert np.array_equal(x.array, [[1, -2], [3, -4]])
