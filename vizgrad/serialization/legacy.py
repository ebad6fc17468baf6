"""The format of PyTorch before 1.6: pickles one after the other, then the storages.

Five pickles (a magic number, the version, what machine wrote it, the object, the keys of the storages), then for each
key the number of elements in 8 bytes and the elements.
"""

from __future__ import annotations

import io
import pickle
import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy

from .archive import fill
from .build import Builder
from .checks import whole
from .errors import CorruptCheckpointError, UnsafeCheckpointError
from .machine import Inert, Machine
from .memory import TYPE_OF, UNTYPED, Block, StorageType
from .pickling import Storages, TorchPickler
from .place import Placer

__all__ = ["read", "write"]

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
Unpickle = Callable[[bytes, Builder, Callable[[Any], Any]], Any]


def write(f: Any, obj: Any, protocol: int) -> None:
    """Write ``obj`` as PyTorch 1.5 did."""
    storages, about = Storages(), io.BytesIO()
    machine = {
        "protocol_version": VERSION,
        "little_endian": sys.byteorder == "little",
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    for part in (MAGIC, VERSION, machine):
        pickle.dump(part, about, protocol=protocol)
    TorchPickler(about, protocol, storages, legacy=True).dump(obj)
    keys = sorted(storages.blocks)
    pickle.dump(keys, about, protocol=protocol)
    f.write(about.getvalue())
    for key in keys:
        block = storages.blocks[key]
        kind = TYPE_OF.get(block.dtype, UNTYPED)
        f.write(struct.pack("<q", block.nbytes() // kind.itemsize))
        f.write(memoryview(block.cpu().array))


class Records:
    """The storages of a legacy file: where each begins, found before the object is made."""

    def __init__(self, data: numpy.ndarray, place: Placer) -> None:
        self.data, self.place = data, place
        self.sizes: dict[Any, StorageType] = {}
        self.found: dict[Any, tuple[int, int]] = {}
        self.blocks: dict[Any, Block] = {}

    def note(self, pid: Any) -> Inert:
        """Remember the type of a storage that the object stands on."""
        if isinstance(pid, tuple) and pid and pid[0] == "storage":
            kind, key, *_ = _fields(pid)
            self.sizes.setdefault(key, kind)
        return Inert()

    def locate(self, keys: Any, position: int) -> int:
        """Find every storage behind the pickles; where the file's content ends."""
        if type(keys) is not list:
            raise CorruptCheckpointError("the list of storages is missing")
        for key in keys:
            if not isinstance(key, (str, int)) or key not in self.sizes or key in self.found:
                raise CorruptCheckpointError(f"storage {key!r:.40} is listed, but not once and used")
            length = self.data[position : position + 8].tobytes()
            if len(length) < 8:
                raise CorruptCheckpointError("the file ends before its storages")
            nbytes = whole(int.from_bytes(length, "little", signed=True), "the length of a storage")
            nbytes *= self.sizes[key].itemsize
            position += 8
            if position + nbytes > len(self.data):
                raise CorruptCheckpointError(
                    f"storage {key!r:.40} of {nbytes} bytes is cut short: the file ends before"
                )
            self.found[key] = position, nbytes
            position += nbytes
        return position

    def fetch(self, pid: Any) -> Any:
        """The storage that a persistent id names."""
        if isinstance(pid, tuple) and len(pid) == 4 and pid[0] == "module":
            return pid[1]  # a class, with its source, which nobody compares
        kind, key, location, numel, *view = _fields(pid)
        if key not in self.found:
            raise CorruptCheckpointError(f"storage {key!r:.40} is missing")
        if key not in self.blocks:
            first, nbytes = self.found[key]
            block = Block(self.data[first : first + nbytes].copy(), kind.dtype)
            self.blocks[key] = self.place(block, location)
        block = self.blocks[key]
        if (
            whole(numel, "the length of a storage") * kind.itemsize > block.nbytes()
            or kind.dtype is not block.dtype
        ):
            raise CorruptCheckpointError(
                f"storage {key!r:.40} is shorter, or of another type, than announced"
            )
        if not view or view[0] is None:
            return block
        return self._part(block, kind, view[0])

    def _part(self, block: Block, kind: StorageType, view: Any) -> Block:
        """A storage that is part of another, as the first versions wrote them."""
        if type(view) is not tuple or len(view) != 3:
            raise CorruptCheckpointError(f"a view of a storage as {view!r:.60}")
        name, offset, count = view
        first = whole(offset, "the offset of a storage") * kind.itemsize
        end = first + whole(count, "the length of a storage") * kind.itemsize
        if end > block.nbytes():
            raise CorruptCheckpointError("a view of a storage that reaches beyond it")
        known = ("part", str(name))
        if known not in self.blocks:
            self.blocks[known] = Block(block.array[first:end], block.dtype, block.memory)
        return self.blocks[known]


def _fields(pid: Any) -> tuple[Any, ...]:
    """The parts of a persistent id, checked."""
    if type(pid) is not tuple or len(pid) not in (5, 6) or pid[0] != "storage":
        raise CorruptCheckpointError(f"an object outside the pickle named {pid!r:.80}")
    _, kind, key, location, *rest = pid
    if type(kind) is not StorageType or type(key) not in (str, int) or type(location) is not str:
        raise CorruptCheckpointError(f"a storage named {pid!r:.80}")
    return kind, key, location, *rest


def read(file: Any, start: int, size: int, place: Placer, unpickle: Unpickle | None) -> Any:
    """The object in a legacy file; ``unpickle`` runs its pickle, where None reads it without running it."""
    data: Any = numpy.empty(size, numpy.uint8)
    fill(file, data)
    view = memoryview(data)
    builder = Builder(size, size, free=unpickle is not None)
    header: list[Any] = []
    position = 0
    for _ in range(3):
        machine = Machine(view, _no_global, _no_storage, position=position)
        header.append(machine.load())
        position = machine.position
        if header[0] != MAGIC:
            raise CorruptCheckpointError("not a checkpoint of PyTorch: a pickle without its magic number")
    if header[1] != VERSION or not isinstance(header[2], dict):
        raise CorruptCheckpointError(f"version {header[1]!r:.40} of the legacy format, which there is not")
    records = Records(data, place)
    scan = Machine(view, _scanning(builder), records.note, position=position)
    scan.load()
    keys = Machine(view, _no_global, _no_storage, position=scan.position)
    end = records.locate(keys.load(), keys.position)
    if unpickle is None:
        machine = Machine(view, builder.find, records.fetch, position=position, trusts=builder.trusts)
        made = machine.load()
    else:
        made = unpickle(view[position : scan.position].tobytes(), builder, records.fetch)
    file.seek(start + end)
    return made


def _scanning(builder: Builder) -> Callable[[str, str], Any]:
    """Types of storages are what they are; everything else is not made yet."""

    def find(module: str, name: str) -> Any:
        found = builder.library(module, name) if name.endswith("Storage") else None
        return Inert() if found is None else found

    return find


def _no_global(module: str, name: str) -> Any:
    raise UnsafeCheckpointError(
        f"Weights only load failed: global {f'{module}.{name}'!r:.200} is not allowed"
    )


def _no_storage(pid: Any) -> Any:
    raise CorruptCheckpointError("a storage where there can be none")
