"""The picture of the Stepper view: the event that was shown last, its source and its numbers, and those around it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vizgrad.trace import wire
from vizgrad.trace.clean import clean
from vizgrad.trace.svg import CURVES, EDGE, GRID, NAN, TEXT, Ink, fit, width_of

from .picture_chart import Box
from .picture_words import Reading, short, size

ROW = 19.0
LIST = 300.0  # width of the list of events
MARGIN = 64.0  # of labels beside lines
SMALL = 16  # numbers of an array that are written out
PHASES = {"forward": CURVES[2], "backward": CURVES[1], "update": CURVES[0]}  # as on the page
COLUMNS = (0.17, 0.36, 0.47, 0.57, 0.67, 0.77, 0.87, 1.0)  # where the cells of the arrays begin, or end


def stepper(ink: Ink, reading: Reading, box: Box, most: int) -> float:
    """The card on the left, the events on the right, the numbers below; returns its bottom."""
    card = reading.card
    assert card is not None
    left = Box(box.x, box.y, box.w - LIST - 24, 0)
    bottom = _card(ink, left, card)
    beside = _events(ink, Box(box.right - LIST, box.y, LIST, 0), reading, min(most, 17))
    bottom = _arrays(ink, Box(box.x, max(bottom, beside) + 12, box.w, 0), reading, card, min(most, 12))
    if card.rule:
        bottom = _rule(ink, Box(box.x, bottom + 12, box.w, 0), card, min(most, 12))
    if reading.difference is not None:
        bottom = _difference(ink, Box(box.x, bottom + 12, box.w, 0), reading.difference)
    return bottom


# --- the card


def _card(ink: Ink, box: Box, card: wire.Card) -> float:
    """What the event is: title, formula, shapes, layers, and the line that it comes from."""
    ink.text(box.x, box.y + 12, fit(card.title, box.w, 12), "h")
    y = box.y + 12
    if card.says:
        y += ROW
        ink.text(box.x, y, fit(card.says.replace("``", ""), box.w, 11), "q")
    kept = f"{', '.join(card.kept)} for the backward pass" if card.kept else ""
    held = f", {size(card.kept_bytes)}" if card.kept and card.kept_bytes else ""
    lines = [
        *(("formula" if i == 0 else "", line, "n") for i, line in enumerate(card.formulas[:6])),
        ("shapes", card.shapes, "n"),
        ("numbers", card.numbers, "n"),
        ("settings", ", ".join(card.settings), "n"),
        ("layer", " › ".join(card.path), ""),
        ("keeps", kept + held, ""),
        ("check", card.check, ""),
        ("note", card.note, "q"),
    ]
    for label, words, kind in lines:
        for i, row in enumerate(_rows(words, box.w - MARGIN, kind == "n")):
            y += ROW
            ink.text(box.x, y, "" if i else label, "q")
            ink.text(box.x + MARGIN + 12 * bool(i), y, row, kind)
    return y + 6 if card.source is None else _source(ink, Box(box.x, y + 14, box.w, 0), card.source)


def _rows(words: str, room: float, mono: bool) -> list[str]:
    """In at most three lines, broken between words."""
    lines: list[str] = []
    for word in clean(words, 400).split(" ") if words else []:
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and len(lines) < 3 and width_of(joined, 12, mono) > room - 12:
            lines.append(word)
        else:
            lines[-1:] = [joined]
    return [fit(line, room - 12, 12, mono) for line in lines]


def _source(ink: Ink, box: Box, source: wire.Source) -> float:
    """The user's own lines, the one that runs marked by an arrow and a tint."""
    lines = source.lines[:9]
    common = min((len(text) - len(text.lstrip()) for text in lines if text.strip()), default=0)
    ink.text(box.x, box.y + 11, f"{clean(source.place, 60)}, line {source.at}", "q")
    top = box.y + 18
    ink.rect(box.x, top, box.w, len(lines) * 17 + 8, "none", f'rx="4" stroke="{EDGE}"')
    for i, text in enumerate(lines):
        y = top + 4 + i * 17
        if source.first + i == source.at:
            ink.rect(box.x + 1, y, box.w - 2, 17, GRID)
            ink.raw(f'<path d="M{box.x + 6:.0f} {y + 4:.0f}l6 4.5l-6 4.5z" fill="{TEXT}"/>')
        ink.text(box.x + 40, y + 13, source.first + i, "m e")
        # A line of code keeps its indent, which SVG would swallow: it is moved instead.
        indent = len(text) - len(text.lstrip()) - common
        start = box.x + 50 + max(0, indent) * 12 * 0.61
        ink.text(start, y + 13, fit(text.strip(), box.right - start - 8, 12, True), "n")
    return top + len(lines) * 17 + 8


# --- the events


