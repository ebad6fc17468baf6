"""Bytes by category, and the worst moment so far: when it was and where in the computation."""

from __future__ import annotations

from vizgrad.engine import storage
from vizgrad.engine.surface import counting

from . import wire


class Gauge:
    """Looked at around each backward pass and after each step, and at every op of a step that is captured.

    What the engine counts is read, never computed: a look costs under a microsecond.  The counters belong to
    the process, so tensors outside the run are counted too.
    """

    def __init__(self) -> None:
        self._totals = counting.totals()
        self._peak: tuple[int, ...] = (0,) * len(storage.CATEGORIES)
        self._worst = -1
        self._step = 0
        self._at = ""
        self._fullest: tuple[int, ...] = (0,) * len(storage.CATEGORIES)  # since it was last asked for

    def look(self, step: int, layer: str, phase: str) -> None:
        """Remember this moment if it is the worst yet.  ``phase``: forward, backward or update."""
        total = sum(self._totals)
        if total > self._worst:
            self._worst, self._peak = total, tuple(self._totals)
            self._step, self._at = step, f"{layer}, {phase}" if layer else phase

    def moment(self, step: int, phase: str) -> None:
        """`look` at one of the moments that every step has, so that steps can be compared."""
        self.look(step, "", phase)
        if sum(self._totals) > sum(self._fullest):
            self._fullest = tuple(max(0, n) for n in self._totals)

    def fullest(self) -> tuple[int, ...]:
        """The fullest `moment` since the last call: before backward, as a rule, with all activations saved."""
        found, self._fullest = self._fullest, (0,) * len(storage.CATEGORIES)
        return found if sum(found) else self.now

    @property
    def now(self) -> tuple[int, ...]:
        """Bytes by category, now.  Never negative, though other threads are counting at this moment."""
        return tuple(max(0, n) for n in self._totals)

    def message(self) -> wire.Memory:
        """What the page is told."""
        return wire.Memory(storage.CATEGORIES, self.now, self._peak, self._step, self._at)
