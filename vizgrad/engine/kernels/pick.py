"""Picking one element per index along a dimension, and finding extremes, at the cost of one flat `take`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

_FEW = 1 << 10  # indices, below which NumPy's own indexing costs less than to work out flat places
_MANY = 1 << 17  # indices at a time: the places of so many fit the cache


def pick_along(module: ModuleType) -> Callable[..., Any]:
    """``pick_along(x, index, axis)``: y[…, i, …] = x[…, index[…, i, …], …]; no index may be negative.

    Apart from ``axis`` the index may be smaller than ``x``.
    """
    return _pick if module is np else lambda x, index, axis: x[_places(module, index, axis)]


def _pick(x: np.ndarray, index: np.ndarray, axis: int) -> np.ndarray:
    if x.ndim == 1:
        return x.take(index)
    if index.size < _FEW or not x.flags.c_contiguous:
        return x[
            tuple([index if d == axis else _column(n, index.ndim - 1 - d) for d, n in enumerate(index.shape)])
        ]
    rows = max(1, _MANY * len(index) // index.size)
    if axis == 0 or rows >= len(index):
        return _flat(x, index, axis)
    y = np.empty(index.shape, x.dtype)
    for i in range(0, len(index), rows):
        y[i : i + rows] = _flat(x[i : i + rows], index[i : i + rows], axis)
    return y


def _flat(x: np.ndarray, index: np.ndarray, axis: int) -> np.ndarray:
    step, at = 1, index
    for d in range(x.ndim - 1, -1, -1):
        if d == axis:
            at = at if step == 1 else at + index * (step - 1)
        elif index.shape[d] > 1:
            n = index.shape[d]
            at = at + np.arange(0, n * step, step).reshape(n, *(1,) * (x.ndim - 1 - d))
        step *= x.shape[d]
    return x.reshape(-1).take(at)


@lru_cache(maxsize=256)
def _column(n: int, after: int) -> np.ndarray:
    """0, 1, 2, … along a dimension with ``after`` more behind it."""
    return np.arange(n).reshape(n, *(1,) * after)


def _places(module: ModuleType, index: Any, axis: int) -> tuple[Any, ...]:
    return tuple(
        index if d == axis else module.arange(n).reshape(n, *(1,) * (index.ndim - 1 - d))
        for d, n in enumerate(index.shape)
    )


def finding(name: str) -> Callable[[ModuleType], Callable[..., Any]]:
    """``argmax(x, axis, keepdims)``, or ``argmin``: the array's own method, which the module's function calls."""

    def of(_: ModuleType) -> Callable[..., Any]:
        def find(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
            return getattr(x, name)(axis, keepdims=keepdims)

        return find

    return of


ROWS = {"pick_along": pick_along, "argmax": finding("argmax"), "argmin": finding("argmin")}
