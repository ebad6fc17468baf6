"""What a tensor is: its size, its place in memory, what kind of numbers."""

from __future__ import annotations

from typing import Any

import numpy

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import shapes

from . import create
from .memory import data_ptr, is_contiguous, storage_offset, stride  # noqa: F401 - found here by tensor.py
from .size import Size, known


def legacy_array(data: tuple[Any, ...]) -> Any:
    """``Tensor(2, 3)`` is memory of that size, ``Tensor([1, 2])`` those numbers, in the default dtype."""
    kind = _dtype.get_default_dtype()
    if len(data) == 1 and not isinstance(data[0], int):
        x = data[0]
        if isinstance(x, Size):
            return numpy.empty(x, kind.numpy)
        return x.array if isinstance(x, Bare) else create.tensor(x, dtype=kind).array
    return numpy.empty(data or (0,), kind.numpy)


def as_class(cls: type, x: Any, requires_grad: bool) -> Any:
    """The tensor ``x`` as an instance of ``cls``, sharing its memory."""
    y = object.__new__(cls)
    for name in ("array", "memory", "gradient", "node", "slot", "tracked", "alias", "hooks"):
        setattr(y, name, getattr(x, name))
    return y.requires_grad_() if requires_grad else y


def size(self: Any, dim: int | None = None) -> Any:
    return known(self.array.shape) if dim is None else self.array.shape[shapes.at(dim, self.array.ndim)]


def dim(self: Any) -> int:
    return self.array.ndim


def numel(self: Any) -> int:
    return self.array.size


def element_size(self: Any) -> int:
    """Bytes of one element."""
    return self.array.itemsize


def is_floating_point(input: Any) -> bool:
    return _dtype.of(input.array).is_floating_point


def is_complex(input: Any) -> bool:
    return _dtype.of(input.array).is_complex


def comparable(other: Any) -> bool:
    return isinstance(other, (Bare, int, float, complex, numpy.ndarray, numpy.generic))
