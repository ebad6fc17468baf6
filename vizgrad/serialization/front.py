"""save and load."""

from __future__ import annotations

import io
import mmap as _mmap
import os
import pickle
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy

from . import archive, legacy, safetensors
from .build import Builder
from .checks import check_structure, whole
from .errors import CheckpointError, CorruptCheckpointError, UnsupportedCheckpointError
from .files import explained, opened, refuse_unknown, replacing
from .machine import Constructor, Inert, Machine
from .memory import Block, StorageType
from .names import ours
from .pickling import Storages, TorchPickler
from .place import Placer, placer

__all__ = ["get_unsafe_globals_in_checkpoint", "load", "save"]

FORMAT = 3  # what PyTorch 1.6 and later write
NEWEST_FORMAT = 10


def save(
    obj: Any,
    f: Any,
    pickle_module: Any = pickle,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Write ``obj`` to a file that `load` and real PyTorch read.

    ``f`` is a path or an object with ``write``.  A path is replaced when everything is written, and not before; to
    an object nothing is written before all of ``obj`` was understood.  Tensors that share memory still share it
    after loading.  A ``state_dict`` is what to save of a model; a model itself is found again by its class.
    https://pytorch.org/docs/stable/generated/torch.save.html
    """
    if pickle_module is not pickle:
        raise UnsupportedCheckpointError(
            f"save with pickle_module={getattr(pickle_module, '__name__', pickle_module)!r}: only pickle itself"
        )
    if not isinstance(f, (str, os.PathLike)):
        if not hasattr(f, "write"):
            raise AttributeError(
                "expected 'f' to be string, path, or a file-like object with a 'write' attribute, "
                f"but got {type(f).__name__}"
            )
        _write(obj, f, "archive", pickle_protocol, _use_new_zipfile_serialization, _disable_byteorder_record)
        if hasattr(f, "flush"):
            f.flush()
        return
    with replacing(f) as file:
        stem = _stem(os.fspath(f))
        _write(obj, file, stem, pickle_protocol, _use_new_zipfile_serialization, _disable_byteorder_record)


def _stem(path: str) -> str:
    """The name that the records of an archive begin with: the file's, as PyTorch has it."""
    name = os.path.basename(path)
    return (name.rpartition(".")[0] if "." in name else name) if name.isascii() else "archive"


def _write(obj: Any, f: Any, stem: str, protocol: int, zipped: bool, unordered: bool) -> None:
    if not zipped:
        legacy.write(f, obj, protocol)
        return
    storages, described = Storages(), io.BytesIO()
    TorchPickler(described, protocol, storages).dump(obj)
    out = archive.Writer(f.write, stem or "archive")
    out.add("data.pkl", described.getvalue())
    out.add(".format_version", b"1")
    out.add(".storage_alignment", str(archive.ALIGNMENT).encode())
    if not unordered:
        out.add("byteorder", sys.byteorder.encode())
    for key, block in storages.blocks.items():
        out.add(f"data/{key}", block.cpu().array)
    out.finish()


def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """What `save`, or real PyTorch, wrote to a file.

    Tensors, numbers, text, containers and what ``add_safe_globals`` names are made; nothing in the file is run,
    unless ``weights_only=False`` says that the file is trusted: a whole model needs it.  ``map_location`` ("cpu", a
    device, a dictionary of locations, or a function of a storage and its location) says where tensors go;
    ``mmap=True`` leaves them in the file until they are used.

    Raises UnsafeCheckpointError, CorruptCheckpointError or UnsupportedCheckpointError, all of them CheckpointError.
    https://pytorch.org/docs/stable/generated/torch.load.html
    """
    if os.environ.get("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "0").lower() in ("1", "y", "yes", "true"):
        weights_only = True
    safe = pickle_module is None if weights_only is None else weights_only
    if safe and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    if safe and pickle_load_args:
        warnings.warn("pickle_load_args only works if `weights_only=False`.", stacklevel=2)
    is_path = isinstance(f, (str, os.PathLike))
    if mmap and not is_path:
        raise ValueError("f must be a file path in order to use the mmap argument")
    if is_path and os.fspath(f).endswith(".safetensors"):
        return safetensors.load_for(f, map_location)
    unpickle = None if safe else _runner(pickle_module or pickle, pickle_load_args)
    try:
        made = _load(f, placer(map_location), bool(mmap), unpickle)
        if safe:
            check_structure(made)
        return made
    except CheckpointError as error:
        raise explained(error, f) from None


def _load(f: Any, place: Placer, mapped: bool, unpickle: legacy.Unpickle | None) -> Any:
    with opened(f) as (file, start, size):
        head = file.read(512)
        file.seek(start)
        if head.startswith(b"PK\3\4"):
            if start:
                file, size = io.BytesIO(file.read()), size
            return _load_archive(file, size, place, mapped, unpickle)
        refuse_unknown(head, f)
        if mapped:
            raise RuntimeError(
                "mmap can only be used with files saved with `_use_new_zipfile_serialization=True`: "
                "save the checkpoint again to use mmap."
            )
        return legacy.read(file, start, size, place, unpickle)


class Records:
    """The storages of an archive, each made once."""

    def __init__(self, reader: archive.Reader, place: Placer, mapped: bool) -> None:
        self.reader, self.place = reader, place
        self.memory = _mmap.mmap(reader.file.fileno(), 0, access=_mmap.ACCESS_COPY) if mapped else None
        self.blocks: dict[str, Block] = {}
        order = reader.read("byteorder") if "byteorder" in reader else b"little"
        if order not in (b"little", b"big"):
            raise CorruptCheckpointError(f"the order of bytes is {order!r:.40}")
        self.swapped = order.decode() != sys.byteorder

    def fetch(self, pid: Any) -> Block:
        """The storage that a persistent id names."""
        if type(pid) is not tuple or len(pid) != 5 or pid[0] != "storage":
            raise CorruptCheckpointError(f"an object outside the pickle named {pid!r:.80}")
        _, kind, key, location, numel = pid
        if type(kind) is not StorageType or type(key) is not str or type(location) is not str:
            raise CorruptCheckpointError(f"a storage named {pid!r:.80}")
        nbytes = whole(numel, "the length of a storage") * kind.itemsize
        if key not in self.blocks:
            self.blocks[key] = self._made(f"data/{key}", kind, nbytes, location)
        block = self.blocks[key]
        if nbytes > block.nbytes() or kind.dtype is not block.dtype:
            raise CorruptCheckpointError(
                f"storage {key!r:.40} is shorter, or of another type, than announced"
            )
        return block

    def _made(self, name: str, kind: StorageType, nbytes: int, location: str) -> Block:
        stored = self.reader.size(name)
        if nbytes > stored:
            raise CorruptCheckpointError(f"record {name!r:.80} has {stored} bytes; {nbytes} are announced")
        data = self.reader.mapped(name, self.memory) if self.memory else self.reader.array(name)
        data = data[:nbytes]
        if self.swapped and kind.dtype is not None:
            data = _swapped(data, kind.dtype)
        return self.place(Block(data, kind.dtype), location)


def _swapped(data: numpy.ndarray, dtype: Any) -> numpy.ndarray:
    """The bytes of every number in the other order; of a complex number, of both its parts."""
    size = dtype.itemsize // (2 if dtype.is_complex else 1)
    return data.reshape(-1, size)[:, ::-1].copy().reshape(-1)


def _load_archive(file: Any, size: int, place: Placer, mapped: bool, unpickle: legacy.Unpickle | None) -> Any:
    reader = _checked_reader(file, size)
    described = reader.read("data.pkl")
    records = Records(reader, place, mapped)
    builder = Builder(len(described), size, free=unpickle is not None)
    if unpickle is not None:
        return unpickle(described, builder, records.fetch)
    return Machine(described, builder.find, records.fetch, trusts=builder.trusts).load()


def _checked_reader(file: Any, size: int) -> archive.Reader:
    reader = archive.Reader(file, size)
    if "constants.pkl" in reader:
        raise UnsupportedCheckpointError(
            "a TorchScript archive, which holds a program; save a state_dict instead"
        )
    if "data.pkl" not in reader:
        raise CorruptCheckpointError("a zip archive, but not one of PyTorch's: it has no data.pkl")
    version = reader.read("version").strip() if "version" in reader else b"3"
    if not version.isdigit() or not 1 <= int(version[:6]) <= NEWEST_FORMAT:
        raise UnsupportedCheckpointError(f"version {version[:20]!r} of the format, which is not known")
    return reader


# --- files that are trusted


def _runner(module: Any, settings: dict[str, Any]) -> legacy.Unpickle:
    """Python's own unpickler, with PyTorch's names leading to what is ours."""
    settings = {"encoding": "utf-8", **settings}

    def unpickle(data: bytes, builder: Builder, fetch: Callable[[Any], Any]) -> Any:
        class Unpickler(module.Unpickler):
            def find_class(self, module: str, name: str) -> Any:
                return _trusted_global(builder, module, name) or super().find_class(module, name)

            def persistent_load(self, pid: Any) -> Any:
                return fetch(pid)

        try:
            return Unpickler(io.BytesIO(data), **settings).load()
        except (EOFError, pickle.UnpicklingError) as error:
            if isinstance(error, CheckpointError):
                raise
            raise CorruptCheckpointError(f"the pickle is damaged: {error}") from None

    return unpickle


def _trusted_global(builder: Builder, module: str, name: str) -> Any:
    if module.partition(".")[0] != "torch":
        return None
    found = builder.library(module, name)
    if type(found) is Constructor:
        return found.make
    found = ours(module, name) if found is None else found
    if found is None:
        raise UnsupportedCheckpointError(f"the file needs {module}.{name}, which VizGrad has not")
    return found


def get_unsafe_globals_in_checkpoint(f: Any) -> list[str]:
    """The classes and functions that a file names and ``load(..., weights_only=True)`` would refuse."""
    with opened(f) as (file, start, size):
        head = file.read(4)
        file.seek(start)
        if head != b"PK\3\4":
            raise ValueError("only files in the zip format can be looked through")
        described = _checked_reader(io.BytesIO(file.read()) if start else file, size).read("data.pkl")
    builder, refused = Builder(len(described), size), dict[str, None]()

    def find(module: str, name: str) -> Any:
        try:
            builder.find(module, name)
        except CheckpointError:
            refused[f"{module}.{name}"] = None
        return Inert()

    Machine(described, find, lambda pid: Inert()).load()
    return list(refused)
