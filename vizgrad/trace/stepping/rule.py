"""The update rule of one parameter, line by line, as it is about to run on one of its elements."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from typing import Any

import numpy

from vizgrad.engine import watch
from vizgrad.engine.bare import Bare
from vizgrad.engine.device import host
from vizgrad.engine.namespace import NUMPY
from vizgrad.engine.surface.ink import Ink
from vizgrad.optim.formula import LETTERS, symbol
from vizgrad.optim.optimizer import Optimizer, _number, real
from vizgrad.optim.saving import counter
from vizgrad.trace import wire
from vizgrad.trace.clean import clean

from . import told
from .told import TELLING, Told
from .writing import subscript

__all__ = ["lines", "names"]

_POW: Any = operator.pow  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
SHORT = ("step₁", "step₂", "step₃")  # what other lines say for these, beside the rule's own variables


def lines(
    optimizer: Any, parameter: Any, group: dict[str, Any], element: Sequence[int]
) -> tuple[wire.Line, ...]:
    """The rule that runs next on ``parameter[element]``: one line for each thing remembered, and for what is between.

    () where there is no such rule: elements do not move on their own, the optimizer has a step of its own, or
    no gradient is there.
    """
    if not follows(optimizer) or parameter.grad is None or parameter.array.dtype.kind not in "fV":
        return ()
    at = tuple(min(max(int(i), 0), n - 1) for i, n in zip(element, parameter.array.shape, strict=False))
    if len(at) != parameter.array.ndim or not parameter.array.size:
        return ()
    with watch.unwatched():
        g = _gradient(optimizer, parameter, at)
        memory = None if g is None else _memory(optimizer, parameter, group, at)
    if g is None or memory is None:
        return ()
    run = Run(optimizer, group, _one(parameter.array, at), g, memory)
    try:
        with numpy.errstate(all="ignore"):
            return run.lines()
    except Exception:  # a rule of a user's own may do what an element alone cannot
        return ()


def follows(optimizer: Any) -> bool:
    """Whether the optimizer has a rule for each element, and moves by it."""
    if not isinstance(optimizer, Optimizer) or not optimizer.elementwise:
        return False
    kind: Any = optimizer.__class__
    return kind.step is Optimizer.step and kind.update is not Optimizer.update


def names(optimizer: Any, parameter: Any) -> dict[str, Any]:
    """What is remembered about a parameter, as arrays; before the first update, what it will begin with."""
    state: dict[str, Any] = optimizer.state.get(parameter) or {}
    if state or not follows(optimizer):
        return {name: x.array for name, x in state.items() if isinstance(x, Bare)}
    group = next((g for g in optimizer.param_groups if any(p is parameter for p in g["params"])), None)
    if group is None:
        return {}
    fresh = _fresh(optimizer, host(parameter.array), group)
    return {name: x for name, x in fresh.items() if hasattr(x, "dtype") and hasattr(x, "shape")}


# --- what the rule is given


def _one(array: Any, at: tuple[int, ...]) -> Any:
    """That element as an array of its own, on the host."""
    return host(array[at].reshape(1) if hasattr(array[at], "reshape") else numpy.asarray([array[at]])).copy()


def _gradient(optimizer: Any, parameter: Any, at: tuple[int, ...]) -> Any:
    """The gradient of that element; None where a sparse one does not reach it."""
    grad = parameter.grad
    if not grad.is_sparse:
        return _one(grad.array, at)
    if type(optimizer)._move_rows is Optimizer._move_rows:  # pyright: ignore[reportUnknownMemberType]
        return None
    grad = grad.coalesce()
    rows: Any = host(grad.indices().array)
    found = numpy.flatnonzero((rows == numpy.asarray(at[: len(rows)])[:, None]).all(axis=0))
    return _one(grad.values().array, (int(found[0]), *at[len(rows) :])) if len(found) else None


def _fresh(optimizer: Any, array: Any, group: dict[str, Any]) -> dict[str, Any]:
    settings = {name: _number(group[name]) for name in optimizer._start_settings}
    return dict(optimizer.start(NUMPY, real(array), **settings))


def _memory(
    optimizer: Any, parameter: Any, group: dict[str, Any], at: tuple[int, ...]
) -> dict[str, Any] | None:
    """The memory of that element, its step counted; None where it is not remembered element by element."""
    state: dict[str, Any] = optimizer.state.get(parameter) or {}
    single = ("step", *optimizer.counters)
    if not state:
        fresh = _fresh(optimizer, _one(parameter.array, at), group)
        found = {k: counter(v).item() if k in single else v for k, v in fresh.items()}
    else:
        found = {}
        for name, value in state.items():
            array = value.array if isinstance(value, Bare) else value
            if name in single:
                found[name] = host(array).item() if hasattr(array, "dtype") else array
            elif array is None or not hasattr(array, "dtype"):
                found[name] = array
            elif array.shape != parameter.array.shape:
                return None
            else:
                found[name] = _one(array, at)
    if "step" in found:
        found["step"] += 1
    return found


# --- the run


class Memory(dict[str, Any]):
    """A rule's memory.  Each change is a line; from then on the new value is meant, ``name′``."""

    def __init__(self, values: dict[str, Any], rounded: bool) -> None:
        super().__init__(
            {k: None if v is None else self._leaf(k, LETTERS.get(k, k), v) for k, v in values.items()}
        )
        self.kinds = {k: v.dtype for k, v in values.items() if hasattr(v, "dtype")}  # what it is kept in
        self.rounded = rounded  # plain numbers are kept in float32
        self.made: list[tuple[str, Told]] = []  # each new value, and what it was made of

    def _leaf(self, name: str, word: str, value: Any) -> Told:
        leaf = Told(Ink(word), value)

        def write(new: Told) -> None:
            self[name] = new

        leaf.set = write
        return leaf

    def __setitem__(self, name: str, value: Any) -> None:
        new = value if isinstance(value, Told) else Told(Ink(str(value)), value)
        if new.set is not None and new is self.get(name):
            return
        if self.made and self.made[-1][0] == name and new.make is operator.add and new.parts[0] is self[name]:
            before, added = self.made.pop()[1], new.parts[1]  # scaled first, added to then: one line
            new = Told(operator.add(before.symbol, _symbol(added)), new.value, operator.add, (before, added))
        if self.rounded and isinstance(new.value, float):
            new = Told(new.symbol, float(numpy.float32(new.value)), new.make, new.parts)
        self.made.append((name, new))
        super().__setitem__(name, self._leaf(name, f"{name}′", new.value))


