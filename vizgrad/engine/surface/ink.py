"""Ink: an operand that is nothing but its own name.  A formula run on ink prints itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter
from typing import Any

from vizgrad.engine.op import TABLE, Gradient, Op

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

    def __invert__(self) -> Ink:
        return Ink(f"not {self.within(_ATOM)}", _SIGN)

    def __getitem__(self, index: Any) -> Ink:
        return Ink(f"{self.within(_ATOM)}[{_listed(index) if isinstance(index, tuple) else _ink(index)}]")

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
    idle = {" + ": 0, " - ": 0, " · ": 1, " / ": 1, "^": 1}.get(
        sign
    )  # a number that changes nothing is not written

    def join(a: Any, b: Any) -> Ink:
        if idle is not None and type(b) in (int, float) and b == idle:
            return _ink(a)
        if sign == " · " and type(a) in (int, float) and a == 1:
            return _ink(b)
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
for _name, _sign in (("and", " and "), ("or", " or ")):
    setattr(Ink, f"__{_name}__", _between(_sign, _SUM - 1, right=_SUM)[0])


def _ink(x: Any) -> Ink:
    return x if isinstance(x, Ink) else Ink(written(x), _SIGN if _negative(x) else _ATOM)


def _negative(x: Any) -> bool:
    return type(x) in (int, float) and x < 0


def written(x: Any) -> str:
    """A constant of a formula: numbers with at most four digits after the first zeros, slices as users write them."""
    if isinstance(x, slice):
        ends = ["" if end is None else written(end) for end in (x.start, x.stop)]
        return ":".join(ends if x.step is None else [*ends, written(x.step)])
    if isinstance(x, tuple):
        return f"({_listed(x)}{',' * (len(x) == 1)})"
    if type(x) is float:
        return (repr(x) if len(repr(x)) <= 6 else f"{x:.4g}").replace("e-0", "e-")
    return "…" if x is Ellipsis else str(x) if isinstance(x, Ink) else repr(x)


def _listed(values: Any) -> str:
    return ", ".join(str(_ink(v)) for v in values)


class Symbols:
    """``xp`` over ink: whatever function a formula asks for, it is written down."""

    inf = Ink("∞")
    real = True  # numbers are their own conjugates, which need not be written
    plain = {"swapaxes": "{}ᵀ", "square": "{}²", "sqrt": "√{}"}
    silent = {"axis", "keepdims"}  # said by the row's own settings
    infix = {"matmul": "__matmul__", "power": "__pow__", "equal": "__eq__", "greater": "__gt__", "less": "__lt__",
             "not_equal": "__ne__", "greater_equal": "__ge__", "less_equal": "__le__"}  # fmt: skip
    through = ("reshape", "broadcast_to", "astype")  # bookkeeping of shapes, no mathematics

    def __getattr__(self, name: str) -> Callable[..., Ink]:
        def write(*args: Any, **settings: Any) -> Ink:
            first = _ink(args[0]) if args else Ink("")
            if name in self.through or (name == "conj" and self.real):
                return first
            if name == "absolute":
                return Ink(f"|{first}|")
            if name in self.plain:
                return Ink(self.plain[name].format(first.within(_ATOM)))
            if name in self.infix:
                return getattr(first, self.infix[name])(args[1])
            if name in ("zeros", "zeros_like", "ones_like", "full_like"):
                return Ink({"full_like": str(_ink(args[-1])), "ones_like": "1"}.get(name, "0"))
            if name == "where":
                return Ink(
                    f"{_ink(args[1]).within(_SUM)} if {args[0]} else {_ink(args[2]).within(_SUM)}", _SUM - 1
                )
            return call(name, args, {k: v for k, v in settings.items() if k not in self.silent})

        return write

    def rule(self, name: str) -> Callable[..., Ink]:
        return getattr(self, name)


def call(name: str, args: Sequence[Any], settings: dict[str, Any]) -> Ink:
    """A function by its name.  Of a row of the op table settings are named, and said where they are not the usual."""
    row, usual = TABLE.get(name) or TABLE.get(f"{name.removesuffix('nd')}2d"), {}  # conv: of any dimensions
    if row is not None and not row.variadic and name not in ("max", "min"):  # those two are of numbers here
        usual = row.settings
        settings = dict(zip(usual, args[len(row.inputs) :])) | settings  # noqa: B905 - as many as there are
        args = args[: len(row.inputs)]
        while args and args[-1] is None:
            args = args[:-1]
    words = [str(_ink(a)) for a in args]
    words += [_named(k, v) for k, v in settings.items() if _unusual(k, v, usual)]
    return Ink(f"{name}({', '.join(words)})")


def _named(name: str, value: Any) -> str:
    text = str(_ink(value))
    return text if text == name else f"{name}={text}"


_USUAL = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}  # of gradient rows, which have no defaults


def _unusual(name: str, value: Any, usual: dict[str, Any]) -> bool:
    if isinstance(value, Ink):
        return not value.text.startswith("shape(")
    default = usual.get(name, Ink)
    if default is Ink or default is Parameter.empty:
        return value is not None and value is not False and value != _USUAL.get(name, Ink)
    return type(value) is not type(default) or value != default


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
    settings = {n: _setting(n, default) for n, default in op.settings.items()}
    return run(op, [Ink(named[name]) for name in op.inputs], settings)


def run(op: Op, operands: Sequence[Any], settings: dict[str, Any], xp: Any = SYMBOLS) -> str:
    """The op on these operands of ink (None: not given), with these settings."""
    try:
        return str(_ink(op.forward(xp, *operands, **settings)))
    except Exception:  # shape arithmetic or a loop: say the op as a call
        given = {k: v for k, v in settings.items() if not isinstance(v, Ink)}
        return str(call(op.name, operands, given))


def gradients(op: Op) -> dict[str, str]:
    """For each input that has one, the formula that turns g = ∂L/∂y into that input's gradient."""
    named = letters(op)
    found: dict[str, str] = {}
    quiet = [None] * (len(op.outputs) - 1)  # of several outputs, the first is the one that matters
    for name, gradient in zip(op.inputs, op.gradients, strict=True):
        if gradient is None:
            continue
        if name in op.family.formulas:
            found[named[name]] = op.family.formulas[name]
            continue
        words = {n: _word(n, op, named) for n in gradient.reads}
        found[named[name]] = slope(op, gradient, [Ink("g"), *quiet], words)
    return found


def slope(op: Op, gradient: Gradient, grads: Sequence[Any], words: dict[str, Any], xp: Any = SYMBOLS) -> str:
    """One input's gradient formula on ink: ``words`` is what it reads."""
    try:
        return str(_ink(gradient.formula(xp, *grads, *words.values())))
    except Exception:  # as above
        named = letters(op)
        read = [named.get(n, n) for n in words if not n.endswith("_shape") and n not in op.settings]
        set_ = {n: v for n, v in words.items() if n in op.settings}
        return str(call(f"{op.name}_backward", [Ink("g"), *map(Ink, read)], set_))


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
