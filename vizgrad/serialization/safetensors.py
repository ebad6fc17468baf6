"""The safetensors format: a header in JSON, then the numbers.  Nothing in it could be run.

8 bytes with the header's length, the header ({name: {dtype, shape, data_offsets}}), the bytes.
https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
import os
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.kernels import strided
from vizgrad.engine.tensor import Tensor

from .archive import fill
from .checks import whole
from .errors import CorruptCheckpointError, UnsupportedCheckpointError
from .files import opened, replacing
from .memory import Block, block_of
from .place import default_restore_location

__all__ = ["load", "load_file", "save", "save_file"]

LONGEST_HEADER = 100_000_000
ALIASES = "vizgrad.aliases"  # in the metadata: which names are the same tensor
_NAMES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64", "U16": "uint16",
    "U32": "uint32", "U64": "uint64", "F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64",
    "C64": "complex64",
}  # fmt: skip
_BY_NAME = {d.name: d for d in _dtype.ALL}
_KINDS = {theirs: _BY_NAME[ours] for theirs, ours in _NAMES.items()}
_CODES = {ours: theirs for theirs, ours in _NAMES.items()}


def save_file(
    tensors: dict[str, Tensor], filename: str | os.PathLike[str], metadata: dict[str, str] | None = None
) -> None:
    """Write tensors by name; the file takes the place of an older one when it is complete.

    Every name has its own bytes, so that every program reads the file; names that are one tensor (tied weights)
    are noted in the metadata, and are one tensor again when `load_file` reads them.
    """
    header, arrays = _described(tensors, metadata)
    with replacing(filename) as file:
        file.write(header)
        for array in arrays:
            file.write(memoryview(array))


def save(tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> bytes:
    """The content of such a file as bytes."""
    header, arrays = _described(tensors, metadata)
    return b"".join([header, *(array.tobytes() for array in arrays)])


def _described(tensors: Any, metadata: Any) -> tuple[bytes, list[Any]]:
    """The header with its length, and the bytes of every tensor in the order that it says."""
    if not isinstance(tensors, dict):
        raise ValueError(f"Expected a dict of [str, torch.Tensor] but received {type(tensors)}")
    for name, x in tensors.items():
        if not isinstance(x, Tensor):
            raise ValueError(f"Key `{name}` is invalid, expected torch.Tensor but received {type(x)}")
        if x.dtype.name not in _CODES:
            raise UnsupportedCheckpointError(f"{name!r} is of {x.dtype}, which safetensors has not")
    about = dict(metadata or {})
    if not all(isinstance(text, str) for pair in about.items() for text in pair):
        raise TypeError("metadata must be a dictionary of strings")
    if tied := _aliases(tensors):
        about[ALIASES] = json.dumps(tied, ensure_ascii=False)
    entries: dict[str, Any] = {"__metadata__": about} if about else {}
    arrays: list[Any] = []
    at = 0
    for name in sorted(tensors, key=lambda name: (-tensors[name].array.itemsize, name)):
        x = tensors[name]
        data = numpy.ascontiguousarray(_device.host(x.array)).reshape(-1).view(numpy.uint8)
        end = at + data.nbytes
        entries[name] = {"dtype": _CODES[x.dtype.name], "shape": list(x.shape), "data_offsets": [at, end]}
        arrays.append(data)
        at = end
    text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text, arrays


def _aliases(tensors: dict[str, Tensor]) -> dict[str, str]:
    """Names of a tensor that is there under an earlier name already."""
    first: dict[Any, str] = {}
    tied: dict[str, str] = {}
    for name, x in tensors.items():
        place = block_of(x)
        key = (place.first, place.offset, tuple(x.shape), place.stride, x.dtype.name)
        if x.array.size and first.setdefault(key, name) != name:
            tied[name] = first[key]
    return tied


def load_file(filename: str | os.PathLike[str], device: Any = "cpu") -> dict[str, Tensor]:
    """The tensors of a file by name, on a device."""
    with opened(filename) as (file, _, size):
        return _read(file, size, str(_device.device(device)))


def load(data: bytes) -> dict[str, Tensor]:
    """The tensors in the content of such a file."""
    import io

    return _read(io.BytesIO(data), len(data), "cpu")


def load_for(f: Any, map_location: Any) -> dict[str, Tensor]:
    """For `vizgrad.load`: a device is all that ``map_location`` may be here."""
    if isinstance(map_location, dict) or callable(map_location):
        kind = "dict" if isinstance(map_location, dict) else "callable"
        raise RuntimeError(
            f"Loading safetensors file with {kind} map_location is not supported. Use a device instead."
        )
    return load_file(f, "cpu" if map_location is None else map_location)


def _read(file: Any, size: int, device: str) -> dict[str, Tensor]:
    entries, about, start = _header(file, size)
    made: dict[str, Tensor] = {}
    at = 0
    for name, (dtype, shape, first, end) in sorted(entries.items(), key=lambda e: e[1][2:]):
        if first != at or start + end > size:
            raise CorruptCheckpointError(f"tensor {name!r:.60} is not where the one before it ends")
        data = numpy.empty(end - first, numpy.uint8)
        if fill(file, data) != data.nbytes:
            raise CorruptCheckpointError(f"tensor {name!r:.60} is cut short")
        block = default_restore_location(Block(data, dtype), device)
        made[name] = block.view(dtype, 0, shape, strided.steps(shape))
        at = end
    if start + at != size:
        raise CorruptCheckpointError(f"{size - start - at} bytes belong to no tensor")
    _tie(made, about.get(ALIASES))
    return {name: made[name] for name in entries}


def _header(file: Any, size: int) -> tuple[dict[str, Any], dict[str, str], int]:
    """The entries, the metadata, and where the numbers begin."""
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > min(size - 8, LONGEST_HEADER):
        raise CorruptCheckpointError(
            "not a file of safetensors, or cut short: its header is longer than the file"
        )
    try:
        found = json.loads(file.read(length).decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise CorruptCheckpointError(f"the header is damaged: {error!s:.100}") from None
    about = found.pop("__metadata__", {}) if isinstance(found, dict) else None
    if not isinstance(about, dict) or not all(isinstance(text, str) for text in about.values()):
        raise CorruptCheckpointError("the header is no dictionary of tensors")
    return {name: _entry(name, entry) for name, entry in found.items()}, about, 8 + length


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name is there twice")
    return made


def _entry(name: str, entry: Any) -> tuple[_dtype.dtype, tuple[int, ...], int, int]:
    """One tensor's dtype, shape, and the bytes it has."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise CorruptCheckpointError(f"tensor {name!r:.60} is described as {entry!r:.80}")
    code, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(shape, list) or not isinstance(offsets, list) or len(offsets) != 2:
        raise CorruptCheckpointError(f"tensor {name!r:.60} is described as {entry!r:.80}")
    dtype = _KINDS.get(code) if isinstance(code, str) else None
    if dtype is None:
        raise UnsupportedCheckpointError(
            f"tensor {name!r:.60} is of type {code!r:.20}, which VizGrad has not"
        )
    sizes = tuple(whole(n, "a size of a tensor") for n in shape)
    first, end = (whole(at, "the place of a tensor") for at in offsets)
    if math.prod(sizes) * dtype.itemsize != end - first:
        raise CorruptCheckpointError(f"tensor {name!r:.60} of size {shape!r:.80} has {end - first} bytes")
    return dtype, sizes, first, end


def _tie(made: dict[str, Tensor], noted: str | None) -> None:
    """Make names that were one tensor one tensor again."""
    if noted is None:
        return
    try:
        tied: Any = json.loads(noted)
    except (ValueError, RecursionError):
        tied = None
    if not isinstance(tied, dict):
        raise CorruptCheckpointError("the list of shared tensors is damaged")
    for name, first in tied.items():
        if not isinstance(first, str) or name not in made or first not in made or first in tied:
            raise CorruptCheckpointError("the list of shared tensors names one that is not there")
        a, b = made[name].array, made[first].array
        if a.shape != b.shape or a.dtype != b.dtype or a.tobytes() != b.tobytes():
            raise CorruptCheckpointError(f"{name!r:.60} and {first!r:.60} are noted as shared, but differ")
        made[name] = made[first]
