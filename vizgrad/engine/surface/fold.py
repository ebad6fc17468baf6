"""Folding dimensions away, in PyTorch's many spellings of the rows in ops/reduce.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import elementwise, reduce, shape
from vizgrad.engine.ops import index as _index

from .convert import to


def sum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """Add the elements along ``dim``."""
    return reduce.sum(input if dtype is None else to(input, dtype), dim, keepdim)


def mean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The average along ``dim``."""
    return reduce.mean(input if dtype is None else to(input, dtype), dim, keepdim)


def softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """Scores to probabilities along ``dim``."""
    return reduce.softmax(input if dtype is None else to(input, dtype), dim)


def log_softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """Scores to log-probabilities along ``dim``."""
    return reduce.log_softmax(input if dtype is None else to(input, dtype), dim)


def var(
    input: Any, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """The variance along ``dim``."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    return reduce.var(
        input, dim, correction=int(unbiased) if correction is None else correction, keepdim=keepdim
    )


def std(
    input: Any, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """The standard deviation along ``dim``."""
    return var(input, dim, unbiased, keepdim, correction=correction).sqrt()


def _extreme(fold: Any, find: Any, pair: Any) -> Callable[..., Any]:
    def extreme(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Bare):
            return pair(input, dim)
        if dim is None:
            return fold(input)
        where = find(input, dim, True)
        values = _index.gather(input, where, dim)
        if not keepdim:
            values, where = shape.squeeze(values, dim), shape.squeeze(where, dim)
        return Extreme(values, where)

    return extreme


class Extreme(tuple[Any, Any]):
    """``values`` and ``indices``, as ``torch.return_types.max``."""

    __slots__ = ()

    def __new__(cls, values: Any, indices: Any) -> Extreme:
        return super().__new__(cls, (values, indices))

    values = property(lambda self: self[0])
    indices = property(lambda self: self[1])

    def __repr__(self) -> str:
        return f"torch.return_types.max(\nvalues={self[0]!r},\nindices={self[1]!r})"


max = _extreme(reduce.amax, reduce.argmax, elementwise.maximum)
min = _extreme(reduce.amin, reduce.argmin, elementwise.minimum)


def all(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether every element is true."""
    return reduce.all(input, dim, keepdim)


def any(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether at least one element is true."""
    return reduce.any(input, dim, keepdim)


def norm(input: Any, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Any:
    """The p-norm: (Σ |x|ᵖ)^(1/p), the largest |x| for p = inf, the smallest for -inf."""
    if p in (2, "fro"):
        return (input * input).sum(dim, keepdim).sqrt()
    if p in (float("inf"), -float("inf")):
        extreme = reduce.amax if p > 0 else reduce.amin
        return extreme(input.abs(), () if dim is None else dim, keepdim)
    return (input.abs() ** p).sum(dim, keepdim) ** (1 / p)


def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The ``k`` largest elements along ``dim`` and where they are."""
    order = (-input.array if largest else input.array).argsort(axis=dim, kind="stable")
    where = Bare._wrap(order.take(range(k), axis=dim))
    return Extreme(_index.gather(input, where, dim), where)


def allclose(input: Any, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    a, b = _device.host(input.array), _device.host(other.array)
    return bool(numpy.allclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan))


def equal(input: Any, other: Any) -> bool:
    return input.array.shape == other.array.shape and bool((input.array == other.array).all())
