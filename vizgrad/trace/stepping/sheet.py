"""What a pause says on paper: lines, small tables and source, for whoever prints them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy

from vizgrad.trace import wire

from . import writing

if TYPE_CHECKING:
    from .event import Event
    from .stepper import Stepper

SMALL = 16  # numbers of an array that are printed without being asked for
AROUND = 8  # events on either side of the one that is shown
MOST_ROWS = 20  # of a comparison

Kind = Literal["forward", "backward", "update", "", "formula", "quiet", "note", "alarm"]


@dataclass(frozen=True, slots=True)
class Title:
    """Opens a sheet: where the program stands."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Say:
    """One thing in words, or by its name in the margin."""

    text: str
    kind: Kind = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.  The first ``words`` columns are text, the others numbers; row ``lit`` is the present one."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int
    lit: int = -1


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of the user's own code, one of which runs."""

    source: wire.Source


Block = Title | Say | Grid | Code


# --- a pause


def pause(s: Stepper) -> list[Block]:
    """Everything about the event that is shown."""
    card: wire.Card | None = s.card
    event = s.recording.find(s.pause.shown)
    if card is None or event is None:  # pyright: ignore[reportUnnecessaryComparison]
        return [Say("Nothing has happened yet.", "quiet")]
    blocks: list[Block] = [Title(_where(s.pause, event, card), event.phase)]
    why = s.pause.why
    blocks += [Say(why[:1].upper() + why[1:], "note")] if why not in ("", "step") else []
    blocks += [Say(card.says.replace("``", ""), "quiet")] if card.says else []
    blocks += [Say(line, "formula", "" if i else "formula") for i, line in enumerate(card.formulas)]
    blocks += [
        Say(text, "", label)
        for label, text in (
            ("shapes", card.shapes),
            ("numbers", card.numbers),
            ("settings", ", ".join(card.settings)),
            ("layer", " › ".join(card.path)),
        )
        if text
    ]
    blocks += [Code(card.source)] if card.source else []
    blocks += _arrays(s, card)
    return [*blocks, *rule(s), *_ends(card), *waiting(s)]


def _where(pause: wire.Pause, event: Event, card: wire.Card) -> str:
    end = pause.begins + pause.expected
    count = f" of about {end}" if pause.expected and event.number < end else ""
    place = f"{card.title} · event {event.number}{count} · {event.phase}"
    if pause.failed and pause.at < 0:
        return f"failed in {place}"
    if pause.shown != pause.at:
        return f"looking back at {place}" + (f" (waits at event {pause.at})" if pause.at >= 0 else "")
    rewound = f" (the program itself waits at event {pause.frontier})" if pause.at < pause.frontier else ""
    return f"paused {'after' if pause.after else 'before'} {place}{rewound}"


def waiting(s: Stepper) -> list[Block]:
    """Edits that were made here and have not run."""
    edits = s.pause.edits
    return [Say(", ".join(edits), "note", "edited")] if edits else []


def _ends(card: wire.Card) -> list[Block]:
    held = f" ({size(card.kept_bytes)})" if card.kept_bytes else ""
    kept = f"{', '.join(card.kept)} for the backward pass{held}" if card.kept else ""
    said = (("keeps", kept), ("check", card.check), ("note", card.note))
    return [Say(text, "quiet" if label == "note" else "", label) for label, text in said if text]


# --- arrays


def _arrays(s: Stepper, card: wire.Card) -> list[Block]:
    if not card.arrays:
        return []
    points = s.feed.latest("card")[1]
    rows: list[tuple[str, ...]] = []
    at = 0
    for array in card.arrays:
        rows.append(_row(array, points[at : at + array.points].tolist()))
        at += array.points
    head = ("array", "what", "shape", "dtype", "min", "mean", "max", "norm", "of note")
    small = [array.name for array in card.arrays if 0 < math.prod(array.shape) <= SMALL]
    wide, there = max(map(len, small), default=0), {value.name for value in s.values}
    said = [Say(written(s.value(name)), "", f"{name:<{wide}}") for name in small if name in there]
    return [Grid(head, tuple(rows), 4), *said]


