"""Max pooling: a plane becomes smaller; each window of it leaves its largest element."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from vizgrad.engine.kernels import pooling as kernel
from vizgrad.engine.kernels.window import Window
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import demands
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Shape, Value

from .conv import Size, per_dimension

MaybeSize = Size | None


@lru_cache(maxsize=1024)
def _window_of(
    plane: tuple[int, ...], size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Window:
    n = len(plane)
    kernel_size, padding = per_dimension("kernel_size", size, n), per_dimension("padding", padding, n)
    stride = kernel_size if stride in (None, ()) else per_dimension("stride", stride, n)
    dilation = per_dimension("dilation", dilation, n)
    if min(stride) < 1:
        raise RuntimeError("stride should not be zero")
    if min(dilation) < 1:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilation)}")
    out, after = [], []
    for x, k, s, p, d in zip(plane, kernel_size, stride, padding, dilation, strict=True):
        reach = d * (k - 1) + 1
        if not 0 <= p <= reach // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} "
                f"and dilation={d}"
            )
        steps = -(-(x + 2 * p - reach) // s) if ceil_mode else (x + 2 * p - reach) // s
        if ceil_mode and steps * s >= x + p:
            steps -= 1  # the last window must begin inside the plane or the padding before it
        out.append(steps + 1)
        after.append(max(0, steps * s + reach - p - x))
    if min(out) < 1:
        raise RuntimeError(
            f"Given input size: ({'x'.join(map(str, plane))}). Calculated output size: "
            f"({'x'.join(map(str, out))}). Output size is too small"
        )
    return Window(plane, kernel_size, stride, padding, tuple(after), dilation)


def window(
    n: int, shape: Any, size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Window:
    """Where the windows stand on a plane of ``n`` dimensions: the last ones of ``shape``."""
    if len(shape) not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D or {n + 2}D (batch mode) tensor, but got input of size: {list(shape)}"
        )
    settled = (v if v is None or isinstance(v, int) else tuple(v) for v in (size, stride, padding, dilation))
    return _window_of(tuple(shape[-n:]), *settled, bool(ceil_mode))


def flat(x: Any, n: int) -> Any:
    """All planes of ``n`` dimensions behind each other."""
    return x.reshape(-1, *x.shape[-n:])


class max_pooling(Formula):
    """Input (N, C, *plane) or (C, *plane).  What is kept: which place of its window was the largest."""

    formula = "y[i] = max x[i·stride + k·dilation - padding] over all k"
    kinds = demands.ORDERED


def _max_shape(n, input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    return (*input[:-n], *window(n, input, kernel_size, stride, padding, dilation, ceil_mode).out)


def _max_forward(xp, n, input, kernel_size, stride, padding, dilation, ceil_mode):
    if 0 in input.shape[-n - 1 :]:
        raise RuntimeError(
            f"Expected {n + 1}D or {n + 2}D (batch mode) tensor whose dimensions but the batch are not empty, but "
            f"got input of size: {list(input.shape)}"
        )
    win = window(n, input.shape, kernel_size, stride, padding, dilation, ceil_mode)
    y, which = kernel.largest(xp, flat(input, n), win)
    return y.reshape(*input.shape[:-n], *win.out), which


def _max_d_input(xp, g, which, input_shape, kernel_size, stride, padding, dilation, ceil_mode):
    settings = (input_shape, kernel_size, stride, padding, dilation, ceil_mode)
    return xp.rule("max_pool_input")(g, which, *settings)


@op
class max_pool1d(max_pooling):
    """The largest element under a window that slides along a signal"""

    kinds = demands.FLOATING
    samples = (
        Sample((2, 3, 8), kernel_size=2),
        Sample((3, 8), kernel_size=3, stride=2, padding=1, ceil_mode=True),
    )
    shape = staticmethod(partial(_max_shape, 1))

    def forward(
        xp,
        input: Value,
        kernel_size: Size,
        stride: MaybeSize = None,
        padding: Size = 0,
        dilation: Size = 1,
        ceil_mode: bool = False,
    ):
        y, which = _max_forward(xp, 1, input, kernel_size, stride, padding, dilation, ceil_mode)
        return y, {"which": which}

    d_input = _max_d_input


@op
class max_pool2d(max_pooling):
    """The largest element under a window that slides over an image

    input (N, C, height, width); ``stride`` is the kernel's size unless given; padding counts as -∞.
    Riesenhuber & Poggio, *Hierarchical Models of Object Recognition in Cortex*, 1999.
    """

    grad_fn = "MaxPool2DWithIndices"
    samples = (
        Sample((2, 3, 4, 6), kernel_size=2),
        Sample((2, 2, 5, 5), kernel_size=3, stride=2, padding=1),
        Sample((2, 6, 5), kernel_size=(2, 3), stride=(2, 1), dilation=(2, 1), ceil_mode=True),
    )
    shape = staticmethod(partial(_max_shape, 2))

    def forward(
        xp,
        input: Value,
        kernel_size: Size,
        stride: MaybeSize = None,
        padding: Size = 0,
        dilation: Size = 1,
        ceil_mode: bool = False,
    ):
        y, which = _max_forward(xp, 2, input, kernel_size, stride, padding, dilation, ceil_mode)
        return y, {"which": which}

    d_input = _max_d_input


@op
class max_pool3d(max_pooling):
    """The largest element under a window that slides through a volume"""

    grad_fn = "MaxPool3DWithIndices"
    samples = (Sample((1, 2, 4, 2, 4), kernel_size=2),)
    shape = staticmethod(partial(_max_shape, 3))

    def forward(
        xp,
        input: Value,
        kernel_size: Size,
        stride: MaybeSize = None,
        padding: Size = 0,
        dilation: Size = 1,
        ceil_mode: bool = False,
    ):
        y, which = _max_forward(xp, 3, input, kernel_size, stride, padding, dilation, ceil_mode)
        return y, {"which": which}

    d_input = _max_d_input


@op
class max_pool_with_indices(max_pooling):
    """Max pooling over ``n`` dimensions that also tells where on its plane each largest element was"""

    samples = (
        Sample((2, 3, 4, 6), n=2, kernel_size=2),
        Sample((2, 3, 7), n=1, kernel_size=3, stride=2, padding=1),
    )
    outputs = ("y", "indices")

    def forward(
        xp,
        input: Value,
        n: int,
        kernel_size: Size,
        stride: MaybeSize = None,
        padding: Size = 0,
        dilation: Size = 1,
        ceil_mode: bool = False,
    ):
        y, which = _max_forward(xp, n, input, kernel_size, stride, padding, dilation, ceil_mode)
        win = window(n, input.shape, kernel_size, stride, padding, dilation, ceil_mode)
        return y, kernel.positions(xp, which, win).reshape(y.shape), {"which": which}

    def d_input(xp, g, g_indices, which, input_shape, kernel_size, stride, padding, dilation, ceil_mode):
        return _max_d_input(xp, g, which, input_shape, kernel_size, stride, padding, dilation, ceil_mode)


@op
class max_pool_input(Formula):
    """The gradient of max pooling: each number goes to the place of its window that was the largest"""

    samples = (
        Sample(
            (2, 3, 2, 3),
            (6, 2, 3),
            whole={1: 4},
            size=(2, 3, 4, 6),
            kernel_size=2,
            stride=None,
            padding=0,
            dilation=1,
            ceil_mode=False,
        ),
    )
    formula = "∂L/∂x[j] = Σ g[i] over all windows i whose largest element is j"

    def forward(
        xp,
        g_out: Value,
        which: Value,
        size: Shape,
        kernel_size: Size,
        stride: MaybeSize,
        padding: Size,
        dilation: Size,
        ceil_mode: bool,
    ):
        win = window(len(which.shape) - 1, size, kernel_size, stride, padding, dilation, ceil_mode)
        return kernel.hand_back(xp, g_out.reshape(which.shape), which, win).reshape(size)

    def d_g_out(xp, g, which, g_out_shape, kernel_size, stride, padding, dilation, ceil_mode):
        picked = xp.rule("max_pool_pick")(g, which, kernel_size, stride, padding, dilation, ceil_mode)
        return xp.reshape(picked, g_out_shape)


@op
class max_pool_pick(Formula):
    """From under each window, the element at a place chosen before"""

    samples = (
        Sample(
            (2, 3, 4, 6),
            (6, 2, 3),
            whole={1: 4},
            kernel_size=2,
            stride=None,
            padding=0,
            dilation=1,
            ceil_mode=False,
        ),
    )
    formula = "y[i] = x[i·stride + which[i]·dilation - padding]"

    def forward(
        xp,
        input: Value,
        which: Value,
        kernel_size: Size,
        stride: MaybeSize,
        padding: Size,
        dilation: Size,
        ceil_mode: bool,
    ):
        n = len(which.shape) - 1
        win = window(n, input.shape, kernel_size, stride, padding, dilation, ceil_mode)
        return kernel.pick(xp, flat(input, n), which, win).reshape(*input.shape[:-n], *win.out)

    def d_input(xp, g, which, input_shape, kernel_size, stride, padding, dilation, ceil_mode):
        return _max_d_input(xp, g, which, input_shape, kernel_size, stride, padding, dilation, ceil_mode)
