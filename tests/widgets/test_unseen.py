"""Stepping where no page answers: as text after a while, or without pausing where nobody can type either."""

import builtins

import pytest

import vizgrad
from vizgrad.widgets.unseen import PATIENCE, Unseen


class Clock:
    """Moves on a second with each look, so that nobody has to wait."""

    def __init__(self):
        self.time = 0.0

    def __call__(self):
        self.time += 1.0
        return self.time


def stepped(drive):
    net = vizgrad.nn.Linear(2, 1)
    with vizgrad.step(net, drive=drive) as s:
        net(vizgrad.ones(2)).sum().backward()
    return s


def test_a_page_that_never_speaks_makes_room_for_text(monkeypatch, capsys):
    lines = iter(["step", "g", "c"])
    monkeypatch.setattr(builtins, "input", lambda *prompt: next(lines))
    clock = Clock()
    stepped(Unseen(lambda: False, clock))
    said = capsys.readouterr().out
    assert clock.time > PATIENCE
    assert said.startswith("VizGrad: no page answers here, so this goes on as text")
    for event in ("linear", "sum", "SumBackward0"):
        assert f"paused before {event}" in said
    assert next(lines, None) is None, "every line was read"


def test_a_page_that_speaks_late_is_waited_for(capsys):
    clock = Clock()

    def seen():
        return clock.time > PATIENCE / 2

    unseen = Unseen(seen, clock)

    def drive(s):
        unseen(s)
        if seen():
            s.go()

    stepped(drive)
    assert "as text" not in capsys.readouterr().out


def test_where_nobody_can_type_the_block_runs_on(monkeypatch, capsys):
    class StdinNotImplementedError(RuntimeError):
        pass

    def refuse(*prompt):
        raise StdinNotImplementedError(
            "raw_input was called, but this frontend does not support input requests"
        )

    monkeypatch.setattr(builtins, "input", refuse)
    s = stepped(Unseen(lambda: False, Clock()))
    assert "runs on without pausing" in capsys.readouterr().out
    assert [event.name for event in s.events] == ["linear", "sum", "SumBackward0", "AddmmBackward0"]


def test_other_errors_are_not_swallowed(monkeypatch):
    monkeypatch.setattr(builtins, "input", lambda *prompt: 1 / 0)
    with pytest.warns(RuntimeWarning, match="ZeroDivisionError"):
        stepped(Unseen(lambda: False, Clock()))
