"""Everything that is known about a run: its curves, its graph, its memory.  Bounded for ever."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from . import wire
from .clean import clean
from .series import LIMIT, Series

if TYPE_CHECKING:
    from .stepping.feed import Feed

MOST_CURVES = 2_000
KEYFRAME = 60_000  # points of all curves together in a keyframe: half a megabyte of x and as much of y


class History:
    """Who may touch what.  Names of curves arrive cleaned.

    The training thread writes readings, the publisher's thread takes what is new, and a subshell's thread may
    ask for everything; all three hold ``lock`` while they do, and nobody holds it while computing measures,
    running user code or sending.  So nobody ever waits longer than it takes to copy a few arrays.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._curves: dict[tuple[str, str], Series] = {}
        self._graph: wire.Graph | None = None
        self._memory: wire.Memory | None = None
        self._new_graph = self._new_memory = False
        self.steps: Feed | None = None  # of a run that is stepped through

    def add(self, group: str, name: str, x: float, y: float, unit: str = "") -> None:
        """One point of one curve.  Hold the lock."""
        curve = self._curve(group, name, unit)
        if curve is not None:
            curve.append(x, y)

    def extend(self, group: str, name: str, x: Sequence[float], y: Sequence[float]) -> None:
        """Many points of one curve.  Hold the lock."""
        curve = self._curve(group, name, "")
        if curve is not None:
            curve.extend(x, y)

    def _curve(self, group: str, name: str, unit: str) -> Series | None:
        curve = self._curves.get((group, name))
        if curve is None and len(self._curves) < MOST_CURVES:
            curve = self._curves[group, name] = Series(unit)
        return curve

    def restore(self, part: wire.Series, x: Sequence[float], y: Sequence[float]) -> None:
        """Take in points that were sent once, from a recording.  Hold the lock."""
        group, name = clean(part.group), clean(part.name)
        if part.replace:
            self._curves.pop((group, name), None)
        curve = self._curve(group, name, clean(part.unit))
        if curve is not None:
            curve.said = clean(part.sampled)
            curve.extend(x, y)

    @property
    def graph(self) -> wire.Graph | None:
        """The computation of the last step that was captured."""
        return self._graph

    @graph.setter
    def graph(self, graph: wire.Graph) -> None:
        self._graph, self._new_graph = graph, True

    @property
    def memory(self) -> wire.Memory | None:
        """Bytes by category, as of the last reading."""
        return self._memory

    @memory.setter
    def memory(self, memory: wire.Memory) -> None:
        self._memory, self._new_memory = memory, True

    def curve(self, group: str, name: str) -> tuple[Any, Any]:
        """All points of one curve: x and y; empty if there is none of that name."""
        with self.lock:
            curve = self._curves.get((group, name))
            return curve.points() if curve else Series().points()

    def take(self) -> tuple[list[wire.Part], bytes]:
        """What is new since the last call, and its points."""
        with self.lock:
            parts: list[wire.Part] = []
            points = array("d")
            for (group, name), curve in self._curves.items():
                if curve.waiting:
                    x, y, replace = curve.take()
                    _put(points, x, y)
                    said = curve.sampled(len(x)) if replace else curve.sampled_taken
                    parts.append(wire.Series(group, name, curve.unit, len(x), replace, said))
            if self._graph and self._new_graph and not self.steps:
                parts.append(self._graph)
            if self._memory and self._new_memory:
                parts.append(self._memory)
            self._new_graph = self._new_memory = False
            more, numbers = self.steps.take() if self.steps else ([], b"")
            return [*parts, *more], points.tobytes() + numbers

    def everything(
        self, most: int = LIMIT // 4, shows: Callable[[str], bool] = lambda group: True
    ) -> tuple[list[wire.Part], bytes]:
        """All there is, each curve in at most ``most`` points, of the groups to be shown."""
        with self.lock:
            parts: list[wire.Part] = []
            points = array("d")
            chosen = {key: c for key, c in self._curves.items() if shows(key[0])}
            most = min(most, max(16, KEYFRAME // max(1, len(chosen))))
            for (group, name), curve in chosen.items():
                x, y = curve.points(most)
                _put(points, x, y)
                parts.append(wire.Series(group, name, curve.unit, len(x), True, curve.sampled(len(x))))
            stepped = self.steps is not None and shows("steps")
            parts.extend(part for part in (None if stepped else self._graph, self._memory) if part)
            more, numbers = self.steps.everything() if self.steps and stepped else ([], b"")
            return [*parts, *more], points.tobytes() + numbers


def _put(points: array[float], x: Any, y: Any) -> None:
    points.frombytes(x.tobytes())
    points.frombytes(y.tobytes())
