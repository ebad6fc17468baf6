"""Handing a batch from one process to another: arrays through shared memory, all else in a short message."""

from __future__ import annotations

import io
import pickle
import weakref
from contextlib import suppress
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy

from vizgrad.engine.device import host
from vizgrad.engine.tensor import Tensor

__all__ = ["Segment", "forget", "pack", "unpack"]

SMALL = 1 << 10  # bytes that go with the message: a pipe must never fill up with messages nobody reads yet
ALIGNED = 64  # where each array begins: a line of the processor's cache
MOST_OPEN = 128  # batches that may stay in shared memory at once: each holds two of the process's open files

_open: set[str] = set()


class Segment(SharedMemory):
    """Shared memory that stays where it is while arrays lie in it."""

    def close(self) -> None:
        with suppress(BufferError):  # at exit; the memory goes with the process
            super().close()


class _Pickler(pickle.Pickler):
    """Tensors travel as their arrays."""

    def reducer_override(self, obj: Any) -> Any:
        if not isinstance(obj, Tensor):
            return NotImplemented
        if obj.requires_grad and not obj.is_leaf:
            raise RuntimeError(
                "Cowardly refusing to serialize non-leaf tensor which requires_grad: a worker cannot hand over "
                "its graph; use .detach() in the dataset"
            )
        array = numpy.ascontiguousarray(host(obj.array)).reshape(obj.shape)
        return _tensor, (type(obj), array, obj.requires_grad)


def _tensor(kind: type[Tensor], array: Any, requires_grad: bool) -> Tensor:
    found = kind._wrap(array)
    return found.requires_grad_() if requires_grad else found


def pack(thing: Any, name: str) -> tuple[Any, Segment | None]:
    """A short message for ``thing``, and the segment of this name that it speaks of, if any."""
    buffers: list[pickle.PickleBuffer] = []
    text = io.BytesIO()
    _Pickler(text, protocol=5, buffer_callback=buffers.append).dump(thing)
    parts = [text.getbuffer(), *(b.raw() for b in buffers)]
    sizes = [part.nbytes for part in parts]
    if sum(sizes) <= SMALL:
        return (None, [bytes(part) for part in parts]), None
    segment = Segment(name, create=True, size=sum(map(_aligned, sizes)))
    shared: Any = segment.buf
    start = 0
    for part, size in zip(parts, sizes, strict=True):
        shared[start : start + size] = part
        start += _aligned(size)
    return (segment.name, sizes), segment


def unpack(message: Any) -> Any:
    """What was packed.  Its arrays lie in the shared memory, which is given back when the last one is gone."""
    name, parts = message
    if name is None:
        text, *buffers = parts
        return pickle.loads(text, buffers=[bytearray(b) for b in buffers])
    segment = Segment(name)
    segment.unlink()  # no other process will look for it; the memory stays until it is closed
    shared: Any = segment.buf
    whole: Any = numpy.frombuffer(shared, numpy.uint8)
    if len(_open) < MOST_OPEN and isinstance(whole.base, memoryview):
        _open.add(name)
        weakref.finalize(whole.base, _closed, segment, name).atexit = False
    else:
        whole = whole.copy()
        segment.close()
    starts = numpy.cumsum([0, *map(_aligned, parts)])
    text, *buffers = (whole[a : a + size] for a, size in zip(starts, parts, strict=False))
    return pickle.loads(text, buffers=buffers)


def forget(name: str | None) -> None:
    """Give back a segment that nobody will read."""
    if name is not None:
        with suppress(FileNotFoundError):
            segment = Segment(name)
            segment.close()
            segment.unlink()


def _closed(segment: Segment, name: str) -> None:
    _open.discard(name)
    segment.close()


def _aligned(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED
