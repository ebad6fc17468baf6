"""Normalization of NumPy arrays in few passes over memory: what ops/normalize.py says, faster.

(x - mean) · scale + bias is x · scale + shift, products and sums of whole rows, and Σ x and Σ x · x are enough for
mean and variance.  Where a mean is far larger than the spread, differences of such large numbers would cost digits:
there the mean is subtracted first.

x is seen in a shape whose last dimension, the rows, is one that a mean is taken over; ``over`` are the others.
weight and bias are numbers for each row or, as in layer_norm, for each column.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import blocks
from .rows import Spread, dots, sums

_SMALL = 1 << 13  # elements up to which few calls matter more than few passes
_FAR = 4  # mean² may be so many times the variance before it costs digits


def normalized(x: Any, weight: Any, bias: Any, over: tuple[int, ...], eps: float) -> tuple[Any, Any, Any]:
    """(x - mean) · (var + eps)^(-1/2) · weight + bias, the mean and the variance."""
    if x.size > _SMALL and any(p is not None and p.shape[-1] > 1 for p in (weight, bias)):
        return _columns(x, weight, bias, eps)
    mean = _mean(sums(x), x, over)
    if x.size <= _SMALL:
        return _carefully(x, mean, weight, bias, over, eps)
    square = mean * mean
    var = _mean(dots(x, x), x, over) - square
    if not _near(square, var):
        return _carefully(x, mean, weight, bias, over, eps)
    scale = (var + eps) ** -0.5
    if weight is not None:
        scale = scale * weight
    shift = mean * -scale
    if bias is not None:
        shift += bias
    return _combined(((x, scale),), shift, x.shape), mean, var


def d_normalized(
    g: Any, x: Any, mean: Any, rstd: Any, weight: Any, over: tuple[int, ...], shape: Any, shared: Any
) -> np.ndarray:
    """The gradient by x of (x - mean) · rstd · weight, where mean and rstd come from x itself; in ``shape``."""
    if x.size <= _SMALL:
        g, y = g if weight is None else g * weight, (x - mean) * rstd
        g = g - _mean(sums(g), x, over)
        g -= y * _mean(dots(g, y), x, over)
        whole = np.empty(shape, x.dtype)
        np.multiply(g, rstd, out=whole.reshape(x.shape))
        return whole
    if weight is not None and weight.shape[-1] > 1:
        return _d_columns(g, x, mean[:, 0], rstd[:, 0], weight[0], shape, shared)
    x, mean, level, slope = _gathered(g, x, mean, rstd, shared)
    if weight is not None:
        level, slope = level * weight, slope * weight
    level, slope = _mean(level, x, over), _mean(slope, x, over) * (rstd * rstd)
    scale = rstd if weight is None else rstd * weight
    return _combined(((g, scale), (x, slope * -rstd)), (slope * mean - level) * rstd, shape)


def d_scale(g: Any, x: Any, mean: Any, rstd: Any, axis: tuple[int, ...], shared: Any) -> np.ndarray:
    """The gradient by weight of (x - mean) · rstd · weight, added up over ``axis``."""
    if x.ndim - 1 in axis:
        return (_gathered(g, x, mean, rstd, shared)[3] * rstd).sum(axis=axis)
    if "weight" not in shared:
        found = shared["weight"] = np.zeros(x.shape[1], x.dtype)
        for part in blocks.parts(x):
            found += rstd[part, 0] @ ((x[part] - mean[part]) * g[part])
    return shared["weight"]


def column_sums(g: Any) -> np.ndarray:
    """Σ over rows, as a product with ones."""
    return np.ones(len(g), dtype=g.dtype) @ g


def _gathered(g: Any, x: Any, mean: Any, rstd: Any, shared: Any) -> tuple[Any, Any, Any, Any]:
    """x and its mean, both less the mean where that is large; of each row the sums of g and of g · (x - mean).

    They are computed once for all gradients of a node, which hand in the same ``shared``.
    """
    if "sums" not in shared:
        if not _near(mean * mean * (rstd * rstd), 1):
            x, mean = x - mean, np.zeros_like(mean)
        level = sums(g)
        shared["sums"] = x, mean, level, dots(g, x) - mean * level
    return shared["sums"]


def _near(square: Any, var: Any) -> bool:
    """Whether the mean may be left in while its distance to x is computed with.  NaN counts as far."""
    return bool((square <= _FAR * var).all())


def _mean(each: Any, x: Any, over: tuple[int, ...]) -> Any:
    """The mean over the last dimension and ``over`` from what each row adds up to; the dimensions stay."""
    n = x.shape[-1]
    for i in over:
        n *= x.shape[i]
    return (each.sum(axis=over, keepdims=True) if over else each) / max(n, 1)


def _carefully(x: Any, mean: Any, weight: Any, bias: Any, over: tuple[int, ...], eps: float) -> Any:
    """`normalized`, with the mean subtracted first."""
    y = x - mean
    var = _mean(dots(y, y), x, over)
    scale = (var + eps) ** -0.5
    if weight is not None and weight.shape[-1] == 1:  # one number for a row: the small ones are multiplied first
        scale = scale * weight
        weight = None
    y *= scale
    if weight is not None:
        y *= weight
    if bias is not None:
        y += bias
    return y, mean, var


def _combined(terms: Any, shift: Any, shape: Any) -> np.ndarray:
    """The sum of x · scale for each of ``terms``, plus ``shift``; scale and shift are numbers for each row."""
    first, scale = terms[0]
    whole = np.empty(shape, dtype=first.dtype)
    *grid, n = first.shape
    if n == 1 or first.size <= _SMALL:
        y = np.multiply(first, scale, out=whole.reshape(first.shape))
        for x, scale in terms[1:]:
            y += x * scale
        y += shift
        return whole
    lines = [(x.reshape(-1, n), _column(scale, grid)) for x, scale in terms]
    out, shift, cuts = whole.reshape(-1, n), _column(shift, grid), list(blocks.parts(first.reshape(-1, n), larger=2))
    spread, room = Spread(cuts[0].stop, np.ones(n, whole.dtype)), blocks.room(cuts[0].stop, n, whole.dtype)
    for part in cuts:
        (x, scale), *others = lines
        y, beside = spread(out[part], scale[part]), room[: part.stop - part.start]
        y *= x[part]
        for x, scale in others:
            spread(beside, scale[part])
            beside *= x[part]
            y += beside
        y += spread(beside, shift[part])
    return whole


def _column(each: Any, grid: list[int]) -> np.ndarray:
    """A number for each row, one after the other."""
    return np.broadcast_to(each, (*grid, 1)).reshape(-1)


# --- weights for each column, as layer_norm has them -------------------------------------------------------


def _columns(x: Any, weight: Any, bias: Any, eps: float) -> tuple[Any, Any, Any]:
    """`normalized` for each row of x (rows, n): scale and shift are matrices of rank one and two."""
    rows, n = x.shape
    y, mean, var = np.empty_like(x), np.empty((rows, 1), x.dtype), np.empty((rows, 1), x.dtype)
    cuts = list(blocks.parts(x, larger=2))
    most, line = cuts[0].stop, np.ones(n, x.dtype) if weight is None else weight[0]
    scale, shift = Spread(most, line), Spread(most, line, *(() if bias is None else (bias[0],)))
    room = blocks.room(most, n, x.dtype)
    for part in cuts:
        some = x[part]
        level = _mean(sums(some), some, ())
        square = level * level
        spread = _mean(dots(some, some), some, ()) - square
        if _near(square, spread):
            a = ((spread + eps) ** -0.5)[:, 0]
            out = scale(y[part], a)
            out *= some
            out += shift(room[: len(a)], level[:, 0] * -a, 1)
        else:
            y[part], level, spread = _carefully(some, level, weight, bias, (), eps)
        mean[part], var[part] = level, spread
    return y, mean, var


def _d_columns(g: Any, x: Any, mean: Any, rstd: Any, weight: Any, shape: Any, shared: Any) -> np.ndarray:
    """`d_normalized` for each row of x (rows, n); leaves in ``shared`` the gradient by weight, from the same products."""
    n, whole = x.shape[1], np.empty(shape, dtype=x.dtype)
    one, dx, d_weight = np.ones(n, x.dtype), whole.reshape(x.shape), np.zeros(n, x.dtype)
    cuts = list(blocks.parts(x, larger=2))
    most = cuts[0].stop if cuts else 0
    scale, level, room = Spread(most, weight), Spread(most, one), blocks.room(most, n, x.dtype)
    for part in cuts:
        some, gs, m, a = x[part], g[part], mean[part], rstd[part]
        if not _near(m * m * (a * a), 1):
            some, m = some - m[:, None], np.zeros_like(m)
        beside = np.multiply(gs, some, out=room[: len(m)])
        d_weight += a @ beside - (a * m) @ gs
        shift = (gs @ weight) / n
        slope = ((beside @ weight) / n - m * shift) * (a * a)
        out = scale(dx[part], a)
        out *= gs
        level(beside, slope * -a)
        beside *= some
        out += beside
        out += level(beside, (slope * m - shift) * a)
    shared["weight"] = d_weight
    return whole
