"""Lesser facts about tensors, and what works on one number after the other in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from vizgrad.engine import alias, bare
from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare

from . import about, convert, legacy
from .kinds import memory_format
from .memory import TypedStorage, UntypedStorage, data_ptr, is_contiguous, stride


def typename(obj: Any, /) -> str:
    """The name of an object's type with its module; of a tensor the old name, ``torch.FloatTensor``."""
    if isinstance(obj, Bare):
        return legacy.type_(obj)
    kind = obj if hasattr(obj, "__qualname__") else type(obj)
    module = getattr(kind, "__module__", None) or ""
    return kind.__qualname__ if module in ("builtins", "") else f"{module}.{kind.__qualname__}"


def is_storage(obj: Any, /) -> bool:
    """Whether ``obj`` is the memory of a tensor."""
    return isinstance(obj, UntypedStorage)


def is_nonzero(input: Any) -> bool:
    """Whether the one element is not zero.  RuntimeError for any other number of elements."""
    return convert.truth(input)


def is_signed(self: Any) -> bool:
    """Whether the dtype has negative numbers."""
    return _dtype.of(self.array).is_signed


def is_same_size(self: Any, other: Any) -> bool:
    """Whether both have the same shape."""
    return self.array.shape == other.array.shape


def is_distributed(self: Any) -> bool:
    """Never: a tensor is on one device."""
    return False


def get_device(self: Any) -> int:
    """The number of the GPU that holds the tensor; -1 on the CPU."""
    index = _device.of(self.array).index
    return -1 if index is None else index


def dim_order(self: Any, *, ambiguity_check: Any = False) -> tuple[int, ...]:
    """The dimensions from the largest step in memory to the smallest: (0, 1, …) when contiguous.

    ``ambiguity_check``: RuntimeError where steps alone do not tell (sizes of 1, expanded dimensions); memory formats
    in its place: unless exactly one of them tells.
    """
    formats = [] if isinstance(ambiguity_check, bool) else ambiguity_check
    if not isinstance(formats, list) or not all(isinstance(f, memory_format) for f in formats):
        raise TypeError("The ambiguity_check argument must be a bool or a list of memory formats.")
    steps = stride(self)
    unclear = len(set(steps)) < len(steps) or 1 in self.array.shape
    if (
        ambiguity_check is not False
        and unclear
        and sum(is_contiguous(self, memory_format=f) for f in formats) != 1
    ):
        raise RuntimeError(
            "The tensor does not have unique dim order, or cannot map to exact one of the given memory formats."
        )
    return tuple(sorted(range(len(steps)), key=lambda d: -steps[d]))


const_data_ptr = data_ptr


def storage_type(self: Any) -> type:
    """The class of `storage` objects."""
    return TypedStorage


def pin_memory(self: Any, device: Any = None) -> Any:
    """A copy in memory that a GPU reads directly; itself if it lies there.  RuntimeError where there is no GPU."""
    if is_pinned(self):
        return self
    if not _device.cuda_count():
        raise RuntimeError("Cannot access accelerator device when none is available.")
    if not isinstance(self.array, numpy.ndarray):
        raise RuntimeError(f"cannot pin '{legacy.type_(self)}' only dense CPU tensors can be pinned")
    _device.cupy()
    import cupyx  # pyright: ignore[reportMissingImports]

    held = cupyx.empty_pinned(self.array.shape, self.array.dtype)
    held[...] = self.array
    x = Bare._wrap(held)
    x.memory.pinned = True
    return x


def is_pinned(self: Any, device: Any = None) -> bool:
    """Whether the memory is one that a GPU reads directly."""
    return getattr(self.memory, "pinned", False)


def is_shared(self: Any) -> bool:
    """Whether other processes see the memory: never here, tensors are handed over as copies."""
    return False


def record_stream(self: Any, stream: Any) -> None:
    """Keep the memory until the work given to ``stream`` so far is done: the program waits for it."""
    if not hasattr(stream, "synchronize"):
        raise RuntimeError("unknown parameter type")
    if not isinstance(self.array, numpy.ndarray):
        stream.synchronize()


def as_subclass(self: Any, cls: type) -> Any:
    """The same tensor as an instance of a class of one's own, which derives from Tensor."""
    if not (isinstance(cls, type) and issubclass(cls, bare.kind)):
        raise TypeError(
            "Creating a Tensor subclass from a class that does not inherit from Tensor is not possible. Make sure "
            "your class inherits from Tensor."
        )
    return about.as_class(cls, self, False)


def module_load(self: Any, other: Any, assign: bool = False) -> Any:
    """What ``load_state_dict`` does with ``other`` to fill this tensor: copied, or put in its place."""
    return other.detach() if assign else self.copy_(other).detach()


def one_by_one(name: str, others: int) -> Callable[..., Any]:
    """``apply_``, ``map_`` and ``map2_``: a Python function of the tensor's element and those of the others."""

    def write(self: Any, *given: Any) -> Any:
        tensors, function = given[:-1], given[-1]
        if len(tensors) != others or not callable(function):
            raise TypeError(f"{name}() takes {others} tensors and a function")
        if self.requires_grad or any(t.requires_grad for t in tensors):
            raise RuntimeError(
                f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead."
            )
        if not isinstance(self.array, numpy.ndarray):
            raise TypeError(f"{name}() is only implemented on CPU tensors")
        for t in tensors:
            if _dtype.of(t.array) is not _dtype.of(self.array):
                have, want = legacy.type_(t), legacy.type_(self)
                raise TypeError(f"{name}() expects tensors of {want}, but got {have}")
        alias.may_write(self)
        columns = [self.array, *(numpy.broadcast_to(t.array, self.array.shape) for t in tensors)]
        values = [function(*row) for row in zip(*(c.ravel().tolist() for c in columns), strict=True)]
        self.array[...] = numpy.array(values, self.array.dtype).reshape(self.array.shape)
        alias.written(self, name)
        return self

    write.__name__ = write.__qualname__ = name
    write.__doc__ = "Replace each element by what a Python function makes of it (slow: CPU only)."
    return write
