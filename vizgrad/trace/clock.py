"""Time as a run sees it: seconds of work, pauses left out, and how fast the steps have come lately."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

LATELY = 3.0  # seconds that the rate looks back


class Clock:
    """Written by the training thread, read by any: each field is replaced whole, so no lock is needed."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self.now = now
        self._began: float | None = None
        self._stopped: float | None = None  # when the current pause, or the run, began to stand still
        self._lost = 0.0  # seconds paused
        self._marks: deque[tuple[float, int]] = deque(maxlen=256)
        self.rate: float | None = None

    def start(self) -> None:
        """Begin to count."""
        self._began = self.now()
        self._marks.append((0.0, 0))

    def pause(self) -> None:
        """Stand still; also at the end of a run."""
        if self._stopped is None:
            self._stopped = self.now()

    def resume(self) -> None:
        """Go on after a pause."""
        if self._stopped is not None:
            self._lost += self.now() - self._stopped
            self._stopped = None

    @property
    def elapsed(self) -> float:
        """Seconds since the start, pauses left out."""
        if self._began is None:
            return 0.0
        stopped = self._stopped
        return max(0.0, (self.now() if stopped is None else stopped) - self._began - self._lost)

    def mark(self, step: int) -> None:
        """Note that so many steps are done; from such notes comes the rate."""
        now = self.elapsed
        marks = self._marks
        while len(marks) > 1 and marks[1][0] < now - LATELY:
            marks.popleft()
        then, before = marks[0] if marks else (0.0, 0)
        if now > then and step > before:
            self.rate = (step - before) / (now - then)
        if not marks or now - marks[-1][0] > LATELY / 128:
            marks.append((now, step))
