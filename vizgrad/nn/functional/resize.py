"""Images and signals made larger or smaller, and channels turned into pixels."""

from __future__ import annotations

import math
import warnings
from typing import Any

from vizgrad.engine.dtype import float64, uint8
from vizgrad.engine.ops import rounding
from vizgrad.engine.ops.interpolate import resampled, taps
from vizgrad.engine.surface.autocast import whole
from vizgrad.engine.tensor import Tensor

from .pooling import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d

__all__ = [
    "channel_shuffle",
    "interpolate",
    "native_channel_shuffle",
    "pixel_shuffle",
    "pixel_unshuffle",
    "upsample",
    "upsample_bilinear",
    "upsample_nearest",
]

_BY_NDIM = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}
_AREA: tuple[Any, ...] = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)


@whole("interpolate")
def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """A signal (N, C, L), image (N, C, H, W) or volume (N, C, D, H, W) of another size

    Give ``size`` or ``scale_factor``.  ``mode``: "nearest", "nearest-exact", "linear" (3D), "bilinear" and
    "bicubic" (4D), "trilinear" (5D), or "area" (averages).  ``align_corners`` lays the corner pixels' centers on each
    other, else the corners themselves.  ``antialias`` (bilinear, bicubic) lets all pixels count when shrinking.
    Keys, *Cubic Convolution Interpolation for Digital Image Processing*, 1981, equation 15.
    """
    _check_mode(input, mode, align_corners, antialias)
    sizes, scales = _sizes(input, size, scale_factor, recompute_scale_factor or mode == "area")
    if min(sizes) < 1 or 0 in input.shape[1:]:
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input {list(input.shape)} and output "
            f"{sizes}"
        )
    if mode == "area":
        return _AREA[input.ndim - 3](input, sizes)
    curve = mode if mode.startswith("nearest") else "cubic" if mode == "bicubic" else "linear"
    steps = list(zip(range(2, input.ndim), input.shape[2:], sizes, scales, strict=True))
    if input.dtype is uint8 and not curve.startswith("nearest"):
        return _bytes(input, curve, steps, bool(align_corners), antialias)
    x = input
    for dim, have, want, scale in sorted(
        steps, key=lambda step: step[2] / step[1]
    ):  # what shrinks goes first
        if have != want or (scale and scale != 1 and curve != "nearest"):
            x = resampled(x, taps(curve, have, want, bool(align_corners), scale, antialias), dim)
    return x.clone() if x is input else x


def _bytes(x: Tensor, curve: str, steps: list[Any], align_corners: bool, antialias: bool) -> Tensor:
    """Images of bytes: rounded after each dimension, the last one first; PyTorch's weights are whole numbers, too."""
    for dim, have, want, scale in reversed(steps):
        weighing = taps(curve, have, want, align_corners, scale, antialias)
        y = resampled(x.to(float64), weighing.coarse if x.ndim == 4 else weighing, dim)
        x = rounding.floor(y + 0.5).clamp(0, 255).to(uint8)
    return x


def _check_mode(input: Tensor, mode: str, align_corners: bool | None, antialias: bool) -> None:
    if mode not in (*_BY_NDIM, "nearest", "nearest-exact", "area"):
        raise NotImplementedError(
            f"mode {mode!r} is none of nearest, nearest-exact, area, {', '.join(_BY_NDIM)}"
        )
    if align_corners is not None and mode not in _BY_NDIM:
        raise ValueError(
            f"align_corners can be set with the modes {', '.join(_BY_NDIM)}, but the mode is {mode!r}"
        )
    if antialias and not (mode in ("bilinear", "bicubic") and input.ndim == 4):
        raise ValueError(
            f"antialias is for 4D inputs by bilinear and bicubic, but got a {input.ndim}D input by {mode!r}"
        )
    if input.ndim not in (3, 4, 5) or _BY_NDIM.get(mode, input.ndim) != input.ndim:
        wanted = f"{_BY_NDIM[mode]}D" if mode in _BY_NDIM else "3D, 4D or 5D"
        raise NotImplementedError(f"Got {input.ndim}D input, but {mode} mode needs {wanted} input")


def _sizes(
    input: Tensor, size: Any, scale_factor: Any, recompute: bool
) -> tuple[list[int], list[float] | list[None]]:
    """The new sizes, and the scales where they count beside them."""
    n = input.ndim - 2
    if (size is None) == (scale_factor is None):
        raise ValueError("exactly one of size and scale_factor should be defined")
    given = scale_factor if size is None else size
    values: list[Any] = list(given) if hasattr(given, "__len__") else [given] * n
    if len(values) != n:
        raise ValueError(
            f"an input of shape {list(input.shape)} has {n} spatial dimensions, but got {len(values)} values: "
            f"{given}"
        )
    if size is None:
        sizes = [math.floor(have * scale) for have, scale in zip(input.shape[2:], values, strict=True)]
        return sizes, [None] * n if recompute else [float(scale) for scale in values]
    if any(isinstance(v, float) for v in values):
        raise TypeError(f"expected size to be one whole number or {n} of them, but got {size}")
    return [int(v) for v in values], [None] * n


def upsample(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: Any = None,
) -> Tensor:
    """The old name of `interpolate`."""
    _deprecated("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """The old name of `interpolate` with mode "nearest"."""
    _deprecated("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """The old name of `interpolate` with mode "bilinear" and aligned corners."""
    _deprecated("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _deprecated(name: str) -> None:
    warnings.warn(
        f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=3
    )


# --- channels and pixels ------------------------------------------------------------------------------------


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Channels become pixels: (*, C r², H, W) to (*, C, H r, W r)

    Shi et al., *Real-Time Super-Resolution Using an Efficient Sub-Pixel Network*, 2016, equation 4.
    """
    _check_image("pixel_shuffle", input)
    r = upscale_factor
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *lead, c, h, w = input.shape
    if c % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of "
            f"upscale_factor, but input.size(-3)={c} is not divisible by {r * r}"
        )
    n = len(lead)
    x = input.reshape(*lead, c // (r * r), r, r, h, w)
    x = x.permute(*range(n + 1), n + 3, n + 1, n + 4, n + 2)
    return x.reshape(*lead, c // (r * r), h * r, w * r)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Pixels become channels: (*, C, H r, W r) to (*, C r², H, W), the reverse of `pixel_shuffle`"""
    _check_image("pixel_unshuffle", input)
    r = downscale_factor
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *lead, c, h, w = input.shape
    for name, size in (("height", h), ("width", w)):
        if size % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but {size} is not "
                f"divisible by {r}"
            )
    n = len(lead)
    x = input.reshape(*lead, c, h // r, r, w // r, r)
    x = x.permute(*range(n + 1), n + 2, n + 4, n + 1, n + 3)
    return x.reshape(*lead, c * r * r, h // r, w // r)


def _check_image(name: str, input: Tensor) -> None:
    if input.ndim < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {input.ndim} dimension(s)"
        )


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Channels dealt out like cards, one of each group after the other: (N, C, *)

    Zhang et al., *ShuffleNet*, 2017, section 3.1.
    """
    if input.ndim < 3:
        raise RuntimeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {input.shape}"
        )
    if groups <= 0:
        raise RuntimeError(
            f"Number of groups to divide channels in must be positive. Value of groups:{groups}"
        )
    n, c, *plane = input.shape
    if c % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {c} channels and {groups} groups."
        )
    return input.reshape(n, groups, c // groups, *plane).transpose(1, 2).reshape(input.shape)


native_channel_shuffle = channel_shuffle
