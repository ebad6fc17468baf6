"""Pooling: neighbouring numbers become one."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.ops import pool as rows
from vizgrad.engine.ops import pool_average as averages
from vizgrad.engine.ops.pool_average import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
)
from vizgrad.engine.tensor import Tensor

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
]


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
