"""Normalizations: subtract a mean, divide by a standard deviation, then scale and shift by what was learnt.

They differ in what the mean is taken over.  Mean and spread are outputs beside y: gradients are written with
them, and where a gradient is itself differentiated, the engine follows them back to x like any output.
"""

from __future__ import annotations

from typing import Any

from vizgrad.engine.op import Formula, op
from vizgrad.engine.samples import Sample
from vizgrad.engine.shapes import known, product
from vizgrad.engine.words import Shape, Value


class normalization(Formula):
    """Half-precision inputs are normalized in single precision; y comes back in the input's dtype."""

    formula = "(x - mean) / √(var + eps) · W + b"
    broadcasts = True  # the engine brings gradients back to the dtype and shape of weight and bias


def _wide(x: Any) -> Any:
    return x.astype("float32") if x.dtype.itemsize < 4 else x


def _centred(xp: Any, x: Any, axis: tuple[int, ...], weights: str) -> tuple[Any, Any, Any]:
    """The distances from the mean over ``axis``, the mean, and the variance (``weights``: einsum's words)."""
    n = product([x.shape[i] for i in axis])
    mean = xp.mean(x, axis=axis, keepdims=True)
    x = x - mean
    var = xp.einsum(weights, x, x).reshape(mean.shape)
    var /= n
    return x, mean, var


def _affine(y: Any, weight: Any, bias: Any, shape: tuple[int, ...]) -> Any:
    """Scale and shift y, in its own memory."""
    if weight is not None:
        y *= weight.reshape(shape)
    if bias is not None:
        y += bias.reshape(shape)
    return y


def _d_normalized(xp, g, x, mean, rstd, axis):
    """The gradient by x of (x - mean) · rstd, when both are computed from x itself."""
    normal = (x - mean) * rstd
    along = xp.mean(g, axis=axis, keepdims=True) + normal * xp.mean(g * normal, axis=axis, keepdims=True)
    return rstd * (g - along)


# --- layer_norm, rms_norm ----------------------------------------------------------------------------------


def _last(input: Any, normalized_shape: Any, star: str = "*, ") -> tuple[int, ...]:
    """The last dimensions, which ``normalized_shape`` names the sizes of."""
    if not known(input):
        return ()
    sizes = [int(n) for n in normalized_shape]
    if not sizes or list(input[-len(sizes) :]) != sizes:
        raise RuntimeError(
            f"Given normalized_shape={sizes}, expected input with shape [{star}{str(sizes)[1:]}, "
            f"but got input of size{list(input)}"
        )
    return tuple(range(len(input) - len(sizes), len(input)))


@op
class layer_norm(normalization):
    """Each sample on its own: (x - mean) / √(var + eps) · weight + bias over the last dimensions

    input (*, normalized_shape); also returns mean and 1 / √(var + eps).
    Ba, Kiros & Hinton, *Layer Normalization*, 2016, equation 4.
    """

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
        axis = _last(input.shape, normalized_shape)
        n = product(normalized_shape)
        rows, mean, var = _centred(xp, _wide(input).reshape(-1, n), (1,), "ij,ij->i")
        rstd = (var + eps) ** -0.5
        rows *= rstd
        y = _affine(rows, weight, bias, (n,)).astype(input.dtype, copy=False).reshape(input.shape)
        kept = (*input.shape[: axis[0]], *(1,) * len(axis))
        return y, mean.reshape(kept), rstd.reshape(kept)

    def d_input(xp, g, g_mean, g_rstd, input, weight, mean, rstd, normalized_shape):
        axis = _last(input.shape, normalized_shape)
        dx = None
        if g is not None:
            dx = _d_normalized(xp, g if weight is None else g * weight, input, mean, rstd, axis)
        return _with_statistics(xp, dx, g_mean, g_rstd, input, mean, rstd, product(normalized_shape))

    def d_weight(xp, g, g_mean, g_rstd, input, mean, rstd, weight_shape):
        return None if g is None else _sum_to(xp, g * ((input - mean) * rstd), weight_shape)

    def d_bias(xp, g, g_mean, g_rstd, bias_shape):
        return None if g is None else _sum_to(xp, g, bias_shape)


def _sum_to(xp, g, shape):
    """Add up over all dimensions in front of those of ``shape``."""
    axis = tuple(range(len(g.shape) - len(shape))) if known(g.shape) else None
    return g if axis == () else xp.sum(g, axis=axis)


