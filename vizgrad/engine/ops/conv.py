"""Convolutions: the same small weighted sum at every place of a signal, an image or a volume.

One formula serves any number of dimensions.  A convolution is a product of x and w; the gradient by one of
them is a product of g and the other, and the gradients of those are such products again: `conv2d`,
`conv_input` and `conv_weight` close the circle, so that gradients of gradients need no further formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from vizgrad.engine.kernels import convolution as kernel
from vizgrad.engine.kernels.window import Window
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.shapes import known
from vizgrad.engine.ops.words import Shape, Value

Size = int | Sequence[int]


def per_dimension(name: str, value: Any, n: int) -> tuple[int, ...]:
    """``value`` for each of ``n`` dimensions: one number stands for all."""
    values = (int(value),) * n if not hasattr(value, "__len__") else tuple(int(v) for v in value)
    if len(values) == 1:
        values *= n
    if len(values) != n:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {n} values to match the convolution "
            f"dimensions, but got {name}={list(values)}"
        )
    return values


@lru_cache(maxsize=1024)
def window(plane: tuple[int, ...], size: tuple[int, ...], stride: Any, padding: Any, dilation: Any) -> Window:
    """Where the kernel stands on the plane, with all settings checked."""
    n = len(size)
    stride, dilation = per_dimension("stride", stride, n), per_dimension("dilation", dilation, n)
    if min(stride) < 1:
        raise RuntimeError("non-positive stride is not supported")
    if min(dilation) < 1:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilation)}")
    before, after = _sides(size, stride, padding, dilation)
    win = Window(plane, size, stride, before, after, dilation)
    if any(d * (k - 1) + 1 > p for d, k, p in zip(dilation, size, win.padded, strict=True)):
        reach = (d * (k - 1) + 1 for d, k in zip(dilation, size, strict=True))
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, win.padded))}). Kernel size: "
            f"({' x '.join(map(str, reach))}). Kernel size can't be greater than actual input size"
        )
    return win


def _sides(size: Any, stride: Any, padding: Any, dilation: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Zeros before and behind each dimension.  ``"same"`` puts the odd one behind."""
    if padding == "same":
        if max(stride) > 1:
            raise RuntimeError("padding='same' is not supported for strided convolutions")
        reach = [d * (k - 1) for d, k in zip(dilation, size, strict=True)]
        return tuple(r // 2 for r in reach), tuple(r - r // 2 for r in reach)
    if isinstance(padding, str) and padding != "valid":
        raise RuntimeError(f"Invalid padding string: {padding!r}; write 'same', 'valid' or a number")
    sides = per_dimension("padding", 0 if padding == "valid" else padding, len(size))
    if min(sides) < 0:
        raise RuntimeError("negative padding is not supported")
    return sides, sides


def _settled(value: Any) -> Any:
    """A setting as something that can be looked up in a cache."""
    return value if isinstance(value, (int, str)) else tuple(value)


def _window(plane: Any, size: Any, stride: Any, padding: Any, dilation: Any) -> Window:
    return window(tuple(plane), tuple(size), _settled(stride), _settled(padding), _settled(dilation))


def checked(name: str, x: Any, w: Any, b: Any, groups: int, *, transposed: bool = False) -> None:
    """The shapes of input, weight and bias fit each other, or PyTorch's error says why not."""
    n = len(w) - 2
    if len(x) not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {name}, "
            f"but got input of size: {list(x)}"
        )
    if groups < 1:
        raise RuntimeError("non-positive groups is not supported")
    if w[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
            f"but got weight of size {list(w)} instead"
        )
    given = f"transposed={int(transposed)}" if transposed else f"groups={groups}"
    channels, wanted = x[-n - 1], w[0] if transposed else w[1] * groups
    if channels != wanted:
        raise RuntimeError(
            f"Given {given}, weight of size {list(w)}, expected input{list(x)} to have {wanted} channels, "
            f"but got {channels} channels instead"
        )
    outputs = w[1] * groups if transposed else w[0]
    if b is not None and tuple(b) != (outputs,):
        raise RuntimeError(
            f"Given {'transposed=1, ' if transposed else ''}weight of size {list(w)}, expected bias to be "
            f"1-dimensional with {outputs} elements, but got bias of size {list(b)} instead"
        )


def same_dtype(input: Any, weight: Any, bias: Any) -> None:
    for name, other in (("weight", weight), ("bias", bias)):
        if other is not None and other.dtype != input.dtype:
            raise RuntimeError(
                f"Input type ({input.dtype}) and {name} type ({other.dtype}) should be the same; "
                "convert one of them with .to(dtype)"
            )


