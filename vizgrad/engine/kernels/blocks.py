"""A formula run on one part of its operands after the other: what it makes in between stays in the cache.

The formula and the numbers are the same; only large temporaries are avoided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

_CACHE = 1 << 17  # bytes of each operand at a time


def parts(x: Any, axis: int = 0, larger: int = 1) -> Iterator[slice]:
    """Slices of ``axis`` that fit the cache, or are ``larger`` by this factor."""
    n = x.shape[axis]
    at_once = max(1, larger * _CACHE * n // max(1, x.nbytes))
    return (slice(i, min(n, i + at_once)) for i in range(0, n, at_once))


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


def room(rows: int, n: int, dtype: Any) -> np.ndarray:
    """Memory for what a part needs in between, of which a cache line begins with the first number.

    NumPy's own begins anywhere, and writing there takes up to twice as long.
    """
    size = rows * n * np.dtype(dtype).itemsize
    memory = np.empty(size + 64, dtype=np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size].view(dtype).reshape(rows, n)
