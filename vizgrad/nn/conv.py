"""Convolutions: the same small weighted sum at every place of the input."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from vizgrad.engine.surface.create import empty
from vizgrad.engine.tensor import Tensor

from . import functional as F
from . import init
from .given import tuple_of
from .module import Module
from .parameter import Parameter

__all__ = ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]

MODES = ("zeros", "reflect", "replicate", "circular")


class _Conv(Module):
    """What convolutions over 1, 2 and 3 dimensions share."""

    ndim: ClassVar[int]
    convolve: ClassVar[Callable[..., Tensor]]
    transposed: bool = False
    output_padding: tuple[int, ...]

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
        self.transposed = type(self).transposed
        if not self.transposed:
            self.output_padding = (0,) * n
        self._check()
        self._reversed_padding_repeated_twice = self._edges()  # as PyTorch calls it: saved models hold it
        self.weight = Parameter(empty(self._weight_shape(), device=device, dtype=dtype))
        self.register_parameter(
            "bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None
        )
        self.reset_parameters()

    def _weight_shape(self) -> tuple[int, ...]:
        return (self.out_channels, self.in_channels // self.groups, *self.kernel_size)

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
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """With other weights than its own: layers that standardize or adapt them call this, as PyTorch's do."""
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode), 0
        convolve = type(self).convolve
        return convolve(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def _edges(self) -> Any:
        """How much to add before and after each dimension, the last one first, as `pad` wants it."""
        edges: list[int] = []
        for d in reversed(range(self.ndim)):
            if self.padding == "same":
                total = self.dilation[d] * (self.kernel_size[d] - 1)
                edges += [total // 2, total - total // 2]
            else:
                edges += [0, 0] if self.padding == "valid" else [self.padding[d]] * 2  # type: ignore[list-item]
        return edges if isinstance(self.padding, str) else tuple(edges)

    def extra_repr(self) -> str:
        words = [str(self.in_channels), str(self.out_channels)]
        words += [f"kernel_size={self.kernel_size}", f"stride={self.stride}"]
        if self.padding != (0,) * len(self.padding):
            words.append(f"padding={self.padding}")
        if self.dilation != (1,) * len(self.dilation):
            words.append(f"dilation={self.dilation}")
        if self.output_padding != (0,) * len(self.output_padding):
            words.append(f"output_padding={self.output_padding}")
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


class _ConvTranspose(_Conv):
    """What transposed convolutions over 1, 2 and 3 dimensions share."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(
                f'Only "zeros" padding mode is supported for {type(self).__name__}, not {padding_mode!r}'
            )
        self.output_padding = tuple_of(self.ndim, output_padding)
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def _weight_shape(self) -> tuple[int, ...]:
        return (self.in_channels, self.out_channels // self.groups, *self.kernel_size)

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        extra = self.output_padding if output_size is None else self._extra(input, tuple(output_size))
        convolve = type(self).convolve
        settings = (self.stride, self.padding, extra, self.groups, self.dilation)
        return convolve(input, self.weight, self.bias, *settings)

    def _extra(self, input: Tensor, output_size: tuple[int, ...]) -> tuple[int, ...]:
        """The output padding that makes the output this large."""
        n = self.ndim
        lead = input.ndim - n
        if len(output_size) not in (n, input.ndim):
            raise ValueError(
                f"{type(self).__name__}: for {input.ndim}D input, output_size must have {n} or {input.ndim} "
                f"elements (got {len(output_size)})"
            )
        wanted = output_size[-n:]
        padding: Any = self.padding
        least = tuple(
            (input.shape[lead + d] - 1) * self.stride[d]
            - 2 * padding[d]
            + self.dilation[d] * (self.kernel_size[d] - 1)
            + 1
            for d in range(n)
        )
        most = tuple(low + stride - 1 for low, stride in zip(least, self.stride, strict=True))
        if any(not low <= size <= high for low, size, high in zip(least, wanted, most, strict=True)):
            raise ValueError(
                f"requested an output size of {wanted}, but valid sizes range from {least} to {most} "
                f"(for an input of {tuple(input.shape[lead:])})"
            )
        return tuple(size - low for low, size in zip(least, wanted, strict=True))


class ConvTranspose1d(_ConvTranspose):
    """The gradient of `Conv1d` as a layer: each input number adds a multiple of the kernel to the output.

    input (N, in_channels, L), output (N, out_channels, L') with
    ``L' = (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1``.
    """

    ndim = 1
    convolve = F.conv_transpose1d


class ConvTranspose2d(_ConvTranspose):
    """The gradient of `Conv2d` as a layer, which makes images larger: input (N, in_channels, H, W).

    Zeiler et al., *Deconvolutional Networks*, 2010; sizes as for `ConvTranspose1d`.
    """

    ndim = 2
    convolve = F.conv_transpose2d


class ConvTranspose3d(_ConvTranspose):
    """The gradient of `Conv3d` as a layer: input (N, in_channels, D, H, W)."""

    ndim = 3
    convolve = F.conv_transpose3d
