"""Normalizations: subtract a mean, divide by a standard deviation, then scale and shift by what was learnt.

They differ in what the mean is taken over: each puts its input into a shape where that is plain to see, and
they share the arithmetic.  Mean and spread are outputs beside y: gradients are written with them, and a gradient
of a gradient follows them back to x like any output.
"""

from __future__ import annotations

from typing import Any

import numpy

from vizgrad.engine.kernels import blocks, normal
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import demands
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.shapes import known, product
from vizgrad.engine.ops.words import Shape, Value


class normalization(Formula):
    """Half-precision inputs are normalized in single precision; y comes back in the input's dtype."""

    formula = "(x - mean) / √(var + eps) · W + b"
    kinds, leads = demands.FLOATING, "dtype"
    exact = True  # 16-bit floats are widened here: mean and spread stay in single precision
    broadcasts = True  # the engine brings gradients back to the dtype and shape of weight and bias


def widened(x: Any) -> Any:
    """Half-precision numbers are added up in single precision."""
    return x.astype("float32") if x.dtype.itemsize < 4 else x


def _normalized(xp, x, weight, bias, axis, eps):
    """(x - mean) / √(var + eps) · weight + bias, the mean and the variance over ``axis``, which end with the last."""
    if isinstance(x, numpy.ndarray):
        return normal.normalized(x, weight, bias, axis[:-1], eps)
    mean = xp.mean(x, axis=axis, keepdims=True)
    far = x - mean
    var = xp.mean(far * far, axis=axis, keepdims=True)
    y = far * (var + eps) ** -0.5
    y = y if weight is None else y * weight
    return y if bias is None else y + bias, mean, var


def _d_normalized(xp, g, x, mean, rstd, weight, axis, shape, shared):
    """The gradient by x of (x - mean) · rstd · weight, when mean and rstd come from x; of arrays in ``shape``."""
    if isinstance(x, numpy.ndarray):
        return normal.d_normalized(widened(g), widened(x), mean, rstd, weight, axis[:-1], shape, shared)
    g = g if weight is None else g * weight
    y = (x - mean) * rstd
    both = xp.mean(g, axis=axis, keepdims=True) + y * xp.mean(g * y, axis=axis, keepdims=True)
    return rstd * (g - both)


def _d_scale(xp, g, x, mean, rstd, axis, shared):
    """The gradient by weight of (x - mean) · rstd · weight: added up over ``axis``."""
    if isinstance(x, numpy.ndarray):
        return normal.d_scale(widened(g), widened(x), mean, rstd, axis, shared)
    return xp.sum(g * ((x - mean) * rstd), axis=axis)


def _left(shared, name):
    """What the gradient by x left of this gradient; None otherwise, and while a formula prints itself."""
    return shared.get(name) if isinstance(shared, dict) else None


def _shaped(xp, dx, shape):
    """``dx`` in this shape; itself, where it has it: a view would have to be copied."""
    return dx if known(dx.shape) and tuple(dx.shape) == tuple(shape) else xp.reshape(dx, shape)


def _channel_sums(xp, g, shared):
    """The sum over all dimensions but the channels."""
    if _left(shared, "bias") is not None:
        return _left(shared, "bias")
    planes = xp.reshape(g, _lined_channels(g.shape)[0])
    return xp.sum(normal.sums(widened(planes)) if isinstance(g, numpy.ndarray) else planes, axis=(0, 2))


def _plus(a, b):
    """The sum of two gradients; None counts as nothing."""
    return b if a is None else a + b


def _rows(shape: Any, normalized_shape: Any, star: str = "*, ") -> tuple[int, int]:
    """How many samples there are, and how many numbers each has."""
    sizes = [int(n) for n in normalized_shape]
    if not sizes or list(shape[-len(sizes) :]) != sizes:
        raise RuntimeError(
            f"Given normalized_shape={sizes}, expected input with shape [{star}{str(sizes)[1:]}, "
            f"but got input of size{list(shape)}"
        )
    return product(shape[: len(shape) - len(sizes)]), product(sizes)


def _lined_rows(x: Any, normalized_shape: Any) -> tuple[Any, Any, Any]:
    """Shapes of x, of its statistics, and of the weight, in which samples are rows."""
    if not known(x.shape):
        return (), (), ()
    rows, n = _rows(x.shape, normalized_shape)
    return (rows, n), (rows, 1), (1, n)


def _maybe(xp, x, shape):
    return x if x is None else xp.reshape(x, shape)


