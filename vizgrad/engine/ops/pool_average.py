"""Average pooling, and pooling down to a given size."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy

from vizgrad.engine.kernels import pooling as kernel
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import demands
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.shapes import known, product
from vizgrad.engine.ops.words import Shape, Value

from .conv import Size
from .normalize import widened
from .pool import MaybeSize, flat, window


class average_pooling(Formula):
    """Input (N, C, *plane) or (C, *plane)."""

    formula = "y[i] = mean of x[i·stride + k - padding] over all k"
    kinds = demands.FLOATING + "i"
    out = True


def _average_shape(n, input, kernel_size, stride=None, padding=0, ceil_mode=False, *_, **__):
    return (*input[:-n], *window(n, input, kernel_size, stride, padding, 1, ceil_mode).out)


def _divisor(xp: Any, win: Any, kind: Any, padding_counts: bool, divisor: int | None) -> Any:
    """How many elements each window averages over; fewer at an edge, where padding does not count."""
    if divisor is not None:
        if divisor == 0:
            raise RuntimeError("divisor must be not zero")
        return divisor
    counts = numpy.ones((), dtype=kind if kind.kind == "f" else "float32")
    for n, k, s, p, o in zip(win.plane, win.kernel, win.stride, win.before, win.out, strict=True):
        start = numpy.arange(o) * s - p
        low, high = (start, n + p) if padding_counts else (numpy.maximum(start, 0), n)
        counts = numpy.multiply.outer(counts, numpy.minimum(start + k, high) - low)
    first = float(counts.reshape(-1)[0])
    return first if (counts == first).all() else xp.asarray(counts, dtype=kind)


def _average(xp, n, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
    win = window(n, input.shape, kernel_size, stride, padding, 1, ceil_mode)
    x = widened(flat(input, n))
    y, divisor = kernel.sums(xp, x, win), _divisor(xp, win, x.dtype, count_include_pad, divisor_override)
    if y.dtype.kind in "iu":  # of whole numbers, the whole part
        y = (y / divisor).astype(y.dtype)
    else:
        y /= divisor
    return y.astype(input.dtype, copy=False).reshape(*input.shape[:-n], *win.out)


@op
class avg_pool1d(average_pooling):
    """The average under a window that slides along a signal

    ``count_include_pad``: zeros of the padding count as elements.
    """

    samples = (
        Sample((2, 3, 8), kernel_size=3, stride=2, padding=1),
        Sample((3, 7), kernel_size=2, ceil_mode=True),
    )
    shape = staticmethod(partial(_average_shape, 1))

    def forward(
        xp,
        input: Value,
        kernel_size: Size,
        stride: MaybeSize = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ):
        return _average(xp, 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)

    def d_input(xp, g, input_shape, kernel_size, stride, padding, ceil_mode, count_include_pad):
        settings = (kernel_size, stride, padding, ceil_mode, count_include_pad, None)
        return xp.rule("avg_pool_input")(g, input_shape, 1, *settings)


@op
class avg_pool2d(average_pooling):
    """The average under a window that slides over an image

    ``count_include_pad``: zeros of the padding count as elements; ``divisor_override``: divide the sums by
    this instead of the number of elements.
    """

    grad_fn = "AvgPool2D"
    samples = (
        Sample((2, 3, 4, 6), kernel_size=2),
        Sample((2, 5, 5), kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
        Sample((1, 2, 4, 5), kernel_size=(2, 3), stride=1, divisor_override=5),
    )
    shape = staticmethod(partial(_average_shape, 2))

    def forward(
        xp,
        input: Value,
        kernel_size: Size,
        stride: MaybeSize = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ):
        settings = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        return _average(xp, 2, input, *settings)

    def d_input(
        xp, g, input_shape, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    ):
        settings = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        return xp.rule("avg_pool_input")(g, input_shape, 2, *settings)


@op
class avg_pool3d(average_pooling):
    """The average under a window that slides through a volume"""

    grad_fn = "AvgPool3D"
    samples = (Sample((1, 2, 4, 2, 4), kernel_size=2),)
    shape = staticmethod(partial(_average_shape, 3))

    def forward(
        xp,
        input: Value,
        kernel_size: Size,
        stride: MaybeSize = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ):
        settings = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        return _average(xp, 3, input, *settings)

    def d_input(
        xp, g, input_shape, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    ):
        settings = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        return xp.rule("avg_pool_input")(g, input_shape, 3, *settings)


@op
class avg_pool_input(Formula):
    """The gradient of average pooling over ``n`` dimensions: equal shares for all elements under a window"""

    samples = (
        Sample((2, 3, 2, 3), size=(2, 3, 4, 6), n=2, kernel_size=2, stride=None, padding=0, ceil_mode=False,
               count_include_pad=True, divisor_override=None),
    )  # fmt: skip
    formula = "∂L/∂x[j] = Σ g[i] / count[i] over all windows i that cover j"

    def forward(
        xp,
        g_out: Value,
        size: Shape,
        n: int,
        kernel_size: Size,
        stride: MaybeSize,
        padding: Size,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: int | None,
    ):
        win = window(n, size, kernel_size, stride, padding, 1, ceil_mode)
        g = widened(flat(g_out, n))
        g = g / _divisor(xp, win, g.dtype, count_include_pad, divisor_override)
        return kernel.spread(xp, g, win).astype(g_out.dtype, copy=False).reshape(size)

    def d_g_out(xp, g, n, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
        settings = (kernel_size, stride, padding, ceil_mode, count_include_pad)
        last = () if n == 1 else (divisor_override,)
        return xp.rule(f"avg_pool{n}d")(g, *settings, *last)


# --- to a given size ---------------------------------------------------------------------------------------


def _out(n: int, shape: Any, output_size: Any) -> tuple[int, ...]:
    """The plane's new sizes; None keeps one as it is."""
    if len(shape) not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D or {n + 2}D tensor for a pool over {n} dimensions, but got {list(shape)}"
        )
    sizes = (output_size,) * n if output_size is None or isinstance(output_size, int) else tuple(output_size)
    if len(sizes) != n:
        raise RuntimeError(f"output_size must be one number or {n}, but got {list(sizes)}")
    return tuple(have if want is None else int(want) for have, want in zip(shape[-n:], sizes, strict=True))


