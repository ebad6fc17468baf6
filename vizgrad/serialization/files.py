"""Files that are whole or not there at all, and what a file is by its first bytes."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import stat
from collections.abc import Iterator
from typing import Any

from .errors import CheckpointError, CorruptCheckpointError, UnsupportedCheckpointError

__all__ = ["opened", "refuse_unknown", "replacing"]

_KNOWN = (
    (b"", "the file is empty"),
    (b"version https://git-lfs", "this is a pointer of Git LFS, not the file itself: run git lfs pull"),
    (b"<", "this looks like a web page, not a checkpoint: the download probably failed"),
    (b"\x93NUMPY", "this is an array of NumPy's: use numpy.load and from_numpy"),
    (b"\x1f\x8b", "this file is compressed with gzip: unpack it first"),
)


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Any]:
    """A file to write that takes the place of ``path`` when all is written and on the disk, and only then."""
    target = os.path.realpath(os.fspath(path))
    parent, name = os.path.split(target)
    if not os.path.isdir(parent):
        raise RuntimeError(f"Parent directory {parent} does not exist.")
    old = os.stat(target) if os.path.exists(target) else None
    if old is not None and not stat.S_ISREG(old.st_mode):  # a pipe or a device: nothing to replace
        with open(target, "wb") as file:
            yield file
        return
    aside = os.path.join(parent, f".{name[:100]}.{secrets.token_hex(8)}.tmp")
    try:
        with open(aside, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            os.chmod(aside, stat.S_IMODE(old.st_mode))
        os.replace(aside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise
    _sync_directory(parent)


def _sync_directory(path: str) -> None:
    """Have the new name on the disk too, where the system can."""
    with contextlib.suppress(OSError):
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextlib.contextmanager
def opened(f: Any) -> Iterator[tuple[Any, int, int]]:
    """A file to read: itself, where its content begins, and how many bytes there are from there on."""
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            yield file, 0, os.fstat(file.fileno()).st_size
        return
    for method in ("read", "readline", "seek", "tell"):
        if not hasattr(f, method):
            raise AttributeError(
                f"'{type(f).__name__}' object has no attribute '{method}'. You can only load from a path or a file "
                "that is seekable; read the data into a buffer like io.BytesIO and load from that."
            )
    try:
        start = f.tell()
        end = f.seek(0, os.SEEK_END)
        end = f.tell() if end is None else end
        f.seek(start)
    except io.UnsupportedOperation as error:
        raise io.UnsupportedOperation(
            f"{error}. You can only load from a file that is seekable; read the data into a buffer like "
            "io.BytesIO and load from that."
        ) from None
    yield f, start, end - start


def refuse_unknown(head: bytes, path: Any) -> None:
    """Raise if the first bytes of a file are those of something else than a checkpoint."""
    name = f" ({os.fspath(path)})" if isinstance(path, (str, os.PathLike)) else ""
    for beginning, said in _KNOWN:
        if head.startswith(beginning) if beginning else not head:
            raise CorruptCheckpointError(f"not a checkpoint of PyTorch: {said}{name}")
    if head[257:262] == b"ustar":
        raise UnsupportedCheckpointError(
            f"a .tar checkpoint, which PyTorch wrote before 2017{name}: load and save it once with PyTorch"
        )
    if head[:1] != b"\x80":
        raise CorruptCheckpointError(f"not a checkpoint of PyTorch: it begins with {head[:8]!r}{name}")


def explained(error: CheckpointError, f: Any) -> CheckpointError:
    """The same error with the name of the file."""
    if not isinstance(f, (str, os.PathLike)) or os.fspath(f) in str(error):
        return error
    return type(error)(f"{os.fspath(f)}: {error}")
