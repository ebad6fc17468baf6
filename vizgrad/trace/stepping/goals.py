"""Where a command runs to: a question asked of each event that begins, answered yes where the program is to pause."""

from __future__ import annotations

from collections.abc import Callable

from vizgrad.trace import wire

from .event import Event

Goal = Callable[[Event], bool]


def next_event(event: Event) -> bool:
    """Anything: the next event, also one inside this one."""
    return True


def never(event: Event) -> bool:
    """Nothing: run on."""
    return False


def over(start: Event) -> Goal:
    """The first event outside the layer that ``start`` runs in; of no layer, the next that is not a part of it."""
    return lambda event: not (_within(event, start.layer, start) or _part_of(event, start))


def out(start: Event) -> Goal:
    """The first event outside the layer around the one that ``start`` runs in."""
    around = start.layer.rpartition(".")[0]
    if not start.layer or not around:
        return lambda event: (
            event.phase != start.phase or event.step != start.step or bool(start.layer and not event.layer)
        )
    return lambda event: not _within(event, around, start)


def to(node: int, phase: str, start: Event) -> Goal:
    """The event of a node of the graph."""
    return lambda event: event.graph == node and event.phase == phase and event is not start


class _Phase:
    """The first event of the next time that this phase begins."""

    def __init__(self, phase: wire.Phase, start: Event | None) -> None:
        self.phase, self._start = phase, start
        self.elsewhere = start is None or start.phase != phase

    def __call__(self, event: Event) -> bool:
        if event.phase != self.phase or (self._start is not None and event.step > self._start.step):
            self.elsewhere = True
        return self.elsewhere and event.phase == self.phase


def to_phase(phase: wire.Phase, start: Event | None) -> Goal:
    """The first event of the next time that this phase begins."""
    return _Phase(phase, start)


def _within(event: Event, layer: str, start: Event) -> bool:
    if event.phase != start.phase or event.step != start.step:
        return False
    if start.phase == "update":
        return True
    return bool(layer) and (event.layer == layer or event.layer.startswith(f"{layer}."))


def _part_of(event: Event, start: Event) -> bool:
    inside = event.inside
    while inside is not None:
        if inside is start:
            return True
        inside = inside.inside
    return False


def after_step(goal: Goal) -> Goal:
    """What to wait for once an optimizer has stepped: one whose updates are no events of their own counts as well."""
    if isinstance(goal, _Phase) and goal.phase == "update" and goal.elsewhere:
        return next_event
    return goal
