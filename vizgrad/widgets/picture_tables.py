"""Draws the heat strips of the layers and the bars of the memory."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vizgrad.trace import wire
from vizgrad.trace.clean import clean
from vizgrad.trace.curves import Curve
from vizgrad.trace.svg import CATEGORY, EDGE, GRID, Ink, fit, number, sequential, width_of

from .picture_chart import Box, Scale, axes
from .picture_words import short, size, verdict, whole

ROW = 22  # height of a layer's row
COLUMNS = 120  # of the stacked picture of the memory
SHADES = 28  # colours told apart in a strip: more would only make the picture larger
# Each category has its colour and, where neighbours in the bar could be mistaken, a pattern.
PATTERNS = {"gradients": "up", "saved": "dots", "optimizer": "down", "other": "flat"}
SAYS = {"saved": "saved for backward", "optimizer": "optimizer state"}


def gradients(ink: Ink, box: Box, layers: Sequence[Curve], most: int) -> float:
    """One row a layer: name, heat strip of the norm over the steps, latest value.  Returns its bottom."""
    ink.text(box.x, box.y + 12, "Gradient norm of each layer", "h")
    shown = layers[:most]
    values = [v for curve in layers for v in curve.y if math.isfinite(v) and v > 0]
    if not values:
        ink.text(box.x, box.y + 36, "Shown after the first backward().", "q")
        return box.y + 44
    low, high = _decades(values)
    _colour_scale(ink, box, low, high)
    widest = max(width_of(clean(curve.name, 60), 12, True) for curve in shown)
    name_room, value_room = min(widest + 16, box.w * 0.36), 70.0
    y = box.y + 24.0
    for curve in shown:
        ink.text(box.x, y + 15, fit(curve.name or "the model", name_room - 10, 12, True), "n")
        _strip(ink, Box(box.x + name_room, y + 3, box.w - name_room - value_room, ROW - 6), curve, low, high)
        ink.text(box.right, y + 15, short(curve.last), "a e" if verdict(curve) else "n e")
        y += ROW
    if len(layers) > len(shown):
        ink.text(box.x, y + 14, f"and {len(layers) - len(shown)} more layers", "q")
        y += 18
    return y


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """Whole powers of ten around the values, at least three apart, so that a healthy picture is calm."""
    high = math.ceil(math.log10(max(values)) - 1e-9)
    return float(min(math.floor(math.log10(min(values))), high - 3)), float(high)


def _colour_scale(ink: Ink, box: Box, low: float, high: float) -> None:
    """The scale with its numbers, beside the title."""
    w, parts, y = 84.0, 28, box.y + 12
    left, right = f"{10**low:.3g}", f"{10**high:.3g}"
    end = box.right - width_of(right, 11) - width_of("log scale", 11) - 14
    for i in range(parts):
        ink.rect(end - w + i * w / parts, y - 8, w / parts + 0.4, 9, sequential(i / (parts - 1)))
    ink.text(end - w - 6, y, left, "q e")
    ink.text(end + 6, y, right, "q")
    ink.text(box.right, y, "log scale", "q e")


def _strip(ink: Ink, box: Box, curve: Curve, low: float, high: float) -> None:
    """Colour over steps; one path a colour, so that a strip stays small."""
    bins = int(max(1, min(len(curve.y), 72)))
    w = box.w / bins
    marks: dict[str, list[str]] = {}
    ink.rect(box.x, box.y, box.w, box.h, GRID)
    for i in range(bins):
        part = curve.y[i * len(curve.y) // bins : (i + 1) * len(curve.y) // bins]
        marks.setdefault(_colour(part, low, high), []).append(
            f"M{number(box.x + (i + 0.5) * w)} {number(box.y)}"
        )
    for colour, starts in marks.items():
        if colour:
            d = "".join(f"{start}v{number(box.h)}" for start in starts)
            ink.raw(f'<path d="{d}" stroke="{colour}" stroke-width="{number(w + 0.5)}"/>')


def _colour(part: Sequence[float], low: float, high: float) -> str:
    """Colour of one slice: its largest norm; hatched if anything in it is not finite."""
    if any(not math.isfinite(v) for v in part):
        return "url(#nan)"
    if not part:
        return ""
    place = (math.log10(max(*part, 10**low)) - low) / (high - low)
    return sequential(round(place * SHADES) / SHADES)


def memory(ink: Ink, box: Box, told: wire.Memory | None) -> float:
    """Two stacked bars, now and at the peak, with a legend that gives the bytes.  Returns its bottom."""
    ink.text(box.x, box.y + 12, "Memory by category", "h")
    if told is None or not told.categories:
        ink.text(box.x, box.y + 36, "Shown after the first step.", "q")
        return box.y + 44
    most = max(1, sum(told.now), sum(told.peak))
    y = box.y + 22.0
    where = f", step {whole(told.peak_step)}"
    for name, values, note in (("now", told.now, ""), ("peak", told.peak, where)):
        ink.text(box.x, y + 12, name, "q")
        ink.text(box.right, y + 12, size(sum(values)) + note, "q e")
        _bar(ink, Box(box.x, y + 17, box.w, 16), told.categories, values, most)
        y += 42
    return _memory_legend(ink, box, told, y + 2)


def _bar(ink: Ink, box: Box, names: Sequence[str], values: Sequence[int], most: int) -> None:
    ink.rect(box.x, box.y, box.w, box.h, "none", f'stroke="{EDGE}" rx="2"')
    x = box.x
    for name, value in zip(names, values, strict=False):
        w = max(0, value) / most * box.w
        if w > 0:
            _fill(ink, Box(x, box.y, w, box.h), name)
        x += w


def _fill(ink: Ink, box: Box, name: str) -> None:
    ink.rect(box.x, box.y, box.w, box.h, CATEGORY.get(name, CATEGORY["other"]))
    if name in PATTERNS:
        ink.rect(box.x, box.y, box.w, box.h, f"url(#{PATTERNS[name]})")


def _memory_legend(ink: Ink, box: Box, told: wire.Memory, y: float) -> float:
    """A small table: category, bytes now, bytes at the peak."""
    now, peak = box.right - 84, box.right
    ink.text(now, y + 10, "now", "q e")
    ink.text(peak, y + 10, "peak", "q e")
    y += 14
    for name, here, top in list(zip(told.categories, told.now, told.peak, strict=False))[:12]:
        _fill(ink, Box(box.x, y + 4, 12, 12), name)
        ink.text(box.x + 20, y + 14, fit(SAYS.get(name, name), now - box.x - 90))
        ink.text(now, y + 14, size(here), "n e")
        ink.text(peak, y + 14, size(top), "n e")
        y += 20
    ink.line(box.x, y + 2, box.right, y + 2, EDGE)
    return y + 6


def stacked(ink: Ink, box: Box, curves: Sequence[Curve]) -> None:
    """Bytes of every category over the steps, one on top of the other."""
    ink.text(box.x, box.y + 12, "Over the steps", "h")
    plot = box.inset(56, 22, 10, 20)
    first, last = min(c.x[0] for c in curves), max(c.x[-1] for c in curves)
    steps = [first + (last - first) * i / COLUMNS for i in range(COLUMNS + 1)]
    layers = [_held(curve, steps) for curve in curves]
    most = max(1.0, max(sum(column) for column in zip(*layers, strict=True)))
    across = Scale(first, max(last, first + 1), plot.x, plot.right)
    up = Scale(0, most * 1.05, plot.bottom, plot.y)
    axes(ink, plot, across, up, "bytes")
    below = [0.0] * len(steps)
    for curve, values in zip(curves, layers, strict=True):
        above = [b + v for b, v in zip(below, values, strict=True)]
        outline = [*zip(steps, above, strict=True), *reversed(list(zip(steps, below, strict=True)))]
        d = "M" + "L".join(f"{number(across(x))} {number(up(y))}" for x, y in outline) + "z"
        ink.raw(f'<path d="{d}" fill="{CATEGORY.get(curve.name, CATEGORY["other"])}"/>')
        if curve.name in PATTERNS:
            ink.raw(f'<path d="{d}" fill="url(#{PATTERNS[curve.name]})"/>')
        below = above


def _held(curve: Curve, steps: Sequence[float]) -> list[float]:
    """The curve's value at each step: the last one measured until then."""
    found: list[float] = []
    at = 0
    for step in steps:
        while at + 1 < len(curve.x) and curve.x[at + 1] <= step:
            at += 1
        value = curve.y[at] if curve.x[at] <= step else 0.0
        found.append(value if math.isfinite(value) and value > 0 else 0.0)
    return found
