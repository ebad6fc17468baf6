"""One op, or one node of the backward pass, said in formulas: with names, with shapes, with numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vizgrad.engine.op import Gradient, Op
from vizgrad.engine.ops import shapes as shape_rules
from vizgrad.engine.surface import ink
from vizgrad.engine.surface.ink import Ink
from vizgrad.trace.clean import clean

from . import writing
from .slopes import check

__all__ = ["Said", "backward", "check", "forward"]

LONGEST_SHAPES = 100  # characters; beyond it the operands are listed in place of the formula


class Said(NamedTuple):
    """Fields of a card: see `wire.Card`."""

    formulas: tuple[str, ...]
    shapes: str
    numbers: str
    says: str


def forward(op: Op, inputs: Sequence[Any], settings: Mapping[str, Any], out: Any) -> Said:
    """What an op does to these inputs (tensors, arrays, numbers, None for what is not given), and gives."""
    operands = [writing.bare(x) for x in inputs]
    operands += [None] * (len(op.inputs) - len(operands))
    results = [writing.bare(y) for y in writing.several(out)]
    letters = writing.letters(op, operands)
    named = [writing.as_letter(x, letter) for x, letter in zip(operands, letters, strict=False)]
    xp = writing.space(operands)
    text = writing.expression(op, named, settings, xp=xp)
    formula = _equation(op, text) + writing.unsaid(op, settings, text)
    given = ", ".join(str(writing.shape(y)) for y in results[:8] if writing.is_array(y))
    count = writing.averaged(operands[0] if operands else None, results[0])
    shapes = writing.expression(op, [writing.as_shape(x) for x in operands], settings, count, xp)
    if not shapes or len(shapes) > LONGEST_SHAPES:
        shapes = _listed(zip(letters, operands, strict=False))
    numbers = ""
    if writing.few(operands) and len(results) == 1 and writing.few(results):
        numbers = writing.expression(op, [writing.as_numbers(x) for x in operands], settings, count, xp)
        numbers = _short(numbers, writing.numbers(results[0]))
    return Said((clean(formula),), clean(f"{shapes} → {given}"), clean(numbers), _says(op))


def _equation(op: Op, text: str) -> str:
    """``y = text``, unless the row's own words are an equation already."""
    if writing.words(op) and " = " in text:
        return text
    if op.outputs and op.outputs[0] != "y":
        return f"{', '.join(op.outputs[:4])}{', …' * (len(op.outputs) > 4)} = {text}"
    return f"y = ({text})" if " = " in text and " if " not in text else f"y = {text}"


def backward(
    op: Op, kept: Mapping[str, Any], settings: Mapping[str, Any], grads: Sequence[Any], results: Sequence[Any]
) -> Said:
    """How a node turns the gradients of its outputs into those of its inputs (None: nothing flows there).

    ``kept``: what the op kept for this, by the names that its gradient formulas ask for.
    """
    values = {name: writing.bare(x) for name, x in kept.items()}
    flowing = [writing.bare(g) for g in grads]
    made = [writing.bare(dx) for dx in results]
    formulas: list[str] = []
    shapes: list[str] = []
    numbers: list[str] = []
    for name, gradient, dx in _rows(op, made):
        node = _Node(op, gradient, name, values, settings, flowing, dx)
        formulas.append(clean(node.formula()))
        shapes.append(node.shapes())
        numbers.append(node.numbers())
    if len(shapes) > 1:
        names = [ink.letters(op)[name] for name, _, _ in _rows(op, made)]
        shapes = [f"∂L/∂{name}: {text}" for name, text in zip(names, shapes, strict=True)]
        numbers = [text and f"∂L/∂{name} = {text}" for name, text in zip(names, numbers, strict=True)]
    said = "; ".join(filter(None, numbers)) if all(numbers) else ""
    return Said(tuple(formulas), clean("; ".join(shapes), 400), clean(said, 400), _says(op))


def _rows(op: Op, results: Sequence[Any]) -> list[tuple[str, Gradient, Any]]:
    """Each input that a gradient goes to, its formula, and the gradient."""
    if op.variadic:
        there = [dx for dx in results if dx is not None]
        return [(op.inputs[0], op.gradients[0], there)] if op.gradients[0] and there else []
    rows = zip(op.inputs, op.gradients, results, strict=False)
    return [(name, gradient, dx) for name, gradient, dx in rows if gradient is not None and dx is not None]


