"""Sorting that keeps equal elements in their old order, at the speed of sorting that does not."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

_SHORT = 64  # elements of a lane below which NumPy's stable sort is as fast


def stable_argsort(module: ModuleType) -> Callable[..., Any]:
    """``stable_argsort(x, axis)``: the indices that sort each lane; what is not a number comes last."""
    return _stable if module is np else lambda x, axis: module.argsort(x, axis=axis, kind="stable")


def _stable(x: np.ndarray, axis: int) -> np.ndarray:
    if x.dtype.itemsize <= 2 or x.shape[axis] < _SHORT:  # these NumPy sorts by counting, or by insertion
        return x.argsort(axis=axis, kind="stable")
    lanes = np.ascontiguousarray(np.moveaxis(x, axis, -1))
    order = lanes.argsort(axis=-1)  # vectorized, but equal elements come in any order
    values = np.take_along_axis(lanes, order, axis=-1)
    same = values[..., 1:] == values[..., :-1]
    if x.dtype.kind == "f" and np.isnan(values[..., -1]).any():
        same |= np.isnan(values[..., :-1])
    ties = np.count_nonzero(same)
    if ties > x.size // 4:
        return x.argsort(axis=axis, kind="stable")
    if ties:
        _put_right(order, same)
    return np.moveaxis(order, -1, axis)


def _put_right(order: np.ndarray, same: np.ndarray) -> None:
    """Sort the indices of each run of equal elements; ``same`` marks elements that equal the next."""
    tied = np.zeros(order.shape, dtype=bool)
    tied[..., 1:] = same
    starts = ~tied
    tied[..., :-1] |= same
    places = np.flatnonzero(tied)
    run = np.cumsum(starts.reshape(-1)[places])
    flat = order.reshape(-1)
    index = flat[places]
    flat[places] = index[np.lexsort((index, run))]
