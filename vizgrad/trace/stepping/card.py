"""The card of an event: its formula, its numbers, its line, its layers, put together for whoever looks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy

from vizgrad.engine import device, storage
from vizgrad.engine.surface import ink
from vizgrad.trace import wire
from vizgrad.trace.clean import clean
from vizgrad.trace.graph import rule

from . import arrays, explain, source
from . import rule as rules
from .event import Event, Moment, Ref, Value
from .replay import Diverged
from .values import is_packed

if TYPE_CHECKING:
    from .stepper import Stepper

MOST_ARRAYS = 12
MOST_RULES = 500  # updates whose rule is remembered as it ran
SMALL = 64  # elements of all inputs of a node whose gradients are compared with finite differences
ROLES = {
    "input": "input",
    "output": "output",
    "gradient in": "gradient that arrives",
    "gradient out": "gradient that is handed on",
    "parameter": "parameter",
    "state": "the optimizer's memory",
}


class Desk:
    """Lays out one event at a time."""

    def __init__(self, stepper: Stepper) -> None:
        self._stepper = stepper
        self.values: tuple[Value, ...] = ()
        self._slices: dict[str, tuple[int, ...]] = {}  # chosen by whoever looks, until another event is shown
        self._element: tuple[int, ...] = ()
        self._event: Event | None = None
        self._rules: dict[int, tuple[tuple[wire.Line, ...], tuple[int, ...], explain.Said]] = {}

    def show(self, number: int) -> None:
        """Lay out the event of that number."""
        stepper = self._stepper
        event = stepper.recording.find(number)
        if event is None:
            return
        if event is not self._event:
            self._event, self._slices, self._element = event, {}, ()
        try:
            self.values, note = stepper.travel.values(event)
        except Diverged as error:
            self.values, note = (), clean(f"the values of this event cannot be shown: {error}", 400)
        self._lay(event, note)

    def pick(self, target: str, index: tuple[int, ...]) -> None:
        """Show another slice of an array, or follow another element of a parameter."""
        value = next((v for v in self.values if v.name == target), None)
        if value is None or self._event is None:
            raise ValueError(f"pick: no array of this event is called {target!r}")
        shape = value.array.shape
        if len(index) > len(shape) or any(not -n <= i < n for i, n in zip(index, shape, strict=False)):
            raise ValueError(f"pick: {target} has the shape {tuple(shape)}, so there is no {list(index)}")
        if value.role == "parameter" and len(index) == len(shape):
            self._element = tuple(index)
        else:
            self._slices[target] = tuple(index)
        self.show(self._event.number)

    def value(self, name: str) -> Any:
        """The array of that name, on the host."""
        for value in self.values:
            if value.name == name:
                return numpy.array(device.host(value.array))  # the program goes on writing to its own
        there = ", ".join(v.name for v in self.values) or "none"
        raise KeyError(f"no array of this event is called {name!r}; there are: {there}")

    def editable(self) -> dict[str, Any]:
        """What can be edited at this event, by its name."""
        found: dict[str, Any] = {v.target: v.array for v in self.values if v.target}
        for p, name in self._stepper.parameters():
            found.setdefault(name, p.array)
        now = self._stepper.now
        if now is not None and now.event is self._event and "lr" in now.group:
            found["lr"] = numpy.asarray(float(now.group["lr"]))
        return found

    # --- putting it together

    def _lay(self, event: Event, note: str) -> None:
        shown = self.values[:MOST_ARRAYS]
        described = [self._describe(event, value) for value in shown]
        said = self._said(event)
        now = self._moment(event)
        lines, element, said = self._update(event, now, said)
        kept = [v for v in self.values if v.kept]
        extras = self._kept_names(event)
        card = wire.Card(
            event=event.number,
            title=clean(_title(event, now)),
            says=clean(said.says or _class_says(now), 400),
            formulas=said.formulas,
            shapes=said.shapes,
            numbers=said.numbers,
            settings=tuple(clean(text) for text in _settings(event, now)),
            path=self._path(event),
            source=source.around(event.file, event.lineno),
            arrays=tuple(part for part, _ in described),
            rule=lines,
            element=element,
            kept=extras,
            kept_bytes=self._kept_bytes(event, kept),
            check=self._check(event),
            note=note,
        )
        numbers = [points for _, points in described]
        self._stepper.feed.put(card, numpy.concatenate(numbers) if numbers else numpy.empty(0))

    def _update(
        self, event: Event, now: Moment | None, said: explain.Said
    ) -> tuple[tuple[wire.Line, ...], tuple[int, ...], explain.Said]:
        """The rule of an update, line by line; of one in the past, as it was when the program waited there."""
        if event.phase != "update":
            return (), (), said
        if now is None:
            return self._rules.get(event.number, ((), (), said))
        lines = self._rule(now)
        found = lines, self._element if lines else (), said
        self._rules[event.number] = found
        if len(self._rules) > MOST_RULES:
            del self._rules[next(iter(self._rules))]
        return found

    def _moment(self, event: Event) -> Moment | None:
        now = self._stepper.now
        return now if now is not None and now.event is event else None

    def _describe(self, event: Event, value: Value) -> tuple[wire.Array, Any]:
        says = ROLES[value.role] + (", kept for backward" if value.kept else "")
        return arrays.describe(
            value.array,
            name=value.name,
            says=says,
            role=value.role,
            kept=value.kept,
            target=value.target,
            index=self._slices.get(value.name, ()),
        )

    def _said(self, event: Event) -> explain.Said:
        if event.phase == "update":
            return self._said_of_update(event)
        op = event.op
        assert op is not None
        try:
            if event.phase == "forward":
                outs = [v.array for v in self.values if v.role == "output"]
                out: Any = outs[0] if len(outs) == 1 else tuple(outs)
                if outs:
                    return explain.forward(op, self._operands(event), event.settings, out)
            else:
                grads, results = self._gradients(event)
                if any(dx is not None for dx in results):
                    return explain.backward(op, self._kept(event), event.settings, grads, results)
        except Exception:  # a row of the user's own may hold anything; the card is shown with the bare rule
            pass
        known = rule(op)
        lines = known.gradients if event.phase == "backward" else (f"y = {known.forward}",)
        return explain.Said(lines, "", "", known.says)

    def _said_of_update(self, event: Event) -> explain.Said:
        now = self._moment(event)
        if now is None:
            return explain.Said((), "", "", "")
        try:
            groups = now.optimizer.param_groups
            number = next((i for i, group in enumerate(groups) if group is now.group), 0)
            lines = tuple(clean(line, 400) for line in now.optimizer.formula(number).splitlines())
        except Exception:  # an optimizer of the user's own, with a step of its own
            lines = ()
        return explain.Said(lines, "", "", "")

    def _operands(self, event: Event) -> list[Any]:
        given = iter([v.array for v in self.values if v.role == "input"])
        return [next(given) if isinstance(x, Ref) else x for x in event.inputs]

    def _gradients(self, event: Event) -> tuple[list[Any], list[Any]]:
        assert event.op is not None
        by_name = {v.name: v.array for v in self.values}
        several = len(event.op.outputs) > 1
        grads = [by_name.get(f"g{i}" if several else "g") for i in range(len(event.op.outputs) or 1)]
        if event.op.variadic:
            return grads, [v.array for v in self.values if v.role == "gradient out"]
        return grads, [by_name.get(f"∂L/∂{letter}") for letter in ink.letters(event.op).values()]

    def _kept(self, event: Event) -> dict[str, Any]:
        node = event.node() if event.node is not None else None
        kept = node.kept if node is not None else None
        if node is None or not isinstance(kept, storage.Kept) or is_packed(kept):
            return {}  # nothing, or freed after its use
        return dict(zip(node.op.keeps, kept.values, strict=False))

    def _kept_names(self, event: Event) -> tuple[str, ...]:
        op = event.op
        if op is None or (event.phase == "forward" and not event.grad):
            return ()
        missing = {name for name, x in zip(op.inputs, event.inputs, strict=False) if x is None}
        return tuple(clean(name) for name in op.keeps if not name.endswith("_shape") and name not in missing)

    def _kept_bytes(self, event: Event, kept: list[Value]) -> int:
        if event.phase == "backward":
            return sum(getattr(x, "nbytes", 0) for x in self._kept(event).values())
        if event.done:
            return self._stepper.flow.kept_bytes(event.graph)
        return sum(v.array.nbytes for v in kept)

    def _check(self, event: Event) -> str:
        now = self._moment(event)
        if event.phase != "backward" or now is None or event.container or event.op is None:
            return ""
        maker = self._stepper.made.get(now.node.number)
        if maker is None or maker.values is None or not all(v.fresh for v in maker.values):
            return ""
        inputs = [v for v in maker.values if v.role == "input"]
        if sum(v.array.size for v in inputs) > SMALL:
            return ""
        given = iter([v.array for v in inputs])
        operands = [next(given) if isinstance(x, Ref) else x for x in maker.inputs]
        grads, results = self._gradients(event)
        try:
            return clean(explain.check(event.op, operands, maker.settings, grads, results))
        except Exception:  # an op whose arithmetic cannot be repeated on its own
            return ""

    def _rule(self, now: Moment) -> tuple[wire.Line, ...]:
        """The rule on one element: the one that was picked, or the one with the largest gradient."""
        p = now.parameter
        if not self._element:
            size = (
                numpy.abs(device.host(p.grad.array)) if p.grad is not None and not p.grad.is_sparse else None
            )
            if size is not None and size.size:
                flat = int(numpy.argmax(numpy.where(numpy.isnan(size), math.inf, size)))
                self._element = tuple(int(i) for i in numpy.unravel_index(flat, size.shape))
        try:
            return rules.lines(now.optimizer, p, now.group, self._element)
        except Exception:  # a rule that ink cannot follow
            return ()

    def _path(self, event: Event) -> tuple[str, ...]:
        layers = {layer.path: layer for layer in self._stepper.flow.layers}
        words = event.layer.split(".") if event.layer else []
        found = [layers[""].kind] if "" in layers else []
        for n in range(1, len(words) + 1):
            layer = layers.get(".".join(words[:n]))
            if layer is not None:
                found.append(clean(f"{words[n - 1]}: {layer.kind}({layer.note})"))
        return tuple(found)


def _title(event: Event, now: Moment | None) -> str:
    if event.phase == "update":
        by = f" by {type(now.optimizer).__name__}" if now is not None else ""
        return f"update of {event.name}{by}"
    return f"{event.name} in {event.layer}" if event.layer else event.name


def _class_says(now: Moment | None) -> str:
    doc = type(now.optimizer).__doc__ if now is not None and now.optimizer is not None else None
    return (doc or "").strip().partition("\n")[0].replace("``", "").replace("`", "")


def _settings(event: Event, now: Moment | None) -> list[str]:
    """Settings that are not what they would be by themselves."""
    if event.phase == "update":
        group = now.group if now is not None else {}
        return [
            f"{k}={v}"
            for k, v in group.items()
            if k not in ("params", "param_names") and v not in (None, False, 0)
        ]
    op = event.op
    usual = op.settings if op is not None else {}
    return [
        f"{k}={v}"
        for k, v in event.settings.items()
        if k not in ("apply", "args") and not hasattr(v, "shape") and (k not in usual or usual[k] is not v)
    ][:12]
