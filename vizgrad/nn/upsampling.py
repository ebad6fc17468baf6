"""Images made larger or smaller, channels turned into pixels, patches into columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vizgrad.engine.tensor import Tensor

from . import functional as F
from .module import Module

__all__ = [
    "ChannelShuffle", "Fold", "PixelShuffle", "PixelUnshuffle", "Unfold", "Upsample", "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
]  # fmt: skip


class Upsample(Module):
    """A signal (N, C, L), image (N, C, H, W) or volume (N, C, D, H, W) of another size: see `functional.interpolate`.

    Give ``size`` or ``scale_factor``; ``mode`` is "nearest", "linear", "bilinear", "bicubic" or "trilinear".
    """

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size, self.mode, self.align_corners = size, mode, align_corners
        several = hasattr(scale_factor, "__len__")
        one = float(scale_factor) if scale_factor and not several else None
        self.scale_factor = tuple(map(float, scale_factor)) if several else one
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        settings = (self.mode, self.align_corners, self.recompute_scale_factor)
        return F.interpolate(input, self.size, self.scale_factor, *settings)

    def extra_repr(self) -> str:
        size = f"size={self.size!r}" if self.scale_factor is None else f"scale_factor={self.scale_factor!r}"
        return f"{size}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """An image (N, C, H, W) of another size, each new pixel a copy of the nearest."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """An image (N, C, H, W) of another size, with straight lines between the pixels, corners on corners."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)


@dataclass(eq=False, repr=False)
class PixelShuffle(Module):
    """Channels become pixels: (*, C r², H, W) to (*, C, H r, W r)   (Shi et al., 2016, equation 4)"""

    upscale_factor: int

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_shuffle(input, self.upscale_factor)


@dataclass(eq=False, repr=False)
class PixelUnshuffle(Module):
    """Pixels become channels: (*, C, H r, W r) to (*, C r², H, W)"""

    downscale_factor: int

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_unshuffle(input, self.downscale_factor)


@dataclass(eq=False, repr=False)
class ChannelShuffle(Module):
    """Channels dealt out like cards, one of each group after the other: (N, C, *)   (Zhang et al., 2017)"""

    groups: int

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)


@dataclass(eq=False, repr=False)
class Unfold(Module):
    """Each patch of an image becomes a column: (N, C, H, W) to (N, C · kernel, places)"""

    kernel_size: Any
    dilation: Any = 1
    padding: Any = 0
    stride: Any = 1

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)


@dataclass(eq=False, repr=False)
class Fold(Module):
    """Columns back to an image, added up where patches overlap: (N, C · kernel, places) to (N, C, *output_size)"""

    output_size: Any
    kernel_size: Any
    dilation: Any = 1
    padding: Any = 0
    stride: Any = 1

    def forward(self, input: Tensor) -> Tensor:
        settings = (self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)
        return F.fold(input, *settings)
