"""Joining tensors in rows, columns, blocks and grids."""

from __future__ import annotations

import itertools
import warnings
from functools import partial
from typing import Any

import numpy

from vizgrad.engine import namespace
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import index as _index
from vizgrad.engine.ops import join as _rows

from . import create, form, memory
from .out import fills_out


def _list(tensors: Any, name: str) -> list[Any]:
    if isinstance(tensors, Bare) or not hasattr(tensors, "__iter__"):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}"
        )
    found = list(tensors)
    for i, x in enumerate(found):
        if not isinstance(x, Bare):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(x).__name__}")
    return found


@partial(memory.fills_apart, kind=False)
def cat(tensors: Any, dim: int = 0, *, axis: int | None = None) -> Any:
    """Tensors joined along an existing dimension."""
    parts = _list(tensors, "cat")
    if not parts:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    return _rows.cat(parts, dim if axis is None else axis)


@fills_out
def stack(tensors: Any, dim: int = 0) -> Any:
    """Tensors of one shape joined along a new dimension."""
    return _rows.stack(_list(tensors, "stack"), dim)


@fills_out
def concat(tensors: Any, dim: int = 0) -> Any:
    """`cat`, by another name."""
    return cat(tensors, dim)


@fills_out
def concatenate(tensors: Any, axis: int = 0, *, dim: int | None = None) -> Any:
    """`cat`, by NumPy's name."""
    return cat(tensors, axis if dim is None else dim)


def _some(tensors: Any, name: str) -> list[Any]:
    parts = _list(tensors, name)
    if not parts:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return parts


@fills_out
def hstack(tensors: Any) -> Any:
    """Joined side by side: along the second dimension, of vectors the first."""
    parts = [form.atleast_1d(x) for x in _some(tensors, "hstack")]
    return _rows.cat(parts, 0 if parts[0].array.ndim == 1 else 1)


@fills_out
def vstack(tensors: Any) -> Any:
    """Joined one below the other: along the first dimension, vectors being rows."""
    return _rows.cat([form.atleast_2d(x) for x in _some(tensors, "vstack")], 0)


@fills_out
def row_stack(tensors: Any) -> Any:
    """`vstack`, by its other name."""
    return vstack(tensors)


@fills_out
def dstack(tensors: Any) -> Any:
    """Joined in depth: along the third dimension."""
    return _rows.cat([form.atleast_3d(x) for x in _some(tensors, "dstack")], 2)


@fills_out
def column_stack(tensors: Any) -> Any:
    """Joined as columns: along the second dimension, vectors being columns."""
    parts = _some(tensors, "column_stack")
    return hstack([form.reshape(x, x.array.size, 1) if x.array.ndim < 2 else x for x in parts])


def block_diag(*tensors: Any) -> Any:
    """A matrix with these matrices along its diagonal and zeros elsewhere."""
    for i, x in enumerate(tensors):
        if x.array.ndim > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. "
                f"Input {i} has {x.array.ndim} dimensions"
            )
    blocks = [form.atleast_2d(x) for x in tensors] or [create.zeros(1, 0)]
    width = sum(b.array.shape[1] for b in blocks)
    rows, at = [], 0
    for b in blocks:
        n, m = b.array.shape
        sides = [_index.zeros(b, (n, size)) for size in (at, width - at - m)]
        rows.append(_rows.cat([sides[0], b, sides[1]], 1))
        at += m
    return _rows.cat(rows, 0)


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Any, ...]:
    """The coordinates of a grid: one tensor per dimension, each of the grid's shape: views.

    ``indexing``: "ij", the dimensions in the order given, or "xy", the first two exchanged, as plots have them.
    """
    if len(tensors) == 1 and not isinstance(tensors[0], Bare):
        tensors = tuple(tensors[0])
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if indexing is None:
        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
            stacklevel=2,
        )
    elif indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    for x in tensors:
        if x.array.ndim > 1:
            raise RuntimeError(
                f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {list(x.array.shape)}"
            )
        if x.array.dtype != tensors[0].array.dtype:
            raise RuntimeError("torch.meshgrid expects all tensors to have the same dtype")
    swap = indexing == "xy" and len(tensors) > 1
    order = list(tensors)
    if swap:
        order[:2] = order[1::-1]
    shape = tuple(x.array.size for x in order)
    grids = [
        form.broadcast_to(form.reshape(x, (1,) * i + (-1,) + (1,) * (len(order) - 1 - i)), shape)
        for i, x in enumerate(order)
    ]
    if swap:
        grids[:2] = grids[1::-1]
    return tuple(grids)


def cartesian_prod(*tensors: Any) -> Any:
    """Every combination of one element from each vector, a row each."""
    if len(tensors) == 1 and not isinstance(tensors[0], Bare):
        tensors = tuple(tensors[0])
    for x in tensors:
        if x.array.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(x.array.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return _rows.stack([form.ravel(g) for g in meshgrid(*tensors, indexing="ij")], 1)


def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """Every choice of ``r`` elements of a vector, in order, a row each."""
    if input.array.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.array.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return _index.zeros(input, (0,))
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = numpy.array(list(choose(range(input.array.size), r)), dtype=numpy.int64).reshape(-1, r)
    return _index.index(input, (namespace.of((input.array,)).asarray(rows),))
