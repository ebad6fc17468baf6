"""A still picture of a run, for places where VizGrad's views cannot live: a saved notebook opened elsewhere.

``picture`` draws one view from a keyframe as SVG, ``html`` wraps it in an ``<img>`` that every notebook
reader keeps, ``summary`` says the same in a sentence.  The card brings its own light background, so that it
can be read on a dark page too.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from html import escape

from vizgrad.trace import wire
from vizgrad.trace.clean import clean
from vizgrad.trace.curves import Curve
from vizgrad.trace.svg import EDGE, SURFACE, Ink, fit, state_mark, width_of, wrap

from .picture_chart import Box, chart, span_of
from .picture_graph import graph as draw_graph
from .picture_stepper import stepper
from .picture_tables import gradients, memory, stacked
from .picture_words import Reading, ails, every, gradients_say, sentence

WIDTH, EDGE_ROOM, GAP = 860.0, 20.0, 24.0
TALL = 190.0  # of a panel with curves
MOST_BYTES = 60_000  # of the HTML; a picture above that is drawn again with less in it


def picture(view: str, update: wire.Update, points: object) -> str:
    """The view as one SVG document."""
    return _picture(view, Reading(update, points))


def summary(view: str, update: wire.Update, points: object) -> str:
    """The view in one sentence."""
    return _summary(view, Reading(update, points))


def html(view: str, update: wire.Update, points: object) -> str:
    """The picture as an ``<img>`` with its words for those who cannot see it."""
    reading = Reading(update, points)
    data = base64.b64encode(_picture(view, reading).encode()).decode()
    alt = escape(f"Picture. {_summary(view, reading)}", quote=True)
    return f'<img alt="{alt}" src="data:image/svg+xml;base64,{data}" style="max-width:100%"/>'


def _summary(view: str, reading: Reading) -> str:
    note = reading.status.note if reading.status else ""
    health = gradients_say(reading) if view in ("Dashboard", "Curves") else ""
    sampled = every(reading) if view != "Stepper" else ""  # which steps were measured; all were gone through
    said = [sentence(view, reading), health if reading.group("gradient") else "", sampled, clean(note)]
    return f"VizGrad, {_name(view)} of {reading.title}, {reading.state}: {'. '.join(filter(None, said))}."


def _name(view: str) -> str:
    return NAMES.get(view, "dashboard")


def _picture(view: str, reading: Reading) -> str:
    """Drawn with less and less in it until it is small enough."""
    for most in (40, 24, 12, 6):
        svg = _draw(view, reading, most)
        if len(svg.encode()) * 4 // 3 < MOST_BYTES - 1500:
            return svg
    return _draw(view, reading, 2)


def _draw(view: str, reading: Reading, most: int) -> str:
    """Header, body, footer: the body decides how tall the card is."""
    body = Ink()
    top = _header(body, view, reading) + 16
    draw: Callable[[Ink, Reading, Box, int], float] = BODIES.get(view, _dashboard)
    height = draw(body, reading, Box(EDGE_ROOM, top, WIDTH - 2 * EDGE_ROOM, 0), most) + 40
    ink = Ink()
    ink.rect(0.5, 0.5, WIDTH - 1, height - 1, SURFACE, f'rx="8" stroke="{EDGE}"')
    ink.raw("".join(body.parts))
    ink.text(EDGE_ROOM, height - 14, _footer(view, reading), "q")
    return ink.svg(WIDTH, height, _summary(view, reading))


def _header(ink: Ink, view: str, reading: Reading) -> float:
    """Title, state and the sentence; after a failure also what failed.  Returns its bottom."""
    state, room = reading.state, WIDTH - 2 * EDGE_ROOM
    title = fit(reading.title, 420, 16)
    ink.text(EDGE_ROOM, 30, title, "t")
    ink.text(EDGE_ROOM + width_of(title, 17) + 12, 30, _name(view), "q")
    ink.text(WIDTH - EDGE_ROOM, 29, state, "s e")
    state_mark(ink, WIDTH - EDGE_ROOM - width_of(state, 13) - 14, 25, state)
    bottom = 54.0
    note = reading.status.note if reading.status else ""
    health = gradients_say(reading) if view == "Dashboard" and ails(reading) else ""
    alarm = view == "Gradients" and ails(reading)
    first = sentence(view, reading), "s a" if alarm else "s"
    for words, kind in (first, (note, "s a" if state == "failed" else "s"), (health, "s a")):
        for row in wrap(words, room, 13)[:3]:
            ink.text(EDGE_ROOM, bottom, row, kind)
            bottom += 19
    return bottom - 19 + 6


def _footer(view: str, reading: Reading) -> str:
    sampled = every(reading) if view != "Stepper" else ""
    said = ("Still picture of a VizGrad run", sampled, "run the notebook to see it live")
    return " · ".join(filter(None, said))


def _dashboard(ink: Ink, reading: Reading, box: Box, most: int) -> float:
    """Curves above, layers below, memory and learning rate beside them."""
    if not any(map(reading.group, ("metric", "rate", "gradient", "memory"))) and reading.memory is None:
        return _empty(ink, box, "Loss, learning rate, gradients and memory appear here with the first step.")
    metrics = _by_unit(reading.group("metric"))
    half = (box.w - GAP) / 2
    span = span_of([*reading.group("metric"), *reading.group("rate")])
    rates = ("Learning rate", reading.group("rate")[:4])
    panels = [(_title(curves), curves) for curves in metrics[:2]] or [("Loss", [])]
    beside = [rates] if len(panels) > 1 else []
    for i, (title, curves) in enumerate([*panels, rates][:2]):
        chart(ink, Box(box.x + i * (half + GAP), box.y, half, TALL), title, curves, span)
    y = box.y + TALL + GAP
    left = gradients(ink, Box(box.x, y, half, 0), reading.group("gradient"), min(most, 16))
    right = memory(ink, Box(box.x + half + GAP, y, half, 0), reading.memory)
    for title, curves in beside:  # below the shorter column
        if left < right:
            left = _below(ink, Box(box.x, left, half, right - left), title, curves, span)
        else:
            right = _below(ink, Box(box.x + half + GAP, right, half, left - right), title, curves, span)
    return max(left, right)


def _below(ink: Ink, room: Box, title: str, curves: Sequence[Curve], span: tuple[float, float]) -> float:
    """One more panel in what is left of a column."""
    place = Box(room.x, room.y + GAP, room.w, min(TALL, max(110.0, room.h - GAP)))
    chart(ink, place, title, curves, span)
    return place.bottom


def _curves(ink: Ink, reading: Reading, box: Box, most: int) -> float:
    """One wide panel for each unit."""
    metrics = _by_unit(reading.group("metric"))
    if not metrics:
        return _empty(ink, box, "Loss and whatever run.log() is given appear here after the first step.")
    y, span = box.y, span_of(reading.group("metric"))
    for curves in metrics:
        chart(ink, Box(box.x, y, box.w, 220), _title(curves), curves[: max(1, most // 3)], span)
        y += 220 + GAP
    return y - GAP


def _rates(ink: Ink, reading: Reading, box: Box, most: int) -> float:
    rates = reading.group("rate")
    if not rates:
        return _empty(ink, box, "The learning rate appears here when the run watches an optimizer.")
    chart(ink, Box(box.x, box.y, box.w, 220), "Learning rate", rates[: max(1, most // 3)], span_of(rates))
    return box.y + 220


def _gradients(ink: Ink, reading: Reading, box: Box, most: int) -> float:
    return gradients(ink, box, reading.group("gradient"), most)


def _memory(ink: Ink, reading: Reading, box: Box, most: int) -> float:
    """The bars with their table on the left, the bytes over the steps on the right."""
    history = reading.group("memory")
    if not history:
        return memory(ink, box, reading.memory)
    half = (box.w - GAP) / 2
    bottom = memory(ink, Box(box.x, box.y, half, 0), reading.memory)
    tall = max(200.0, bottom - box.y)
    stacked(ink, Box(box.x + half + GAP, box.y, half, tall), history[:12])
    return box.y + tall


def _graph(ink: Ink, reading: Reading, box: Box, most: int) -> float:
    if reading.graph is None or not reading.graph.nodes:
        return _empty(ink, box, "The computation of one step appears here after the first backward().")
    return draw_graph(ink, box, reading.graph, most)


def _stepper(ink: Ink, reading: Reading, box: Box, most: int) -> float:
    if reading.card is None:
        return _empty(ink, box, "Each op, each gradient and each update appears here, one at a time.")
    return stepper(ink, reading, box, most)


def _empty(ink: Ink, box: Box, words: str) -> float:
    ink.rect(
        box.x, box.y, box.w, 80, "none", f'rx="6" stroke="{EDGE}" stroke-dasharray="4 4" stroke-opacity=".5"'
    )
    ink.text(box.x + box.w / 2, box.y + 45, words, "q c")
    return box.y + 80


def _by_unit(metrics: Sequence[Curve]) -> list[list[Curve]]:
    """Curves that can share an axis: losses, then fractions, then whatever else was logged, by unit."""
    groups: dict[str, list[Curve]] = {}
    for curve in metrics:
        key = "loss" if curve.unit == "" and "loss" in curve.name.lower() else f"{curve.unit}"
        groups.setdefault(key, []).append(curve)
    return [groups[key] for key in sorted(groups, key=("loss", "fraction").__contains__, reverse=True)]


def _title(curves: Sequence[Curve]) -> str:
    if all("loss" in curve.name.lower() for curve in curves):
        return "Loss"
    if all("acc" in curve.name.lower() for curve in curves):
        return "Accuracy"
    return "Fractions" if curves[0].unit == "fraction" else "Logged values"


NAMES = {
    "Dashboard": "dashboard",
    "Curves": "curves",
    "Rates": "learning rate",
    "Gradients": "gradients",
    "Memory": "memory",
    "Graph": "computation",
    "Stepper": "stepper",
}
BODIES: dict[str, Callable[[Ink, Reading, Box, int], float]] = {
    "Dashboard": _dashboard,
    "Curves": _curves,
    "Rates": _rates,
    "Gradients": _gradients,
    "Memory": _memory,
    "Graph": _graph,
    "Stepper": _stepper,
}
