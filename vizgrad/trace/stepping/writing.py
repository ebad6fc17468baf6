"""Formulas of one call as text: with names, with shapes in their place, or with the numbers themselves."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy

from vizgrad.engine import alias, watch
from vizgrad.engine.bare import Bare
from vizgrad.engine.device import host
from vizgrad.engine.op import TABLE, Op
from vizgrad.engine.surface import ink
from vizgrad.engine.surface.ink import Ink

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)  # as in ink.py
_BETWEEN = r"(?<![A-Za-z0-9_.]){}(?![A-Za-z0-9_])"  # a word, and no part of one; ᵀ and ² may follow
_PLAIN = re.compile(r"[A-Za-z_0-9 ().,·+\-*/@|^²³ᵀ√Σ<>≤≥=×\[\];…∞]*")
_WORDS = {"if", "else", "and", "or", "not", "log", "exp"}
MOST_NUMBERS = 9  # of all operands together, to be written out
LONGEST = 190  # characters of a formula with its numbers


# --- what stands for a tensor


def bare(x: Any) -> Any:
    """The array of a tensor, brought up to date; anything else as it is."""
    if isinstance(x, Bare):
        with watch.unwatched():
            alias.refresh(x)
        return x.array
    return numpy.asarray(x) if is_array(x) and not hasattr(x, "__setitem__") else x  # a scalar of NumPy's


def several(x: Any) -> list[Any]:
    """Results of an op, which may be one."""
    return list(cast("Sequence[Any]", x)) if isinstance(x, (tuple, list)) else [x]


def is_array(x: Any) -> bool:
    return hasattr(x, "shape") and hasattr(x, "dtype")


def number(x: Any) -> str:
    """Three significant digits, as the page shows numbers."""
    x = x.item() if hasattr(x, "item") else x
    if isinstance(x, (bool, int)):
        return str(x)
    if isinstance(x, complex):
        return f"{number(x.real)}{'-' if x.imag < 0 else '+'}{number(abs(x.imag))}i"
    x = float(x) or 0.0  # and not -0
    if not math.isfinite(x):
        return "NaN" if math.isnan(x) else "∞" if x > 0 else "-∞"
    if x and not 1e-3 <= abs(x) < 1e6:
        digits, _, power = f"{x:.2e}".partition("e")
        return f"{digits.rstrip('0').rstrip('.')}e{int(power)}"
    return f"{x:.0f}" if abs(x) >= 1000 else f"{float(f'{x:.3g}'):g}"


def numbers(array: Any) -> str:
    """Few numbers in one line: [1 2; 3 4]."""
    a: Any = host(array) if hasattr(array, "__setitem__") else array
    if a.dtype.kind == "V":
        a = a.astype("f8")
    if a.ndim == 0:
        return number(a[()])
    if a.ndim == 2:
        return f"[{'; '.join(' '.join(number(x) for x in row) for row in a)}]"
    return f"[{' '.join(numbers(part) for part in a)}]"


def shape(x: Any) -> str:
    return "×".join(str(int(n)) for n in x.shape) or "scalar"


class Sized(Ink):
    """Ink that stands for an array, and has its shape."""

    def __init__(self, text: str, strength: int, array: Any) -> None:
        super().__init__(text, strength)
        self._shape = tuple(int(n) for n in array.shape)

    @property
    def shape(self) -> Any:
        return self._shape

    @property
    def ndim(self) -> Any:
        return len(self._shape)

    def numel(self) -> Any:
        return math.prod(self._shape)

    size = numel


def as_shape(x: Any, letter: str = "") -> Any:
    """An operand by its shape; numbers and None as they are."""
    if not is_array(x):
        return x
    return Sized(shape(x), _POWER if len(x.shape) > 1 else _ATOM, x)


def as_numbers(x: Any, letter: str = "") -> Any:
    """An operand by its numbers."""
    if not is_array(x):
        return x
    text = numbers(x)
    return Sized(text, _SIGN if text.startswith("-") else _ATOM, x)


def as_letter(x: Any, letter: str) -> Any:
    return Sized(letter, _ATOM, x) if is_array(x) else x


def few(arrays: Sequence[Any]) -> bool:
    """Whether so few numbers are in all of them that they can be read in a line."""
    known = [x for x in arrays if is_array(x)]
    return bool(known) and sum(math.prod(x.shape) for x in known) <= MOST_NUMBERS


def averaged(many: Any, one: Any) -> int:
    """How many elements of ``many`` go into each of ``one``; 0 where that is no whole number."""
    if not is_array(many) or not is_array(one):
        return 0
    n, parts = math.prod(many.shape), math.prod(one.shape)
    return n // parts if parts and n % parts == 0 else 0


# --- settings


def plain(settings: Mapping[str, Any], op: Op) -> dict[str, Any]:
    """Settings as ink takes them: what is no number, word or tuple of them stands for itself."""
    return {k: v if _simple(v) else Ink(k) for k, v in settings.items() if k in op.settings}


def _simple(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_simple(part) for part in cast("Sequence[Any]", value))
    return value is None or isinstance(value, (bool, int, float, complex, str, slice)) or value is Ellipsis


def settled(text: str, settings: Mapping[str, Any], absent: Sequence[str] = ()) -> str:
    """A row's own words with the numbers of this call in place of its settings, and without absent inputs."""
    for letter in absent:
        text = re.sub(r" [+·] " + _BETWEEN.format(re.escape(letter)) + r"(\[[^\]]*\])?", "", text)
    for name, value in settings.items():
        one = _single(value)
        if one is None or name == "n":
            continue
        written = ink.written(one) if one >= 0 else f"({ink.written(one)})"
        new = re.sub(_BETWEEN.format(name), written, text)
        if new != text:
            text = re.sub(r" ?· ?1(?![\d.])", "", new) if one == 1 else new
            text = re.sub(r"(?<![\w.])1 ?· ?", "", text) if one == 1 else text
            text = re.sub(r" [-+] 0(?![\d.])", "", text) if one == 0 else text
    if settings.get("reduction") in ("sum", "none"):
        text = re.sub(r"(?<![\w])mean(?=\()", "sum" if settings["reduction"] == "sum" else "", text)
    return text.replace("(n)", "n")