class _Node(NamedTuple):
    """One input's gradient in one node."""

    op: Op
    gradient: Gradient
    name: str
    kept: dict[str, Any]
    settings: Mapping[str, Any]
    grads: list[Any]
    result: Any  # a list of them where the op takes a sequence

    @property
    def letter(self) -> str:
        return "[x₁, x₂, …]" if self.op.variadic else ink.letters(self.op)[self.name]

    def formula(self) -> str:
        text = self.text(writing.as_letter)
        text = text if text.startswith("∂L/∂") else f"∂L/∂{self.letter} = {text}"
        return text + (f", summed to the shape of {self.letter}" if self.stretched else "")

    def shapes(self) -> str:
        given = ", ".join(
            writing.shape(dx) for dx in writing.several(self.result)[:8] if writing.is_array(dx)
        )
        text = "" if self.whole else self.text(writing.as_shape)
        if not text or len(text) > LONGEST_SHAPES:
            text = _listed(self.operands())
        return f"{text}{', summed' if self.stretched else ''} → {given}"

    def numbers(self) -> str:
        arrays = [x for _, x in self.operands() if writing.is_array(x)]
        if (
            self.whole
            or not writing.few(arrays)
            or not writing.is_array(self.result)
            or not writing.few([self.result])
        ):
            return ""
        text = self.text(writing.as_numbers)
        text = text and text + (", summed" if self.stretched else "")
        return _short(text, writing.numbers(self.result))

    @property
    def whole(self) -> bool:
        """Whether the formula says which elements it is about: ∂L/∂x[i] = …"""
        text = self.text(writing.as_letter)
        return text.startswith("∂L/∂") or " where " in text

    @property
    def stretched(self) -> bool:
        """Whether broadcasting repeated this input, so that its gradients are added up."""
        flow = next((g for g in self.grads if writing.is_array(g)), None)
        same = flow is None or not writing.is_array(self.result) or flow.shape == self.result.shape
        return self.op.shape is shape_rules.broadcast and not same

    def operands(self) -> list[tuple[str, Any]]:
        """What the formula reads: the gradients that flow, then what was kept."""
        named = ink.letters(self.op)
        read = [
            n for n in self.gradient.reads or self.op.keeps if n in self.kept and not n.endswith("_shape")
        ]
        return [*zip(self.flow(), self.grads, strict=False), *((named.get(n, n), self.kept[n]) for n in read)]

    def flow(self) -> list[str]:
        """What the gradients of the outputs are called: g where there is one."""
        many = sum(g is not None for g in self.grads) > 1
        return [f"g{writing.subscript(i + 1)}" if many else "g" for i in range(len(self.grads))]

    def text(self, written: Any) -> str:
        """The formula on operands as ``written`` writes them; "" where it cannot be said with them."""
        op, named = self.op, ink.letters(self.op)
        flow = [written(g, name) for g, name in zip(self.grads, self.flow(), strict=True)]
        words = writing.backward_words(op, self.name)
        if written is not writing.as_letter and not self.known:
            return ""
        if words:
            given = {named.get(n, n): written(x, named.get(n, n)) for n, x in self.kept.items()}
            given |= {name: g for name, g in zip(self.flow(), flow, strict=True) if g is not None}
            text = writing.settled(words, self.settings)
            if written is writing.as_letter:
                return text
            return writing.fill(self._counted(text.partition(", stretched")[0]), given)
        settings = writing.plain(self.settings, op)
        reads = {n: self._read(n, named, settings, written) for n in self.gradient.reads}
        text = ink.slope(op, self.gradient, flow, reads, writing.space([*self.grads, *self.kept.values()]))
        return text if written is writing.as_letter else self._counted(text)

    def _read(self, name: str, named: Mapping[str, str], settings: dict[str, Any], written: Any) -> Any:
        if name in settings:
            return settings[name]
        stem = name.removesuffix("_shape")
        if stem != name and stem in self.op.inputs:
            return self.kept.get(name) or Ink(f"shape({named[stem]})")
        word = named.get(name, name)
        return written(self.kept[name], word) if name in self.kept else Ink(word)

    @property
    def known(self) -> bool:
        """Whether everything that the formula reads is there: after the backward pass it is freed."""
        return all(n in self.kept or n in self.settings for n in self.gradient.reads)

    def _counted(self, text: str) -> str:
        """``n``, the number of elements that were averaged, as a number."""
        count = 0 if self.stretched else writing.averaged(self.result, self.grads[0])
        return text.replace("/ n", f"/ {count}") if count else text


def _listed(operands: Any) -> str:
    """Operands by name and shape: "x 5×4, W 3×4"."""
    return ", ".join(f"{name} {writing.shape(x)}" for name, x in operands if writing.is_array(x))


def _short(text: str, result: str) -> str:
    return f"{text} = {result}" if text and len(text) + len(result) < writing.LONGEST else ""


def _says(op: Op) -> str:
    return clean(op.doc.splitlines()[0] if op.doc else "")
