"""Large kernels on several threads: NumPy computes without Python's lock, so threads can share an array's rows.

As many as multiply matrices: what `vizgrad.set_num_threads` says.  Threads see bare arrays only; whatever belongs to
a thread (see local.py) stays with the one that asked.
"""

from __future__ import annotations

import ctypes
import functools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy

_ENOUGH = 1 << 18  # elements for each thread: with less, threads wait for each other longer than they compute
_MOST = 4  # beyond, threads wait for Python's lock more than they compute
_SPELLINGS = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")

_jobs: SimpleQueue[Any] = SimpleQueue()
_running: list[threading.Thread] = []


@functools.cache
def blas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
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


def count() -> int:
    """How many threads multiply a matrix."""
    known = blas()
    return known[0]() if known else int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)


def parts(rows: int, size: int) -> list[slice]:
    """For each thread that is worth its while a part of the ``rows``, which hold ``size`` elements."""
    many = min(size // _ENOUGH, _MOST, rows)
    many = min(many, count()) if many > 1 else 1
    return [slice(rows * i // many, rows * (i + 1) // many) for i in range(many)]


def run(work: Callable[[slice], Any], shares: list[slice]) -> list[Any]:
    """``work(share)`` for each of `parts`, the first on this thread; what they return, in order.

    An exception in one of them is raised here once all are done.
    """
    if len(shares) == 1:
        return [work(shares[0])]
    while len(_running) < len(shares) - 1:
        _running.append(threading.Thread(target=_serve, name="vizgrad kernels", daemon=True))
        _running[-1].start()
    done: SimpleQueue[Any] = SimpleQueue()
    for i, share in enumerate(shares[1:], 1):
        _jobs.put((work, i, share, done))
    found = [_tried(work, 0, shares[0]), *(done.get() for _ in shares[1:])]
    found.sort(key=lambda one: one[0])
    for _, _, error in found:
        if error is not None:
            raise error
    return [result for _, result, _ in found]


def _serve() -> None:
    while True:
        work, i, part, done = _jobs.get()
        done.put(_tried(work, i, part))
        del work, part, done  # while it waits it should keep no array alive


def _tried(work: Callable[[slice], Any], i: int, part: slice) -> tuple[int, Any, Exception | None]:
    try:
        return i, work(part), None
    except Exception as error:
        return i, None, error


def _forget() -> None:
    """After a fork, in the child: threads stayed behind."""
    global _jobs
    _jobs = SimpleQueue()
    _running.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
