"""Reductions that leave elements out: `torch.masked`, where a mask says which elements count.

A masked element is replaced by what does not change the result: 0 in a sum, 1 in a product, -∞ for a maximum.
"""

from __future__ import annotations

from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine import namespace
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import elementwise, exponential, reduce, scan, select, shapes, statistics

from . import fold
from .convert import to

_INF = float("inf")


def _counted(input: Any, mask: Any) -> Any:
    """The mask, stretched to the input's shape.  Raises IndexError and ValueError as PyTorch does."""
    if mask.ndim > input.ndim:
        raise IndexError(
            f"_input_mask expected broadcastable mask (got mask dimensionality higher than of the input): "
            f"{mask.ndim} > {input.ndim}"
        )
    xp = namespace.of((input.array, mask.array))
    if shapes.broadcast(input.shape, mask.shape) != tuple(input.shape):
        raise RuntimeError(
            f"mask of shape {list(mask.shape)} does not stretch to that of {list(input.shape)}"
        )
    return Bare._wrap(xp.broadcast_to(mask.array.astype(bool, copy=False), input.array.shape))


def _replaced(input: Any, mask: Any, neutral: Any) -> Any:
    if mask is None:
        return input
    kind = input.array.dtype
    if kind.kind == "b" and abs(neutral) == _INF:
        raise NotImplementedError("True and False have no number below or above them that would not count")
    if kind.kind in "iu" and abs(neutral) == _INF:
        limits = namespace.of((input.array,)).iinfo(kind)
        neutral = limits.max if neutral > 0 else limits.min
    return elementwise.where(_counted(input, mask), input, neutral)


