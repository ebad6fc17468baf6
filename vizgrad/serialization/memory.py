"""The memory behind tensors: one allocation and its views, wherever it is."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.kernels import strided
from vizgrad.engine.storage import Storage

from .checks import whole
from .errors import CorruptCheckpointError, UnsupportedCheckpointError

__all__ = ["Block", "StorageType", "block_of"]

MOST_EXPANDED = 1 << 30  # bytes that a stretched tensor may stand for, where its memory is smaller
MOST_DIMS = 64
_CLASSIC = [
    "Bool",
    "Byte",
    "Char",
    "Short",
    "Int",
    "Long",
    "Half",
    "BFloat16",
    "Float",
    "Double",
    "ComplexFloat",
    "ComplexDouble",
]


class StorageType:
    """What a file calls ``torch.FloatStorage``: the dtype of a storage; None for bytes of any."""

    __slots__ = ("dtype",)

    def __init__(self, dtype: _dtype.dtype | None) -> None:
        self.dtype = dtype

    @property
    def itemsize(self) -> int:
        return 1 if self.dtype is None else self.dtype.itemsize

    def __repr__(self) -> str:
        return f"StorageType(dtype={self.dtype})"


TYPES = {f"{d.legacy}Storage": StorageType(d) for d in _dtype.ALL if d.legacy in _CLASSIC}
UNTYPED = StorageType(None)
TYPE_OF = {t.dtype: t for t in TYPES.values()}


class Block:
    """One allocation as bytes: what views share in memory and what a file holds once.

    ``map_location`` functions are given one; ``cpu()`` and ``cuda()`` move it.
    """

    def __init__(self, array: Any, dtype: _dtype.dtype | None = None, storage: Storage | None = None) -> None:
        self.array = array  # one dimension of uint8, of NumPy or CuPy
        self.dtype = dtype
        self.memory = storage or Storage(array.nbytes)

    @property
    def device(self) -> _device.device:
        """Where it is."""
        return _device.of(self.array)

    @property
    def is_cuda(self) -> bool:
        return self.device.type == "cuda"

    def nbytes(self) -> int:
        """Its size in bytes."""
        return self.array.nbytes

    def __len__(self) -> int:
        return self.array.nbytes // (1 if self.dtype is None else self.dtype.itemsize)

    def __repr__(self) -> str:
        return f"[{type(self).__name__}(dtype={self.dtype}, device={self.device}) of size {len(self)}]"

    def to(self, device: Any) -> Block:
        """Itself, or a copy on another device."""
        moved = _device.move(self.array, device)
        return self if moved is self.array else Block(moved, self.dtype)

    def cpu(self) -> Block:
        """Itself, or a copy in main memory."""
        return self.to("cpu")

    def cuda(self, device: Any = None, non_blocking: bool = False) -> Block:
        """Itself, or a copy on a GPU: the first, or the one with this number."""
        return self.to(_device.device("cuda" if device is None else device))

    def tolist(self) -> list[Any]:
        """Its elements as Python numbers."""
        return self.view(self.dtype or _dtype.uint8, 0, (len(self),), (1,)).tolist()

    def view(self, dtype: _dtype.dtype, offset: Any, size: Any, stride: Any) -> Any:
        """A tensor in this memory; offset and strides in elements.  Everything is checked before it is made."""
        numel, dims = _checked(dtype, offset, size, stride, self.array.nbytes)
        if numel * dtype.itemsize > max(self.array.nbytes, MOST_EXPANDED):
            raise CorruptCheckpointError(
                f"a tensor of size {list(size)} that stands on {self.array.nbytes} bytes"
            )
        if numel == 0:
            offset = 0
        strides = tuple(s * dtype.itemsize for s in dims)
        if isinstance(self.array, numpy.ndarray):
            made: Any = numpy.ndarray(size, dtype.numpy, self.array, offset * dtype.itemsize, strides)
        else:
            start = self.array.data + offset * dtype.itemsize
            made = type(self.array)(size, dtype.numpy, memptr=start, strides=strides)
        if self.memory.root is None and self.array.nbytes % dtype.itemsize == 0:
            self.memory.root = self.array.view(dtype.numpy)
        x = Bare._wrap(made)
        x.memory = self.memory
        return x


def _checked(dtype: Any, offset: Any, size: Any, stride: Any, nbytes: int) -> tuple[int, tuple[int, ...]]:
    """The number of elements, and strides that are safe to give to the array module."""
    if not isinstance(size, tuple) or not isinstance(stride, tuple) or len(size) != len(stride):
        raise CorruptCheckpointError(f"a tensor of size {size!r:.60} with strides {stride!r:.60}")
    if len(size) > MOST_DIMS:
        raise UnsupportedCheckpointError(f"a tensor of {len(size)} dimensions; there can be {MOST_DIMS}")
    whole(offset, "the offset of a tensor")
    for n, s in zip(size, stride, strict=True):
        whole(n, "a size of a tensor")
        whole(s, "a stride of a tensor")
    numel = math.prod(size)
    if numel == 0:
        if max(size) > MOST_EXPANDED:
            raise CorruptCheckpointError(f"a tensor of size {list(size)}")
        return 0, (0,) * len(size)
    last = offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    if (last + 1) * dtype.itemsize > nbytes:
        raise CorruptCheckpointError(
            f"a tensor of size {list(size)} with strides {list(stride)} and offset {offset} "
            f"reaches beyond its storage of {nbytes} bytes"
        )
    return numel, tuple(s if n > 1 else min(s, nbytes) for n, s in zip(size, stride, strict=True))


# --- from a tensor to its memory


def _bounds(array: Any) -> tuple[int, int]:
    """The first address of an array and the one after its last byte."""
    on_cpu = isinstance(array, numpy.ndarray)
    first = last = array.ctypes.data if on_cpu else array.data.ptr
    if array.size == 0:
        return first, first
    for n, s in zip(array.shape, array.strides, strict=True):
        first, last = (first, last + (n - 1) * s) if s > 0 else (first + (n - 1) * s, last)
    return first, last + array.itemsize


def _raw(root: Any, first: int, nbytes: int) -> Any:
    """The bytes of an allocation, without copying."""
    if isinstance(root, numpy.ndarray):
        if nbytes == 0:
            return numpy.empty(0, numpy.uint8)
        raw: Any = (ctypes.c_ubyte * nbytes).from_address(first)
        return numpy.frombuffer(raw, numpy.uint8)
    start = root.data + (first - root.data.ptr)
    return type(root)((nbytes,), numpy.uint8, memptr=start)


class Place:
    """Where a tensor lies: in which allocation, at which element, with which strides."""

    __slots__ = ("block", "first", "keep", "offset", "stride")

    def __init__(self, block: Block, first: int, keep: Any, offset: int, stride: tuple[int, ...]) -> None:
        self.block, self.first, self.keep = block, first, keep
        self.offset, self.stride = offset, stride


def block_of(x: Any) -> Place:
    """The allocation behind a tensor; a copy of its own where the view is one that PyTorch cannot have."""
    array, size = x.array, x.array.itemsize
    root = strided.root(array)
    first, end = _bounds(root)
    start = array.ctypes.data if isinstance(array, numpy.ndarray) else array.data.ptr
    offset, nbytes = start - first if array.size else 0, end - first
    if any(n % size or n < 0 for n in (offset, nbytes, *array.strides)):
        root = array = array.copy(order="C")
        first, end = _bounds(array)
        offset, nbytes = 0, end - first
    block = Block(_raw(root, first, nbytes), _dtype.of(array))
    steps = tuple(s // size for s in array.strides)
    if array.flags.c_contiguous:  # NumPy's strides are arbitrary where a dimension is 0 or 1
        steps = strided.steps(array.shape)
    return Place(block, first, root, offset // size, steps)
