"""How many threads compute: those of the BLAS behind NumPy, and as many that share the rows of large kernels."""

from __future__ import annotations

import os
import warnings

from vizgrad.engine.kernels import threads
from vizgrad.engine.kernels.threads import blas as _blas

_between = os.cpu_count() or 1


def get_num_threads() -> int:
    """How many threads multiply a matrix, and share the work of large kernels."""
    return threads.count()


def set_num_threads(nthreads: int, /) -> None:
    """Let so many threads multiply a matrix and share large kernels.  Warns where NumPy's BLAS cannot be told."""
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
