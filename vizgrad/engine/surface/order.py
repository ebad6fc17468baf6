"""Sorting, finding and telling apart: what is made of the rows in ops/select.py and ops/search.py."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import namespace
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import search, select, shapes

from .out import fills_out


@fills_out
def msort(input: Any) -> Any:
    """The elements in ascending order along the first dimension."""
    return select.sort(input, 0)[0]


def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False, *, out: Any = None) -> Any:
    """The ``k``-th smallest element along ``dim``, counted from 1, and where it is."""
    for x in out or ():
        if x.memory is input.memory:
            raise RuntimeError(
                "unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
                "single memory location. Please clone() the tensor before performing the operation."
            )
    call: Any = select.kthvalue
    return call(input, k, dim, keepdim, out=out)


@fills_out
def searchsorted(
    sorted_sequence: Any,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
) -> Any:
    """Where each value would go in a sorted sequence: before equal elements, or after them if ``right``."""
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError("torch.searchsorted(): side and right can't be set to opposites, got side of left")
    if not sorted_sequence.ndim:
        raise RuntimeError("torch.searchsorted(): input value can be a scalar, but the sequence must not be")
    if sorted_sequence.ndim != 1 and not isinstance(input, Bare):
        raise RuntimeError(
            "torch.searchsorted(): a number is looked up in a sequence with one dimension only"
        )
    if sorter is not None:
        if sorter.shape != sorted_sequence.shape:
            raise RuntimeError(
                f"torch.searchsorted(): boundary and sorter must have the same size, but got "
                f"{list(sorted_sequence.shape)} and {list(sorter.shape)}"
            )
        _check_sorter(sorter.array)
        sorted_sequence = select.taken(sorted_sequence, sorter, -1)
    find: Any = search.searchsorted
    return find(sorted_sequence, input, out_int32=out_int32, right=right or side == "right")


def _check_sorter(places: Any) -> None:
    if places.dtype != "i8":
        raise RuntimeError(
            f"torch.searchsorted(): sorter must be a tensor of long dtype but got {places.dtype}"
        )
    if places.size and not (int(places.min()) >= 0 and int(places.max()) < places.shape[-1]):
        raise RuntimeError("torch.searchsorted(): sorter index out of range")


@fills_out
def bucketize(input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False) -> Any:
    """The number of the bucket between sorted ``boundaries`` that each value falls into."""
    if boundaries.ndim != 1:
        raise RuntimeError(f"torch.bucketize(): boundaries must be 1 dimension, but got {boundaries.ndim}")
    return search.searchsorted(boundaries, input, out_int32=out_int32, right=right)


def unique(
    input: Any,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The different elements (or slices along ``dim``), in order; with each one's place, and how many there are."""
    x, xp = input.array, namespace.of((input.array,))
    if dim is not None:
        dim = shapes.at(dim, x.ndim)
        _check_slices(x, dim)
    return _answers(_distinct(xp, _keys(xp, x, dim)), x, dim, return_inverse, return_counts)


def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The elements (or slices along ``dim``) without repetitions of the one before."""
    x, xp = input.array, namespace.of((input.array,))
    if dim is not None:
        dim = shapes.at(dim, x.ndim)
        _check_slices(x, dim)
    keys = _keys(xp, x, dim)
    found = _runs(xp, keys, xp.arange(len(keys)))
    return _answers(found, x, dim, return_inverse, return_counts)


def _check_slices(x: Any, dim: int) -> None:
    if not x.shape[dim] and any(n == 0 for d, n in enumerate(x.shape) if d != dim):
        return
    if not x.size and x.shape[dim]:
        raise RuntimeError(
            f"There are 0 sized dimensions, and they aren't selected by `dim`: {list(x.shape)}, so unique cannot "
            "be applied"
        )


def _keys(xp: Any, x: Any, dim: int | None) -> Any:
    """One row of numbers for each thing to be told apart."""
    x = x.astype("f4") if x.dtype.kind == "V" else x
    return (
        x.reshape(-1, 1)
        if dim is None
        else xp.moveaxis(x, dim, 0).reshape(x.shape[dim], x.size // max(x.shape[dim], 1))
    )


def _distinct(xp: Any, keys: Any) -> tuple[Any, Any, Any]:
    if keys.shape[1] == 1:
        order = xp.argsort(keys[:, 0])
    elif not len(keys):
        order = xp.arange(0)
    else:
        order = xp.module.lexsort(keys.T[::-1])
    first, inverse, counts = _runs(xp, keys[order], order)
    return first, inverse, counts


def _runs(xp: Any, keys: Any, order: Any) -> tuple[Any, Any, Any]:
    """Of runs of equal rows: where the first of each was, which run each row is in, how long the runs are."""
    n = len(keys)
    fresh = xp.ones(n, dtype=bool)
    fresh[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    starts = xp.flatnonzero(fresh)
    inverse = xp.empty(n, dtype="i8")
    inverse[order] = xp.cumsum(fresh) - 1
    counts = xp.diff(xp.concatenate([starts, xp.full(1, n)]))
    return order[starts], inverse, counts


def _answers(found: Any, x: Any, dim: int | None, inverse: bool, counts: bool) -> Any:
    first, which, many = found
    values = x.reshape(-1)[first] if dim is None else x.take(first, axis=dim)
    wrap = Bare._wrap
    parts = [wrap(values)]
    if inverse:
        parts.append(wrap(which.reshape(x.shape) if dim is None else which))
    if counts:
        parts.append(wrap(many.astype("i8", copy=False)))
    return parts[0] if len(parts) == 1 else tuple(parts)