def _row(array: wire.Array, points: Sequence[float]) -> tuple[str, ...]:
    low, mean, high, norm = (*points[:4], *(math.nan,) * 4)[:4]
    counts = (("NaN", array.nans), ("Inf", array.infs), ("zero", array.zeros))
    said = ", ".join(f"{n} {what}" for what, n in counts if n)
    shape = "×".join(map(str, array.shape)) or "scalar"
    none = math.isnan(low)  # nothing finite in it
    statistics = ["–" if none or not math.isfinite(x) else number(x) for x in (low, mean, high, norm)]
    return array.name, array.says, shape, array.dtype, *statistics, said


def written(array: Any, width: int = 96) -> str:
    """The numbers of an array, rows below each other; the middle of a long one left out."""
    array = numpy.asarray(array)
    if array.dtype.kind == "V":  # bfloat16, which NumPy cannot format
        array = array.astype("f4")
    if array.ndim == 0:
        return str(array[()])
    return numpy.array2string(array, precision=4, max_line_width=width, threshold=400, separator=" ")


def rule(s: Stepper) -> list[Block]:
    """The update rule on one element."""
    card = s.card
    if not card.rule:
        return []
    place = f"{list(card.element)}" if card.element else "one number"
    rows = tuple((line.name, line.formula, line.numbers, line.value) for line in card.rule)
    return [Grid((f"rule at {place}", "formula", "numbers", "value"), rows, 3)]


# --- other sheets


def difference(s: Stepper) -> list[Block]:
    """The two outcomes of a branch, side by side."""
    found, apart = s.feed.latest("difference")
    if found is None:
        return []
    blocks: list[Block] = [
        Title(f"two outcomes from event {found.first} on: as it was, and with {', '.join(found.edits)}", "")
    ]
    if found.was is not None and found.edited is not None:
        blocks.append(Say(f"{number(found.was)} as it was, {number(found.edited)} as edited", "", "loss"))
    rows = [
        (str(event.number), event.phase, event.name, event.layer, number(x))
        for x, event in zip(apart.tolist(), _from(s, found.first), strict=False)
        if not x <= 0  # NaN where one of the two is not finite
    ]
    if rows:
        blocks.append(
            Grid(("event", "phase", "name", "layer", "‖edited − was‖ / ‖was‖"), tuple(rows[:MOST_ROWS]), 4)
        )
        blocks += [Say(f"and {len(rows) - MOST_ROWS} more events")] if len(rows) > MOST_ROWS else []
    else:
        blocks.append(Say("No event gave anything else.", "quiet"))
    blocks.append(Say(found.note, "quiet", "note"))
    return blocks


def _from(s: Stepper, first: int) -> Iterable[Event]:
    return (event for event in s.recording.events if event.number >= first)


def events(s: Stepper, number: int) -> list[Block]:
    """The events around the one of that number."""
    near = [e for e in s.recording.events if abs(e.number - number) <= AROUND]
    rows = tuple(
        (
            f"{'→' if e.number == s.pause.at else ' '} {e.number}",
            e.phase,
            e.name,
            e.layer,
            e.line,
            e.mark or ("shown" if e.number == s.pause.shown != s.pause.at else ""),
        )
        for e in near
    )
    lit = next((i for i, e in enumerate(near) if e.number == s.pause.at), -1)
    head = ("event", "phase", "name", "layer", "line", "")
    return [Grid(head, rows, 6, lit)] if rows else [Say(f"no event near {number} is known", "quiet")]


def breaks(s: Stepper) -> list[Block]:
    """Every breakpoint."""
    rows = tuple(
        (str(one.id), one.kind, one.what, ", ".join(one.phases), str(one.hits))
        for one in s.breaks.all.values()
    )
    head = ("number", "kind", "pauses at", "in", "hits")
    return [Grid(head, rows, 4)] if rows else [Say("There are no breakpoints.", "quiet")]


# --- numbers


def number(x: float) -> str:
    """Three digits."""
    return writing.number(x)


def size(n: int) -> str:
    """Bytes, in thousands."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n >= step:
            return f"{n / step:.3g} {unit}"
    return f"{n} B"
