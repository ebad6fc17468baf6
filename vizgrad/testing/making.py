"""Tensors with arbitrary contents, for tests."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.surface import kinds
from vizgrad.engine.surface.create import empty
from vizgrad.engine.surface.form import contiguous

__all__ = ["make_tensor"]


def make_tensor(
    *shape: Any,
    dtype: _dtype.dtype,
    device: Any,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Any:
    """A tensor of uniform random numbers from ``low`` up to, but not with, ``high``.

    Without them from −9 to 9 (whole numbers: 9 included; bytes: from 0; truth values: both).  ``noncontiguous``: with
    gaps in memory.  ``exclude_zero``: zeros are replaced by the smallest positive number.
    """
    sizes = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else shape
    if noncontiguous and memory_format is not None:
        raise ValueError(
            f"The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got {noncontiguous=} and "
            f"{memory_format=}"
        )
    if requires_grad and dtype.rank < 2:
        raise ValueError(
            f"`requires_grad=True` is not supported for boolean and integral dtypes, but got {dtype=}"
        )
    first, last = _range(dtype, low, high)
    gaps = noncontiguous and math.prod(sizes) > 1
    x = empty((*sizes[:-1], 2 * sizes[-1]) if gaps else sizes, dtype=dtype, device=device)
    _fill(x, dtype, first, last)
    if gaps:
        x = x[..., ::2]
    if exclude_zero:
        x[x == 0] = 1 if dtype.rank < 2 else kinds.finfo(dtype).tiny
    if memory_format is not None:
        x = contiguous(x, memory_format=memory_format)
    return x.requires_grad_(requires_grad)


def _range(dtype: _dtype.dtype, low: float | None, high: float | None) -> tuple[float, float]:
    if dtype.rank == 0:
        usual = 0, 2
    elif dtype.rank == 1:
        usual = -9 if dtype.is_signed else 0, 10
    else:
        usual = -9, 9
    first, last = usual[0] if low is None else low, usual[1] if high is None else high
    if math.isnan(first) or math.isnan(last):
        raise ValueError(f"`low` and `high` cannot be NaN, but got low={first!r} and high={last!r}")
    if first > last or (first == last and dtype.rank < 2):
        raise ValueError(f"`low` must be less than `high`, but got {first} >= {last}")
    if dtype.rank < 2:
        return math.ceil(first), math.ceil(last)
    limits = kinds.finfo(dtype)
    return max(first, limits.min), min(last, limits.max)


def _fill(x: Any, dtype: _dtype.dtype, low: float, high: float) -> None:
    if dtype.rank < 2:
        x.random_(int(low), int(high))
    elif dtype.rank == 2:
        x.uniform_(low, high)
    else:
        x.real.uniform_(low, high)
        x.imag.uniform_(low, high)
