"""Adding many values into few places: where an index occurs twice, both of its values count."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

_LONG = 8  # runs longer than this are added up one run at a time, shorter ones all runs at once
repeatable = "default"  # or "warn", "error": what to do where a result may have other bits each time


def add_at(module: ModuleType) -> Callable[..., Any]:
    """``add_at(y, index, values)``: y[index] += values, once per occurrence of an index, into y itself."""
    return _widened(_add_at if module is np else _any_order(module.add.at))


def add_rows(module: ModuleType) -> Callable[..., Any]:
    """``add_rows(y, index, rows)``: y[index[i]] += rows[i], for whole rows at a time, into y itself."""
    return _widened(_add_rows if module is np else _any_order(module.add.at))


def reduce_at(module: ModuleType) -> Callable[..., Any]:
    """``reduce_at(y, index, values, how)``: each value folded into y[index] by sum, prod, amax or amin."""
    folds = {"sum": "add", "prod": "multiply", "amax": "maximum", "amin": "minimum"}

    def fold(y: Any, index: tuple[Any, ...], values: Any, how: str) -> None:
        values = values[tuple(slice(n) for n in np.broadcast_shapes(*(i.shape for i in index)))]
        if y.flags.c_contiguous:
            flat = module.ravel_multi_index(module.broadcast_arrays(*index), y.shape).reshape(-1)
            getattr(module, folds[how]).at(y.reshape(-1), flat, values.reshape(-1))
        else:
            getattr(module, folds[how]).at(y, index, values)

    return fold


def _widened(add: Callable[..., Any]) -> Callable[..., Any]:
    """16-bit floats are added up in float32: of 4096 ones in one place the sum would otherwise stay 2048."""

    def call(y: Any, index: Any, values: Any) -> None:
        if y.dtype.itemsize > 2 or y.dtype.kind not in "fV":
            add(y, index, values)
            return
        sums = y.astype("f4")
        add(sums, index, values.astype("f4") if hasattr(values, "astype") else values)
        y[...] = sums

    return call


def _any_order(add: Callable[..., Any]) -> Callable[..., Any]:
    """A GPU adds in the order in which its threads arrive: sums of fractions differ in their last bits."""

    def call(y: Any, index: Any, values: Any) -> None:
        if repeatable != "default" and y.dtype.kind not in "biu":
            _not_repeatable("adding values into the same place on a GPU")
        add(y, index, values)

    return call


def _not_repeatable(what: str) -> None:
    message = (
        f"{what} does not have a deterministic implementation, but torch.use_deterministic_algorithms is on"
    )
    if repeatable == "error":
        raise RuntimeError(f"{message}; compute it on the CPU, or use warn_only=True")
    warnings.warn(message, stacklevel=4)


def neutral(module: ModuleType) -> Callable[..., Any]:
    """``neutral(how, dtype)``: the number that a fold may start from without showing in its result."""

    def start(how: str, kind: Any) -> Any:
        if how not in ("amax", "amin"):
            return int(how == "prod")
        kind = np.dtype(kind)
        if kind.kind == "b":
            return how == "amin"
        if kind.kind in "iu":
            return np.iinfo(kind).max if how == "amin" else np.iinfo(kind).min
        return np.inf if how == "amin" else -np.inf

    return start


def _add_at(y: np.ndarray, index: Any, values: Any) -> None:
    if isinstance(index, tuple) and len(index) > 1 and _along_one(index):  # rows of another dimension
        d = len(index) - 1
        last = index[-1]
        values = np.broadcast_to(values, (*y.shape[:d], *last.shape, *y.shape[d + 1 :]))
        _add_at(np.moveaxis(y, d, 0), last, np.moveaxis(values, range(d, d + last.ndim), range(last.ndim)))
        return
    first = index[0] if isinstance(index, tuple) and len(index) == 1 else index
    if isinstance(first, np.ndarray) and first.dtype.kind in "iu" and y.ndim > 1:
        rows = np.broadcast_to(values, (*first.shape, *y.shape[1:]))
        _add_rows(y, first.reshape(-1), rows.reshape(first.size, *y.shape[1:]))
    elif isinstance(index, tuple) and y.flags.c_contiguous and _all_numbers(index, y.ndim):
        places = [np.where(i < 0, i + n, i) for i, n in zip(index, y.shape, strict=True)]
        flat = np.ravel_multi_index(np.broadcast_arrays(*places), y.shape)
        values = np.broadcast_to(np.asarray(values, dtype=y.dtype), flat.shape)
        np.add.at(y.reshape(-1), flat.reshape(-1), values.reshape(-1))  # of one index NumPy has a fast loop
    else:
        np.add.at(y, index, values)


def _along_one(index: tuple[Any, ...]) -> bool:
    """Whether this is one array of numbers after full slices."""
    last = index[-1]
    return (
        isinstance(last, np.ndarray)
        and last.dtype.kind in "iu"
        and all(i == slice(None) for i in index[:-1] if isinstance(i, slice))
        and all(isinstance(i, slice) for i in index[:-1])
    )


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