@op
class layer_norm(normalization):
    """Each sample on its own: (x - mean) / √(var + eps) · weight + bias over the last dimensions

    input (*, normalized_shape); also returns mean and 1 / √(var + eps).
    Ba, Kiros & Hinton, *Layer Normalization*, 2016, equation 4.
    """

    ordered = True
    grad_fn = "NativeLayerNorm"
    samples = (
        Sample((3, 4), (4,), (4,), normalized_shape=(4,)),
        Sample((2, 3, 4), (3, 4), (3, 4), normalized_shape=(3, 4)),
        Sample((2, 3), None, None, normalized_shape=(3,)),
    )
    outputs = ("y", "mean", "rstd")

    def forward(
        xp,
        input: Value,
        weight: Value | None = None,
        bias: Value | None = None,
        normalized_shape: Shape = (),
        eps: float = 1e-5,
    ):
        rows, _, line = _lined_rows(input, normalized_shape)
        weight, bias = (None if p is None else widened(p).reshape(line) for p in (weight, bias))
        y, mean, var = _normalized(xp, widened(input).reshape(rows), weight, bias, (1,), eps)
        kept = (*input.shape[: input.ndim - len(normalized_shape)], *(1,) * len(normalized_shape))
        rstd = (var + eps) ** -0.5
        return y.astype(input.dtype, copy=False).reshape(input.shape), mean.reshape(kept), rstd.reshape(kept)

    def d_input(xp, g, g_mean, g_rstd, input, weight, mean, rstd, normalized_shape, shared):
        rows, column, line = _lined_rows(input, normalized_shape)
        x, mean, rstd = xp.reshape(input, rows), xp.reshape(mean, column), xp.reshape(rstd, column)
        dx = None
        if g is not None:
            weight = _maybe(xp, weight, line)
            dx = _d_normalized(xp, xp.reshape(g, rows), x, mean, rstd, weight, (1,), input.shape, shared)
        if g_mean is None and g_rstd is None:
            return _shaped(xp, dx, input.shape)
        dx = _from_statistics(
            xp, _maybe(xp, dx, rows), _maybe(xp, g_mean, column), _maybe(xp, g_rstd, column), x, mean, rstd
        )
        return _shaped(xp, dx, input.shape)

    def d_weight(xp, g, g_mean, g_rstd, input, mean, rstd, weight_shape, shared):
        if g is None or _left(shared, "weight") is not None:
            return _maybe(xp, _left(shared, "weight"), weight_shape)
        rows, column, _ = _lined_rows(input, weight_shape)
        x, mean, rstd = xp.reshape(input, rows), xp.reshape(mean, column), xp.reshape(rstd, column)
        return xp.reshape(_d_scale(xp, xp.reshape(g, rows), x, mean, rstd, (0,), shared), weight_shape)

    def d_bias(xp, g, g_mean, g_rstd, bias_shape, shared):
        if g is None or _left(shared, "bias") is not None:
            return _maybe(xp, _left(shared, "bias"), bias_shape)
        axis = tuple(range(len(g.shape) - len(bias_shape))) if known(g.shape) else None
        return g if axis == () else xp.sum(widened(g) if isinstance(g, numpy.ndarray) else g, axis=axis)


def _from_statistics(xp, dx, g_mean, g_rstd, x, mean, rstd):
    """Add what flows back through mean and 1 / √(var + eps), which are outputs too; samples are rows."""
    if g_mean is not None:
        dx = _plus(dx, g_mean / x.shape[-1] + xp.zeros_like(x))
    if g_rstd is not None:
        dx = _plus(dx, g_rstd * (rstd * rstd * rstd) * (mean - x) / x.shape[-1])
    return dx


@op
class rms_norm(normalization):
    """x / √(mean(x²) + eps) · weight over the last dimensions: layer_norm without the mean

    Also returns 1 / √(mean(x²) + eps).
    Zhang & Sennrich, *Root Mean Square Layer Normalization*, 2019, equation 4.
    """

    samples = (Sample((3, 4), (4,), normalized_shape=(4,)), Sample((2, 3, 4), None, normalized_shape=(3, 4)))
    kinds, leads = demands.SMOOTH, "kind"
    formula = "x / √(mean(x²) + eps) · W"
    outputs = ("y", "scale")

    def forward(
        xp, input: Value, weight: Value | None = None, normalized_shape: Shape = (), eps: float | None = None
    ):
        rows, n = _rows(input.shape, normalized_shape, "*")
        x = widened(input).reshape(rows, n)
        eps = float(xp.finfo(x.dtype).eps) if eps is None else eps
        scale = (xp.einsum("ab,ab->a", x, x)[:, None] / n + eps) ** -0.5
        y = x * scale
        if weight is not None:
            y *= weight.reshape(n)
        kept = (*input.shape[: input.ndim - len(normalized_shape)], *(1,) * len(normalized_shape))
        return y.astype(input.dtype, copy=False).reshape(input.shape), scale.reshape(kept)

    def d_input(xp, g, g_scale, input, weight, scale, normalized_shape):
        rows, column, line = _lined_rows(input, normalized_shape)
        x, scale, dx = xp.conj(xp.reshape(input, rows)), xp.conj(xp.reshape(scale, column)), None
        weight = None if weight is None else xp.conj(weight)

        def formula(xp, g, x, scale, weight):
            g, normal = g if weight is None else g * weight, x * scale
            return scale * (g - normal * xp.mean(g * normal, axis=1, keepdims=True))

        if g is not None:
            dx = blocks.each(formula, xp, xp.reshape(g, rows), x, scale, _maybe(xp, weight, line))
        if g_scale is not None:
            g_scale = xp.reshape(g_scale, column)
            dx = _plus(dx, -g_scale * (scale * scale * scale) * x / x.shape[1])
        return _shaped(xp, dx, input.shape)

    def d_weight(xp, g, g_scale, input, scale, weight_shape):
        if g is None:
            return None
        rows, column, _ = _lined_rows(input, weight_shape)
        x, scale = xp.conj(xp.reshape(input, rows)), xp.conj(xp.reshape(scale, column))
        dw = blocks.total(lambda xp, g, x, s: xp.sum(g * (x * s), axis=0), xp, xp.reshape(g, rows), x, scale)
        return xp.reshape(dw, weight_shape)


