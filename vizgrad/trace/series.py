"""The history of one curve, bounded for ever: every point that is shown was really measured.

Up to `LIMIT` points are kept as they came.  Whenever there are more, of every four consecutive points the
lowest and the highest stay, in order of x; from then on new points are gathered in groups of the size that
this left. So a spike is never lost, old and new parts of the curve are equally fine, and a day-long run costs
64 kB a curve.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as numpy_module

numpy: Any = numpy_module  # untyped: its overloads are beyond what a checker can follow here

LIMIT = 4096  # points kept
OPEN = 1024  # points of the unfinished group kept
LOWEST = float(numpy.finfo("f8").min)
FEW = 32  # below this many points a loop is faster than NumPy


class Points:
    """Two columns of float64 that grow."""

    __slots__ = ("x", "y")

    def __init__(self) -> None:
        self.x, self.y = array("d"), array("d")

    def __len__(self) -> int:
        return len(self.x)

    def add(self, x: Any, y: Any) -> None:
        """Add columns at the end."""
        self.x.frombytes(numpy.ascontiguousarray(x, "f8").tobytes())
        self.y.frombytes(numpy.ascontiguousarray(y, "f8").tobytes())

    def columns(self) -> tuple[Any, Any]:
        """Copies of both columns as NumPy arrays (a view would forbid the arrays to grow)."""
        return numpy.array(self.x, "f8"), numpy.array(self.y, "f8")

    def thin(self, group: int) -> None:
        """Keep two points of every ``group``."""
        x, y = thin(*self.columns(), group)
        self.x, self.y = array("d", x.tobytes()), array("d", y.tobytes())

    def clear(self) -> None:
        self.x, self.y = array("d"), array("d")


def thin(x: Any, y: Any, group: int) -> tuple[Any, Any]:
    """Of every ``group`` consecutive points the lowest and the highest, in order of x.

    NaN is the most extreme value there is and takes the place of the lowest.  Points at the end that do not
    fill a group are thinned as a group of their own.
    """
    whole = len(x) // group * group
    first = _extremes(y[:whole].reshape(-1, group))
    keep = (first + numpy.arange(0, whole, group)[:, None]).ravel()
    rest = len(x) - whole
    if rest > 2:
        keep = numpy.concatenate([keep, whole + _extremes(y[whole:].reshape(1, rest)).ravel()])
    elif rest:
        keep = numpy.concatenate([keep, numpy.arange(whole, len(x))])
    return x[keep], y[keep]


def _extremes(y: Any) -> Any:
    """For each row the places of its two extremes, in order."""
    if not len(y):
        return numpy.zeros((0, 2), "i8")
    wrong = numpy.isnan(y)
    tame: Any = numpy.where(wrong, -numpy.inf, numpy.maximum(y, LOWEST))  # below every number, also -inf
    high: Any = tame.argmax(1)
    low: Any = numpy.where(wrong.any(1), wrong.argmax(1), tame.argmin(1))
    last = y.shape[1] - 1
    high = numpy.where(high == low, numpy.where(low == last, 0, last), high)
    return numpy.sort(numpy.stack([low, high], 1), 1)


def thin_to(x: Any, y: Any, most: int) -> tuple[Any, Any]:
    """At most ``most`` points, the last one among them."""
    if len(x) <= most:
        return x, y
    x_last, y_last = x[-1:], y[-1:]
    group = -(-2 * len(x) // max(2, most - 3))
    x, y = thin(x, y, group)
    if x[-1] != x_last[0]:
        x, y = numpy.concatenate([x, x_last]), numpy.concatenate([y, y_last])
    return x, y


class Series:
    """One curve.  ``take`` hands out what is new since the last call, ``points`` everything there is."""

    __slots__ = (
        "_fresh",
        "_kept",
        "_open",
        "_open_count",
        "_sent",
        "_skipped",
        "count",
        "said",
        "span",
        "unit",
    )

    def __init__(self, unit: str = "") -> None:
        self.unit = unit
        self.said = ""  # what a recording says was left out before it reached us
        self.count = 0  # points measured
        self.span = 2  # measured points behind each two that are kept
        self._kept = Points()  # two points per group
        self._open = Points()  # the group that is not full yet
        self._open_count = 0
        self._fresh = Points()  # not taken yet
        self._sent = 0  # points taken since everything was last sent
        self._skipped = 2  # measured points behind two taken ones, at worst

    def append(self, x: float, y: float) -> None:
        """Add one point."""
        self.count += 1
        self._fresh.x.append(x)
        self._fresh.y.append(y)
        if len(self._fresh) > OPEN:
            self._thin_fresh()
        if self.span == 2 and not self._open_count:
            self._kept.x.append(x)
            self._kept.y.append(y)
            if len(self._kept) >= LIMIT:
                self._halve()
            return
        self._open.x.append(x)
        self._open.y.append(y)
        self._open_count += 1
        self._close_if_full()

    def extend(self, x: Sequence[float], y: Sequence[float]) -> None:
        """Add many points; much faster than one at a time."""
        if len(x) < FEW:
            for x_i, y_i in zip(x, y, strict=True):
                self.append(x_i, y_i)
            return
        xs, ys = numpy.asarray(x, "f8"), numpy.asarray(y, "f8")
        for start in range(0, len(xs), LIMIT):
            self._extend(xs[start : start + LIMIT], ys[start : start + LIMIT])

    def _extend(self, x: Any, y: Any) -> None:
        self.count += len(x)
        self._fresh.add(x, y)
        if len(self._fresh) > OPEN:
            self._thin_fresh()
        first = min(len(x), self.span - self._open_count) if self._open_count else 0
        self._open.add(x[:first], y[:first])
        self._open_count += first
        self._close_if_full()
        whole = (len(x) - first) // self.span * self.span
        self._kept.add(*thin(x[first : first + whole], y[first : first + whole], self.span))
        self._open.add(x[first + whole :], y[first + whole :])
        self._open_count += len(x) - first - whole
        while len(self._kept) >= LIMIT:
            self._halve()
        self._close_if_full()

    def _close_if_full(self) -> None:
        if self._open_count >= self.span:
            self._kept.add(*thin(*self._open.columns(), len(self._open)))
            self._open.clear()
            self._open_count = 0
            if len(self._kept) >= LIMIT:
                self._halve()
        while len(self._open) > OPEN:
            self._open.thin(4)

    def _halve(self) -> None:
        """Merge neighbouring groups; what does not fill a pair of groups joins the open one."""
        extra = len(self._kept) % 4
        x, y = self._kept.columns()
        if extra:
            self._open.x[:0], self._open.y[:0] = self._kept.x[-extra:], self._kept.y[-extra:]
            self._open_count += extra * self.span // 2
            x, y = x[:-extra], y[:-extra]
        self._kept.clear()
        self._kept.add(*thin(x, y, 4))
        self.span *= 2

    def _thin_fresh(self) -> None:
        self._fresh.thin(4)
        self._skipped *= 2

    def __len__(self) -> int:
        return len(self._kept) + len(self._open)

    @property
    def waiting(self) -> bool:
        """Whether there is something to take."""
        return len(self._fresh) > 0

    def points(self, most: int = LIMIT) -> tuple[Any, Any]:
        """The whole curve in at most ``most`` points."""
        x, y = self._kept.columns()
        if len(self._open):
            more = self._open.columns()
            x, y = numpy.concatenate([x, more[0]]), numpy.concatenate([y, more[1]])
        return thin_to(x, y, most)

    def take(self, most: int = 256) -> tuple[Any, Any, bool]:
        """Points that are new since the last call, and whether they replace all that was taken before.

        They do when so much was taken that whoever listens would hold more than this curve itself.
        """
        replace = self._sent + len(self._fresh) > 2 * LIMIT
        if replace:
            x, y = self.points(LIMIT // 4)
            self._sent, self._skipped = 0, self.span
        else:
            x, y = self._fresh.columns()
            if len(x) > most:
                self._skipped = max(self._skipped, 2 * (-(-2 * len(x) // (most - 3)) // 2))
                x, y = thin_to(x, y, most)
        self._fresh.clear()
        self._sent += len(x)
        return x, y, replace

    def sampled(self, points: int) -> str:
        """What was left out when the whole curve is shown in so many points, in words; "" if nothing."""
        if points >= self.count:
            return self.said
        every = max(self.span, -(-2 * self.count // max(points, 1)))
        return f"lowest and highest of about every {every} points"

    @property
    def sampled_taken(self) -> str:
        """What was left out of the points taken so far, in words."""
        return "" if self._skipped == 2 else f"lowest and highest of about every {self._skipped} points"
