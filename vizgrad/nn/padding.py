"""Padding: more places around signals, images and volumes."""

from __future__ import annotations

from typing import Any, ClassVar

from vizgrad.engine.tensor import Tensor

from . import functional as F
from .module import Module

__all__ = [
    "CircularPad1d", "CircularPad2d", "CircularPad3d", "ConstantPad1d", "ConstantPad2d", "ConstantPad3d",
    "ReflectionPad1d", "ReflectionPad2d", "ReflectionPad3d", "ReplicationPad1d", "ReplicationPad2d",
    "ReplicationPad3d", "ZeroPad1d", "ZeroPad2d", "ZeroPad3d",
]  # fmt: skip


class _Pad(Module):
    """``padding``: one number for all sides, or how much before and after the last dimension, the one before it, …"""

    ndim: ClassVar[int]
    mode: ClassVar[str]

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = (padding,) * (2 * self.ndim) if isinstance(padding, int) else tuple(padding)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _Constant(_Pad):
    """What pads by one number share."""

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_Constant):
    """``value`` at both ends: (N, C, L) or (C, L) to (…, left + L + right)."""

    ndim = 1


class ConstantPad2d(_Constant):
    """``value`` around an image: (N, C, H, W) or (C, H, W); ``padding`` (left, right, top, bottom)."""

    ndim = 2


class ConstantPad3d(_Constant):
    """``value`` around a volume: (N, C, D, H, W) or (C, D, H, W); ``padding`` ends with (front, back)."""

    ndim = 3


class _Zero(_Constant):
    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(_Zero):
    """Zeros at both ends: (N, C, L) or (C, L)."""

    ndim = 1


class ZeroPad2d(_Zero):
    """Zeros around an image: (N, C, H, W) or (C, H, W); ``padding`` (left, right, top, bottom)."""

    ndim = 2


class ZeroPad3d(_Zero):
    """Zeros around a volume: (N, C, D, H, W) or (C, D, H, W)."""

    ndim = 3


class ReflectionPad1d(_Pad):
    """The signal mirrored at its ends, without the ends themselves: (N, C, L) or (C, L)."""

    ndim, mode = 1, "reflect"


class ReflectionPad2d(_Pad):
    """The image mirrored at its edges, without the edges themselves: (N, C, H, W) or (C, H, W)."""

    ndim, mode = 2, "reflect"


class ReflectionPad3d(_Pad):
    """The volume mirrored at its faces, without the faces themselves: (N, C, D, H, W) or (C, D, H, W)."""

    ndim, mode = 3, "reflect"


class ReplicationPad1d(_Pad):
    """The ends repeated: (N, C, L) or (C, L)."""

    ndim, mode = 1, "replicate"


class ReplicationPad2d(_Pad):
    """The edge pixels repeated: (N, C, H, W) or (C, H, W)."""

    ndim, mode = 2, "replicate"


class ReplicationPad3d(_Pad):
    """The outermost voxels repeated: (N, C, D, H, W) or (C, D, H, W)."""

    ndim, mode = 3, "replicate"


class _Circular(_Pad):
    mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in (self.ndim + 1, self.ndim + 2):
            raise ValueError(f"expected {self.ndim + 1}D or {self.ndim + 2}D input (got {input.ndim}D input)")
        return super().forward(input)


class CircularPad1d(_Circular):
    """At each end the other end goes on: (N, C, L) or (C, L)."""

    ndim = 1


class CircularPad2d(_Circular):
    """At each edge the opposite one goes on: (N, C, H, W) or (C, H, W)."""

    ndim = 2


class CircularPad3d(_Circular):
    """At each face the opposite one goes on: (N, C, D, H, W) or (C, D, H, W)."""

    ndim = 3