def _lined_channels(shape: Any) -> tuple[Any, Any]:
    """Shapes of x and of what belongs to its channels: (samples, channels, elements) and (1, channels, 1)."""
    if not known(shape):
        return (), ()
    return (*shape[:2], product(shape[2:])), (1, shape[1], 1)


@op
class batch_norm(normalization):
    """Each channel over the whole batch: (x - mean) / √(var + eps) · weight + bias, as in training

    input (N, C, …), weight and bias (C,); also returns mean and var, for the running averages.
    Ioffe & Szegedy, *Batch Normalization*, 2015, algorithm 1.
    """

    grad_fn = "NativeBatchNorm"
    samples = (
        Sample((4, 3), (3,), (3,)),
        Sample((2, 3, 2, 2), (3,), (3,), eps=1e-3),
        Sample((3, 2, 4), None, None),
    )
    outputs = ("y", "mean", "var")

    def forward(xp, input: Value, weight: Value | None = None, bias: Value | None = None, eps: float = 1e-5):
        planes, line = _lined_channels(input.shape)
        weight, bias = _maybe(xp, weight, line), _maybe(xp, bias, line)
        y, mean, var = _normalized(xp, widened(input).reshape(planes), weight, bias, (0, 2), eps)
        return y.astype(input.dtype, copy=False).reshape(input.shape), mean.reshape(-1), var.reshape(-1)

    def d_input(xp, g, g_mean, g_var, input, weight, mean, var, eps, shared):
        planes, line = _lined_channels(input.shape)
        x, mean, dx = xp.reshape(input, planes), xp.reshape(mean, line), None
        if g is not None:
            rstd = (xp.reshape(var, line) + eps) ** -0.5
            weight = _maybe(xp, weight, line)
            dx = _d_normalized(xp, xp.reshape(g, planes), x, mean, rstd, weight, (0, 2), input.shape, shared)
        if g_mean is None and g_var is None:
            return _shaped(xp, dx, input.shape)
        dx = _maybe(xp, dx, planes)
        if g_mean is not None:
            dx = _plus(dx, xp.reshape(g_mean, line) / (planes[0] * planes[2]) + xp.zeros_like(x))
        if g_var is not None:
            dx = _plus(dx, xp.reshape(g_var, line) * (2 / (planes[0] * planes[2])) * (x - mean))
        return _shaped(xp, dx, input.shape)

    def d_weight(xp, g, g_mean, g_var, input, mean, var, eps, shared):
        if g is None or _left(shared, "weight") is not None:
            return _left(shared, "weight")
        planes, line = _lined_channels(input.shape)
        x, mean, rstd = xp.reshape(input, planes), xp.reshape(mean, line), (var + eps) ** -0.5
        return _d_scale(xp, xp.reshape(g, planes), x, mean, xp.reshape(rstd, line), (0, 2), shared)

    def d_bias(xp, g, g_mean, g_var, shared):
        return None if g is None else _channel_sums(xp, g, shared)