class convolution(Formula):
    """Input (N, C, *plane) or (C, *plane), weight (O, C/groups, *kernel), for 1, 2 and 3 dimensions."""

    grad_fn = "Convolution"
    formula = "y[o, i] = Σ W[o, c, k] · x[c, i·stride + k·dilation - padding] + b[o]"

    @staticmethod
    def shape(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        n = len(weight) - 2
        checked(f"conv{n}d", input, weight, bias, groups)
        win = _window(input[-n:], weight[2:], stride, padding, dilation)
        return (*input[: -n - 1], weight[0], *win.out)


def _forward(xp, input, weight, bias, stride, padding, dilation, groups):
    shape = convolution.shape(
        input.shape, weight.shape, None if bias is None else bias.shape, stride, padding, dilation, groups
    )
    same_dtype(input, weight, bias)
    n = weight.ndim - 2
    win = _window(input.shape[-n:], weight.shape[2:], stride, padding, dilation)
    batch = input.reshape(-1, *input.shape[-n - 1 :])
    return kernel.forward(xp, batch, weight, bias, win, groups).reshape(shape)


def _d_input(xp, g, input_shape, weight, stride, padding, dilation, groups):
    return xp.rule("conv_input")(g, weight, input_shape, stride, padding, dilation, groups)


def _d_weight(xp, g, input, weight_shape, stride, padding, dilation, groups):
    return xp.rule("conv_weight")(g, input, weight_shape, stride, padding, dilation, groups)


def sum_per_channel(xp, g, weight_shape):
    return xp.sum(g, axis=_all_but_channels(g.shape, weight_shape) if known(g.shape) else None)


def _all_but_channels(shape, weight_shape):
    channels = len(shape) - len(weight_shape) + 1
    return tuple(i for i in range(len(shape)) if i != channels)


def same_kind(xp, g, weight, stride, padding, dilation, groups):
    """The forward convolution with this weight, whatever its number of dimensions."""
    return xp.rule(f"conv{len(weight.shape) - 2}d" if known(weight.shape) else "conv")(
        g, weight, None, stride, padding, dilation, groups
    )


@op
class conv1d(convolution):
    """Slide a kernel along a signal; at each place, add up what it covers, weighted

    input (N, C, length), weight (O, C/groups, k), bias (O,) or None.  ``padding`` may be "same" or "valid".
    """

    samples = (
        Sample((2, 3, 7), (4, 3, 3), (4,), stride=2, padding=1),
        Sample((2, 4, 7), (6, 2, 2), (6,), padding="same", dilation=2, groups=2),
    )

    def forward(
        xp,
        input: Value,
        weight: Value,
        bias: Value | None = None,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
    ):
        return _forward(xp, input, weight, bias, stride, padding, dilation, groups)

    d_input, d_weight, d_bias = _d_input, _d_weight, sum_per_channel


@op
class conv2d(convolution):
    """Slide a kernel over an image; at each place, add up what it covers, weighted

    input (N, C, height, width), weight (O, C/groups, kh, kw), bias (O,) or None.  ``padding`` may be "same"
    or "valid".  Le Cun et al., *Backpropagation Applied to Handwritten Zip Code Recognition*, 1989.
    """

    samples = (
        Sample((2, 3, 5, 4), (4, 3, 3, 3), (4,)),
        Sample((2, 9, 4, 3), (2, 9, 2, 2), (2,), padding=1),
        Sample((2, 4, 6, 5), (6, 2, 2, 3), (6,), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2),
        Sample((3, 5, 4), (2, 3, 3, 1), (2,), padding="same"),
    )

    def forward(
        xp,
        input: Value,
        weight: Value,
        bias: Value | None = None,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
    ):
        return _forward(xp, input, weight, bias, stride, padding, dilation, groups)

    d_input, d_weight, d_bias = _d_input, _d_weight, sum_per_channel


@op
class conv3d(convolution):
    """Slide a kernel through a volume; at each place, add up what it covers, weighted

    input (N, C, depth, height, width), weight (O, C/groups, kd, kh, kw), bias (O,) or None.
    """

    samples = (Sample((1, 2, 3, 4, 3), (2, 2, 2, 3, 2), (2,), stride=(1, 2, 1), padding=1),)

    def forward(
        xp,
        input: Value,
        weight: Value,
        bias: Value | None = None,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
    ):
        return _forward(xp, input, weight, bias, stride, padding, dilation, groups)

    d_input, d_weight, d_bias = _d_input, _d_weight, sum_per_channel


@op
class conv_input(Formula):
    """The gradient of a convolution by its input: each output hands its gradient back to the patch it saw"""

    samples = (
        Sample((2, 4, 3, 2), (4, 3, 3, 3), size=(2, 3, 5, 4), stride=1, padding=0, dilation=1, groups=1),
    )
    formula = "∂L/∂x[c, i·stride + k·dilation - padding] = Σ W[o, c, k] · g[o, i]"

    def forward(
        xp,
        g_out: Value,
        weight: Value,
        size: Shape,
        stride: Size,
        padding: Size | str,
        dilation: Size,
        groups: int,
    ):
        n = weight.ndim - 2
        win = _window(size[-n:], weight.shape[2:], stride, padding, dilation)
        g_out = g_out.reshape(-1, *g_out.shape[-n - 1 :])
        return kernel.by_input(xp, g_out, weight, size[-n - 1], win, groups).reshape(size)

    def d_g_out(xp, g, weight, stride, padding, dilation, groups):
        return same_kind(xp, g, weight, stride, padding, dilation, groups)

    def d_weight(xp, g, g_out, weight_shape, stride, padding, dilation, groups):
        return xp.rule("conv_weight")(g_out, g, weight_shape, stride, padding, dilation, groups)


@op
class conv_weight(Formula):
    """The gradient of a convolution by its weight: what each place of the kernel saw, times the gradient"""

    samples = (
        Sample((2, 4, 3, 2), (2, 3, 5, 4), size=(4, 3, 3, 3), stride=1, padding=0, dilation=1, groups=1),
    )
    formula = "∂L/∂W[o, c, k] = Σ g[o, i] · x[c, i·stride + k·dilation - padding]"

    def forward(
        xp,
        g_out: Value,
        input: Value,
        size: Shape,
        stride: Size,
        padding: Size | str,
        dilation: Size,
        groups: int,
    ):
        n = len(size) - 2
        win = _window(input.shape[-n:], size[2:], stride, padding, dilation)
        g_out, input = (v.reshape(-1, *v.shape[-n - 1 :]) for v in (g_out, input))
        return kernel.by_weight(xp, g_out, input, win, groups)

    def d_g_out(xp, g, input, stride, padding, dilation, groups):
        return same_kind(xp, input, g, stride, padding, dilation, groups)

    def d_input(xp, g, g_out, input_shape, stride, padding, dilation, groups):
        return xp.rule("conv_input")(g_out, g, input_shape, stride, padding, dilation, groups)
