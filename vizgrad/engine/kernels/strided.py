"""Seeing memory through other sizes and steps: arrays that share it, at the cost of a header."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

_as_strided = np.lib.stride_tricks.as_strided


def restrided(module: ModuleType) -> Callable[..., Any]:
    """``restrided(a, shape, strides, offset=0)``: the memory of ``a``, seen with these sizes and steps (in bytes).

    ``offset`` counts bytes from the first element of ``a`` and may be negative.  Raises RuntimeError where that
    leaves the memory.
    """
    return _numpy if module is np else _cupy


def flat(module: ModuleType) -> Callable[[Any], Any]:
    """``flat(a)``: all the memory that ``a`` is a view of, in a row."""
    return flat_memory if module is np else (lambda a: root(a).ravel())


def _numpy(a: Any, shape: Any, strides: Any, offset: int = 0) -> Any:
    try:  # most arrays are all of their memory: no need to look for it
        return np.ndarray(shape, a.dtype, a, offset, strides)
    except (ValueError, TypeError, BufferError):
        pass
    if 0 in shape:
        return _as_strided(a, shape, strides)
    whole = flat_memory(a)
    start = address(a) - address(whole) + offset
    end = start + sum((n - 1) * step for n, step in zip(shape, strides, strict=True)) + a.itemsize
    if start < 0 or end > whole.nbytes:
        raise RuntimeError(
            f"setStorage: sizes {list(shape)}, strides {[s // a.itemsize for s in strides]}, storage offset "
            f"{start // a.itemsize}, and itemsize {a.itemsize} requiring a storage size of {end} are out of "
            f"bounds for storage of size {whole.nbytes}"
        )
    return _as_strided(whole[start // a.itemsize :], shape, strides)


def _cupy(a: Any, shape: Any, strides: Any, offset: int = 0) -> Any:
    whole = root(a)
    start = a.data.ptr - whole.data.ptr + offset
    end = start + sum((n - 1) * step for n, step in zip(shape, strides, strict=True)) + a.itemsize
    if 0 not in shape and (start < 0 or end > whole.nbytes):
        raise RuntimeError(
            f"setStorage: sizes {list(shape)} and strides {[s // a.itemsize for s in strides]} are out of bounds "
            f"for storage of size {whole.nbytes}"
        )
    return type(a)(tuple(shape), a.dtype, a.data + offset, tuple(strides))


def root(a: Any) -> Any:
    """The array that a view looks into, however many steps away."""
    kind = np.ndarray if isinstance(a, np.ndarray) else type(a)
    while True:
        base: Any = a.base
        if isinstance(base, kind):
            a = base
        elif isinstance(getattr(base, "base", None), kind):  # NumPy's as_strided puts an object between
            a = base.base
        else:
            return a


def steps(shape: tuple[int, ...]) -> tuple[int, ...]:
    """PyTorch's strides of a tensor whose elements lie in order, in elements; an empty dimension counts as one."""
    found = [1] * len(shape)
    for i in range(len(shape) - 2, -1, -1):
        found[i] = found[i + 1] * max(shape[i + 1], 1)
    return tuple(found)


def address(a: Any) -> int:
    """Where the first element is."""
    return a.__array_interface__["data"][0] if isinstance(a, np.ndarray) else a.data.ptr


def flat_memory(a: np.ndarray) -> np.ndarray:
    """All the memory that ``a`` is a view of, in a row, in numbers of its type."""
    whole = root(a)
    if not whole.flags.c_contiguous:
        order = sorted(range(whole.ndim), key=lambda d: -whole.strides[d])
        whole = whole.transpose(order)
        if not whole.flags.c_contiguous:
            return _as_strided(whole, (_extent(whole),), (whole.itemsize,)).view(a.dtype)
    return whole.reshape(-1).view(a.dtype)


def _extent(a: np.ndarray) -> int:
    if not a.size:
        return 0
    return 1 + sum((n - 1) * step for n, step in zip(a.shape, a.strides, strict=True)) // a.itemsize