def _adaptive_shape(n, input, output_size):
    return (*input[:-n], *_out(n, input, output_size))


class adaptive_pooling(Formula):
    """The i-th of m windows over n elements begins at ⌊i n / m⌋ and ends at ⌈(i + 1) n / m⌉."""

    formula = "y[i] = mean of x[j] over ⌊i·n/m⌋ ≤ j < ⌈(i+1)·n/m⌉"
    kinds = demands.FLOATING


def _adaptive_average(xp, n, input, output_size):
    out = _out(n, input.shape, output_size)
    y = kernel.averages(xp, widened(flat(input, n)), out).astype(input.dtype, copy=False)
    if out == input.shape[-n:]:
        y = y.copy()  # nothing was averaged, and the output must not share the input's memory
    return y.reshape(*input.shape[:-n], *out)


@op
class adaptive_avg_pool1d(adaptive_pooling):
    """Averages of a signal's parts, as many as asked for"""

    samples = (Sample((2, 3, 8), output_size=4), Sample((3, 7), output_size=3))
    shape = staticmethod(partial(_adaptive_shape, 1))

    def forward(xp, input: Value, output_size: Size):
        return _adaptive_average(xp, 1, input, output_size)

    def d_input(xp, g, input_shape):
        return xp.rule("adaptive_avg_pool_input")(g, input_shape, 1)


@op
class adaptive_avg_pool2d(adaptive_pooling):
    """Averages of an image's parts, as many as asked for; ``output_size`` 1 leaves one number per channel"""

    grad_fn = "AdaptiveAvgPool2D"
    samples = (Sample((2, 3, 4, 6), output_size=(2, 3)), Sample((2, 5, 7), output_size=(3, None)))
    shape = staticmethod(partial(_adaptive_shape, 2))

    def forward(xp, input: Value, output_size: Any):
        return _adaptive_average(xp, 2, input, output_size)

    def d_input(xp, g, input_shape):
        return xp.rule("adaptive_avg_pool_input")(g, input_shape, 2)


