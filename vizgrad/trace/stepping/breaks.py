"""Breakpoints: on an op, a layer, a line of source, or a condition on the values that an event gave."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy

from vizgrad.engine import device, watch
from vizgrad.engine.bare import Bare
from vizgrad.trace import wire

from .event import Event, Value

GIVEN = ("output", "gradient out", "parameter")
Predicate = Callable[[Any], Any]


@dataclass
class Breakpoint:
    """One of them."""

    id: int
    kind: wire.BreakKind
    target: str
    value: float
    phases: tuple[wire.Phase, ...]
    predicate: Predicate | None = None
    hits: int = 0
    norms: dict[Any, tuple[int, float]] = field(
        default_factory=dict[Any, tuple[int, float]]
    )  # how many, their mean

    @property
    def what(self) -> str:
        """In words."""
        return {
            "nan": "NaN or Inf",
            "above": f"|x| > {self.value:g}",
            "ratio": f"norm over {self.value:g} times its mean so far",
            "zero": "all zero",
        }.get(self.kind, self.target)

    def wire(self) -> wire.Break:
        """What the page is told."""
        return wire.Break(self.id, self.kind, self.what, self.phases, self.hits)

    # --- before an event

    def meets(self, event: Event, before: Event | None) -> bool:
        """Whether the program comes to the op, or comes into the layer or to the line."""
        if self.kind == "op":
            return self.target in (event.name, event.op.name if event.op else "")
        if self.kind == "layer":
            return self._in_layer(event) and not (
                before and self._in_layer(before) and before.phase == event.phase
            )
        if self.kind == "line":
            return event.line == self.target and not (
                before and before.line == event.line and before.phase == event.phase
            )
        return False

    def _in_layer(self, event: Event) -> bool:
        return event.layer == self.target or event.layer.startswith(f"{self.target}.")

    # --- after it

    def holds(self, event: Event, values: Iterable[Value]) -> str:
        """In which of its values the condition is met, as words; "" if in none."""
        for value in values:
            if event.phase == "update" and value.target:
                continue  # the parameter as it was before
            if value.role in GIVEN and value.array.dtype.kind in "fcV" and value.array.size:
                found = self._found(event, value)
                if found:
                    return f"{found} in {value.name} of {event.name}"
        return ""

    def _found(self, event: Event, value: Value) -> str:
        array = device.host(value.array)
        if self.kind == "python":
            return self._asked(array)
        if array.dtype.kind == "V":
            array = array.astype("f4")
        if self.kind == "nan":
            wrong = array.size - int(numpy.isfinite(array).sum())
            return f"{wrong} NaN or Inf" if wrong else ""
        if self.kind == "zero":
            return "" if array.any() else "nothing but zeros"
        size = numpy.abs(array)
        if self.kind == "above":
            largest = float(numpy.nanmax(size)) if not numpy.isnan(size).all() else math.nan
            return f"|x| = {largest:.3g}" if largest > self.value else ""
        return self._grown(
            float(numpy.linalg.norm(size.ravel().astype("f8"))),
            (event.phase, event.name, event.layer, value.name),
        )

    def _grown(self, norm: float, what: Any) -> str:
        seen, mean = self.norms.get(what, (0, 0.0))
        if math.isfinite(norm):
            self.norms[what] = seen + 1, mean + (norm - mean) / (seen + 1)
        if seen and mean > 0 and norm > self.value * mean:
            return f"a norm of {norm:.3g}, {norm / mean:.3g} times its mean so far,"
        return ""

    def _asked(self, array: Any) -> str:
        assert self.predicate is not None
        with watch.unwatched():
            answer = self.predicate(Bare._wrap(array))
            return self.target if bool(answer) else ""


class Breaks:
    """All that are set."""

    def __init__(self) -> None:
        self.all: dict[int, Breakpoint] = {}
        self._number = itertools.count(1).__next__
        self.note = ""

    def __bool__(self) -> bool:
        return bool(self.all)

    def add(
        self,
        kind: wire.BreakKind,
        target: str = "",
        value: float = 0.0,
        phases: tuple[wire.Phase, ...] = ("forward", "backward", "update"),
        predicate: Predicate | None = None,
    ) -> int:
        """Set one; its number.  Raises ValueError where nothing could ever meet it."""
        if kind in ("op", "layer", "line") and not target:
            raise ValueError(f"breakpoint: which {kind}? write break_at({kind}=…)")
        if kind in ("above", "ratio") and not value > 0:
            raise ValueError(f"breakpoint: a bound above 0 is wanted for {kind!r}, not {value:g}")
        one = Breakpoint(self._number(), kind, target, value, phases, predicate)
        self.all[one.id] = one
        return one.id

    def remove(self, number: int) -> None:
        """Take one away; nothing happens if it is not there."""
        self.all.pop(number, None)

    def before(self, event: Event, last: Event | None) -> str:
        """Why to pause before this event, "" if no breakpoint says so."""
        for one in self.all.values():
            if event.phase in one.phases and one.meets(event, last):
                one.hits += 1
                return f"breakpoint {one.id}: {one.kind} {one.what}"
        return ""

    def after(self, event: Event, values: Iterable[Value]) -> str:
        """Why to pause after it."""
        for one in tuple(self.all.values()):
            if event.phase not in one.phases or one.kind in ("op", "layer", "line"):
                continue
            try:
                found = one.holds(event, values)
            except Exception as error:  # a predicate of the user's own
                self.remove(one.id)
                self.note = (
                    f"breakpoint {one.id} was removed: {one.what} raised {type(error).__name__}: {error}"
                )
                continue
            if found:
                one.hits += 1
                return f"breakpoint {one.id}: {found}"
        return ""
