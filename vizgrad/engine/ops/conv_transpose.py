"""Transposed convolutions: a convolution run backwards, from few places to many."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.kernels import convolution as kernel
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value

from .conv import Size, checked, per_dimension, same_dtype, same_kind, sum_per_channel, window


class transposed(Formula):
    """Input (N, C, *plane) or (C, *plane), weight (C, O/groups, *kernel), for 1, 2 and 3 dimensions."""

    grad_fn = "Convolution"
    formula = "y[o, i·stride + k·dilation - padding] = Σ W[c, o, k] · x[c, i] + b[o]"

    @staticmethod
    def shape(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        n = len(weight) - 2
        checked(f"conv_transpose{n}d", input, weight, bias, groups, transposed=True)
        steps: Any = [stride, padding, output_padding, dilation]
        names = ("stride", "padding", "output_padding", "dilation")
        steps = [per_dimension(name, value, n) for name, value in zip(names, steps, strict=True)]
        plane = []
        for i, k, s, p, extra, d in zip(input[-n:], weight[2:], *steps, strict=True):
            if not 0 <= extra < s:
                raise RuntimeError(
                    f"output padding must be smaller than stride, but got {extra} with stride {s}"
                )
            plane.append((i - 1) * s - 2 * p + d * (k - 1) + 1 + extra)
            if plane[-1] < 1:
                raise RuntimeError(
                    f"Given input size per channel: ({' x '.join(map(str, input[-n:]))}). "
                    f"Calculated output size per channel: ({' x '.join(map(str, plane))}). "
                    "Output size is too small"
                )
        return (*input[: -n - 1], weight[1] * groups, *plane)


def _forward(xp, input, weight, bias, stride, padding, output_padding, groups, dilation):
    shape = transposed.shape(
        input.shape,
        weight.shape,
        None if bias is None else bias.shape,
        stride,
        padding,
        output_padding,
        groups,
        dilation,
    )
    same_dtype(input, weight, bias)
    n = weight.ndim - 2
    steps = (
        per_dimension(k, v, n) for k, v in (("stride", stride), ("padding", padding), ("dilation", dilation))
    )
    win = window(shape[-n:], weight.shape[2:], *steps)
    batch = input.reshape(-1, *input.shape[-n - 1 :])
    return kernel.by_input(xp, batch, xp.conj(weight), shape[-n - 1], win, groups, bias).reshape(shape)


def _d_input(xp, g, weight, stride, padding, groups, dilation):
    return same_kind(xp, g, xp.conj(weight), stride, padding, dilation, groups)


def _d_weight(xp, g, input, weight_shape, stride, padding, groups, dilation):
    dw = xp.rule("conv_weight")(input, g, weight_shape, stride, padding, dilation, groups)
    return xp.conj(dw)


@op
class conv_transpose1d(transposed):
    """Put a weighted kernel at each place of a signal, and add up where they overlap

    input (N, C, length), weight (C, O/groups, k), bias (O,) or None.
    """

    samples = (Sample((2, 4, 3), (4, 3, 3), (6,), stride=2, padding=1, output_padding=1, groups=2),)

    def forward(
        xp,
        input: Value,
        weight: Value,
        bias: Value | None = None,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        dilation: Size = 1,
    ):
        return _forward(xp, input, weight, bias, stride, padding, output_padding, groups, dilation)

    d_input, d_weight, d_bias = _d_input, _d_weight, sum_per_channel


@op
class conv_transpose2d(transposed):
    """Put a weighted kernel at each place of an image, and add up where they overlap

    input (N, C, height, width), weight (C, O/groups, kh, kw), bias (O,) or None.
    Zeiler et al., *Deconvolutional Networks*, 2010.
    """

    samples = (
        Sample((2, 3, 3, 2), (3, 2, 3, 2), (2,)),
        Sample((2, 4, 3, 2), (4, 1, 2, 3), (2,), stride=(2, 1), padding=(0, 1), groups=2, dilation=(1, 2)),
    )

    def forward(
        xp,
        input: Value,
        weight: Value,
        bias: Value | None = None,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        dilation: Size = 1,
    ):
        return _forward(xp, input, weight, bias, stride, padding, output_padding, groups, dilation)

    d_input, d_weight, d_bias = _d_input, _d_weight, sum_per_channel


@op
class conv_transpose3d(transposed):
    """Put a weighted kernel at each place of a volume, and add up where they overlap

    input (N, C, depth, height, width), weight (C, O/groups, kd, kh, kw), bias (O,) or None.
    """

    samples = (Sample((1, 2, 2, 2, 3), (2, 2, 2, 1, 2), (2,), stride=(2, 1, 1)),)

    def forward(
        xp,
        input: Value,
        weight: Value,
        bias: Value | None = None,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        dilation: Size = 1,
    ):
        return _forward(xp, input, weight, bias, stride, padding, output_padding, groups, dilation)

    d_input, d_weight, d_bias = _d_input, _d_weight, sum_per_channel
