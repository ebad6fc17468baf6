"""The words and numbers of a saved picture: what each view says in one sentence."""

from __future__ import annotations

import math
from collections.abc import Callable

from vizgrad.trace import wire
from vizgrad.trace.clean import clean
from vizgrad.trace.curves import Curve, numbers, of_group, read
from vizgrad.trace.message import numbers_of

THIN = "\u202f"  # narrow no-break space: between thousands, before units

VANISHING, EXPLODING = 1e-7, 1e3  # norms of gradients, as on the page (src/draw/health.ts)


def short(value: float) -> str:
    """0.218, 12.4, 3.10e-5: three significant digits, as on the page (src/draw/format.ts)."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+∞" if value > 0 else "−∞"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 1e-3 or size >= 999.5:
        digits, power = f"{value:.2e}".split("e")
        return f"{digits}e{int(power)}"
    return _three(value)


def _three(value: float) -> str:
    """Three significant digits, trailing zeros kept, never in scientific form."""
    power = int(f"{abs(value):.2e}".split("e")[1])
    return f"{value:.{max(0, 2 - power)}f}"


def whole(value: float) -> str:
    """A whole number with its digits in groups of three: 1 240."""
    return f"{value:,.0f}".replace(",", THIN)


def scaled(value: float, unit: str = "") -> str:
    """Three significant digits with a prefix for each power of a thousand: 1.24 k, 3.10 MB."""
    power = 0
    while abs(value) >= 999.5 and power < 5:
        value /= 1000
        power += 1
    digits = f"{value:.0f}" if power == 0 and value == round(value) else _three(value)
    tail = ("", "k", "M", "G", "T", "P")[power] + unit
    return digits + (THIN + tail if tail else "")


def size(value: float) -> str:
    """Bytes, in thousands: 3.10 MB."""
    return scaled(value, "B")


def percent(value: float) -> str:
    """A fraction of one in per cent, three digits."""
    hundred = 100 * value
    digits = "0" if hundred == 0 else f"{hundred:.0f}" if abs(hundred) >= 99.95 else _three(hundred)
    return f"{digits}{THIN}%"


def with_unit(value: float, unit: str) -> str:
    """A value of a curve in its unit."""
    if not math.isfinite(value):
        return short(value)
    return percent(value) if unit == "fraction" else size(value) if unit == "bytes" else short(value)


def duration(seconds: float) -> str:
    """8.4 s, 2 min 05 s, 1 h 04 min."""
    if not math.isfinite(seconds) or seconds < 0:
        return "–"
    if seconds < 59.95:
        return f"{seconds:.1f}{THIN}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{THIN}min {rest:02d}{THIN}s"
    return f"{minutes // 60}{THIN}h {minutes % 60:02d}{THIN}min"


class Reading:
    """One keyframe, taken apart: what every picture draws from."""

    def __init__(self, update: wire.Update, points: object) -> None:
        self.title = clean(update.title, 60) or "run"
        self.curves = read(update.parts, points)
        self.status = next((p for p in update.parts if isinstance(p, wire.Status)), None)
        self.graph = next((p for p in update.parts if isinstance(p, wire.Graph)), None)
        self.memory = next((p for p in update.parts if isinstance(p, wire.Memory)), None)
        self.pause = next((p for p in update.parts if isinstance(p, wire.Pause)), None)
        self.card = next((p for p in update.parts if isinstance(p, wire.Card)), None)
        self.difference = next((p for p in update.parts if isinstance(p, wire.Difference)), None)
        self.events = next((p.events for p in update.parts if isinstance(p, wire.Events)), ())
        self._update, self._points = update, points

    def points(self, part: wire.Part) -> list[float]:
        """The numbers of one part; fewer where the buffer ends too early."""
        at = 0
        for one in self._update.parts:
            if one is part:
                break
            at += max(0, numbers_of(one))
        return numbers(self._points)[at : at + max(0, numbers_of(part))]

    @property
    def shown(self) -> wire.Event | None:
        """The event that the card is about."""
        return next((e for e in self.events if self.card and e.number == self.card.event), None)

    def group(self, name: str) -> list[Curve]:
        return of_group(self.curves, name)

    @property
    def state(self) -> str:
        return clean(self.status.state, 20) if self.status else "waiting"


def name_of(curve: Curve) -> str:
    """What to call a curve; the model itself has no path."""
    return clean(curve.name, 40) or "(the model)"


def every(reading: Reading) -> str:
    """The sampling in force: "every 8th step"; nothing where every step was recorded."""
    n = reading.status.every if reading.status else 1
    if n < 2:
        return ""
    tail = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"every {whole(n)}{tail} step recorded"


def sentence(view: str, reading: Reading) -> str:
    """What the view shows, in words and numbers."""
    says: dict[str, Callable[[Reading], str]] = {
        "Curves": _curves,
        "Rates": _rates,
        "Gradients": gradients_say,
        "Memory": _memory,
        "Graph": _graph,
        "Stepper": _stepper,
    }
    return says.get(view, _dashboard)(reading)


def _dashboard(reading: Reading) -> str:
    status = reading.status
    if status is None or (status.step == 0 and status.state == "waiting"):
        return "Waiting for the first step"
    parts = [f"Step {whole(status.step)}"]
    parts += [f"{name_of(c)} {with_unit(c.last, c.unit)}" for c in reading.group("metric")[:3]]
    rates = [curve.last for curve in reading.group("rate")]
    if rates:
        low, high = short(min(rates)), short(max(rates))
        parts.append(f"lr {low}" if low == high else f"lr {low} to {high}")
    if reading.memory:
        parts.append(f"{size(sum(reading.memory.now))} live")
    return " · ".join([*parts, f"{duration(status.elapsed)} of training"])


def _curves(reading: Reading) -> str:
    metrics = reading.group("metric")
    said = [f"{name_of(c)} {with_unit(c.last, c.unit)}{_since_first(c)}" for c in metrics[:3]]
    return " · ".join(said) or "Nothing logged yet"


def _since_first(curve: Curve) -> str:
    """Where the curve began: ", down from 2.31"."""
    first, last = curve.y[0], curve.last
    if len(curve.y) < 2 or first == last or not (math.isfinite(first) and math.isfinite(last)):
        return ""
    return f", {'down' if last < first else 'up'} from {with_unit(first, curve.unit)}"


def _rates(reading: Reading) -> str:
    rates = reading.group("rate")
    if not rates:
        return "No optimizer is watched"
    first, last = rates[0].y[0], rates[0].last
    more = f" · {len(rates)} parameter groups" if len(rates) > 1 else ""
    change = (
        f"{short(last)} now, {short(first)} at the start" if first != last else f"{short(last)}, unchanged"
    )
    return f"Learning rate {change}{more}"


def verdict(curve: Curve) -> str:
    """What ails the newest point, "vanishing since step 310"; "" where all is well."""
    word = _ailment(curve.last)
    if not word:
        return ""
    start = len(curve.y) - 1
    while start > 0 and _ailment(curve.y[start - 1]) == word:
        start -= 1
    return f"{word} since step {whole(curve.x[start])}"


def _ailment(norm: float) -> str:
    if not math.isfinite(norm):
        return "NaN" if math.isnan(norm) else "infinite"
    if norm < VANISHING:
        return "zero" if norm == 0 else "vanishing"
    return "exploding" if norm > EXPLODING else ""


def gradients_say(reading: Reading) -> str:
    """How many layers ail, and the first of them; else the span of the norms."""
    layers = reading.group("gradient")
    if not layers:
        return "No backward pass yet"
    ailing = [curve for curve in layers if _ailment(curve.last)]
    ailing.sort(key=lambda curve: math.isfinite(curve.last))
    if ailing:
        rest = f"; {len(ailing) - 1} more of {len(layers)} layers" if len(ailing) > 1 else ""
        return f"{name_of(ailing[0])}: {verdict(ailing[0])}{rest}"
    low, high = short(min(c.last for c in layers)), short(max(c.last for c in layers))
    return f"Gradients healthy, norm{f' {low}' if low == high else f's from {low} to {high}'}"


def ails(reading: Reading) -> bool:
    """Whether the newest gradient of any layer gives reason to worry."""
    return any(_ailment(curve.last) for curve in reading.group("gradient"))


def _memory(reading: Reading) -> str:
    memory = reading.memory
    if memory is None:
        return "No memory measured yet"
    where = f", {clean(memory.peak_at, 60)}" if memory.peak_at else ""
    peak = f"peak {size(sum(memory.peak))} at step {whole(memory.peak_step)}{where}"
    return f"{size(sum(memory.now))} now, {peak}"


def _graph(reading: Reading) -> str:
    graph = reading.graph
    if graph is None:
        return "No computation recorded yet"
    ops = sum(node.kind in ("op", "loss") for node in graph.nodes)
    layers = sum(layer.path != "" for layer in graph.layers)
    parts = [f"{whole(ops)} ops in {whole(layers)} layers" if layers else f"{whole(ops)} ops"]
    weights = next((layer.parameters for layer in graph.layers if layer.path == ""), 0)
    if weights:
        parts.append(f"{whole(weights)} parameters")
    return " · ".join(parts)


def _stepper(reading: Reading) -> str:
    pause, card, shown = reading.pause, reading.card, reading.shown
    if pause is None or card is None:
        return "Nothing has been stepped through yet"
    end = pause.begins + pause.expected
    count = f" of about {end}" if pause.expected and card.event < end else ""
    where = f"{clean(card.title, 80)} · event {card.event}{count}" + (f" · {shown.phase}" if shown else "")
    if pause.failed and pause.at < 0:
        noted = reading.status is not None and reading.status.note  # stands beside it
        return f"Failed in {where}" + ("" if noted else f" · {clean(pause.why, 160)}")
    if pause.at >= 0 and pause.at == pause.shown:
        why = "" if pause.why in ("", "step") else f" · {clean(pause.why, 160)}"
        return f"Paused {'after' if pause.after else 'before'} {where}{why}"
    waits = f"Paused at event {pause.at}" if pause.at >= 0 else f"{clean(pause.why, 80).capitalize()}"
    return f"{waits or 'Running'} · shown: {where}"
