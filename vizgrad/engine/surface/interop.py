"""Tensors among the others: NumPy's protocols, DLPack, copies and pickles."""

from __future__ import annotations

import copy as _copy
from typing import Any, SupportsIndex

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.kernels.strided import address

from . import data, memory
from .about import as_class
from .convert import numpy_


def array(self: Any, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray:
    """What NumPy takes when it is given a tensor: its memory, or a copy where the dtype must change."""
    a = numpy_(self)
    if dtype is None or a.dtype == dtype:
        return a.copy() if copy else a
    if copy is False:
        raise ValueError("Unable to avoid copy while creating an array as requested: the dtypes differ")
    return a.astype(dtype)


def array_wrap(self: Any, result: Any, context: Any = None, return_scalar: bool = False) -> Any:
    """What NumPy's functions return for tensors: tensors, truth values as bytes, as in PyTorch."""
    result = numpy.asarray(result)
    return Bare._wrap(result.astype(numpy.uint8) if result.dtype == bool else result)


def dlpack(self: Any, *, stream: Any = None, max_version: Any = None, dl_device: Any = None,
           copy: bool | None = None) -> Any:  # fmt: skip
    """A DLPack capsule on this tensor's memory, for other libraries."""
    if self.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if self.array.dtype.kind == "V":
        raise BufferError(f"DLPack through NumPy does not know {_dtype.of(self.array)}")
    settings = {"stream": stream, "max_version": max_version, "dl_device": dl_device, "copy": copy}
    return self.array.__dlpack__(**{k: v for k, v in settings.items() if v is not None})


def dlpack_device(self: Any) -> tuple[int, int]:
    """DLPack's numbers for the kind of device and which one of them."""
    return self.array.__dlpack_device__()


class _Capsule:
    """A bare capsule, dressed as an object that NumPy takes from."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **_: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0  # a bare capsule does not say; those of other devices come as objects


class _Memory:
    """The memory of an array, which it keeps alive, open for writing."""

    def __init__(self, array: numpy.ndarray) -> None:
        self._array = array
        known: dict[str, Any] = array.__array_interface__
        self.__array_interface__ = known | {"data": (known["data"][0], False)}


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Any:
    """A tensor on the memory of another library's, through DLPack: writing to one writes to the other."""
    bare = not hasattr(ext_tensor, "__dlpack__")
    source = _Capsule(ext_tensor) if bare else ext_tensor
    kind, _ = source.__dlpack_device__()
    if kind == 1:
        array = numpy.from_dlpack(source)
        if bare:  # capsules without a version cannot say that they may be written to; PyTorch takes it that they may
            array = numpy.asarray(_Memory(array))
    elif kind in (2, 13):
        array = _device.cupy().from_dlpack(source)
    else:
        raise RuntimeError(f"DLPack device type {kind} is neither the CPU nor a CUDA GPU")
    _dtype.of(array)
    x = data.finished(array.copy() if copy else array)
    return x if device is None else x.to(device=device)


def to_dlpack(tensor: Any) -> Any:
    """A DLPack capsule on the tensor's memory."""
    return dlpack(tensor)


def reduce_ex(self: Any, protocol: SupportsIndex, /) -> Any:
    """For pickle: the class, the values, whether it wants gradients, and attributes of one's own.

    Tensors that share memory do so no longer afterwards, as in PyTorch: `save` keeps that, pickle does not.
    """
    state = (type(self), _device.host(self.array), self.requires_grad)
    return (_rebuilt, state, dict(self.__dict__)) if self.__dict__ else (_rebuilt, state)


def _rebuilt(cls: type, values: numpy.ndarray, requires_grad: bool) -> Any:
    return as_class(cls, Bare._wrap(values), requires_grad)


def deepcopy(self: Any, memo: dict[int, Any]) -> Any:
    """A leaf with its own memory, shared with the copies of what shares memory with this one.

    PyTorch refuses tensors that are no leaves, and so do we.
    """
    if self.grad_fn is not None:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "Use .detach().clone() for the numbers alone."
        )
    if id(self) in memo:
        return memo[id(self)]
    y = as_class(type(self), _copied(self, memo), self.tracked)
    y.gradient = _copy.deepcopy(self.gradient, memo)
    y.__dict__.update(_copy.deepcopy(self.__dict__, memo))
    memo[id(self)] = y
    return y


def _copied(self: Any, memo: dict[int, Any]) -> Any:
    """The same numbers in memory of their own; ``memo`` has the copies of memory that others share."""
    a, whole, category = self.array, memory.root(self), self.memory.category
    if not isinstance(a, numpy.ndarray) or not whole.flags.forc:
        return Bare._wrap(a.copy(order="K"), category)
    if id(whole) not in memo:
        memo[id(whole)] = made = Bare._wrap(whole.copy(order="K"), category)
        made.memory.root = made.array
    made = memo[id(whole)]
    if whole is a:
        return made
    offset = address(a) - address(whole) if a.size else 0
    y = Bare._wrap(numpy.ndarray(a.shape, a.dtype, made.array.ravel("K"), offset, a.strides))
    y.memory = made.memory
    return y


def shallow(self: Any) -> Any:
    """For copy.copy: another leaf on the same memory, without the gradient."""
    y = as_class(type(self), Bare._wrap(self.array), False)
    y.memory = self.memory
    y.__dict__.update(self.__dict__)
    return y.requires_grad_() if self.requires_grad else y
