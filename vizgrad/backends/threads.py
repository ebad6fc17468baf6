"""How many threads compute: those of the BLAS behind NumPy, which are all that our operators use."""

from __future__ import annotations

import ctypes
import functools
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy

_SPELLINGS = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")
_between = os.cpu_count() or 1


@functools.cache
def _blas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """OpenBLAS's own two functions, get and set, in the library that NumPy brought; None with another BLAS."""
    home = Path(numpy.__file__).parent
    for folder in (home.with_name("numpy.libs"), home / ".libs", home / ".dylibs"):
        for file in sorted(folder.glob("*openblas*")):
            try:
                library = ctypes.CDLL(str(file))
            except OSError:
                continue
            for spelling in _SPELLINGS:
                get = getattr(library, spelling.format("get_num_threads"), None)
                if get is not None:
                    return get, getattr(library, spelling.format("set_num_threads"))
    return None


def get_num_threads() -> int:
    """How many threads multiply a matrix."""
    blas = _blas()
    return blas[0]() if blas else int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)


def set_num_threads(nthreads: int, /) -> None:
    """Let so many threads multiply a matrix.  Warns where NumPy's BLAS cannot be told."""
    count = _positive("set_num_threads", nthreads)
    blas = _blas()
    if blas:
        blas[1](count)
    elif count != get_num_threads():
        warnings.warn(
            "NumPy's BLAS here takes the number of its threads from OMP_NUM_THREADS when Python starts; "
            "set_num_threads() changed nothing.",
            stacklevel=2,
        )


def get_num_interop_threads() -> int:
    """How many operators PyTorch would run side by side.  Ours run one after the other; the number is only kept."""
    return _between


def set_num_interop_threads(nthreads: int, /) -> None:
    """Keep this number for `get_num_interop_threads`."""
    global _between
    _between = _positive("set_num_interop_threads", nthreads)


def _positive(function: str, n: object) -> int:
    if not isinstance(n, int) or isinstance(n, bool):
        raise RuntimeError(f"{function} expects an int, but got {type(n).__name__}")
    if n < 1:
        raise RuntimeError(f"{function} expects a positive integer")
    return n
