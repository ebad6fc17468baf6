"""What the page is told of stepping, and what of it is new."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import NDArray

from vizgrad.trace import wire

if TYPE_CHECKING:
    from .event import Event

MOST = 5_000  # events that are sent at once: the latest ones

Numbers = NDArray[numpy.float64]
NONE: Numbers = numpy.empty(0)


class Feed:
    """Written by the thread that computes, read by the publisher's: under one lock, held for copying only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: dict[str, tuple[Any, Numbers]] = {}  # latest of each kind
        self._new: set[str] = set()
        self._events: list[wire.Event] = []
        self._sent = 0  # events before this number are known to the page, unless they have changed since

    def put(self, part: Any, points: Numbers = NONE) -> None:
        """The latest of its kind: a pause, a card, a difference, a graph."""
        with self._lock:
            known = self._parts.get(part.is_)
            if known is None or known[0] != part or not numpy.array_equal(known[1], points, equal_nan=True):
                self._parts[part.is_] = part, points
                self._new.add(part.is_)

    def latest(self, kind: str) -> tuple[Any, Numbers]:
        """The part of that kind, or None, with its numbers."""
        with self._lock:
            return self._parts.get(kind, (None, NONE))

    def tell(self, events: Sequence[Event], changed: int) -> None:
        """All events there are; those from number ``changed`` on are not as they were told before."""
        first = events[0].number if events else 0
        fresh = [event.wire() for event in islice(events, max(0, changed - first, len(events) - MOST), None)]
        with self._lock:
            known = [event for event in self._events if first <= event.number < changed]
            self._events = [*known, *fresh][-MOST:]
            self._sent = min(self._sent, changed)

    def restore(self, part: wire.Part, points: Numbers) -> None:
        """Take in a part that was sent once, from a recording."""
        if isinstance(part, wire.Events):
            with self._lock:
                self._events = [*(e for e in self._events if e.number < part.first), *part.events][-MOST:]
        else:
            self.put(part, points)

    @property
    def events(self) -> tuple[wire.Event, ...]:
        """As they were told last."""
        with self._lock:
            return tuple(self._events)

    def take(self) -> tuple[list[wire.Part], bytes]:
        """What is new, and its numbers."""
        with self._lock:
            parts, points = self._gather([k for k in self._parts if k in self._new])
            new = [event for event in self._events if event.number >= self._sent]
            if new:
                parts.insert(0, wire.Events(new[0].number, tuple(new)))
                self._sent = new[-1].number + 1
            self._new.clear()
            return parts, points

    def everything(self) -> tuple[list[wire.Part], bytes]:
        """All there is."""
        with self._lock:
            parts, points = self._gather(list(self._parts))
            if self._events:
                parts.insert(0, wire.Events(self._events[0].number, tuple(self._events)))
            return parts, points

    def _gather(self, kinds: list[str]) -> tuple[list[wire.Part], bytes]:
        chosen = [self._parts[kind] for kind in kinds]
        return [part for part, _ in chosen], b"".join(points.tobytes() for _, points in chosen)
