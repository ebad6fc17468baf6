"""``x[…]`` and ``x[…] = value``: which index makes a view and which a copy."""

from __future__ import annotations

from typing import Any

import numpy

from vizgrad.engine import alias, tape
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import index as rows
from vizgrad.engine.ops import shapes


def _parts(index: Any) -> tuple[tuple[Any, ...], bool]:
    """The index as a tuple of bare parts, and whether it only cuts (numbers, slices, None, Ellipsis)."""
    parts = index if type(index) is tuple else (index,)
    plain = True
    bare: list[Any] = []
    for p in parts:
        if isinstance(p, Bare):
            whole = p.array.dtype.kind in "iu"
            if p.array.ndim == 0 and whole:
                p = int(p.array)
            else:
                if not whole and p.array.dtype.kind != "b":
                    raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
                plain, p = False, p.array
        elif isinstance(p, slice):
            p = slice(*(None if e is None else int(e) for e in (p.start, p.stop, p.step)))
            if p.step is not None and p.step <= 0:
                raise ValueError("step must be greater than zero; use .flip(dim) to reverse")
        elif isinstance(p, (list, numpy.ndarray, range, bool, numpy.bool_)):
            plain, p = False, numpy.asarray(p if not isinstance(p, list) else _flat(p))
            if p.size == 0 and p.dtype.kind == "f":
                p = p.astype(numpy.int64)
        elif p is not None and p is not Ellipsis:
            p = p.__index__()
        bare.append(p)
    return tuple(bare), plain


def _flat(items: list[Any]) -> list[Any]:
    return [x.tolist() if isinstance(x, Bare) else x for x in items]  # type: ignore[attr-defined]


def _check(x: Any, index: tuple[Any, ...]) -> None:
    taken = 0
    for p in index:
        if p is not None and p is not Ellipsis:
            taken += p.ndim if isinstance(p, numpy.ndarray) and p.dtype.kind == "b" else 1
    if taken > x.array.ndim:
        if x.array.ndim == 0:
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python to convert a 0-dim tensor to a number"
            )
        raise IndexError(f"too many indices for tensor of dimension {x.array.ndim}")


def get(x: Any, index: Any) -> Any:
    """``x[index]``: numbers, slices, None and ``...`` give a view, tensors and lists a copy."""
    parts, plain = _parts(index)
    _check(x, parts)
    return rows.slice_(x, parts) if plain else rows.index(x, parts)


def put(x: Any, index: Any, value: Any) -> None:
    """``x[index] = value``, in place and with gradients."""
    parts, plain = _parts(index)
    _check(x, parts)
    value = value if isinstance(value, Bare) else Bare._wrap(numpy.asarray(value, dtype=x.array.dtype))
    if plain:
        target = rows.slice_(x, parts)
        while value.array.ndim > target.array.ndim and value.array.shape[0] == 1:
            value = rows.slice_(value, (0,))
        target.copy_(value)  # type: ignore[attr-defined]
        return
    alias.write(rows.index_put.row, x, (value,), {"index": parts, "accumulate": False})  # type: ignore[attr-defined]


def index_select(input: Any, dim: int, index: Any) -> Any:
    """The slices of ``dim`` that a 1-D tensor of numbers names."""
    at = shapes.at(dim, input.array.ndim)
    return tape.apply(rows.index.row, (input,), {"index": (slice(None),) * at + (index.array,)})  # type: ignore[attr-defined]


def masked_select(input: Any, mask: Any) -> Any:
    """The elements where ``mask`` is True, in a row."""
    shape = shapes.broadcast(input.array.shape, mask.array.shape)
    return get(input.expand(shape), mask.expand(shape))


def nonzero(input: Any, as_tuple: bool = False) -> Any:
    """The positions of the elements that are not zero: one row each, or one tensor a dimension."""
    found = [Bare._wrap(a) for a in input.array.nonzero()]
    if as_tuple:
        return tuple(found)
    return Bare._wrap(
        numpy.stack([f.array for f in found], -1) if found else numpy.zeros((int(bool(input.array)), 0), int)
    )