def sum(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The sum of the elements that count."""
    return reduce.sum(_replaced(input, mask, 0), dim, keepdim, dtype=dtype)


def prod(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The product of the elements that count."""
    y = _replaced(input, mask, 1)
    for d in sorted(shapes.axes(input.ndim, dim), reverse=True):
        y = reduce.prod(y, d, keepdim, dtype=dtype)
    return y if input.ndim else reduce.prod(y, dtype=dtype)


def cumsum(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
    """Running totals of the elements that count."""
    return scan.cumsum(_replaced(input, mask, 0), _lane(dim), dtype=dtype or input.dtype)


def cumprod(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
    """Running products of the elements that count."""
    return scan.cumprod(_replaced(input, mask, 1), _lane(dim), dtype=dtype or input.dtype)


def _lane(dim: Any) -> int:
    return -1 if dim is None else dim


def amax(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The largest element that counts; -∞ or the dtype's lowest number where none does."""
    return reduce.amax(_replaced(_as(input, dtype), mask, -_INF), _every(dim), keepdim)


def amin(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The smallest element that counts; ∞ or the dtype's highest number where none does."""
    return reduce.amin(_replaced(_as(input, dtype), mask, _INF), _every(dim), keepdim)


def argmax(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """Where the largest element that counts is: a number of the input's dtype, as in PyTorch."""
    x = _as(input, dtype)
    return to(reduce.argmax(_replaced(x, mask, -_INF), dim, keepdim), x.dtype)


def argmin(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """Where the smallest element that counts is: a number of the input's dtype, as in PyTorch."""
    x = _as(input, dtype)
    return to(reduce.argmin(_replaced(x, mask, _INF), dim, keepdim), x.dtype)


def _as(input: Any, dtype: Any) -> Any:
    return input if dtype is None else to(input, dtype)


def _every(dim: Any) -> Any:
    return () if dim is None else dim


def mean(input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The average of the elements that count; NaN where none does."""
    input = _as(input, dtype)
    if _dtype.of(input.array).rank < 2:
        raise ValueError(
            f"mean(): the dtype must be either a floating point or complex dtype. Got: {input.dtype}"
        )
    if mask is None:
        return reduce.mean(input, dim, keepdim)
    return sum(input, dim, keepdim=keepdim, mask=mask) / _number(input, dim, keepdim, mask)


def _number(input: Any, dim: Any, keepdim: bool, mask: Any) -> Any:
    """How many elements count."""
    xp = namespace.of((input.array,))
    counted = xp.ones(input.array.shape, dtype=bool) if mask is None else _counted(input, mask).array
    return reduce.sum(Bare._wrap(counted), dim, keepdim)


def median(input: Any, dim: int = -1, *, keepdim: bool = False, dtype: Any = None, mask: Any = None) -> Any:
    """The middle one of the elements that count; NaN where none does."""
    x = _as(input, dtype)
    if mask is None:
        return select.median(x, dim, keepdim)[0]
    numbers = x if x.is_floating_point() else to(x, _dtype.float64)
    return to(select.nanmedian(_replaced(numbers, mask, float("nan")), dim, keepdim)[0], x.dtype)


def logsumexp(
    input: Any, dim: Any = None, *, keepdim: bool = False, dtype: Any = None, mask: Any = None
) -> Any:
    """The logarithm of Σ eˣ over the elements that count."""
    x = _as(input, dtype)
    return to(reduce.logsumexp(_replaced(x, mask, -_INF), dim, keepdim), x.dtype)


def logaddexp(
    input: Any, other: Any, *, dtype: Any = None, input_mask: Any = None, other_mask: Any = None
) -> Any:
    """log(eᵃ + eᵇ) of what counts of both."""
    a = _replaced(_as(input, dtype), input_mask, -_INF)
    b = _replaced(_as(other, dtype), other_mask, -_INF)
    return exponential.logaddexp(a, b)


def norm(
    input: Any,
    ord: Any = 2.0,
    dim: Any = None,
    *,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Any = None,
) -> Any:
    """The norm of the elements that count."""
    x = _replaced(_as(input, dtype), mask, 0 if ord >= 0 else _INF)
    return statistics.linalg_vector_norm(x, ord, dim, keepdim)


def var(
    input: Any,
    dim: Any = None,
    unbiased: Any = None,
    *,
    correction: Any = None,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Any = None,
) -> Any:
    """The variance of the elements that count."""
    dim, correction = fold.correction_of(dim, unbiased, correction)
    x = _as(input, dtype)
    if _dtype.of(x.array).rank < 2:
        x = to(x, _dtype.get_default_dtype())
    number = _number(x, dim, True, mask)
    centred = x - sum(x, dim, keepdim=True, mask=mask) / number
    squares = centred * centred.conj()
    total = sum(squares, dim, keepdim=keepdim, mask=mask)
    return total / (number.reshape(total.shape) - correction).clamp(0)


def std(
    input: Any,
    dim: Any = None,
    unbiased: Any = None,
    *,
    correction: Any = None,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Any = None,
) -> Any:
    """The standard deviation of the elements that count."""
    return var(input, dim, unbiased, correction=correction, keepdim=keepdim, dtype=dtype, mask=mask).sqrt()


def softmax(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
    """Probabilities from the scores that count; 0 for the others."""
    return reduce.softmax(_replaced(_as(input, dtype), mask, -_INF), dim)


def log_softmax(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
    """Log-probabilities from the scores that count; -∞ for the others."""
    return reduce.log_softmax(_replaced(_as(input, dtype), mask, -_INF), dim)


def softmin(input: Any, dim: int, *, dtype: Any = None, mask: Any = None) -> Any:
    """`softmax` of the negated scores."""
    return reduce.softmax(-_replaced(_as(input, dtype), mask, _INF), dim)


def normalize(
    input: Any, ord: float, dim: int, *, eps: float = 1e-12, dtype: Any = None, mask: Any = None
) -> Any:
    """The elements that count, over their norm along ``dim`` (at least ``eps``)."""
    x = _as(input, dtype)
    return _replaced(x, mask, 0) / norm(x, ord, dim, keepdim=True, mask=mask).clamp(eps)
