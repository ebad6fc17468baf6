"""A formula run on one part of its operands after the other: what it makes in between stays in the cache.

The formula and the numbers are the same; only large temporaries are avoided.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

_CACHE = 1 << 17  # bytes of each operand at a time


def parts(x: Any, axis: int = 0, larger: int = 1, within: slice | None = None) -> Iterator[slice]:
    """Slices of ``axis`` that fit the cache, or are ``larger`` by this factor.

    ``within``: only of this part, of which a thread takes twice as much at a time as where it is alone: between two
    calls it may have to wait for Python's lock.
    """
    n = x.shape[axis]
    first, last = (0, n) if within is None else (within.start, within.stop)
    larger = larger if last - first == n else 2 * larger
    at_once = max(1, larger * _CACHE * n // max(1, x.nbytes))
    step = max(1, -(-(last - first) // max(1, -(-(last - first) // at_once))))  # as many, but of one size
    return (slice(i, min(last, i + step)) for i in range(first, last, step))


def each(formula: Callable[..., Any], xp: Any, *operands: Any, axis: int = 0) -> Any:
    """``formula(xp, *operands)`` for a result shaped like the first operand, part by part.

    Operands of size 1 along ``axis`` go to every part.  Anything but large NumPy arrays is computed at once.
    """
    first = operands[0]
    if not isinstance(first, np.ndarray) or first.nbytes <= 2 * _CACHE:
        return formula(xp, *operands)
    y = np.empty(first.shape, dtype=np.result_type(*(o for o in operands if o is not None)))
    for part in parts(first, axis):
        y[_at(part, axis)] = formula(xp, *(_part(o, part, axis) for o in operands))
    return y


def total(formula: Callable[..., Any], xp: Any, *operands: Any, axis: int = 0) -> Any:
    """``formula(xp, *operands)`` for a result that is the sum over the parts."""
    first = operands[0]
    if not isinstance(first, np.ndarray) or first.nbytes <= 2 * _CACHE:
        return formula(xp, *operands)
    return sum(formula(xp, *(_part(o, part, axis) for o in operands)) for part in parts(first, axis))


def _at(part: slice, axis: int) -> tuple[slice, ...]:
    return (slice(None),) * axis + (part,)


def _part(x: Any, part: slice, axis: int) -> Any:
    return x if x is None or x.shape[axis] == 1 else x[_at(part, axis)]


class _Own(threading.local):
    memory = np.empty(0, np.uint8)


_own = _Own()


def room(rows: int, n: int, kind: np.dtype) -> np.ndarray:
    """Memory of this thread for what a part needs in between; the next call may give the same again."""
    size = rows * n * kind.itemsize
    if _own.memory.size < size:
        _own.memory = _aligned(size)
    return np.ndarray((rows, n), kind, _own.memory)


def aligned(shape: tuple[int, ...], kind: np.dtype) -> np.ndarray:
    """An empty array that begins with a cache line: NumPy's own begin anywhere, and take longer to write."""
    return np.ndarray(shape, kind, _aligned(math.prod(shape) * kind.itemsize))


def _aligned(size: int) -> np.ndarray:
    memory = np.empty(size + 64, np.uint8)
    return memory[-memory.__array_interface__["data"][0] % 64 :]
