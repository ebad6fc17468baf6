"""How far to go along a direction: a line search for the strong Wolfe conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["Point", "strong_wolfe"]

ENOUGH, FLAT = 1e-4, 0.9  # c₁ and c₂ of the conditions
CLOSE = 1e-9  # a bracket that moves no number by more is not refined further


class Point(NamedTuple):
    """What is known at the distance t: the loss, its gradient, and its slope along the direction."""

    t: float
    loss: float
    gradient: Any
    slope: float


def strong_wolfe(at: Callable[[float], Point], here: Point, size: float, tries: int) -> tuple[Point, int]:
    """A point where the loss fell enough and its slope is nearly flat, and how often ``at`` was called.

    ``here`` holds the loss, gradient and slope at distance 0, and in t the first distance to try; ``size`` is
    the largest component of the direction.  Nocedal & Wright, *Numerical Optimization*, 2006, algorithms 3.5
    (find a bracket) and 3.6 (zoom), with cubic interpolation (equation 3.59).
    """
    start = here._replace(t=0.0)
    previous, new, used = start, at(here.t), 0
    while used < tries:
        if _too_high(new, start) or (used > 1 and new.loss >= previous.loss):
            break
        if abs(new.slope) <= -FLAT * start.slope:
            return new, used + 1
        if new.slope >= 0:
            break
        bounds = new.t + 0.01 * (new.t - previous.t), new.t * 10
        previous, new = new, at(_lowest(previous, new, bounds))
        used += 1
    else:
        previous = start
    return _zoom(at, start, [previous, new], size, used, tries)


def _zoom(
    at: Callable[[float], Point], start: Point, bracket: list[Point], size: float, used: int, tries: int
) -> tuple[Point, int]:
    """Narrow the bracket; its low end always satisfies the first condition."""
    low = 0 if bracket[0].loss <= bracket[1].loss else 1
    stuck = False
    while used < tries and abs(bracket[1].t - bracket[0].t) * size >= CLOSE:
        t, stuck = _inside(bracket, _lowest(bracket[0], bracket[1]), stuck)
        new = at(t)
        used += 1
        if _too_high(new, start) or new.loss >= bracket[low].loss:
            bracket[1 - low] = new
            low = 0 if bracket[0].loss <= bracket[1].loss else 1
            continue
        done = abs(new.slope) <= -FLAT * start.slope
        if not done and new.slope * (bracket[1 - low].t - bracket[low].t) >= 0:
            bracket[1 - low] = bracket[low]
        bracket[low] = new
        if done:
            break
    return bracket[low], used + 1


def _too_high(new: Point, start: Point) -> bool:
    return new.loss > start.loss + ENOUGH * new.t * start.slope


def _inside(bracket: list[Point], t: float, stuck: bool) -> tuple[float, bool]:
    """Keep t a tenth of the bracket away from its ends when it stays there for the second time."""
    left, right = sorted(point.t for point in bracket)
    margin = 0.1 * (right - left)
    if min(right - t, t - left) >= margin:
        return t, False
    if stuck or t >= right or t <= left:
        return (right - margin if abs(t - right) < abs(t - left) else left + margin), False
    return t, True


def _lowest(a: Point, b: Point, bounds: tuple[float, float] | None = None) -> float:
    """Where the cubic through both points with their slopes is lowest, within the bounds."""
    least, most = bounds or (min(a.t, b.t), max(a.t, b.t))
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if not square >= 0:
        return (least + most) / 2
    if a.t > b.t:
        a, b = b, a
    d2 = math.sqrt(square)
    bottom = b.slope - a.slope + 2 * d2
    if not bottom:
        return (least + most) / 2
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / bottom)
    return min(max(t, least), most)