def _single(value: Any) -> Any:
    """The number that a setting is, also where it is given once for each dimension."""
    if isinstance(value, (list, tuple)):
        parts = list(cast("Sequence[Any]", value))
        value = parts[0] if parts and all(type(x) is int and x == parts[0] for x in parts) else None
    return value if type(value) in (int, float) else None


def unsaid(op: Op, settings: Mapping[str, Any], text: str) -> str:
    """Settings that are not as usual and not in the formula: ", with dim=1"."""
    said: list[str] = []
    for name, value in plain(settings, op).items():
        default = op.settings[name]
        usual = type(value) is type(default) and value == default
        if usual or value is None or value is False or isinstance(value, Ink) or value == ():
            continue
        written = ink.written(tuple(cast("list[Any]", value)) if isinstance(value, list) else value)
        if name in (words(op) or text) or re.search(_BETWEEN.format(re.escape(written)), text):
            continue
        said.append(f"{name}={written}")
    return f", with {', '.join(said)}" if said else ""


# --- formulas


def fill(text: str, given: Mapping[str, Any]) -> str:
    """A row's own words with operands in place of their names; "" where the words say more than a formula."""
    picks = re.search(r"(?<!W)\[[a-z]", text)  # x[t]: of each row another element
    if not _PLAIN.fullmatch(text) or "…" in text or picks:
        return ""
    done: list[str] = []
    at = 0
    for word in re.finditer(r"(?<![A-Za-z0-9_.])[A-Za-z_][A-Za-z_0-9]*", text):
        name, after, before = word.group(), text[word.end() : word.end() + 1], text[: word.start()][-1:]
        if name in given:
            operand = given[name]
            operand = operand if isinstance(operand, Ink) else Ink(ink.written(operand))
            tight = after in ("ᵀ", "²", "³", "^", "[") or before == "√"
            done += [text[at : word.start()], operand.within(_ATOM if tight else _SIGN)]
            at = word.end()
        elif after not in ("(", ".") and name not in _WORDS:
            return ""
    return "".join([*done, text[at:]])


class Spoken(ink.Symbols):
    """Rows that were made to be gradients say their formula when they are called with g."""

    def __getattr__(self, name: str) -> Any:
        row = TABLE.get(name)
        usual = super().__getattr__(name)
        said = words(row) if row is not None else ""
        if row is None or not said or row.inputs[0] not in ("g_out", "g_in"):
            return usual

        def write(*args: Any, **settings: Any) -> Ink:
            if str(args[0]) != "g":
                return usual(*args, **settings)
            given = dict(zip(row.settings, args[len(row.inputs) :], strict=False)) | settings
            return Ink(settled(said, given))

        return write


class Conjugate(Spoken):
    """The same for complex numbers."""

    real = False


SPOKEN, CONJUGATE = Spoken(), Conjugate()


def space(operands: Sequence[Any]) -> Spoken:
    """``xp`` for a formula of these arrays."""
    return CONJUGATE if any(is_array(x) and x.dtype.kind == "c" for x in operands) else SPOKEN


def words(op: Op) -> str:
    """The formula that the row itself gives, where ink cannot follow it."""
    family: Any = op.family
    return str(family.formula or "")


def backward_words(op: Op, name: str) -> str:
    """The same of the gradient of one input."""
    family: Any = op.family
    return str(family.formulas.get(name) or "")


def letters(op: Op, operands: Sequence[Any]) -> list[str]:
    """What each operand is called."""
    if op.variadic:
        return [f"x{subscript(i + 1)}" for i in range(len(operands))]
    return list(ink.letters(op).values())


def subscript(n: int) -> str:
    return str(n).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def expression(
    op: Op, operands: Sequence[Any], settings: Mapping[str, Any], count: int = 0, xp: Spoken = SPOKEN
) -> str:
    """The op's formula on these operands of ink: "" where it cannot be said with them.

    ``count``: what is called n in a formula of an average.
    """
    if op.variadic:
        return (
            f"[{', '.join(str(x) for x in operands[:MOST_NUMBERS])}{', …' * (len(operands) > MOST_NUMBERS)}]"
        )
    said = words(op)
    if not said:
        return ink.run(op, operands, plain(settings, op), xp)
    named = list(ink.letters(op).values())
    given = dict(zip(named, operands, strict=False))
    plainly = {name: x for name, x in given.items() if x is not None and not isinstance(x, Ink)}
    text = settled(said, {**settings, **plainly}, [name for name in named if given.get(name) is None])
    if all(x.text == name for name, x in given.items() if isinstance(x, Ink)):
        return text
    return fill(text, given | {"n": Ink(str(count))} if count and "n" not in given else given)
