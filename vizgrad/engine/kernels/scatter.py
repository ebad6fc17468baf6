"""Adding many values into few places: where an index occurs twice, both of its values count."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

_LONG = 8  # runs longer than this are added up one run at a time, shorter ones all runs at once


def add_at(module: ModuleType) -> Callable[..., Any]:
    """``add_at(y, index, values)``: y[index] += values, once per occurrence of an index, into y itself."""
    return _add_at if module is np else module.add.at


def add_rows(module: ModuleType) -> Callable[..., Any]:
    """``add_rows(y, index, rows)``: y[index[i]] += rows[i], for whole rows at a time, into y itself."""
    return _add_rows if module is np else module.add.at


def _add_at(y: np.ndarray, index: Any, values: Any) -> None:
    first = index[0] if isinstance(index, tuple) and len(index) == 1 else index
    if isinstance(first, np.ndarray) and first.dtype.kind in "iu" and y.ndim > 1:
        rows = np.broadcast_to(values, (*first.shape, *y.shape[1:]))
        _add_rows(y, first.reshape(-1), rows.reshape(-1, *y.shape[1:]))
    elif isinstance(index, tuple) and y.flags.c_contiguous and _all_numbers(index, y.ndim):
        places = [np.where(i < 0, i + n, i) for i, n in zip(index, y.shape, strict=True)]
        flat = np.ravel_multi_index(np.broadcast_arrays(*places), y.shape)
        values = np.broadcast_to(np.asarray(values, dtype=y.dtype), flat.shape)
        np.add.at(y.reshape(-1), flat.reshape(-1), values.reshape(-1))  # of one index NumPy has a fast loop
    else:
        np.add.at(y, index, values)


def _all_numbers(index: tuple[Any, ...], ndim: int) -> bool:
    return len(index) == ndim and all(isinstance(i, np.ndarray) and i.dtype.kind in "iu" for i in index)


def _add_rows(y: np.ndarray, index: np.ndarray, rows: np.ndarray) -> None:
    """Sort the rows by where they go, add up each run of equals, write each sum once."""
    if not index.size:
        return
    index = np.where(index < 0, index + len(y), index)  # -1 and the last row are one place
    order = np.argsort(index, kind="stable")
    index, rows = index[order], rows[order]
    starts = np.flatnonzero(np.concatenate(([True], index[1:] != index[:-1])))
    lengths = np.diff(np.append(starts, index.size))
    sums = rows[starts]
    for i in np.flatnonzero(lengths > _LONG):
        sums[i] = rows[starts[i] : starts[i] + lengths[i]].sum(axis=0)
    lengths[lengths > _LONG] = 1
    for k in range(1, int(lengths.max())):  # the second of each run, then the third, …
        more = np.flatnonzero(lengths > k)
        sums[more] += rows[starts[more] + k]
    y[index[starts]] += sums