def _with_statistics(xp, dx, g_mean, g_rstd, x, mean, rstd, n):
    """Add what flows back through mean and 1 / √(var + eps), which are outputs too."""
    if g_mean is not None:
        part = g_mean / n + xp.zeros_like(x)
        dx = part if dx is None else dx + part
    if g_rstd is not None:
        part = g_rstd * (rstd * rstd * rstd) * (mean - x) / n
        dx = part if dx is None else dx + part
    return dx


@op
class rms_norm(normalization):
    """x / √(mean(x²) + eps) · weight over the last dimensions: layer_norm without the mean

    Also returns 1 / √(mean(x²) + eps).  Zhang & Sennrich, *Root Mean Square Layer Normalization*, 2019,
    equation 4.
    """

    samples = (Sample((3, 4), (4,), normalized_shape=(4,)), Sample((2, 3, 4), None, normalized_shape=(3, 4)))
    formula = "x / √(mean(x²) + eps) · W"
    outputs = ("y", "scale")

    def forward(
        xp, input: Value, weight: Value | None = None, normalized_shape: Shape = (), eps: float | None = None
    ):
        axis = _last(input.shape, normalized_shape, "*")
        rows, n = _wide(input).reshape(-1, product(normalized_shape)), product(normalized_shape)
        eps = float(xp.finfo(rows.dtype).eps) if eps is None else eps
        scale = (xp.einsum("ij,ij->i", rows, rows)[:, None] / n + eps) ** -0.5
        y = _affine(rows * scale, weight, None, (n,)).astype(input.dtype, copy=False).reshape(input.shape)
        return y, scale.reshape(*input.shape[: axis[0]], *(1,) * len(axis))

    def d_input(xp, g, g_scale, input, weight, scale, normalized_shape):
        axis = _last(input.shape, normalized_shape, "*")
        dx = None
        if g is not None:
            g = g if weight is None else g * weight
            normal = input * scale
            dx = scale * (g - normal * xp.mean(g * normal, axis=axis, keepdims=True))
        if g_scale is not None:
            part = -g_scale * (scale * scale * scale) * input / product(normalized_shape)
            dx = part if dx is None else dx + part
        return dx

    def d_weight(xp, g, g_scale, input, scale, weight_shape):
        return None if g is None else _sum_to(xp, g * (input * scale), weight_shape)


# --- batch_norm --------------------------------------------------------------------------------------------


