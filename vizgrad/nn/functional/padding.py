"""Padding, and patches of images as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vizgrad.engine.ops import pad as rows
from vizgrad.engine.ops import patches
from vizgrad.engine.tensor import Tensor

__all__ = ["fold", "pad", "unfold"]


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Add to the edges: ``pad`` says how much before and after the last dimension, then the one before it, …

    ``mode``: "constant" adds ``value``, "reflect" mirrors without the edge, "replicate" repeats the edge,
    "circular" goes on at the other end; negative amounts cut off.
    """
    pad = tuple(int(n) for n in pad)
    if len(pad) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2, but got {len(pad)}")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError(
            "Padding length must be at most twice the number of dimensions of the input "
            f"({input.ndim}), but got {len(pad)}"
        )
    if mode == "constant":
        return rows.constant_pad_nd(input, pad, 0 if value is None else value)
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(
            f"Unrecognised padding mode {mode}; write constant, reflect, replicate or circular"
        )
    if value is not None and value != 0:
        raise ValueError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if not len(pad) // 2 < input.ndim <= len(pad) // 2 + 2:
        raise NotImplementedError(
            f"padding of {len(pad) // 2} dimensions by mode {mode} needs an input of {len(pad) // 2 + 1} or "
            f"{len(pad) // 2 + 2} dimensions, but got {input.ndim}"
        )
    return rows.pad(input, pad, mode)


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Each patch of an image becomes a column: (N, C, H, W) to (N, C · kernel, places)"""
    return patches.im2col(input, kernel_size, dilation, padding, stride)


def fold(
    input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Columns back to an image, added up where patches overlap: (N, C · kernel, places) to (N, C, *output_size)"""
    return patches.col2im(input, output_size, kernel_size, dilation, padding, stride)
