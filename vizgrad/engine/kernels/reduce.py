"""Sums, extremes and shapes without NumPy's Python wrappers, which cost more than a small array's arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

from . import order, pick, running

_HALF = numpy.dtype("f2")
_SUMMED = (numpy.dtype("f4"), numpy.dtype("f8"))
_LARGE = 1 << 15  # elements from which the way through BLAS is worth its preparation
_SOME = 1 << 10  # the same where the rows of a matrix are added up, which needs none
_BLOCK = 512  # elements that BLAS adds up in a row; the sums of blocks are added up pairwise
_ones = {kind: numpy.ones(_BLOCK, kind) for kind in _SUMMED}


def _folding(name: str, ufunc: Any, *, sums: bool = False) -> Callable[[ModuleType], Callable[..., Any]]:
    def fold(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
        return ufunc.reduce(x, axis, dtype, None, keepdims)

    def carefully(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
        """float16 is added up in float32: of 4096 ones the sum would otherwise stay 2048."""
        if dtype is None and x.dtype is _HALF:
            return ufunc.reduce(x, axis, "f4", None, keepdims).astype(_HALF)
        if x.size >= _SOME and dtype is None and ufunc is numpy.add and (kind := x.dtype) in _SUMMED:
            if x.ndim == 2 and (axis == (1,) or axis == 1) and x.shape[1] <= _BLOCK and x.flags.c_contiguous:
                y = x @ _ones[kind][: x.shape[1]]
                return y[:, None] if keepdims else y
            blocks = _blocks(x, axis) if x.size >= _LARGE else None
            if blocks is not None:
                return _joined(x, blocks, _added, axis, keepdims)
        return ufunc.reduce(x, axis, dtype, None, keepdims)

    def of(module: ModuleType) -> Callable[..., Any]:
        return (carefully if sums else fold) if module is numpy else _on(getattr(module, name))

    return of


def _blocks(x: Any, axis: Any) -> Any:
    """The last dimensions, if it is these that ``axis`` folds, as rows of blocks and what is left of each row."""
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    first = x.ndim - len(axes)
    if not x.flags.c_contiguous or sorted(a % x.ndim for a in axes) != list(range(first, x.ndim)):
        return None
    rows = x.reshape(*x.shape[:first], -1)
    n = rows.shape[-1]
    if n <= _BLOCK:
        return rows[..., None, :], None
    whole = n - n % _BLOCK
    return rows[..., :whole].reshape(*rows.shape[:-1], -1, _BLOCK), rows[..., whole:] if whole < n else None


def _added(b: Any) -> Any:
    """The sum of each row: a product with ones, which BLAS does at the speed of memory."""
    flat = b.reshape(-1, b.shape[-1]) if b.flags.c_contiguous else b
    return (flat @ _ones[b.dtype][: b.shape[-1]]).reshape(b.shape[:-1])


def _joined(x: Any, blocks: Any, add_up: Callable[..., Any], axis: Any, keepdims: bool) -> Any:
    whole, rest = blocks
    y = add_up(whole)
    y = y[..., 0] if y.shape[-1] == 1 else numpy.add.reduce(y, -1)
    y = y if rest is None else y + add_up(rest)
    if not keepdims:
        return y
    return y.reshape(x.shape[: y.ndim] + (1,) * (x.ndim - y.ndim))


def _squares(module: ModuleType) -> Callable[..., Any]:
    """``sum_of_squares(x, axis, keepdims)`` of real numbers."""
    add = ROWS["sum"](module)

    def total(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if module is numpy and x.dtype in _SUMMED and x.flags.c_contiguous:
            if x.size < _LARGE and not keepdims and (axis is None or len(axis) == x.ndim):
                line = x.reshape(-1)
                return numpy.dot(line, line)
            blocks = _blocks(x, axis) if x.size >= _LARGE else None
            if blocks is not None:
                return _joined(x, blocks, lambda b: numpy.vecdot(b, b), axis, keepdims)
        return add(x * x, axis, keepdims)

    return total


def _on(function: Callable[..., Any]) -> Callable[..., Any]:
    """The module's own function; ``dtype`` is handed on only where one is wanted, for not all of them take it."""

    def fold(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
        words = {} if dtype is None else {"dtype": dtype}
        return function(x, axis=axis, keepdims=keepdims, **words)

    return fold


def _method(name: str) -> Callable[[ModuleType], Callable[..., Any]]:
    """The array's own method: what the module's function of that name would call."""

    def of(_: ModuleType) -> Callable[..., Any]:
        def call(x: Any, *args: Any) -> Any:
            return getattr(x, name)(*args)

        return call

    return of


def _stretching(module: ModuleType) -> Callable[..., Any]:
    return _stretched if module is numpy else module.broadcast_to


def _stretched(x: Any, shape: tuple[int, ...]) -> Any:
    """``broadcast_to`` of one number, as the gradient of a sum is, at an eighth of the cost of NumPy's."""
    if x.size != 1 or x.dtype not in _SUMMED or x.ndim > len(shape):
        return numpy.broadcast_to(x, shape)
    y = numpy.ndarray(shape, x.dtype, x, 0, (0,) * len(shape))
    y.flags.writeable = False  # its elements are one place in memory
    return y


ROWS = {
    "broadcast_to": _stretching,
    "sum_of_squares": _squares,
    "stable_argsort": order.stable_argsort,
    **pick.ROWS,
    **running.ROWS,
    "sum": _folding("sum", numpy.add, sums=True),
    "prod": _folding("prod", numpy.multiply, sums=True),
    "max": _folding("max", numpy.maximum),
    "min": _folding("min", numpy.minimum),
    "all": _folding("all", numpy.logical_and),
    "any": _folding("any", numpy.logical_or),
    "reshape": _method("reshape"),
    "swapaxes": _method("swapaxes"),
}
