"""Zip archives of PyTorch: records that are stored as they are, each at a multiple of 64 bytes.

The layout (PKWARE's APPNOTE.TXT 4.3): per record a local header, padded by an extra field, the bytes, and a data
descriptor with their checksum and length; then the central directory.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy

from .errors import CorruptCheckpointError, UnsafeCheckpointError, UnsupportedCheckpointError

__all__ = ["Reader", "Writer"]

ALIGNMENT = 64
LARGE = 0xFFFFFFFF  # from here on lengths and places need 64 bits
FLAGS = 0x0808  # lengths follow the bytes; names are UTF-8
EPOCH = 0  # the date that PyTorch writes
_LOCAL = struct.Struct("<4s5H3I2H")
_NOT_A_ZIP = (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError, EOFError)


class Reader:
    """The records of an archive, by their names without the archive's own."""

    def __init__(self, file: Any, size: int) -> None:
        self.file = file
        try:
            entries = zipfile.ZipFile(file).infolist()
        except _NOT_A_ZIP as error:
            raise CorruptCheckpointError(
                f"not a complete zip archive ({error}); the download or the save was probably cut short"
            ) from None
        if not entries:
            raise CorruptCheckpointError("the archive is empty")
        self.stem = entries[0].filename.partition("/")[0]
        self.records: dict[str, tuple[zipfile.ZipInfo, int]] = {}
        ordered = sorted(entries, key=lambda e: e.header_offset)
        ends = [e.header_offset for e in ordered[1:]] + [size]
        for entry, end in zip(ordered, ends, strict=True):
            self._take(entry, end)
        self.checked = any(entry.CRC for entry, _ in self.records.values())  # PyTorch can leave them out

    def _take(self, entry: zipfile.ZipInfo, end: int) -> None:
        name = entry.filename
        if name.startswith(("/", "\\")) or ".." in name.split("/") or "\\" in name:
            raise UnsafeCheckpointError(f"a record with the name {name!r:.80}")
        if entry.header_offset < 0:
            raise CorruptCheckpointError(f"record {name!r:.80} begins before the file")
        stem, _, rest = name.partition("/")
        if stem != self.stem:
            raise CorruptCheckpointError(f"record {name!r:.80} is outside of {self.stem!r:.80}")
        if rest in self.records:
            raise UnsafeCheckpointError(f"two records with the name {name!r:.80}")
        if entry.header_offset + _LOCAL.size + entry.compress_size > end:
            raise UnsafeCheckpointError(f"record {name!r:.80} overlaps what follows it")
        self.records[rest] = entry, end

    def __contains__(self, name: str) -> bool:
        return name in self.records

    def size(self, name: str) -> int:
        """Bytes in a record."""
        return self._entry(name)[0].file_size

    def _entry(self, name: str) -> tuple[zipfile.ZipInfo, int]:
        if name not in self.records:
            raise CorruptCheckpointError(f"record {name!r:.80} is missing")
        return self.records[name]

    def start(self, name: str) -> int:
        """Where a record's bytes begin, by its local header."""
        entry, end = self._entry(name)
        if entry.flag_bits & 1:
            raise UnsupportedCheckpointError(f"record {name!r:.80} is encrypted")
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise UnsupportedCheckpointError(
                f"record {name!r:.80} is compressed; PyTorch stores its records as they are"
            )
        self.file.seek(entry.header_offset)
        header = self.file.read(_LOCAL.size)
        if len(header) != _LOCAL.size or not header.startswith(b"PK\3\4"):
            raise CorruptCheckpointError(f"record {name!r:.80} has no header")
        *_, of_name, of_extra = _LOCAL.unpack(header)
        if self.file.read(of_name) != entry.orig_filename.encode("utf-8"):
            raise UnsafeCheckpointError(f"record {name!r:.80} has another name in its header")
        first = entry.header_offset + _LOCAL.size + of_name + of_extra
        if first + entry.file_size > end:
            raise UnsafeCheckpointError(f"record {name!r:.80} overlaps what follows it")
        return first

    def array(self, name: str) -> Any:
        """A record's bytes, in memory of their own."""
        first, (entry, _) = self.start(name), self._entry(name)
        self.file.seek(first)
        made: Any = numpy.empty(entry.file_size, numpy.uint8)
        if fill(self.file, made) != entry.file_size:
            raise CorruptCheckpointError(f"record {name!r:.80} is cut short")
        if self.checked and zlib.crc32(made) != entry.CRC:
            raise CorruptCheckpointError(f"record {name!r:.80} is damaged: its checksum is another")
        return made

    def read(self, name: str) -> bytes:
        """A record's bytes."""
        return self.array(name).tobytes()

    def mapped(self, name: str, memory: mmap.mmap) -> numpy.ndarray:
        """A record's bytes in the mapped file, read when they are used."""
        first, (entry, _) = self.start(name), self._entry(name)
        return numpy.frombuffer(memoryview(memory)[first : first + entry.file_size], numpy.uint8)


