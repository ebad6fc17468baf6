"""Draws curves over steps: axes with round numbers, a legend with the latest values, gaps where NaN was."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from vizgrad.trace.curves import Curve, smooth, thin
from vizgrad.trace.svg import CURVES, EDGE, GRID, Ink, fit, number, width_of

from .picture_words import short, whole, with_unit

BUCKETS = 110  # a curve is thinned to two points for each of so many slices of the step axis


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the picture."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    def inset(self, left: float, top: float, right: float, bottom: float) -> Box:
        return Box(self.x + left, self.y + top, self.w - left - right, self.h - top - bottom)


@dataclass(frozen=True, slots=True)
class Scale:
    """From a range of values to a range of pixels."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            value, low, high = math.log10(max(value, 1e-300)), math.log10(low), math.log10(high)
        return self.start + (value - low) / ((high - low) or 1) * (self.end - self.start)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers between two values: steps of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not (span > 0 and math.isfinite(span)):
        return [low]
    rough = span / about
    power = 10 ** math.floor(math.log10(rough))
    step = next(k * power for k in (1, 2, 5, 10) if k * power >= rough * 0.7)
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, first + 2 * about + 3) if i * step <= high + 1e-9 * span]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten between two values, thinned to at most five."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, math.ceil((last - first + 1) / 5))
    return [10.0**power for power in range(first, last + 1, every)]


def span_of(curves: Sequence[Curve]) -> tuple[float, float]:
    """First and last step of the curves, for panels that stand side by side."""
    steps = [x for curve in curves for x in (curve.x[0], curve.x[-1]) if curve.x]
    return (min(steps), max(steps)) if steps else (0.0, 1.0)


def chart(
    ink: Ink, box: Box, title: str, curves: Sequence[Curve], span: tuple[float, float], log: bool = False
) -> None:
    """One panel: title, legend, axes and the curves of one unit."""
    ink.text(box.x, box.y + 12, title, "h")
    unit = curves[0].unit if curves else ""
    plot = box.inset(50, 26 + 16 * _legend(ink, box, title, curves), 10, 20)
    values = [v for curve in curves for v in curve.y if math.isfinite(v) and (v > 0 or not log)]
    if not values:
        ink.rect(plot.x, plot.y, plot.w, plot.h, "none", f'stroke="{GRID}"')
        ink.text(plot.x + plot.w / 2, plot.y + plot.h / 2 + 4, "nothing finite recorded yet", "q c")
        return
    across = Scale(span[0], max(span[1], span[0] + 1), plot.x, plot.right)
    up = _vertical(values, unit, log, plot)
    axes(ink, plot, across, up, unit)
    for curve in curves:
        _gaps(ink, curve, across, plot)
    for i, curve in enumerate(curves):
        _curve(ink, curve, CURVES[i % len(CURVES)], across, up, plot)


def _vertical(values: Sequence[float], unit: str, log: bool, plot: Box) -> Scale:
    low, high = min(values), max(values)
    if log:
        low, high = low / 1.3, high * 1.3
    elif unit == "fraction" and low >= 0 and high <= 1:
        low, high = math.floor(max(0, low - 0.02) * 10) / 10, 1.0
    elif low >= 0:
        low, high = 0.0, high * 1.05 or 1.0
    else:
        room = (high - low) * 0.06 or abs(high) * 0.1
        low, high = low - room, high + room
    return Scale(low, high, plot.bottom, plot.y, log)


def axes(ink: Ink, plot: Box, across: Scale, up: Scale, unit: str) -> None:
    """Grid lines and their numbers: values to the left, steps below."""
    marks = log_ticks(up.low, up.high) if up.log else ticks(up.low, up.high, max(2, round(plot.h / 32)))
    write = _tick_writer(marks, unit)
    for value in marks:
        y = up(value)
        ink.line(plot.x, y, plot.right, y, GRID)
        ink.text(plot.x - 8, y + 4, write(value), "q e")
    ink.line(plot.x, plot.bottom, plot.right, plot.bottom, EDGE)
    room = plot.right - width_of("step", 11) - 8
    for value in ticks(across.low, across.high, max(2, round(plot.w / 80))):
        x = across(value)
        half = width_of(whole(value), 11) / 2
        if value == round(value) and x + half <= room:
            ink.text(x, plot.bottom + 15, whole(value), "q c")
    ink.text(plot.right, plot.bottom + 15, "step", "q e")


def _tick_writer(marks: Sequence[float], unit: str) -> Callable[[float], str]:
    """One number of decimals for a whole axis, so that its labels line up."""
    if unit == "fraction":
        return lambda v: f"{100 * v:.3g}\u202f%"
    if unit == "bytes":
        return lambda v: _bytes(v) if v else "0"
    step = min((b - a for a, b in pairwise(marks)), default=abs(marks[0]) if marks else 1)
    if not 1e-3 <= step < 1e5 or len(marks) < 2 or marks[-1] / (marks[0] or marks[1]) > 1e4:
        return short
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return lambda v: f"{v:,.{places}f}".replace(",", "\u202f").replace("-", "−")


