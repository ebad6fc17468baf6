"""Pooling: neighbouring numbers become one."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.ops import pool as rows
from vizgrad.engine.ops import pool_average as averages
from vizgrad.engine.ops.activation import relu
from vizgrad.engine.ops.pool_average import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
)
from vizgrad.engine.tensor import Tensor

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d", "adaptive_max_pool2d_with_indices",
    "adaptive_max_pool3d", "adaptive_max_pool3d_with_indices", "avg_pool1d", "avg_pool2d", "avg_pool3d",
    "lp_pool1d", "lp_pool2d", "lp_pool3d", "max_pool1d", "max_pool1d_with_indices", "max_pool2d",
    "max_pool2d_with_indices", "max_pool3d", "max_pool3d_with_indices",
]  # fmt: skip


def _max(
    n: int,
    row: Any,
    input: Tensor,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    settings = (kernel_size, stride, padding, dilation, ceil_mode)
    return rows.max_pool_with_indices(input, n, *settings) if return_indices else row(input, *settings)


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest number in each window: input (N, C, L) or (C, L)"""
    return _max(1, rows.max_pool1d, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest number in each window of an image: input (N, C, H, W) or (C, H, W)

    ``return_indices`` also returns where in its plane each of them was.
    """
    return _max(2, rows.max_pool2d, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest number in each window of a volume: input (N, C, D, H, W) or (C, D, H, W)"""
    return _max(3, rows.max_pool3d, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest numbers of ``output_size`` windows that cover the input evenly

    Input (N, C, L) or (C, L).
    """
    y, indices = averages.adaptive_max_pool1d(input, output_size)  # type: ignore[misc]
    return (y, indices) if return_indices else y


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest numbers of windows that cover an image evenly

    ``output_size`` (H', W'), None keeps a size.
    """
    y, indices = averages.adaptive_max_pool2d(input, output_size)  # type: ignore[misc]
    return (y, indices) if return_indices else y


def adaptive_max_pool3d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest numbers of windows that cover a volume evenly

    ``output_size`` (D', H', W'), None keeps a size.
    """
    y, indices = averages.adaptive_max_pool3d(input, output_size)  # type: ignore[misc]
    return (y, indices) if return_indices else y


# --- the same, always with the places of the largest numbers


def _with_indices(pool: Any, settings: int) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("return_indices", None)
        return pool(*args[:settings], **kwargs, return_indices=True)

    call.__name__ = call.__qualname__ = f"{pool.__name__}_with_indices"
    call.__doc__ = f"`{pool.__name__}` and, for each number, where in its plane it was."
    return call


max_pool1d_with_indices, max_pool2d_with_indices, max_pool3d_with_indices = (
    _with_indices(pool, 6) for pool in (max_pool1d, max_pool2d, max_pool3d)
)
adaptive_max_pool1d_with_indices, adaptive_max_pool2d_with_indices, adaptive_max_pool3d_with_indices = (
    _with_indices(pool, 2) for pool in (adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d)
)


# --- norms


def _lp(n: int, input: Tensor, norm_type: float, kernel_size: Any, stride: Any, ceil_mode: bool) -> Tensor:
    mean, largest = (
        (avg_pool1d, max_pool1d),
        (avg_pool2d, max_pool2d),
        (avg_pool3d, max_pool3d),
    )[n - 1]
    if abs(norm_type) == math.inf:
        sign = 1 if norm_type > 0 else -1
        return sign * largest(e.abs(input) * sign, kernel_size, stride, 0, 1, ceil_mode)
    sums = mean(input**norm_type, kernel_size, stride, 0, ceil_mode)
    elements = kernel_size**n if isinstance(kernel_size, int) else math.prod(kernel_size)
    return (e.sign(sums) * relu(e.abs(sums)) * elements) ** (1.0 / norm_type)


def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ xᵖ)^(1/p) of each window, p = ``norm_type``: input (N, C, L) or (C, L)"""
    return _lp(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ xᵖ)^(1/p) of each window, p = ``norm_type``: input (N, C, H, W) or (C, H, W)"""
    return _lp(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ xᵖ)^(1/p) of each window, p = ``norm_type``: input (N, C, D, H, W) or (C, D, H, W)"""
    return _lp(3, input, norm_type, kernel_size, stride, ceil_mode)