def fill(file: Any, array: Any) -> int:
    """Read bytes into an array; how many there were."""
    view, done = memoryview(array), 0
    into = getattr(file, "readinto", None)
    while done < array.nbytes:
        if into is not None:
            got = into(view[done:]) or 0
        else:
            part = file.read(array.nbytes - done)
            got = len(part)
            view[done : done + got] = part
        if not got:
            break
        done += got
    return done


class Writer:
    """Writes records one after the other through ``write``, as PyTorch lays them out."""

    def __init__(self, write: Callable[[Any], Any], stem: str) -> None:
        self.write, self.stem = write, stem
        self.at = 0
        self.directory: list[tuple[bytes, int, int, int]] = []

    def _put(self, part: Any) -> None:
        self.write(part)
        self.at += len(part)

    def add(self, name: str, data: Any) -> None:
        """One record; ``data`` is bytes, or an array of uint8."""
        full = f"{self.stem}/{name}".encode()
        view = memoryview(data).cast("B") if len(data) else memoryview(b"")
        start, size, crc = self.at, len(view), zlib.crc32(view)
        large = start >= LARGE or size >= LARGE
        extra = _lengths(size, start)
        padding = -(start + _LOCAL.size + len(full) + len(extra) + 4) % ALIGNMENT
        extra += struct.pack("<2sH", b"FB", padding) + b"Z" * padding
        self._put(_LOCAL.pack(b"PK\3\4", 0, FLAGS, 0, EPOCH, EPOCH, 0, 0, 0, len(full), len(extra)))
        self._put(full + extra)
        for first in range(0, size, 1 << 24):
            self._put(view[first : first + (1 << 24)])
        if size:
            self._put(struct.pack("<4sIQQ" if large else "<4sIII", b"PK\7\x08", crc, size, size))
        self.directory.append((full, crc, size, start))

    def finish(self) -> None:
        """The version, an identity of the content, and the directory."""
        self.add("version", b"3\n")
        content = repr([(name, crc, size) for name, crc, size, _ in self.directory]).encode()
        identity = int.from_bytes(hashlib.sha256(content).digest(), "big") % 10**40
        self.add(".data/serialization_id", f"{identity:040d}".encode())
        first, count = self.at, len(self.directory)
        for name, crc, size, start in self.directory:
            extra, few, at = _lengths(size, start), _short(size), _short(start)
            self._put(
                struct.pack("<4s6H3I", b"PK\1\2", 0, 0, FLAGS, 0, EPOCH, EPOCH, crc, few, few)
                + struct.pack("<5H2I", len(name), len(extra), 0, 0, 0, 0, at)
            )
            self._put(name + extra)
        size, end = self.at - first, self.at
        self._put(struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 798, 45, 0, 0, count, count, size, first))
        self._put(struct.pack("<4sIQI", b"PK\6\7", 0, end, 1))
        few, small, at = min(count, 0xFFFF), _short(size), _short(first)
        self._put(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, few, few, small, at, 0))


def _short(number: int) -> int:
    """The number, or what stands for one that is elsewhere, in 64 bits."""
    return 0xFFFFFFFF if number >= LARGE else number


def _lengths(size: int, start: int) -> bytes:
    """The extra field for what does not fit into 32 bits."""
    large = ([size, size] if size >= LARGE else []) + ([start] if start >= LARGE else [])
    return struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
