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
    return flat_memory if module is np else (lambda a: _root(a, module.ndarray).ravel())


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
    root = _root(a, type(a))
    start = a.data.ptr - root.data.ptr + offset
    end = start + sum((n - 1) * step for n, step in zip(shape, strides, strict=True)) + a.itemsize
    if 0 not in shape and (start < 0 or end > root.nbytes):
        raise RuntimeError(
            f"setStorage: sizes {list(shape)} and strides {[s // a.itemsize for s in strides]} are out of bounds "
            f"for storage of size {root.nbytes}"
        )
    return type(a)(tuple(shape), a.dtype, a.data + offset, tuple(strides))


def _root(a: Any, kind: type) -> Any:
    while isinstance(a.base, kind):
        a = a.base
    return a


def address(a: Any) -> int:
    """Where the first element is."""
    return a.__array_interface__["data"][0] if isinstance(a, np.ndarray) else a.data.ptr


def flat_memory(a: np.ndarray) -> np.ndarray:
    """All the memory that ``a`` is a view of, in a row, in numbers of its type."""
    root = _root(a, np.ndarray)
    if not root.flags.c_contiguous:
        order = sorted(range(root.ndim), key=lambda d: -root.strides[d])
        root = root.transpose(order)
        if not root.flags.c_contiguous:
            return _as_strided(root, (_extent(root),), (root.itemsize,)).view(a.dtype)
    return root.reshape(-1).view(a.dtype)


def _extent(a: np.ndarray) -> int:
    if not a.size:
        return 0
    return 1 + sum((n - 1) * step for n, step in zip(a.shape, a.strides, strict=True)) // a.itemsize
