"""Pooling with random windows, and pooling backwards."""

from __future__ import annotations

from typing import Any, ClassVar

from vizgrad.engine.tensor import Tensor

from . import functional as F
from .given import tuple_of
from .module import Module

__all__ = ["FractionalMaxPool2d", "FractionalMaxPool3d", "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"]


class _MaxUnpool(Module):
    ndim: ClassVar[int]

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size = tuple_of(self.ndim, kernel_size)
        self.stride = tuple_of(self.ndim, kernel_size if stride is None else stride)
        self.padding = tuple_of(self.ndim, padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        unpool = (F.max_unpool1d, F.max_unpool2d, F.max_unpool3d)[self.ndim - 1]
        return unpool(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """Each number back to where `MaxPool1d` found it, zeros elsewhere: input and indices (N, C, L) or (C, L).

    Output size ``(L - 1) stride - 2 padding + kernel_size``, unless ``output_size`` is given.
    """

    ndim = 1


class MaxUnpool2d(_MaxUnpool):
    """Each number back to where `MaxPool2d` found it, zeros elsewhere: (N, C, H, W) or (C, H, W).

    Zeiler et al., *Adaptive Deconvolutional Networks*, 2011, section 3; sizes as for `MaxUnpool1d`.
    """

    ndim = 2


class MaxUnpool3d(_MaxUnpool):
    """Each number back to where `MaxPool3d` found it, zeros elsewhere: (N, C, D, H, W) or (C, D, H, W)."""

    ndim = 3


class _FractionalMaxPool(Module):
    ndim: ClassVar[int]

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        n, name = self.ndim, type(self).__name__
        self.kernel_size, self.return_indices = tuple_of(n, kernel_size), return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else tuple_of(n, output_size)
        self.output_ratio = None if output_ratio is None else tuple_of(n, output_ratio)
        if (output_size is None) == (output_ratio is None):
            raise ValueError(f"{name} requires either an output_size or an output_ratio")
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Tensor) -> Any:
        pool = F.fractional_max_pool2d if self.ndim == 2 else F.fractional_max_pool3d
        sizes = (self.kernel_size, self.output_size, self.output_ratio)
        return pool(input, *sizes, self.return_indices, self._random_samples)

    def extra_repr(self) -> str:
        return ""


class FractionalMaxPool2d(_FractionalMaxPool):
    """The largest number in each of ``output_size`` windows, whose places are drawn: (N, C, H, W) or (C, H, W).

    ``output_ratio`` gives the size as a part of the input's.  Graham, *Fractional Max-Pooling*, 2014.
    """

    ndim = 2


class FractionalMaxPool3d(_FractionalMaxPool):
    """`FractionalMaxPool2d` for volumes: (N, C, D, H, W) or (C, D, H, W)."""

    ndim = 3
