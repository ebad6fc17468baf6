"""Element by element, in PyTorch's spellings of the rows in ops/: modes, limits of several kinds, other dtypes."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import bitwise, elementwise, mix, rounding

from .convert import to
from .inplace import inplace, inplace_of
from .out import fills_out

# Rows as functions that take ``out=`` too, which their signatures do not show to type checkers.
_div: Any = elementwise.div
_divide_rounded: Any = rounding.divide_rounded
_clamp: Any = elementwise.clamp
_maximum: Any = elementwise.maximum
_minimum: Any = elementwise.minimum


def div(input: Any, other: Any, *, rounding_mode: str | None = None, out: Any = None) -> Any:
    """``a / b``; ``rounding_mode``: None, "trunc" (towards 0) or "floor" (down)."""
    if rounding_mode is None:
        return _div(input, other) if out is None else _div(input, other, out=out)
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    return _divide_rounded(input, other, rounding_mode=rounding_mode, out=out)


_div_ = inplace(elementwise.div)
_div_rounded_ = inplace_of(div)


def div_(self: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """``a / b``, written into this tensor's own memory."""
    return (
        _div_(self, other)
        if rounding_mode is None
        else _div_rounded_(self, other, rounding_mode=rounding_mode)
    )


def clamp(input: Any, min: Any = None, max: Any = None, *, out: Any = None) -> Any:
    """x, but not below ``min`` and not above ``max``: numbers, or tensors of limits."""
    tensors = isinstance(min, Bare) or isinstance(max, Bare)
    if tensors or (input.array.dtype.kind not in "fV" and min is not max):
        return _clamp_each(input, min, max, out=out)
    return _clamp(input, min, max) if out is None else _clamp(input, min, max, out=out)


@fills_out
def _clamp_each(input: Any, min: Any, max: Any) -> Any:
    """One limit after the other, each with a gradient of its own, or of a kind that the input has to rise to."""
    if isinstance(min, Bare) or isinstance(max, Bare):
        for name, limit in (("min", min), ("max", max)):
            if limit is not None and not isinstance(limit, Bare):
                raise TypeError(
                    f"clamp(): '{name}' is {limit!r} where the other limit is a tensor; both must be tensors, or both "
                    "numbers"
                )
    bounded = input if min is None else mix.clamp_min(input, min)  # type: ignore[arg-type]
    return bounded if max is None else mix.clamp_max(bounded, max)  # type: ignore[arg-type]


def maximum(input: Any, other: Any, *, out: Any = None) -> Any:
    """The larger of a and b.  Where they are equal, each gets half of the gradient."""
    a, b = _tensor("input", input), _tensor("other", other)
    return _maximum(a, b) if out is None else _maximum(a, b, out=out)


def minimum(input: Any, other: Any, *, out: Any = None) -> Any:
    """The smaller of a and b.  Where they are equal, each gets half of the gradient."""
    a, b = _tensor("input", input), _tensor("other", other)
    return _minimum(a, b) if out is None else _minimum(a, b, out=out)


def _tensor(name: str, x: Any) -> Any:
    if not isinstance(x, Bare):
        raise TypeError(f"argument '{name}' must be Tensor, not {type(x).__name__}")
    return x


@fills_out
def square(input: Any) -> Any:
    """x²"""
    x: Any = input
    return elementwise.pow(x, 2) if _tensor("input", x).array.dtype.kind == "b" else elementwise.square(x)


def positive(input: Any) -> Any:
    """``x`` itself."""
    if input.array.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def resolve(input: Any) -> Any:
    """``x`` itself: conjugates and negatives are never left to be computed later here."""
    return _tensor("input", input)


def is_conj(input: Any) -> bool:
    """False: a conjugate is computed when it is asked for, not later."""
    return resolve(input) is None


@fills_out
def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``b - alpha · a``"""
    resolve(input)
    return elementwise.sub(other, input, alpha=alpha)


@fills_out
def float_power(input: Any, exponent: Any) -> Any:
    """``a ** b`` in float64, or complex128 where one is complex."""
    if not isinstance(input, Bare) and not isinstance(exponent, Bare):
        raise TypeError("float_power(): one of 'input' and 'exponent' must be Tensor, not both numbers")
    kinds = [
        _dtype.of(x.array) if isinstance(x, Bare) else _dtype.kind_of_number(x) for x in (input, exponent)
    ]
    wide = _dtype.complex128 if any(k.is_complex for k in kinds) else _dtype.float64
    a, b = (to(x, dtype=wide) if isinstance(x, Bare) else x for x in (input, exponent))
    return elementwise.pow(a, b)


def float_power_(self: Any, exponent: Any) -> Any:
    """``a ** b``, written into this tensor's own memory, which must hold float64 (or complex128)."""
    base, other = self.array, exponent.array if isinstance(exponent, Bare) else exponent
    wide = _dtype.complex128 if _dtype.result_type(base, other).is_complex else _dtype.float64
    if _dtype.of(base) is not wide:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {_dtype.of(base).legacy} but the operation's result requires "
            f"dtype {wide.legacy}"
        )
    return _float_power_(self, exponent)


_float_power_ = inplace_of(float_power)


@fills_out
def ldexp(input: Any, other: Any) -> Any:
    """``a · 2ᵇ``"""
    return elementwise.mul(resolve(input), elementwise.pow(2.0, resolve(other)))


def invert(self: Any) -> Any:
    """``~x``: every bit turned over; of booleans, the opposite."""
    if self.array.dtype.kind not in "biu":
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return bitwise.bitwise_not(self)
