"""Normalizations: the rows of the op table, in PyTorch's words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vizgrad.engine.ops import normalize as rows
from vizgrad.engine.ops.pad import constant_pad_nd
from vizgrad.engine.ops.pool_average import avg_pool2d
from vizgrad.engine.tensor import Tensor

__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "rms_norm"]


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / √(var + eps) · weight + bias over the last dimensions, each sample on its own"""
    y, *_ = rows.layer_norm(input, weight, bias, tuple(normalized_shape), eps)
    return y


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """``x / √(mean(x²) + eps) · weight`` over the last dimensions

    ``eps`` None is the smallest step of the dtype.
    """
    y, *_ = rows.rms_norm(input, weight, tuple(normalized_shape), eps)
    return y


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / √(var + eps) · weight + bias, each group of channels of each sample on its own"""
    _refuse_single(num_groups, input)
    y, *_ = rows.group_norm(input, weight, bias, num_groups, eps)
    return y


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / √(var + eps) · weight + bias, each channel over the whole batch

    In training mean and var are the batch's, and move the running ones: ``running ← (1 - momentum) running +
    momentum batch`` (with the variance over n - 1); otherwise they are the running ones.
    """
    if input.ndim < 2 and not input.numel():
        return input.clone()
    if not training:
        if running_mean is None or running_var is None:
            raise RuntimeError("batch_norm needs running_mean and running_var unless training=True")
        return rows.batch_norm_eval(input, running_mean, running_var, weight, bias, eps)
    y, *_ = batch_statistics(input, running_mean, running_var, weight, bias, momentum, eps)
    return y


def batch_statistics(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    momentum: float,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """`batch_norm` in training, with the batch's mean and variance; moves the running ones."""
    _refuse_single(input.shape[1], input)
    y, mean, var = rows.batch_norm(input, weight, bias, eps)
    if not input.numel():  # an empty batch says nothing of the average
        return y, mean, var
    _follow(running_mean, mean, momentum)
    if running_var is not None:
        n = input.numel() / input.shape[1]
        _follow(running_var, var, momentum, n / (n - 1))
    return y, mean, var


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / √(var + eps) · weight + bias, each channel of each sample on its own"""
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    size = math.prod(input.shape[2:])
    if size == 1:
        raise ValueError(
            f"Expected more than 1 spatial element when training, got input size {input.size()}; "
            "a single element has no variance"
        )
    y, mean, rstd = rows.group_norm(input, weight, bias, input.shape[1], eps)
    if running_mean is not None and running_var is not None:
        var = rstd.detach() ** -2 - eps
        _follow(running_mean, mean.detach().reshape(*input.shape[:2]).mean(0), momentum)
        _follow(running_var, var.reshape(*input.shape[:2]).mean(0), momentum, size / (size - 1))
    return y


def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """``x / (k + alpha · mean of x² over size neighbouring channels)^beta``: input (N, C, *)

    Krizhevsky, Sutskever & Hinton, *ImageNet Classification with Deep CNNs*, 2012, section 3.3.
    """
    if input.ndim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {input.ndim} dimensions)")
    if not input.numel():
        return input
    squares = (input * input).reshape(input.shape[0], 1, input.shape[1], -1)
    squares = constant_pad_nd(squares, (0, 0, size // 2, (size - 1) // 2))
    mean = avg_pool2d(squares, (size, 1), 1).reshape(input.shape)
    return input / (mean * alpha + k) ** beta


def _follow(running: Tensor | None, now: Tensor, momentum: float, scale: float = 1.0) -> None:
    """Move a running average towards what a batch has shown."""
    if running is None:
        return
    running.array *= 1 - momentum
    running.array += (momentum * scale) * now.array
    running.memory.version += 1


def _refuse_single(channels: Any, input: Tensor) -> None:
    if input.numel() == channels and channels:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {input.size()}; "
            "a single value has no variance"
        )
