"""Convolutions: the same small weighted sum at every place of the input."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from vizgrad.engine.create import empty
from vizgrad.engine.tensor import Tensor

from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter
from .sizes import tuple_of

__all__ = ["Conv1d", "Conv2d", "Conv3d"]

MODES = ("zeros", "reflect", "replicate", "circular")


class _Conv(Module):
    """What convolutions over 1, 2 and 3 dimensions share."""

    ndim: ClassVar[int]
    convolve: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        n = self.ndim
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = tuple_of(n, kernel_size), tuple_of(n, stride)
        self.padding = padding if isinstance(padding, str) else tuple_of(n, padding)
        self.dilation, self.padding_mode = tuple_of(n, dilation), padding_mode
        self._check()
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def _check(self) -> None:
        if self.groups <= 0:
            raise ValueError(f"groups must be a positive integer, but got {self.groups}")
        for name in ("in_channels", "out_channels"):
            if getattr(self, name) % self.groups:
                raise ValueError(
                    f"{name} must be divisible by groups, but {getattr(self, name)} is not by {self.groups}"
                )
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {self.padding!r}, should be one of 'same', 'valid'")
            if self.padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if self.padding_mode not in MODES:
            raise ValueError(
                f"padding_mode must be one of {MODES}, but got padding_mode='{self.padding_mode}'"
            )

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, even in ±1/√(inputs of one output)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            inputs = math.prod(self.weight.shape[1:])
            bound = 1 / math.sqrt(inputs) if inputs else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._edges(), mode=self.padding_mode), 0
        convolve = type(self).convolve
        return convolve(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _edges(self) -> list[int]:
        """How much to add before and after each dimension, the last one first, as `pad` wants it."""
        edges: list[int] = []
        for d in reversed(range(self.ndim)):
            if self.padding == "same":
                total = self.dilation[d] * (self.kernel_size[d] - 1)
                edges += [total // 2, total - total // 2]
            else:
                edges += [0, 0] if self.padding == "valid" else [self.padding[d]] * 2  # type: ignore[list-item]
        return edges

    def extra_repr(self) -> str:
        words = [str(self.in_channels), str(self.out_channels)]
        words += [f"kernel_size={self.kernel_size}", f"stride={self.stride}"]
        if self.padding != (0,) * len(self.padding):
            words.append(f"padding={self.padding}")
        if self.dilation != (1,) * len(self.dilation):
            words.append(f"dilation={self.dilation}")
        if self.groups != 1:
            words.append(f"groups={self.groups}")
        if self.bias is None:
            words.append("bias=False")
        if self.padding_mode != "zeros":
            words.append(f"padding_mode={self.padding_mode}")
        return ", ".join(words)


class Conv1d(_Conv):
    """A weighted sum over a window that slides along one dimension.

    input (N, in_channels, L) or (in_channels, L), output (N, out_channels, L') with
    ``L' = ⌊(L + 2 padding - dilation (kernel_size - 1) - 1) / stride⌋ + 1``.
    """

    ndim = 1
    convolve = F.conv1d


class Conv2d(_Conv):
    """A weighted sum over a window that slides over an image.

    input (N, in_channels, H, W) or (in_channels, H, W), output (N, out_channels, H', W') with
    ``H' = ⌊(H + 2 padding - dilation (kernel_size - 1) - 1) / stride⌋ + 1``, and W' alike.
    LeCun et al., *Gradient-Based Learning Applied to Document Recognition*, 1998, section II.
    """

    ndim = 2
    convolve = F.conv2d


class Conv3d(_Conv):
    """A weighted sum over a window that slides through a volume: input (N, in_channels, D, H, W)."""

    ndim = 3
    convolve = F.conv3d
