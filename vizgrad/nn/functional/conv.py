"""Convolutions, in PyTorch's words."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.ops import conv_transpose as rows
from vizgrad.engine.ops.conv import conv1d, conv2d, conv3d, per_dimension
from vizgrad.engine.ops.pad import constant_pad_nd
from vizgrad.engine.tensor import Tensor

__all__ = [
    "conv1d", "conv2d", "conv3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
]  # fmt: skip


def _transposed(
    n: int,
    row: Any,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    extra: Any,
    groups: int,
    dilation: Any,
) -> Tensor:
    names = ("stride", "padding", "output_padding", "dilation")
    given = zip(names, (stride, padding, extra, dilation), strict=True)
    steps, sides, extras, gaps = (per_dimension(name, value, n) for name, value in given)
    if all(x < s for x, s in zip(extras, steps, strict=True)):
        return row(input, weight, bias, stride, padding, extra, groups, dilation)
    if any(x >= max(s, d) for x, s, d in zip(extras, steps, gaps, strict=True)):
        raise RuntimeError(
            f"output padding must be smaller than either stride or dilation, but got output_padding {extras}, "
            f"stride {steps} and dilation {gaps}"
        )
    whole = row(input, weight, None, stride, 0, 0, groups, dilation)  # all of it, cut to size
    edges = [edge for p, x in zip(reversed(sides), reversed(extras), strict=True) for edge in (-p, x - p)]
    y = constant_pad_nd(whole, edges)
    return y if bias is None else y + bias.reshape(-1, *(1,) * n)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """Put a weighted kernel at each place of a signal, and add up where they overlap

    input (N, C, L) or (C, L), weight (C, O/groups, k), bias (O,) or None.
    """
    settings = (stride, padding, output_padding, groups, dilation)
    return _transposed(1, rows.conv_transpose1d, input, weight, bias, *settings)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """Put a weighted kernel at each place of an image, and add up where they overlap

    input (N, C, H, W) or (C, H, W), weight (C, O/groups, kh, kw), bias (O,) or None; ``output_padding`` makes the
    output larger at its end.  Zeiler et al., *Deconvolutional Networks*, 2010.
    """
    settings = (stride, padding, output_padding, groups, dilation)
    return _transposed(2, rows.conv_transpose2d, input, weight, bias, *settings)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """Put a weighted kernel at each place of a volume, and add up where they overlap

    input (N, C, D, H, W) or (C, D, H, W), weight (C, O/groups, kd, kh, kw), bias (O,) or None.
    """
    settings = (stride, padding, output_padding, groups, dilation)
    return _transposed(3, rows.conv_transpose3d, input, weight, bias, *settings)


def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor:
    """`conv1d` of signals with time first: input (T, N, C), weight (k, C, O), bias (O,), output (T', N, O)"""
    return conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, 1, pad).permute(2, 0, 1)