def _events(ink: Ink, box: Box, reading: Reading, most: int) -> float:
    """The events around the one that is shown: its phase as a coloured mark and a word."""
    card, pause = reading.card, reading.pause
    assert card is not None
    at = next((i for i, e in enumerate(reading.events) if e.number == card.event), 0)
    first = max(0, min(at - most // 2, len(reading.events) - most))
    ink.text(box.x, box.y + 12, "Events", "h")
    ink.text(box.x + 52, box.y + 12, f"{len(reading.events)} kept", "q")
    ink.text(box.right - 6, box.y + 12, "layer", "q e")
    y = box.y + 22
    for event in reading.events[first : first + most]:
        lit = event.number == card.event
        if lit:
            ink.rect(box.x, y, box.w, ROW, GRID, f'rx="3" stroke="{TEXT}" stroke-width="1.2"')
        ink.rect(box.x + 4, y + 3, 4, ROW - 6, PHASES.get(event.phase, EDGE))
        ink.text(box.x + 40, y + 14, event.number, "m e")
        ink.text(box.x + 48, y + 14, event.phase, "q")
        waits = pause is not None and event.number == pause.at and not lit
        said = event.mark or ("waits here" if waits else fit(event.layer, 70, 11))
        room = box.w - 108 - width_of(said, 11) - 14
        ink.text(box.x + 106, y + 14, fit(event.name, room, 12, True), "n")
        ink.text(box.right - 6, y + 14, said, "a e" if event.mark == "failed" else "q e")
        y += ROW
    return y


# --- the numbers


def _arrays(ink: Ink, box: Box, reading: Reading, card: wire.Card, most: int) -> float:
    """A row for each array, and the numbers of small ones."""
    if not card.arrays:
        return box.y
    places = [box.x + part * box.w for part in COLUMNS]
    words = ("shape", "dtype"), ("min", "mean", "max", "norm", "of note")
    for x, head in zip((box.x, *places[:2]), ("Numbers", *words[0]), strict=True):
        ink.text(x, box.y + 12, head, "h" if x == box.x else "q")
    for x, head in zip(places[3:], words[1], strict=True):
        ink.text(x, box.y + 12, head, "q e")
    ink.line(box.x, box.y + 18, box.right, box.y + 18, EDGE)
    y, at, points = box.y + 18, 0, reading.points(card)
    for array in card.arrays[:most]:
        mine = points[at : at + array.points]
        at += array.points
        y = _array(ink, places, Box(box.x, y, box.w, 0), array, mine)
    if len(card.arrays) > most:
        ink.text(box.x, y + 14, f"and {len(card.arrays) - most} more", "q")
        y += ROW
    return y + 4


def _array(ink: Ink, places: Sequence[float], box: Box, array: wire.Array, points: Sequence[float]) -> float:
    y = box.y + 15
    ink.text(box.x, y, fit(array.name, places[0] - box.x - 8, 12, True), "n")
    ink.text(places[0], y, fit("×".join(map(str, array.shape)) or "scalar", 150, 12, True), "n")
    ink.text(places[1], y, fit(array.dtype, 80, 11), "q")
    none = not points or math.isnan(points[0])  # nothing finite in it
    for x, value in zip(places[3:7], points[:4], strict=False):
        ink.text(x, y, "–" if none or not math.isfinite(value) else short(value), "n e")
    counts = (("NaN", array.nans), ("Inf", array.infs), ("zero", array.zeros))
    said = ", ".join(f"{n} {what}" for what, n in counts if n)
    if array.nans or array.infs:
        ink.rect(box.right + 4, y - 9, 8, 10, "url(#nan)", f'stroke="{NAN}" stroke-width=".6"')
    ink.text(box.right, y, said, "a e" if array.nans or array.infs else "q e")
    y += 4
    values = points[6 + max(0, array.bins) :]
    if 1 < len(values) <= SMALL and not array.pooled and math.prod(array.shape) == len(values):
        rows = [values[i : i + array.columns] for i in range(0, len(values), max(1, array.columns))]
        text = "; ".join(" ".join(map(short, row)) for row in rows)
        ink.text(places[0], y + 13, fit(f"[{text}]", box.right - places[0], 11, True), "m")
        y += 17
    return y


def _rule(ink: Ink, box: Box, card: wire.Card, most: int) -> float:
    """The update rule on one element."""
    ink.text(box.x, box.y + 12, f"Update rule at {list(card.element)}", "h")
    formula, numbers = box.x + 0.17 * box.w, box.x + 0.52 * box.w
    ink.line(box.x, box.y + 18, box.right, box.y + 18, EDGE)
    y = box.y + 18
    for line in card.rule[:most]:
        y += ROW
        ink.text(box.x, y - 4, fit(line.name, formula - box.x - 8, 12, True), "n")
        ink.text(formula, y - 4, fit(line.formula, numbers - formula - 8, 12, True), "n")
        room = box.right - numbers - width_of(line.value, 12, True) - 12
        ink.text(numbers, y - 4, fit(line.numbers, room, 12, True), "n")
        ink.text(box.right, y - 4, clean(line.value, 40), "n e")
    return y + 2


def _difference(ink: Ink, box: Box, told: wire.Difference) -> float:
    """The comparison in words."""
    ink.text(box.x, box.y + 12, "Two outcomes", "h")
    losses = [
        f"{short(x)} {how}"
        for x, how in ((told.was, "as it was"), (told.edited, "as edited"))
        if x is not None
    ]
    said = [
        f"from event {told.first}: {', '.join(told.edits)}",
        *([f"loss {', '.join(losses)}"] if losses else []),
    ]
    said.append("the program goes on as it was" if told.live == "was" else "the program goes on as edited")
    ink.text(box.x + 110, box.y + 12, fit(" · ".join(said), box.w - 110, 12), "")
    return box.y + 18