def _bytes(value: float) -> str:
    """Bytes at a tick: round, so without trailing zeros."""
    power = max(0, min(4, math.floor(math.log10(abs(value)) / 3)))
    return f"{value / 1000**power:.4g}\u202f{('', 'k', 'M', 'G', 'T')[power]}B"


def _legend(ink: Ink, box: Box, title: str, curves: Sequence[Curve]) -> int:
    """Names with their latest values, to the right of the title; returns how many lines more it took."""
    labels = [
        (fit(curve.name or "the model", 150), with_unit(curve.last, curve.unit)) for curve in curves[:6]
    ]
    widths = [24 + width_of(name) + 6 + width_of(value, 12, True) + 14 for name, value in labels]
    x = box.x + width_of(title, 12.5) + 18
    lines = 0
    for i, ((name, value), room) in enumerate(zip(labels, widths, strict=True)):
        if x + room > box.right + 14 and x > box.x:
            x, lines = box.x, lines + 1
        y = box.y + 12 + 16 * lines
        ink.line(x, y - 4, x + 16, y - 4, CURVES[i % len(CURVES)], 'stroke-width="3" stroke-linecap="round"')
        ink.raw(_legend_words(x + 24, y, name, value))
        x += room
    window = max(map(_window, curves), default=0)
    if window and len(curves) <= len(labels):
        x, y = (x, box.y + 12 + 16 * lines) if x + 104 < box.right + 14 else (box.x, box.y + 28 + 16 * lines)
        lines += y > box.y + 12 + 16 * lines
        ink.text(box.right, y, f"bold: mean of {window}", "q e")
    if len(curves) > len(labels):
        ink.text(box.right, box.y + 12 + 16 * lines, f"and {len(curves) - len(labels)} more", "q e")
    return lines


def _legend_words(x: float, y: float, name: str, value: str) -> str:
    """Name and value in one text, so that the value follows the name whatever the font's width."""
    safe = Ink()
    safe.text(x, y, name)
    bold = Ink()
    bold.text(0, 0, value)
    inner = bold.parts[0].split(">", 1)[1].removesuffix("</text>")
    return safe.parts[0].removesuffix("</text>") + f'<tspan class="h" dx="6">{inner}</tspan></text>'


def _curve(ink: Ink, curve: Curve, colour: str, across: Scale, up: Scale, plot: Box) -> None:
    """A short curve as it is; a long one as a pale line with its running mean on top."""
    n, window = len(curve.x), _window(curve)
    if not window:
        ink.path(_runs(curve, across, up), colour, f'stroke-width="{3 if n == 1 else 2}"')
    else:
        ink.path(_runs(curve, across, up), colour, 'stroke-opacity=".3"')
        mean = replace(curve, y=smooth(curve.y, window))
        ink.path(_runs(mean, across, up), colour, 'stroke-width="2"')
    if math.isfinite(curve.last) and (curve.last > 0 or not up.log):
        ink.raw(
            f'<circle cx="{number(across(curve.x[-1]))}" cy="{number(up(curve.last))}" r="3" fill="{colour}" '
            'stroke="#fff"/>'
        )


def _window(curve: Curve) -> int:
    """How many points the running mean spans; 0 where there are few, or the curve seldom turns anyway."""
    if len(curve.y) < 150:
        return 0
    finite = [v for v in curve.y if math.isfinite(v)]
    steps = [b - a for a, b in pairwise(finite) if b != a]
    turns = sum((a > 0) != (b > 0) for a, b in pairwise(steps))
    return 0 if turns < len(finite) / 6 else max(8, len(curve.y) // 40)


def _runs(curve: Curve, across: Scale, up: Scale) -> list[list[tuple[float, float]]]:
    """Pieces of the curve between the values that cannot be drawn."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(*thin(curve.x, curve.y, BUCKETS), strict=True):
        if math.isfinite(y) and (y > 0 or not up.log):
            runs[-1].append((across(x), up(y)))
        elif runs[-1]:
            runs.append([])
    return runs


def _gaps(ink: Ink, curve: Curve, across: Scale, plot: Box) -> None:
    """Hatched bands where the value was NaN or infinite."""
    bad = [i for i, v in enumerate(curve.y) if not math.isfinite(v)]
    bands: list[list[int]] = []
    for i in bad:
        if bands and i - bands[-1][1] <= max(1, len(curve.y) // 100):
            bands[-1][1] = i
        else:
            bands.append([i, i])
    for first, last in bands[:40]:
        left, right = across(curve.x[max(0, first - 1)]), across(curve.x[min(len(curve.x) - 1, last + 1)])
        ink.rect(left, plot.y, max(3.0, right - left), plot.h, "url(#nan)", 'opacity=".8"')
    if bands:
        words = f"not finite at step {whole(curve.x[bands[0][0]])}"
        edge = across(curve.x[bands[0][0]])
        fits = edge - plot.x > width_of(words, 13) + 8
        ink.text(edge - 6 if fits else plot.x + 6, plot.y + 14, words, "a e" if fits else "a")
