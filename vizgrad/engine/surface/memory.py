"""Where a tensor is in memory: its steps, its storage, and changing them."""

from __future__ import annotations

import functools
from typing import Any

import numpy

from vizgrad.engine import alias, namespace
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.kernels import strided as _kernels
from vizgrad.engine.ops import shapes
from vizgrad.engine.storage import Storage

from .complain import complain
from .out import fills_out

_CHANNELS = {"channels_last": 4, "channels_last_3d": 5}


def root(self: Any) -> Any:
    """The array that is all of the tensor's memory."""
    store = self.memory
    while store.root is None and hasattr(store, "lender"):
        store = store.lender
    return self.array if store.root is None else store.root


def stride(self: Any, dim: int | None = None) -> Any:
    """Steps in memory, in elements, from one index to the next."""
    a = self.array
    width = a.itemsize
    steps = tuple([s // width for s in a.strides])
    if 0 in steps:  # NumPy's step over a dimension of size 1 may be 0, PyTorch's never is
        known, after = list(steps), 1
        for d in range(a.ndim - 1, -1, -1):
            if a.shape[d] == 1 and not known[d]:
                known[d] = after
            after = max(a.shape[d], 1) * known[d]
        steps = tuple(known)
    return steps if dim is None else steps[shapes.at(dim, len(steps))]


def data_ptr(self: Any) -> int:
    """The address of the first element."""
    return _kernels.address(self.array)


def storage_offset(self: Any) -> int:
    """Elements between the beginning of the memory and the first element."""
    whole = root(self)
    return (
        0
        if whole is self.array
        else (_kernels.address(self.array) - _kernels.address(whole)) // self.array.itemsize
    )


def channels(memory_format: Any) -> int | None:
    """The number of dimensions of a format that puts channels last; None for the others."""
    return _CHANNELS.get(str(memory_format).rpartition(".")[2])


def is_contiguous(self: Any, memory_format: Any = None) -> bool:
    """Whether the elements lie in memory in the order of the indices (or in that of the format)."""
    a, last = self.array, channels(memory_format)
    if last is None:
        return a.flags.c_contiguous
    if a.ndim != last:
        return False
    return bool(namespace.of((a,)).moveaxis(a, 1, -1).flags.c_contiguous)


def is_set_to(self: Any, tensor: Any) -> bool:
    """Whether this is the same memory, seen with the same sizes and steps."""
    a, b = self.array, tensor.array
    return _kernels.address(a) == _kernels.address(b) and a.shape == b.shape and a.strides == b.strides


def is_view(self: Any) -> bool:
    """Whether this is a view of another tensor."""
    return isinstance(self.alias, alias.View)


def set_(self: Any, source: Any = None, storage_offset: int = 0, size: Any = None, stride: Any = None) -> Any:
    """Stand on the memory of another tensor or storage from now on, seen with the given sizes and steps."""
    if self.tracked and self.node is not None:
        raise RuntimeError("set_() is not allowed on a tensor with history; use it under no_grad on a leaf")
    if source is None:
        self.array = namespace.of((self.array,)).module.empty(0, self.array.dtype)
        self.memory = Storage(0)
        return self
    kind = self.array.dtype
    if isinstance(source, UntypedStorage):
        memory = source.array(kind if source.kind is None else source.kind)
    else:
        memory = source.array if size is None else root(source)
    if memory.dtype != kind:
        have, want = _dtype.of(memory).legacy, _dtype.of(self.array).legacy
        raise RuntimeError(f"Could not set tensor of type {have} to a tensor of type {want}")
    store = source.memory
    if size is None and not isinstance(source, UntypedStorage):
        self.array = memory
    else:
        flat = _kernels.flat_memory(memory)
        shape = (flat.size - storage_offset,) if size is None else tuple(size)
        steps = _kernels.steps(shape) if stride is None else tuple(stride)
        bytes_ = tuple(s * kind.itemsize for s in steps)
        self.array = namespace.of((flat,)).restrided(flat, shape, bytes_, storage_offset * kind.itemsize)
        if store.root is None:
            store.root = memory
    self.memory, self.alias = store, None
    return self


def resize_(self: Any, *size: Any, memory_format: Any = None) -> Any:
    """Another size, in place: the elements stay in the order in which they lie in memory; new ones are arbitrary."""
    from .form import sizes

    if self.tracked:
        raise RuntimeError("cannot resize variables that require grad")
    shape = sizes(size)
    if any(n < 0 for n in shape):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}")
    a = self.array
    if a.shape == shape:
        return self
    need, offset = shapes.product(shape), storage_offset(self)
    flat = _kernels.flat_memory(root(self)) if isinstance(a, numpy.ndarray) else a.reshape(-1)
    if offset + need > flat.size:
        grown = namespace.of((a,)).module.zeros(offset + need, a.dtype)
        grown[: flat.size] = flat
        flat, self.memory, self.alias = grown, Storage(grown.nbytes), None
    if self.memory.root is None:
        self.memory.root = flat
    self.array = flat[offset : offset + need].reshape(shape)
    last = channels(memory_format)
    if last is not None:
        inner = (shape[0], *shape[2:], shape[1])
        self.array = namespace.of((a,)).moveaxis(self.array.reshape(inner), -1, 1)
    self.memory.version += 1
    return self


def resize_as_(self: Any, the_template: Any, *, memory_format: Any = None) -> Any:
    """The size of another tensor, in place."""
    return resize_(self, *the_template.array.shape, memory_format=memory_format)


def fills_apart(function: Any, *, kind: bool = True) -> Any:
    """`fills_out` for functions that read their input while they write: ``out`` must be other memory.

    ``kind``: it must also have the input's dtype.
    """
    filled = fills_out(function)

    @functools.wraps(filled)
    def call(*args: Any, out: Any = None, **settings: Any) -> Any:
        if out is None:
            return function(*args, **settings)
        first: Any = args[0] if args else next(iter(settings.values()))
        inputs = [x for x in (*args, *(first if type(first) in (list, tuple) else ())) if isinstance(x, Bare)]
        if kind and out.array.dtype != first.array.dtype:
            raise RuntimeError(
                f"{function.__name__}(): Expected out tensor to have dtype {_dtype.of(first.array)}, but got "
                f"{_dtype.of(out.array)} instead"
            )
        alias.refuse_repeated(out.array)
        if any(numpy.may_share_memory(out.array, x.array) for x in inputs if type(x.array) is numpy.ndarray):  # type: ignore[attr-defined]
            raise RuntimeError(
                "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
                "memory location. Please clone() the tensor before performing the operation."
            )
        return filled(*args, out=out, **settings)

    return call


class UntypedStorage:
    """The bytes behind a tensor and its views.  Changing a byte changes them all."""

    def __init__(self, whole: Any, memory: Storage, kind: Any = None) -> None:
        self._root, self.memory, self.kind = whole, memory, kind

    def array(self, kind: Any) -> Any:
        """All the memory in a row, as numbers of a NumPy dtype."""
        return (
            _kernels.flat_memory(self._root).view(kind)
            if isinstance(self._root, numpy.ndarray)
            else self._root.reshape(-1).view(kind)
        )

    def nbytes(self) -> int:
        return self.array("u1").nbytes

    def size(self) -> int:
        """How many elements; of an untyped storage, bytes."""
        return len(self)

    def element_size(self) -> int:
        return 1 if self.kind is None else self.kind.itemsize

    def data_ptr(self) -> int:
        return _kernels.address(self.array("u1"))

    def is_shared(self) -> bool:
        return False

    def tolist(self) -> list[Any]:
        return self._numbers(slice(None))

    def untyped(self) -> UntypedStorage:
        return UntypedStorage(self._root, self.memory)

    @property
    def dtype(self) -> Any:
        return _dtype.of(self.array(self.kind or "u1"))

    @property
    def device(self) -> Any:
        from vizgrad.engine import device

        return device.of(self._root)

    def __len__(self) -> int:
        return self.nbytes() // self.element_size()

    def __getitem__(self, i: Any) -> Any:
        return self._numbers(i)

    def _numbers(self, i: Any) -> Any:
        found = self.array(self.kind or "u1")[i]
        return (
            found.astype("f4") if found.dtype.kind == "V" else found
        ).tolist()  # bfloat16: Python's numbers

    def __setitem__(self, i: Any, value: Any) -> None:
        self.array(self.kind or "u1")[i] = value
        self.memory.version += 1

    def __iter__(self) -> Any:
        return iter(self.tolist())

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, UntypedStorage)
            and self.data_ptr() == other.data_ptr()
            and self.kind == other.kind
        )

    def __hash__(self) -> int:
        return hash(self.data_ptr())

    def __repr__(self) -> str:
        rows, kind = "".join(f" {x}\n" for x in self), f"dtype={self.dtype}, " if self.kind else ""
        return f"{rows}[torch.storage.{type(self).__name__}({kind}device={self.device}) of size {len(self)}]"


class TypedStorage(UntypedStorage):
    """The same memory as numbers of one type."""

    warned = False

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
        return self._numbers(i)


def untyped_storage(self: Any) -> UntypedStorage:
    """The bytes that this tensor and its views stand on."""
    return UntypedStorage(root(self), self.memory)


def storage(self: Any) -> TypedStorage:
    """All the numbers of the memory that this tensor and its views stand on, in a row."""
    if not TypedStorage.warned:  # once, as PyTorch does
        TypedStorage.warned = True
        complain("TypedStorage is deprecated: tensor.untyped_storage() gives the same memory as bytes")
    return TypedStorage(root(self), self.memory, self.array.dtype)
