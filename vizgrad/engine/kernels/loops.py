"""Loops over the numbers of NumPy arrays, in machine code: one pass over memory where NumPy's calls need several.

Numba compiles them, where it is installed (``pip install "vizgrad[fast]"``); as Python they are only here to be read.
Each is compiled when first called, about half a second for float32 and as much again for float64, and kept on disk.
They let go of Python's lock, so `threads` can share their rows.

Arrays come as matrices of rows (rows, n), and numbers for each row as (rows,), all of one floating dtype; the arrays
that a loop writes come last.
"""

from __future__ import annotations

import functools
import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import threads

_FLOATS = (np.dtype("f4"), np.dtype("f8"))
_ORDER = {"reassoc", "contract", "nsz"}  # sums in any order, as NumPy's are; inf and nan keep their meaning


def sums(a, b, alone, product):
    """Write Σ a and Σ a · b of each row."""
    for i in range(len(a)):
        one = two = a.dtype.type(0)
        for j in range(a.shape[1]):
            one += a[i, j]
            two += a[i, j] * b[i, j]
        alone[i], product[i] = one, two


def scaled(x, scale, shift, y):
    """Write x · scale + shift."""
    for i in range(len(x)):
        a, b = scale[i], shift[i]
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] * a + b


def scaled_pair(x, other, scale, scale_other, shift, y):
    """Write x · scale + other · scale_other + shift."""
    for i in range(len(x)):
        a, b, c = scale[i], scale_other[i], shift[i]
        for j in range(x.shape[1]):
            y[i, j] = x[i, j] * a + other[i, j] * b + c


def normalized(x, weight, bias, eps, y, mean, var):
    """Each row on its own: (x - mean) / √(var + eps) · weight + bias; weight and bias (n,)."""
    n = x.dtype.type(x.shape[1])
    for i in range(len(x)):
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            total += x[i, j]
        m, total = total / n, x.dtype.type(0)
        for j in range(x.shape[1]):
            total += (x[i, j] - m) * (x[i, j] - m)
        mean[i], var[i] = m, total / n
        rstd = x.dtype.type(1 / math.sqrt(var[i] + eps))
        for j in range(x.shape[1]):
            y[i, j] = (x[i, j] - m) * rstd * weight[j] + bias[j]


def d_normalized(g, x, mean, rstd, weight, dx, d_weight, d_bias):
    """The gradients of `normalized`; d_weight and d_bias (n,) are added to."""
    n = x.dtype.type(x.shape[1])
    for i in range(len(x)):
        m, a = mean[i], rstd[i]
        level = slope = x.dtype.type(0)
        for j in range(x.shape[1]):
            part = g[i, j] * weight[j]
            level += part
            slope += part * (x[i, j] - m)
        level, slope = level / n, slope * a * a / n
        for j in range(x.shape[1]):
            far = x[i, j] - m
            dx[i, j] = (g[i, j] * weight[j] - level - far * slope) * a
            d_weight[j] += g[i, j] * far * a
            d_bias[j] += g[i, j]


@functools.cache
def _compiled() -> Any:
    """The loops as machine code; None without Numba, or where NUMBA_DISABLE_JIT switches it off."""
    try:
        import numba
        from numba.core import config
    except ImportError:  # also what it raises beside a NumPy that is too new for it
        return None
    if getattr(config, "DISABLE_JIT", False):
        return None
    made = SimpleNamespace()
    for loop in (sums, scaled, scaled_pair, normalized, d_normalized):
        settings = {"nogil": True, "fastmath": _ORDER, "error_model": "numpy"}
        try:
            code = numba.njit(cache=True, **settings)(loop)
        except RuntimeError:  # there is no folder that it may keep them in
            code = numba.njit(**settings)(loop)
        setattr(made, loop.__name__, code)
    return made


def for_arrays(*arrays: Any) -> Any:
    """The loops as machine code, where these arrays can be given to them; None where NumPy has to do it."""
    code = _compiled()
    if code is None or arrays[0].dtype not in _FLOATS:
        return None
    kind = arrays[0].dtype
    return code if all(a is None or (a.dtype == kind and a.flags.c_contiguous) for a in arrays) else None


def on_rows(loop: Any, *arrays: Any) -> list[Any]:
    """``loop`` on the rows of ``arrays``, shared by threads where that is worth their while.

    Returns what it gave for each thread's part.
    """
    first = arrays[0]
    shares = threads.parts(len(first), first.size)
    if len(shares) == 1:
        return [loop(*arrays)]
    return threads.run(lambda share: loop(*(a[share] for a in arrays)), shares)