def _channel(shape: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The dimensions that are not the channels (dimension 1), and the shape that lines channels up with x."""
    if not known(shape):
        return (), ()
    ndim = len(shape)
    return tuple(i for i in range(ndim) if i != 1), (1, -1, *(1,) * (ndim - 2))


@op
class batch_norm(normalization):
    """Each channel over the whole batch: (x - mean) / √(var + eps) · weight + bias, as in training

    input (N, C, …), weight and bias (C,); also returns mean and var, for the running averages.
    Ioffe & Szegedy, *Batch Normalization*, 2015, algorithm 1.
    """

    samples = (
        Sample((4, 3), (3,), (3,)),
        Sample((2, 3, 2, 2), (3,), (3,), eps=1e-3),
        Sample((3, 2, 4), None, None),
    )
    outputs = ("y", "mean", "var")

    def forward(xp, input: Value, weight: Value | None = None, bias: Value | None = None, eps: float = 1e-5):
        planes = _wide(input).reshape(*input.shape[:2], -1)
        y, mean, var = _centred(xp, planes, (0, 2), "ncl,ncl->c")
        scale = (var + eps) ** -0.5
        y *= scale if weight is None else scale * weight.reshape(1, -1, 1)
        y = _affine(y, None, bias, (1, -1, 1)).astype(input.dtype, copy=False).reshape(input.shape)
        return y, mean.reshape(-1), var.reshape(-1)

    def d_input(xp, g, g_mean, g_var, input, weight, mean, var, eps):
        axis, lined = _channel(input.shape)
        n = product([input.shape[i] for i in axis])
        mean, dx = xp.reshape(mean, lined), None
        if g is not None:
            rstd = (xp.reshape(var, lined) + eps) ** -0.5
            g = g if weight is None else g * xp.reshape(weight, lined)
            dx = _d_normalized(xp, g, input, mean, rstd, axis)
        if g_mean is not None:
            part = xp.reshape(g_mean, lined) / n + xp.zeros_like(input)
            dx = part if dx is None else dx + part
        if g_var is not None:
            part = xp.reshape(g_var, lined) * (2 / n) * (input - mean)
            dx = part if dx is None else dx + part
        return dx

    def d_weight(xp, g, g_mean, g_var, input, mean, var, eps):
        if g is None:
            return None
        axis, lined = _channel(input.shape)
        normal = (input - xp.reshape(mean, lined)) * (xp.reshape(var, lined) + eps) ** -0.5
        return xp.sum(g * normal, axis=axis)

    def d_bias(xp, g, g_mean, g_var):
        return None if g is None else xp.sum(g, axis=_channel(g.shape)[0])


@op
class batch_norm_eval(normalization):
    """(x - running mean) / √(running var + eps) · weight + bias, per channel: batch_norm after training"""

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
        scale = (running_var + eps) ** -0.5
        scale = scale if weight is None else scale * weight
        shift = -running_mean * scale
        _, lined = _channel(input.shape)
        y = input * scale.reshape(lined)
        y += (shift if bias is None else shift + bias).reshape(lined)
        return y.astype(input.dtype, copy=False)

    def d_input(xp, g, running_var, weight, eps):
        scale = (running_var + eps) ** -0.5
        return g * xp.reshape(scale if weight is None else scale * weight, _channel(g.shape)[1])

    def d_weight(xp, g, input, running_mean, running_var, eps):
        axis, lined = _channel(input.shape)
        normal = (input - xp.reshape(running_mean, lined)) * xp.reshape((running_var + eps) ** -0.5, lined)
        return xp.sum(g * normal, axis=axis)

    def d_bias(xp, g):
        return xp.sum(g, axis=_channel(g.shape)[0])


# --- group_norm --------------------------------------------------------------------------------------------


@op
class group_norm(normalization):
    """Each group of channels of each sample on its own: (x - mean) / √(var + eps) · weight + bias

    input (N, C, …), weight and bias (C,); also returns mean and 1 / √(var + eps).  One channel per group is
    instance_norm.  Wu & He, *Group Normalization*, 2018, equation 3.
    """

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
        n, c = input.shape[:2]
        if num_groups < 1 or c % num_groups:
            raise RuntimeError(
                "Expected number of channels in input to be divisible by num_groups, but got input of shape "
                f"{list(input.shape)} and num_groups={num_groups}"
            )
        rows, mean, var = _centred(xp, _wide(input).reshape(n * num_groups, -1), (1,), "ij,ij->i")
        rstd = (var + eps) ** -0.5
        rows *= rstd
        y = _affine(rows.reshape(n, c, -1), weight, bias, (1, c, 1)).astype(input.dtype, copy=False)
        return y.reshape(input.shape), mean.reshape(n, num_groups), rstd.reshape(n, num_groups)

    def d_input(xp, g, g_mean, g_rstd, input, weight, mean, rstd, num_groups):
        rows = (input.shape[0], num_groups, product(input.shape[1:]) // num_groups)
        x, mean, rstd = xp.reshape(input, rows), mean[..., None], rstd[..., None]
        dx = None
        if g is not None:
            g = g if weight is None else g * xp.reshape(weight, _channel(input.shape)[1])
            dx = _d_normalized(xp, xp.reshape(g, rows), x, mean, rstd, (2,))
        g_mean, g_rstd = (s if s is None else s[..., None] for s in (g_mean, g_rstd))
        dx = _with_statistics(xp, dx, g_mean, g_rstd, x, mean, rstd, rows[2])
        return xp.reshape(dx, tuple(input.shape))

    def d_weight(xp, g, g_mean, g_rstd, input, mean, rstd, num_groups):
        if g is None:
            return None
        rows = (input.shape[0], num_groups, product(input.shape[1:]) // num_groups)
        normal = (xp.reshape(input, rows) - mean[..., None]) * rstd[..., None]
        return xp.sum(g * xp.reshape(normal, tuple(input.shape)), axis=_channel(g.shape)[0])

    def d_bias(xp, g, g_mean, g_rstd):
        return None if g is None else xp.sum(g, axis=_channel(g.shape)[0])
