"""Parting a tensor: slices and pieces along a dimension, all of them views."""

from __future__ import annotations

import itertools
from typing import Any

from vizgrad.engine import alias
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import index as _index
from vizgrad.engine.ops import join as _join
from vizgrad.engine.ops import shapes

from .form import clone

_slice, _select = _index.slice_.row, _index.select.row  # type: ignore[attr-defined]


def cut(input: Any, at: int, part: Any) -> Any:
    """``input[:, …, part]`` with ``part`` at dimension ``at``."""
    row = _slice if isinstance(part, slice) else _select
    return alias.look(row, input, {"index": (slice(None),) * at + (part,)})


def narrow(input: Any, dim: int, start: Any, length: int) -> Any:
    """``length`` slices of ``dim``, from ``start`` on: a view."""
    if not input.array.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    at = shapes.at(dim, input.array.ndim)
    n = input.array.shape[at]
    if isinstance(start, Bare):
        if start.array.ndim or start.array.dtype.kind not in "iu":  # type: ignore[attr-defined]
            raise RuntimeError("start must be an 0-dim integral Tensor.")
        start = int(start.array)
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if not -n <= start <= n:
        raise IndexError(f"start out of range (expected to be in range of [-{n}, {n}], but got {start})")
    start = start + n if start < 0 else start
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return cut(input, at, slice(start, start + length))


def select(input: Any, dim: int, index: Any) -> Any:
    """One slice of ``dim``: a view with a dimension less."""
    if not input.array.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    at = shapes.at(dim, input.array.ndim)
    i, n = index.__index__(), input.array.shape[at]
    if not -n <= i < n:
        raise IndexError(
            f"select(): index {i} out of range for tensor of size {list(input.array.shape)} at dimension {dim}"
        )
    return cut(input, at, i)


def slice_along(input: Any, dim: int, start: Any, end: Any, step: int) -> Any:
    """``input[start:end:step]`` of dimension ``dim``."""
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    return cut(input, shapes.at(dim, input.array.ndim), slice(start, end, step))


def split(
    tensor: Any, split_size_or_sections: Any = None, dim: int = 0, *, split_size: Any = None
) -> tuple[Any, ...]:
    """Pieces of the given size, or sizes, along ``dim``: views."""
    sizes = split_size_or_sections if split_size is None else split_size
    if not isinstance(sizes, int) and not hasattr(sizes, "__iter__"):
        sizes = sizes.__index__()
    if isinstance(sizes, int):
        if not tensor.array.ndim:
            raise RuntimeError("split expects at least a 1-dimensional tensor")
        n = tensor.array.shape[shapes.at(dim, tensor.array.ndim)]
        if sizes < 0 or (not sizes and n):
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={sizes}")
        whole, rest = divmod(n, sizes or 1)
        sizes = (sizes,) * whole + (rest,) * (rest > 0 or not whole)
    return _join.split(tensor, tuple(sizes), dim)  # type: ignore[return-value]


def split_with_sizes(self: Any, split_sizes: Any, dim: int = 0) -> tuple[Any, ...]:
    """Pieces of the given sizes along ``dim``: views."""
    return _join.split(self, tuple(split_sizes), dim)  # type: ignore[return-value]


def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """At most ``chunks`` pieces of equal size along ``dim``: views."""
    if not input.array.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    n = input.array.shape[shapes.at(dim, input.array.ndim)]
    return split(input, [0] * chunks if not n else -(-n // chunks), dim)


def unsafe_split(tensor: Any, split_size_or_sections: Any, dim: int = 0) -> tuple[Any, ...]:
    """`split` into copies, which may be written to."""
    return tuple(clone(part) for part in split(tensor, split_size_or_sections, dim))


def unsafe_chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """`chunk` into copies, which may be written to."""
    return tuple(clone(part) for part in chunk(input, chunks, dim))


def unsafe_split_with_sizes(self: Any, split_sizes: Any, dim: int = 0) -> tuple[Any, ...]:
    """`split_with_sizes` into copies, which may be written to."""
    return tuple(clone(part) for part in split_with_sizes(self, split_sizes, dim))


def tensor_split(
    input: Any, indices_or_sections: Any = None, dim: int = 0, *, indices: Any = None, sections: Any = None
) -> tuple[Any, ...]:
    """``sections`` pieces as equal as can be, or pieces between the given positions: views."""
    if not input.array.ndim:
        raise RuntimeError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    given = next((g for g in (indices_or_sections, indices, sections) if g is not None), None)
    at = shapes.at(dim, input.array.ndim)
    n = input.array.shape[at]
    if isinstance(given, Bare):
        if given.array.dtype.kind != "i" or given.array.ndim > 1:  # type: ignore[attr-defined]
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to have dtype of long, and to be a zero-dimensional "
                f"or one-dimensional tensor, but got {given.array.ndim} dims"
            )
        given = given.array.tolist()
    if isinstance(given, int):
        if given <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {given}")
        size, more = divmod(n, given)
        ends = [0]
        for i in range(given):
            ends.append(ends[-1] + size + (i < more))
        return tuple(cut(input, at, slice(a, b)) for a, b in itertools.pairwise(ends))
    ends = [0, *(given or ()), n]
    return tuple(cut(input, at, slice(a, b)) for a, b in itertools.pairwise(ends))


def _along(name: str, least: int, dim_of: Any) -> Any:
    def split_along(
        input: Any, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None
    ) -> tuple[Any, ...]:
        given = next((g for g in (indices_or_sections, indices, sections) if g is not None), None)
        n = input.array.ndim
        if n < least:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {n} dimensions!"
            )
        dim = dim_of(n)
        if isinstance(given, int) and (given <= 0 or input.array.shape[dim] % given):
            raise RuntimeError(
                f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
                f"{input.array.shape[dim]} is not divisible by the split_size {given}!"
            )
        return tensor_split(input, given, dim)

    split_along.__name__ = split_along.__qualname__ = name
    split_along.__doc__ = "Equal pieces, or pieces between the given positions, along one dimension: views."
    return split_along


hsplit = _along("hsplit", 1, lambda n: 1 if n > 1 else 0)
vsplit = _along("vsplit", 2, lambda n: 0)
dsplit = _along("dsplit", 3, lambda n: 2)


def unbind(input: Any, dim: int = 0) -> tuple[Any, ...]:
    """All slices of ``dim``, one by one: views."""
    return _join.unbind(input, dim)  # type: ignore[return-value]


def iterate(self: Any) -> Any:
    """The slices of the first dimension, as a loop asks for them."""
    if not self.array.ndim:
        raise TypeError("iteration over a 0-d tensor")
    return iter(unbind(self, 0))
