"""Conversions: to other dtypes and devices, to NumPy, to Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine import tape
from vizgrad.engine.bare import Bare
from vizgrad.engine.op import Op
from vizgrad.engine.ops import shape

from . import form
from .data import kind_of
from .kinds import preserve_format


def to(self: Any, *args: Any, dtype: Any = None, device: Any = None, non_blocking: bool = False,
       copy: bool = False, memory_format: Any = None, other: Any = None) -> Any:  # fmt: skip
    """The tensor in another dtype or on another device; itself if nothing changes and no copy is asked for.

    ``to(dtype)``, ``to(device, dtype)`` or ``to(other)``, each followed by ``non_blocking`` and ``copy``.
    """
    flags = []
    for a in (*args, other):
        if isinstance(a, Bare):
            dtype, device = _dtype.of(a.array), _device.of(a.array)
        elif isinstance(a, bool):
            flags.append(a)
        elif isinstance(a, (str, _device.device, int)):
            device = a
        elif a is not None:
            dtype = a
    copy = flags[1] if len(flags) > 1 else copy
    x = self
    if device is not None and not _same_place(_device.device(device), _device.of(x.array)):
        x = tape.apply(_MOVE.row, (x,), {"where": device})  # type: ignore[attr-defined]
    if dtype is not None and (kind := kind_of(dtype)) != x.array.dtype:
        x = tape.apply(_CAST, (x,), {"kind": kind})
    if memory_format is not None and memory_format is not preserve_format:
        x = form.contiguous(x, memory_format=memory_format)
    return shape.clone(x) if copy and x is self else x


def _same_place(wanted: Any, have: Any) -> bool:
    return wanted.type == have.type and (wanted.index is None or wanted.index == have.index)


_CAST: Op = shape.cast.row  # type: ignore[attr-defined]
_MOVE: Any = shape.move


def cast_to(name: str, kind: _dtype.dtype) -> Callable[..., Any]:
    """``x.float()`` and its kin."""

    def cast(self: Any, memory_format: Any = preserve_format) -> Any:
        if memory_format is preserve_format:
            return self if self.array.dtype == kind.numpy else shape.cast(self, kind.numpy)
        return to(self, kind, memory_format=memory_format)

    cast.__doc__, cast.__name__, cast.__qualname__ = f"The tensor as {kind.name}.", name, name
    return cast


def chalf(self: Any, memory_format: Any = None) -> Any:
    """Not offered: NumPy has no complex numbers of two halves.  Raises TypeError."""
    raise TypeError("complex32 has no counterpart in NumPy; use cfloat() for complex64")


def type_as(self: Any, other: Any) -> Any:
    return to(self, dtype=_dtype.of(other.array))


def cpu(self: Any, memory_format: Any = None) -> Any:
    """The tensor in the computer's own memory; itself if it is there already."""
    return to(self, device="cpu", memory_format=memory_format)


def cuda(self: Any, device: Any = None, non_blocking: bool = False, memory_format: Any = None) -> Any:
    """The tensor on a GPU; itself if it is there already."""
    return to(self, device="cuda" if device is None else device, memory_format=memory_format)


def numpy_(self: Any, *, force: bool = False) -> numpy.ndarray:
    """The array behind a tensor on the CPU: shared memory.  ``force`` detaches and copies to the CPU first."""
    if not force:
        if self.requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
            )
        if not isinstance(self.array, numpy.ndarray):
            raise TypeError(
                f"can't convert {self.device} device type tensor to numpy. "
                "Use Tensor.cpu() to copy the tensor to host memory first."
            )
    if self.array.dtype.kind == "V":
        raise TypeError(
            f"Got unsupported ScalarType {_dtype.of(self.array).legacy}; convert with .float() first"
        )
    return _device.host(self.array)


def tolist(self: Any) -> Any:
    """The numbers as Python's, in nested lists."""
    return _device.host(self.array).tolist()


def item(self: Any) -> Any:
    """The one element as a Python number."""
    if self.array.size != 1:
        raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
    return self.array.item()


def _one(self: Any) -> Any:
    if self.array.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars, but this one has "
                         f"{self.array.size}")  # fmt: skip
    return self.array.item()


def as_float(self: Any) -> float:
    """The one element as a float; RuntimeError where an imaginary part would be lost."""
    x = _one(self)
    if isinstance(x, complex) and x.imag:
        raise RuntimeError(f"value cannot be converted to type double without overflow: {x}")
    return float(x.real)


def as_int(self: Any) -> int:
    """The one element without its fraction; RuntimeError where an imaginary part would be lost."""
    x = _one(self)
    if isinstance(x, complex) and x.imag:
        raise RuntimeError(f"value cannot be converted to type int64_t without overflow: {x}")
    return int(x.real)


def as_complex(self: Any) -> complex:
    """The one element as a complex number."""
    return complex(_one(self))


def truth(self: Any) -> bool:
    if self.array.size != 1:
        raise RuntimeError(
            "Boolean value of Tensor with no values is ambiguous"
            if self.array.size == 0
            else "Boolean value of Tensor with more than one value is ambiguous"
        )
    return bool(self.array.item())


def as_index(self: Any) -> int:
    if self.array.dtype.kind not in "iub" or self.array.size != 1:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(self.array.item())


def length(self: Any) -> int:
    if self.array.ndim == 0:
        raise TypeError("len() of a 0-d tensor")
    return self.array.shape[0]
