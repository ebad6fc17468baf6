"""Loops over the numbers of NumPy arrays, in machine code: one pass over memory where NumPy's calls need several.

Numba compiles them, where it is installed (``pip install "vizgrad[fast]"``); as Python they are only here to be read.
Each is compiled when first called, about half a second for float32 and as much again for float64, and kept on disk.
They let go of Python's lock, so `threads` can share an array's rows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from . import threads

_FLOATS = (np.dtype("f4"), np.dtype("f8"))
_FEW = 1 << 13  # numbers for which nobody should wait for a compiler
# Sums in any order, as NumPy's are; inf and nan keep their meaning.
_SETTINGS = {"nogil": True, "fastmath": {"reassoc", "contract", "nsz"}, "error_model": "numpy"}


def loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` as machine code: only to be called where `take` says so."""

    @functools.wraps(function)
    def run(*arrays: Any) -> Any:
        return _compiled(function)(*arrays)

    return run


def take(*arrays: Any) -> bool:
    """Whether loops are to be given these arrays: large ones, of one dtype, in order.  None among them says nothing."""
    if arrays[0].size <= _FEW or not available():
        return False
    kind = arrays[0].dtype
    return kind in _FLOATS and all(a is None or (a.dtype == kind and a.flags.c_contiguous) for a in arrays)


@functools.cache
def available() -> bool:
    """Whether there is Numba, and NUMBA_DISABLE_JIT does not switch it off."""
    try:
        from numba.core import config
    except ImportError:  # also what it raises beside a NumPy that is too new for it
        return False
    return not getattr(config, "DISABLE_JIT", False)


def on_rows(function: Callable[..., Any], *arrays: Any) -> list[Any]:
    """``function`` on the rows of ``arrays``, shared by threads where that is worth their while.

    Returns what it gave for each thread's part.
    """
    first = arrays[0]
    shares = threads.parts(len(first), first.size)
    if len(shares) == 1:
        return [function(*arrays)]
    return threads.run(lambda share: function(*(a[share] for a in arrays)), shares)


@functools.cache
def _compiled(function: Callable[..., Any]) -> Any:
    import numba

    try:
        return numba.njit(cache=True, **_SETTINGS)(function)
    except RuntimeError:  # there is no folder that it may be kept in
        return numba.njit(**_SETTINGS)(function)
