"""Ink: an operand that is nothing but its own name.  A formula run on ink prints itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine.op import Op

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)  # how tightly a piece of text holds together


class Ink:
    """Text with a binding strength, so that brackets appear only where they are needed."""

    def __init__(self, text: str, strength: int = _ATOM) -> None:
        self.text, self.strength = text, strength

    def __str__(self) -> str:
        return self.text

    def within(self, strength: int) -> str:
        return self.text if self.strength >= strength else f"({self.text})"

    @property
    def shape(self) -> Ink:
        return Ink(f"shape({self.text})")

    def numel(self) -> Ink:
        return Ink("n")

    size = numel

    @property
    def ndim(self) -> Ink:
        return Ink(f"ndim({self.text})")

    def __neg__(self) -> Ink:
        return Ink(f"-{self.within(_SIGN)}", _SIGN)

    def __getitem__(self, index: Any) -> Ink:
        return Ink(f"{self.within(_ATOM)}[{_listed(index) if isinstance(index, tuple) else index}]")

    __iter__ = None  # nothing to walk over: a formula that tries is not straight-line

    def copy(self) -> Ink:
        return self

    def astype(self, kind: Any) -> Ink:
        return Ink(f"{kind}({self.text})")


def _between(
    sign: str, strength: int, *, right: int | None = None
) -> tuple[Callable[..., Ink], Callable[..., Ink]]:
    """The operator and its reflection; ``right``: how tight the right operand must be (a - (b + c))."""
    right = strength if right is None else right

    def join(a: Any, b: Any) -> Ink:
        return Ink(f"{_ink(a).within(strength)}{sign}{_ink(b).within(right)}", strength)

    return join, lambda a, b: join(b, a)


for _name, _sign, _strength, _right in (
    ("add", " + ", _SUM, None),
    ("sub", " - ", _SUM, _PRODUCT),
    ("mul", " · ", _PRODUCT, None),
    ("truediv", " / ", _PRODUCT, _SIGN),
    ("matmul", " @ ", _PRODUCT, _SIGN),
    ("pow", "^", _ATOM, None),
):
    _join, _reflected = _between(_sign, _strength, right=_right)
    setattr(Ink, f"__{_name}__", _join)
    setattr(Ink, f"__r{_name}__", _reflected)
for _name, _sign in (("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤"), ("eq", "="), ("ne", "≠")):
    setattr(Ink, f"__{_name}__", _between(f" {_sign} ", _SUM)[0])


def _ink(x: Any) -> Ink:
    return x if isinstance(x, Ink) else Ink(repr(x))


def _listed(values: Any) -> str:
    return ", ".join(str(_ink(v)) for v in values)


class Symbols:
    """``xp`` over ink: whatever function a formula asks for, it is written down."""

    inf = Ink("∞")
    plain = {"conj": "{}", "swapaxes": "{}ᵀ", "absolute": "|{}|", "square": "{}²", "sqrt": "√{}"}
    silent = {"axis", "keepdims"}  # said by the row's own settings
    infix = {"matmul": "__matmul__", "power": "__pow__", "equal": "__eq__", "greater": "__gt__", "less": "__lt__",
             "not_equal": "__ne__", "greater_equal": "__ge__", "less_equal": "__le__"}  # fmt: skip
    through = ("reshape", "broadcast_to", "astype")  # bookkeeping of shapes, no mathematics

    def __getattr__(self, name: str) -> Callable[..., Ink]:
        def write(*args: Any, **settings: Any) -> Ink:
            first = _ink(args[0]) if args else Ink("")
            if name in self.through:
                return first
            if name in self.plain:
                return first if name == "conj" else Ink(self.plain[name].format(first.within(_ATOM)))
            if name in self.infix:
                return getattr(first, self.infix[name])(args[1])
            if name in ("zeros_like", "ones_like", "full_like"):
                return Ink({"zeros_like": "0", "ones_like": "1"}.get(name) or str(_ink(args[1])))
            if name == "where":
                return Ink(
                    f"{_ink(args[1]).within(_SUM)} if {args[0]} else {_ink(args[2]).within(_SUM)}", _SUM - 1
                )
            words = [str(_ink(a)) for a in args]
            words += [f"{k}={v}" for k, v in settings.items() if k not in self.silent]
            return Ink(f"{name}({', '.join(words)})")

        return write

    def rule(self, name: str) -> Callable[..., Ink]:
        return getattr(self, name)


SYMBOLS = Symbols()
_LETTERS = {"input": "x", "weight": "W", "bias": "b", "target": "t"}


def letters(op: Op) -> dict[str, str]:
    """What the op's inputs are called in mathematics: x for one, a and b for two."""
    both = {"input": "a", "other": "b"} if "other" in op.inputs else {"exponent": "n"}
    return {name: both.get(name) or _LETTERS.get(name, name) for name in op.inputs}


def forward(op: Op) -> str:
    """The op's formula, by running it on ink; the row's own words where its body is not straight-line."""
    if op.family.formula:
        return op.family.formula
    named = letters(op)
    inputs = [Ink(named[name]) for name in op.inputs]
    settings = {n: _setting(n, default) for n, default in op.settings.items()}
    try:
        return str(op.forward(SYMBOLS, *inputs, **settings))
    except Exception:  # shape arithmetic or a loop: say the op as a call
        return f"{op.name}({', '.join(map(str, inputs))})"


def gradients(op: Op) -> dict[str, str]:
    """For each input that has one, the formula that turns g = ∂L/∂y into that input's gradient."""
    named = letters(op)
    found: dict[str, str] = {}
    for name, gradient in zip(op.inputs, op.gradients, strict=True):
        if gradient is None:
            continue
        if name in op.family.formulas:
            found[named[name]] = op.family.formulas[name]
            continue
        words = [_word(n, op, named) for n in gradient.reads]
        quiet = [None] * (len(op.outputs) - 1)  # of several outputs, the first is the one that matters
        try:
            found[named[name]] = str(gradient.formula(SYMBOLS, Ink("g"), *quiet, *words))
        except Exception:  # as above
            read = ", ".join(["g", *(named.get(n, n) for n in gradient.reads if not n.endswith("_shape"))])
            found[named[name]] = f"{op.name}_backward({read})"
    return found


def _word(name: str, op: Op, named: dict[str, str]) -> Any:
    if name in op.settings:
        return _setting(name, op.settings[name])
    stem = name.removesuffix("_shape")
    return Ink(named.get(name, name) if stem == name else f"shape({named.get(stem, stem)})")


def _setting(name: str, default: Any) -> Any:
    """A setting stands for itself unless its default already says which branch is the usual one."""
    return (
        default
        if default is None or isinstance(default, (bool, str, tuple)) or default in (0, 1)
        else Ink(name)
    )
