"""Shapes, in PyTorch's many spellings of the rows in ops/shape.py."""

from __future__ import annotations

from typing import Any

import numpy

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import index as _index
from vizgrad.engine.ops import shape as _rows
from vizgrad.engine.ops import shapes


def _sizes(args: tuple[Any, ...]) -> tuple[int, ...]:
    if len(args) == 1 and not isinstance(args[0], int) and hasattr(args[0], "__iter__"):
        args = tuple(args[0])
    return tuple(int(n) for n in args)


def reshape(input: Any, *sizes: Any, shape: Any = None) -> Any:
    """The same elements in another shape: a view where memory allows it, else a copy."""
    return _rows.reshape(input, _sizes(sizes) if shape is None else tuple(shape))


def view(self: Any, *size: Any) -> Any:
    """The same memory in another shape, or (given a dtype) its bits read as another type."""
    if len(size) == 1 and isinstance(size[0], _dtype.dtype):
        x = Bare._wrap(self.array.view(size[0].numpy))
        x.storage = self.storage
        return x
    return _rows.view(self, _sizes(size))


def permute(input: Any, *dims: Any) -> Any:
    return _rows.permute(input, _sizes(dims))


def expand(self: Any, *size: Any) -> Any:
    return _rows.expand(self, _sizes(size))


def reshape_as(self: Any, other: Any) -> Any:
    return _rows.reshape(self, other.array.shape)


def view_as(self: Any, other: Any) -> Any:
    return _rows.view(self, other.array.shape)


def expand_as(self: Any, other: Any) -> Any:
    return _rows.expand(self, other.array.shape)


def t(input: Any) -> Any:
    """A matrix with rows and columns exchanged."""
    if input.array.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.array.ndim}D")
    return _rows.transpose(input, 0, 1) if input.array.ndim == 2 else input


def reversed_dims(self: Any) -> Any:
    return _rows.permute(self, tuple(range(self.array.ndim))[::-1])


def narrow(input: Any, dim: int, start: int, length: int) -> Any:
    """``length`` slices of ``dim``, from ``start`` on: a view."""
    at, n = shapes.at(dim, input.array.ndim), input.array.shape[dim]
    start = start + n if start < 0 else start
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return _index.slice_(input, (slice(None),) * at + (slice(start, start + length),))


def select(input: Any, dim: int, index: int) -> Any:
    """One slice of ``dim``: a view with a dimension less."""
    return _index.slice_(input, (slice(None),) * shapes.at(dim, input.array.ndim) + (index,))


def split(tensor: Any, split_size_or_sections: Any, dim: int = 0) -> tuple[Any, ...]:
    """Pieces of the given size, or sizes, along ``dim``: views."""
    n, sizes = tensor.array.shape[dim], split_size_or_sections
    if isinstance(sizes, int):
        sizes = [_least(sizes, n - i) for i in range(0, n, sizes)] or [0]
    if (total := _total(sizes)) != n:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n}, but they sum to {total}"
        )
    starts = [_total(sizes[:i]) for i in range(len(sizes))]
    return tuple(narrow(tensor, dim, a, size) for a, size in zip(starts, sizes, strict=True))


def _least(a: int, b: int) -> int:
    return a if a < b else b


def _total(sizes: Any) -> int:
    return int(numpy.sum(sizes, dtype=int))


def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """At most ``chunks`` pieces of equal size along ``dim``: views."""
    n = input.array.shape[dim]
    return split(input, -(-n // chunks) or 1, dim)


def unbind(input: Any, dim: int = 0) -> tuple[Any, ...]:
    """All slices of ``dim``, one by one: views."""
    if input.array.ndim == 0:
        raise TypeError("iteration over a 0-d tensor")
    return tuple(select(input, dim, i) for i in range(input.array.shape[dim]))


def flip(input: Any, *dims: Any) -> Any:
    return _rows.flip(input, _sizes(dims))


def repeat(self: Any, *repeats: Any) -> Any:
    """A copy, repeated so many times along each dimension."""
    times = _sizes(repeats)
    inner = (1,) * (len(times) - self.array.ndim) + self.array.shape
    spread = _rows.expand(
        _rows.reshape(self, tuple(n for size in inner for n in (1, size))),
        tuple(n for pair in zip(times, inner, strict=True) for n in pair),
    )
    return _rows.reshape(spread, tuple(a * b for a, b in zip(times, inner, strict=True)))


def contiguous(self: Any, memory_format: Any = None) -> Any:
    """Itself if its elements lie in order, else a copy where they do."""
    return self if self.array.flags.c_contiguous else _rows.clone(self)


def clone(input: Any, *, memory_format: Any = None) -> Any:
    """A copy that gradients flow through."""
    return _rows.clone(input)


def gather(input: Any, dim: int, index: Any) -> Any:
    """One element of dimension ``dim`` for each number in ``index``."""
    return _index.gather(input, index, dim)


def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    return _index.scatter_add(input, index, src, dim)