def _symbol(x: Any) -> Any:
    return x.symbol if isinstance(x, Told) else x


class Run:
    """One run of a rule on one element."""

    def __init__(self, optimizer: Any, group: dict[str, Any], p: Any, g: Any, memory: dict[str, Any]) -> None:
        self.optimizer, self.group = optimizer, group
        self.p, self.g = Told(Ink("p"), p), Told(Ink("g"), g)
        self.memory = Memory(memory, bool(optimizer.counters))
        self.steps: Any = self.memory.get("step")
        self.named: dict[Told, str] = {}  # what gets a line of its own

    def lines(self) -> tuple[wire.Line, ...]:
        new, local = self._run()
        self._name(new, local)
        made = [(f"{name}′", one, self.memory.kinds.get(name)) for name, one in self.memory.made]
        once = {name: node for node, name in reversed(self.named.items())}
        rows = [*made, *((name, node, None) for name, node in once.items())]
        rows = sorted(rows, key=lambda row: row[1].born)
        first = wire.Line("g", "∂L/∂p", "", str(told.plain(self.g.value)))
        found = [self._line(*row) for row in rows]
        return (first, *found, self._line("p′", new, self.p.value.dtype))

    def _run(self) -> tuple[Told, dict[str, Any]]:
        """The new value, and what the rule called the things on the way."""
        settings = {
            name: self._setting(name, _number(self.group[name])) for name in self.optimizer._update_settings
        }
        g = -self.g if self.group.get("maximize") else self.g
        update: Any = self.optimizer.update
        with told.watched(update) as call:
            new = update(TELLING, self.p, g, self.memory, **settings)
            return new, call.variables()

    def _setting(self, name: str, value: Any) -> Any:
        word: Any = symbol(name, value)
        if isinstance(word, tuple):
            return tuple(Told(w, v) if isinstance(w, Ink) else v for w, v in zip(word, value, strict=True))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return Told(word, value) if isinstance(word, Ink) else value

    def _line(self, name: str, node: Told, kind: Any) -> wire.Line:
        value = node.value if kind is None else numpy.asarray(node.value).astype(kind)
        short = {part: word for part, word in self.named.items() if word.isidentifier() or word in SHORT}
        numbers = "" if node.make is None else _bracketed(str(node.numbers(self.named)))
        return wire.Line(
            clean(name), clean(node.words(short), 400), clean(numbers, 400), str(told.plain(value))
        )

    # --- which things on the way get a line

    def _name(self, new: Told, local: dict[str, Any]) -> None:
        known = {id(node) for _, node in self.memory.made}
        for name, node in local.items():
            fresh = isinstance(node, Told) and node.make is not None and id(node) not in known
            if fresh and name not in ("p", "g") and node is not new:
                self.named.setdefault(node, name)
        for _, node in (*self.memory.made, ("p", new)):
            self._walk(node, known)
        self._steps(new)

    def _walk(self, node: Told, known: set[int]) -> None:
        """Weight decay and bias corrections, wherever they are."""
        for part in node.told():
            self._walk(part, known)
            if part.make is None or part in self.named or id(part) in known:
                continue
            left: Any = part.parts[0]
            right: Any = part.parts[-1]
            if part.make is operator.add and self._is(left, self.g) and self._reads(right, self.p):
                self.named[part] = "g with decay"
            elif part.make is operator.mul and left is self.p:
                self.named[part] = "p after decay"
            elif part.make is operator.sub and type(left) is int and left == 1 and self._power(right):
                index = re.search("[₀-₉]", str(right.symbol))
                self._once(part, f"correction{index.group() if index else ''}")

    def _power(self, node: Any) -> bool:
        """Whether it is a setting to the power of the number of steps."""
        return isinstance(node, Told) and node.make is _POW and node.parts[-1] is self.steps

    def _is(self, node: Any, leaf: Told) -> bool:
        """The leaf, or what is its negative."""
        return node is leaf or (
            isinstance(node, Told) and node.make is operator.neg and node.parts[0] is leaf
        )

    def _reads(self, node: Any, leaf: Told) -> bool:
        return isinstance(node, Told) and node.reads(leaf)

    def _once(self, node: Told, name: str) -> None:
        """A line for this node, unless there is one for the same thing already: then it counts as that."""
        same = next((word for part, word in self.named.items() if part.symbol.text == node.symbol.text), name)
        self.named[node] = same

    def _steps(self, new: Told) -> None:
        """What is taken from the parameter, or added to it."""
        found: list[Told] = []
        node: Any = new
        while (
            isinstance(node, Told)
            and node.make in (operator.sub, operator.add)
            and self._reads(node.parts[0], self.p)
        ):
            found += [part for part in node.parts[1:] if isinstance(part, Told)]
            node = node.parts[0]
        steps = [part for part in reversed(found) if part.make is not None and part not in self.named]
        word = "change" if "step" in self.named.values() else "step"
        for i, part in enumerate(steps):
            self.named[part] = word if len(steps) == 1 else f"{word}{subscript(i + 1)}"


def _bracketed(text: str) -> str:
    """Negative numbers after a sign in brackets."""
    return re.sub(r"((?<=[-+·/] )|(?<=-))-(\d[\d.]*(?:e-?\d+)?|∞)", r"(-\2)", text)
