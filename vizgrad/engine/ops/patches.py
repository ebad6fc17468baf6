"""Images as columns of patches, and back: the matrix inside a convolution, for its own sake."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.kernels import convolution as kernel
from vizgrad.engine.kernels.window import Window
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.shapes import product
from vizgrad.engine.ops.words import Value

from .conv import Size


def _two(name: str, value: Any, least: int) -> tuple[int, int]:
    values = (value, value) if isinstance(value, int) else tuple(int(v) for v in value)
    if len(values) == 1:
        values *= 2
    if len(values) != 2:
        raise RuntimeError(f"expected {name} to be one number or two, but got {list(values)}")
    if min(values) < least:
        raise RuntimeError(
            f"{name} should be {'greater than zero' if least else 'non-negative'}, but got {values}"
        )
    return values


def _window(plane: Any, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Window:
    size, gap = _two("kernel_size", kernel_size, 1), _two("dilation", dilation, 1)
    sides, step = _two("padding", padding, 0), _two("stride", stride, 1)
    win = Window(tuple(plane), size, step, sides, sides, gap)
    if min(win.out) < 1:
        raise RuntimeError(
            f"Given input with spatial size {tuple(plane)}, kernel_size={size}, dilation={gap}, padding={sides}, "
            f"stride={step}, calculated shape of the array of sliding blocks as {win.out}, but its components "
            "must be at least one."
        )
    return win


@op
class im2col(Formula):
    """Each patch that a kernel would see becomes a column

    input (N, C, height, width) or (C, height, width); output (N, C · kernel, places) or (C · kernel, places).
    """

    samples = (
        Sample((2, 3, 4, 5), kernel_size=(2, 3)),
        Sample((2, 5, 4), kernel_size=2, dilation=2, padding=1, stride=(2, 1)),
    )
    formula = "y[c·k, i] = x[c, i·stride + k·dilation - padding]"

    def forward(xp, input: Value, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1):
        if input.ndim not in (3, 4) or 0 in input.shape[-3:]:
            raise RuntimeError(
                "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions "
                f"for input, but got: {list(input.shape)}"
            )
        win = _window(input.shape[-2:], kernel_size, dilation, padding, stride)
        batch = input.reshape(-1, *input.shape[-3:])
        rows = batch.shape[1] * product(win.kernel)
        y = kernel.patches_of(xp, batch, win, 1).reshape(len(batch), rows, product(win.out))
        return y if input.ndim == 4 else y[0]

    def d_input(xp, g, input_shape, kernel_size, dilation, padding, stride):
        return xp.rule("col2im")(g, input_shape[-2:], kernel_size, dilation, padding, stride)


@op
class col2im(Formula):
    """Columns of patches back to an image; where patches overlap, they are added up

    input (N, C · kernel, places) or (C · kernel, places); output (N, C, *output_size) or (C, *output_size).
    """

    samples = (
        Sample((2, 8, 6), output_size=(3, 4), kernel_size=2),
        Sample((4, 4), output_size=3, kernel_size=2, padding=1, stride=2),
    )
    formula = "y[c, i·stride + k·dilation - padding] = Σ x[c·k, i]"

    def forward(
        xp,
        input: Value,
        output_size: Size,
        kernel_size: Size,
        dilation: Size = 1,
        padding: Size = 0,
        stride: Size = 1,
    ):
        if input.ndim not in (2, 3) or 0 in input.shape[-2:]:
            raise RuntimeError(
                "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero "
                f"dimensions, but got: {list(input.shape)}"
            )
        win = _window(_two("output_size", output_size, 1), kernel_size, dilation, padding, stride)
        rows, places = input.shape[-2:]
        if rows % product(win.kernel):
            raise RuntimeError(
                "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
                f"input.size(1)={rows} and kernel_size={win.kernel}."
            )
        if places != product(win.out):
            raise RuntimeError(
                f"Given output_size={win.plane}, kernel_size={win.kernel}, dilation={win.dilation}, "
                f"padding={win.before}, stride={win.stride}, expected size of input's dimension 2 to match the "
                f"calculated number of sliding blocks {win.out[0]} * {win.out[1]} = {product(win.out)}, but got "
                f"input.size(2)={places}."
            )
        channels = rows // product(win.kernel)
        columns = input.reshape(-1, channels, *win.kernel, *win.out)
        y = xp.zeros((len(columns), channels, *win.padded), dtype=input.dtype)
        for place, pixels in win.places():
            met = y[(slice(None), slice(None), *pixels)]
            met += columns[(slice(None), slice(None), *place)]
        y = xp.ascontiguousarray(y[(..., *win.inner)])
        return y if input.ndim == 3 else y[0]

    def d_input(xp, g, kernel_size, dilation, padding, stride):
        return xp.rule("im2col")(g, kernel_size, dilation, padding, stride)
