"""Reads curves back out of an Update, for everything that draws them: pictures, figures, tests."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from . import wire


@dataclass(frozen=True, slots=True)
class Curve:
    """One recorded quantity over the steps of a run."""

    group: str
    name: str
    unit: str
    sampled: str  # what was left out, in words; "" if nothing
    x: list[float]
    y: list[float]

    @property
    def last(self) -> float:
        """The newest value; NaN when there is none."""
        return self.y[-1] if self.y else math.nan


def numbers(points: Any) -> list[float]:
    """Any buffer of float64 (array, memoryview, NumPy array, bytes) as a plain list."""
    view = memoryview(points)
    if view.itemsize == 1:
        view = view[: view.nbytes // 8 * 8].cast("B").cast("d")
    return list(map(float, view.tolist()))


def read(parts: Iterable[wire.Part], points: Any) -> list[Curve]:
    """Every curve of the parts.  A part whose points are missing from the buffer ends the reading."""
    values = numbers(points)
    found: list[Curve] = []
    at = 0
    for part in parts:
        if not isinstance(part, wire.Series):
            continue
        n = part.points
        if n < 0 or at + 2 * n > len(values):
            break
        x, y = values[at : at + n], values[at + n : at + 2 * n]
        at += 2 * n
        found.append(Curve(part.group, part.name, part.unit, part.sampled, x, y))
    return found


def of_group(curves: Iterable[Curve], group: str) -> list[Curve]:
    """The curves of one group that have at least one point, in their order."""
    return [curve for curve in curves if curve.group == group and curve.y]


def thin(x: Sequence[float], y: Sequence[float], buckets: int) -> tuple[list[float], list[float]]:
    """At most about two points a bucket: its lowest and its highest, so that no spike is lost.

    A bucket that holds a NaN or an infinity keeps one of them, so that the gap is drawn.
    """
    if len(x) <= 2 * buckets:
        return list(x), list(y)
    keep: list[int] = [0]
    for bucket in range(buckets):
        part = range(bucket * len(x) // buckets, (bucket + 1) * len(x) // buckets)
        finite = [i for i in part if math.isfinite(y[i])]
        chosen = {min(finite, key=y.__getitem__), max(finite, key=y.__getitem__)} if finite else set[int]()
        if len(finite) < len(part):
            chosen.add(next(i for i in part if not math.isfinite(y[i])))
        keep.extend(sorted(chosen))
    keep.append(len(x) - 1)
    keep = sorted(set(keep))
    return [x[i] for i in keep], [y[i] for i in keep]


def smooth(y: Sequence[float], window: int) -> list[float]:
    """Mean of the finite values up to ``window`` / 2 before and after each point; NaN stays NaN."""
    totals, counts = [0.0], [0]
    for value in y:
        fine = math.isfinite(value)
        totals.append(totals[-1] + (value if fine else 0.0))
        counts.append(counts[-1] + fine)
    out: list[float] = []
    for i, value in enumerate(y):
        half = min(window // 2, i, len(y) - 1 - i)
        low, high = i - half, i + half + 1
        count = counts[high] - counts[low]
        out.append((totals[high] - totals[low]) / count if math.isfinite(value) else math.nan)
    return out