@op
class batch_norm_eval(normalization):
    """(x - running mean) / √(running var + eps) · weight + bias, per channel: batch_norm after training"""

    grad_fn = "NativeBatchNorm"
    samples = (
        Sample((4, 3), (3,), (3,), (3,), (3,), low=0.5, high=1.5),
        Sample((2, 3, 2, 2), (3,), (3,), (3,), (3,), low=0.5, high=1.5),
    )

    def forward(
        xp,
        input: Value,
        running_mean: Value,
        running_var: Value,
        weight: Value | None = None,
        bias: Value | None = None,
        eps: float = 1e-5,
    ):
        line = (-1, *(1,) * (input.ndim - 2))
        scale = (running_var + eps) ** -0.5
        scale = scale if weight is None else scale * weight
        shift = -running_mean * scale
        y = input * scale.reshape(line)
        y += (shift if bias is None else shift + bias).reshape(line)
        return y.astype(input.dtype, copy=False)

    def d_input(xp, g, running_var, weight, eps):
        planes, line = _lined_channels(g.shape)
        scale = (running_var + eps) ** -0.5
        scale = xp.reshape(scale if weight is None else scale * weight, line)
        return xp.reshape(xp.reshape(g, planes) * scale, g.shape)

    def d_weight(xp, g, input, running_mean, running_var, eps, shared):
        planes, line = _lined_channels(input.shape)
        rstd = xp.reshape((running_var + eps) ** -0.5, line)
        mean = xp.reshape(running_mean, line)
        return _d_scale(xp, xp.reshape(g, planes), xp.reshape(input, planes), mean, rstd, (0, 2), shared)

    def d_bias(xp, g, shared):
        return _channel_sums(xp, g, shared)


def _lined_groups(shape: Any, num_groups: int) -> tuple[Any, Any, Any]:
    """Shapes of x, of its statistics, and of the weight: (samples, groups, channels of a group, elements)."""
    if not known(shape):
        return (), (), ()
    n, c = shape[:2]
    if num_groups < 1 or c % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(shape)} and num_groups={num_groups}"
        )
    each = c // num_groups
    return (n, num_groups, each, product(shape[2:])), (n, num_groups, 1, 1), (1, num_groups, each, 1)


@op
class group_norm(normalization):
    """Each group of channels of each sample on its own: (x - mean) / √(var + eps) · weight + bias

    input (N, C, …), weight and bias (C,); also returns mean and 1 / √(var + eps).  One channel per group is
    instance_norm.  Wu & He, *Group Normalization*, 2018, equation 3.
    """

    grad_fn = "NativeGroupNorm"
    samples = (
        Sample((2, 4, 3), (4,), (4,), num_groups=2),
        Sample((2, 4, 2, 2), (4,), (4,), num_groups=4),
        Sample((2, 3, 2), None, None, num_groups=1),
    )
    outputs = ("y", "mean", "rstd")

    def forward(
        xp,
        input: Value,
        weight: Value | None = None,
        bias: Value | None = None,
        num_groups: int = 1,
        eps: float = 1e-5,
    ):
        groups, statistics, line = _lined_groups(input.shape, num_groups)
        weight, bias = _maybe(xp, weight, line), _maybe(xp, bias, line)
        y, mean, var = _normalized(xp, widened(input).reshape(groups), weight, bias, (2, 3), eps)
        y = y.astype(input.dtype, copy=False).reshape(input.shape)
        return y, mean.reshape(statistics[:2]), ((var + eps) ** -0.5).reshape(statistics[:2])

    def d_input(xp, g, g_mean, g_rstd, input, weight, mean, rstd, num_groups, shared):
        groups, statistics, line = _lined_groups(input.shape, num_groups)
        x, mean, rstd = xp.reshape(input, groups), xp.reshape(mean, statistics), xp.reshape(rstd, statistics)
        dx = None
        if g is not None:
            weight = _maybe(xp, weight, line)
            dx = _d_normalized(xp, xp.reshape(g, groups), x, mean, rstd, weight, (2, 3), input.shape, shared)
        if g_mean is None and g_rstd is None:
            return _shaped(xp, dx, input.shape)
        dx = _maybe(xp, dx, groups)
        n = groups[2] * groups[3] if groups else 1
        if g_mean is not None:
            dx = _plus(dx, xp.reshape(g_mean, statistics) / n + xp.zeros_like(x))
        if g_rstd is not None:
            dx = _plus(dx, xp.reshape(g_rstd, statistics) * (rstd * rstd * rstd) * (mean - x) / n)
        return _shaped(xp, dx, input.shape)

    def d_weight(xp, g, g_mean, g_rstd, input, mean, rstd, weight_shape, num_groups, shared):
        if g is None or _left(shared, "weight") is not None:
            return _left(shared, "weight")
        groups, statistics, _ = _lined_groups(input.shape, num_groups)
        mean, rstd = xp.reshape(mean, statistics), xp.reshape(rstd, statistics)
        dw = _d_scale(xp, xp.reshape(g, groups), xp.reshape(input, groups), mean, rstd, (0, 3), shared)
        return xp.reshape(dw, weight_shape)

    def d_bias(xp, g, g_mean, g_rstd, shared):
        return None if g is None else _channel_sums(xp, g, shared)