@op
class adaptive_avg_pool3d(adaptive_pooling):
    """Averages of a volume's parts, as many as asked for"""

    grad_fn = "AdaptiveAvgPool3D"
    samples = (Sample((1, 2, 4, 3, 2), output_size=(2, 3, 1)),)
    shape = staticmethod(partial(_adaptive_shape, 3))

    def forward(xp, input: Value, output_size: Any):
        return _adaptive_average(xp, 3, input, output_size)

    def d_input(xp, g, input_shape):
        return xp.rule("adaptive_avg_pool_input")(g, input_shape, 3)


@op
class adaptive_avg_pool_input(Formula):
    """The gradient of adaptive average pooling over ``n`` dimensions: equal shares within each part"""

    samples = (Sample((2, 3, 2, 3), size=(2, 3, 5, 6), n=2),)
    formula = "∂L/∂x[j] = Σ g[i] / count[i] over all parts i that hold j"

    def forward(xp, g_out: Value, size: Shape, n: int):
        return (
            kernel.share(xp, widened(flat(g_out, n)), size[-n:]).astype(g_out.dtype, copy=False).reshape(size)
        )

    def d_g_out(xp, g, g_out_shape, n):
        return xp.rule(f"adaptive_avg_pool{n}d")(g, g_out_shape[-n:])


@op
class adaptive_max_pool2d(adaptive_pooling):
    """The largest elements of an image's parts, as many as asked for, and where on the plane each was"""

    grad_fn = "AdaptiveMaxPool2D"
    samples = (Sample((2, 3, 4, 6), output_size=(2, 3)), Sample((2, 5, 7), output_size=(3, None)))
    formula = "y[i] = max x[j] over ⌊i·n/m⌋ ≤ j < ⌈(i+1)·n/m⌉"
    outputs = ("y", "indices")

    def forward(xp, input: Value, output_size: Any):
        return _adaptive_max(xp, 2, input, output_size)

    def d_input(xp, g, g_indices, indices, input_shape):
        return _adaptive_max_d_input(xp, g, indices, input_shape, 2)


@op
class adaptive_max_pool1d(adaptive_pooling):
    """The largest elements of a signal's parts, as many as asked for, and where in the signal each was"""

    samples = (Sample((2, 3, 8), output_size=3),)
    formula = "y[i] = max x[j] over ⌊i·n/m⌋ ≤ j < ⌈(i+1)·n/m⌉"
    outputs = ("y", "indices")

    def forward(xp, input: Value, output_size: Any):
        return _adaptive_max(xp, 1, input, output_size)

    def d_input(xp, g, g_indices, indices, input_shape):
        return _adaptive_max_d_input(xp, g, indices, input_shape, 1)


@op
class adaptive_max_pool3d(adaptive_pooling):
    """The largest elements of a volume's parts, as many as asked for, and where in the volume each was"""

    grad_fn = "AdaptiveMaxPool3D"
    samples = (Sample((1, 2, 4, 3, 2), output_size=(2, 2, 1)),)
    formula = "y[i] = max x[j] over ⌊i·n/m⌋ ≤ j < ⌈(i+1)·n/m⌉"
    outputs = ("y", "indices")

    def forward(xp, input: Value, output_size: Any):
        return _adaptive_max(xp, 3, input, output_size)

    def d_input(xp, g, g_indices, indices, input_shape):
        return _adaptive_max_d_input(xp, g, indices, input_shape, 3)


def _adaptive_max(xp, n, input, output_size):
    out = _out(n, input.shape, output_size)
    y, at = kernel.largest_parts(xp, flat(input, n), out)
    shape = (*input.shape[:-n], *out)
    return y.reshape(shape), at.reshape(shape)


def _adaptive_max_d_input(xp, g, indices, input_shape, n):
    lead = tuple(input_shape[:-n]) if known(input_shape) else ()
    zeros = xp.rule("zeros")(g, (*lead, product(input_shape[-n:]) if lead else 0))
    flat_g, places = xp.reshape(g, (*lead, -1)), xp.reshape(indices, (*lead, -1))
    return xp.reshape(xp.rule("scatter_add")(zeros, places, flat_g, len(lead)), input_shape)
