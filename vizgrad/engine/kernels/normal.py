"""Normalization of NumPy arrays in few passes over memory: what ops/normalize.py says, faster.

(x - mean) · scale + bias is x · scale + shift, products and sums of whole rows, and Σ x and Σ x · x are enough for
mean and variance.  Where a mean is far larger than the spread, differences of such large numbers would cost digits:
there the mean is subtracted first.

x is seen in a shape whose last dimension, the rows, is one that a mean is taken over; ``over`` are the others.
weight and bias are numbers for each row or, as in layer_norm, for each column.  What touches every number has two
forms: NumPy's calls, and compiled loops (see loops.py) where there are such.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import blocks, loops, normal_loops, threads
from .rows import dots, each_row, lefts, ones, right, sums

_SMALL = 1 << 13  # elements up to which few calls matter more than few passes
_FAR = 4  # mean² may be so many times the variance before it costs digits


def normalized(x: Any, weight: Any, bias: Any, over: tuple[int, ...], eps: float) -> tuple[Any, Any, Any]:
    """(x - mean) · (var + eps)^(-1/2) · weight + bias, the mean and the variance."""
    if x.size <= _SMALL:
        return _carefully(x, _mean(sums(x), x, over), weight, bias, over, eps)
    if any(p is not None and p.shape[-1] > 1 for p in (weight, bias)):
        return _columns(x, weight, bias, eps)
    mean, square = _mean(_sums(x, x), x, over)
    var = square - mean * mean
    if not _near(square, var):
        return _carefully(x, mean, weight, bias, over, eps)
    scale = (var + eps) ** -0.5
    if weight is not None:
        scale = scale * weight
    shift = mean * -scale
    if bias is not None:
        shift = shift + bias
    y = blocks.aligned(x.shape, x.dtype)
    return _combined(((x, scale),), shift, y), mean, var


def d_normalized(
    g: Any, x: Any, mean: Any, rstd: Any, weight: Any, over: tuple[int, ...], shape: Any, shared: Any
) -> np.ndarray:
    """The gradient by x of (x - mean) · rstd · weight, where mean and rstd come from x itself; in ``shape``."""
    if weight is not None and weight.shape[-1] > 1:
        return _d_columns(g, x, mean, rstd, weight, shape, shared)
    x, mean, both = _gathered(g, x, mean, rstd, shared)
    level, slope = _mean(both if weight is None else both * weight, x, over) * rstd
    scale = rstd if weight is None else rstd * weight
    slope *= rstd
    return _combined(((g, scale), (x, -slope)), slope * mean - level, np.empty(shape, x.dtype))


def d_scale(g: Any, x: Any, mean: Any, rstd: Any, axis: tuple[int, ...], shared: Any) -> np.ndarray:
    """The gradient by weight of (x - mean) · rstd · weight, added up over ``axis``; see `_gathered`."""
    if x.ndim - 1 in axis:
        _gathered(g, x, mean, rstd, shared)
        return shared["weight"]
    found = np.zeros(x.shape[1], x.dtype)
    for part in blocks.parts(x):
        found += rstd[part, 0] @ ((x[part] - mean[part]) * g[part])
    return found


def _gathered(g: Any, x: Any, mean: Any, rstd: Any, shared: Any) -> tuple[Any, Any, Any]:
    """Both x and its mean, less the mean where that is large; of each row the sums of g and of g · y.

    y is (x - mean) · rstd.  They are computed once for all gradients of a node, which hand in the same ``shared``.
    Added up over the samples, the first dimension, they are the gradients by bias and weight of channels, and left
    there; where x is samples alone, bias and weight run along its rows, and these sums say nothing of them.
    """
    if "sums" not in shared:
        if x.size <= _SMALL or not _near((mean * rstd) ** 2, 1):
            x, mean = x - mean, 0.0
        both = _sums(g, x)
        both[1] -= both[0] * mean
        both[1] *= rstd
        shared["sums"] = x, mean, both
        if x.ndim > 2:
            shared["bias"], shared["weight"] = np.add.reduce(both, 1).reshape(2, -1)
    return shared["sums"]


def _near(square: Any, var: Any) -> bool:
    """Whether the mean may be left in while its distance to x is computed with.  NaN counts as far."""
    return bool((square <= (_FAR + 1) * var).all())


def _sums(a: Any, b: Any) -> np.ndarray:
    """Σ a and Σ a · b of each row, one behind the other."""
    both = np.empty((2, *a.shape[:-1], 1), b.dtype)
    if loops.take(a, b):
        n = a.shape[-1]
        loops.on_rows(normal_loops.sums, a.reshape(-1, n), b.reshape(-1, n), *both.reshape(2, -1))
    else:
        both[0], both[1] = sums(a), dots(a, b)
    return both


def _mean(each: Any, x: Any, over: tuple[int, ...]) -> Any:
    """The mean over the last dimension and ``over`` from what each row adds up to; the dimensions stay."""
    n = x.shape[-1]
    for i in over:
        n *= x.shape[i]
    if over:
        each = np.add.reduce(each, tuple(i - x.ndim for i in over), keepdims=True)
    return each / max(n, 1)


def _carefully(x: Any, mean: Any, weight: Any, bias: Any, over: tuple[int, ...], eps: float) -> Any:
    """`normalized`, with the mean subtracted first."""
    y = x - mean
    var = _mean(dots(y, y), x, over)
    scale = (var + eps) ** -0.5
    if weight is not None and weight.shape[-1] == 1:  # small beside y: the two are multiplied first
        scale = scale * weight
        weight = None
    y *= scale
    if weight is not None:
        y *= weight
    if bias is not None:
        y += bias
    return y, mean, var


def _combined(terms: Any, shift: Any, whole: np.ndarray) -> np.ndarray:
    """The sum of x · scale for each of ``terms``, plus ``shift``; scale and shift are numbers for each row."""
    first, scale = terms[0]
    *grid, n = first.shape
    if n == 1 or first.size <= _SMALL:
        y = np.multiply(first, scale, out=whole.reshape(first.shape))
        for x, scale in terms[1:]:
            y += x * scale
        y += shift
        return whole
    if loops.take(whole, *(x for x, _ in terms)):
        loop = normal_loops.scaled if len(terms) == 1 else normal_loops.scaled_pair
        numbers = each_row(grid, *(scale for _, scale in terms), shift)
        loops.on_rows(loop, *(x.reshape(-1, n) for x, _ in terms), *numbers, whole.reshape(-1, n))
        return whole
    factors, line = lefts(grid, *(scale for _, scale in terms), shift), ones(n, whole.dtype)[0]
    out, (x, *others) = whole.reshape(-1, n), [x.reshape(-1, n) for x, _ in terms]

    for part in blocks.parts(out, larger=2):
        room = blocks.room(part.stop - part.start, n, out.dtype)
        y = np.matmul(factors[0, part], line, out=out[part])
        y *= x[part]
        for more, factor in zip(others, factors[1:], strict=False):
            np.matmul(factor[part], line, out=room)
            room *= more[part]
            y += room
        y += np.matmul(factors[-1, part], line, out=room)
    return whole


# --- weights for each column, as layer_norm has them -------------------------------------------------------


def _columns(x: Any, weight: Any, bias: Any, eps: float) -> tuple[Any, Any, Any]:
    """`normalized` for each row of x (rows, n): scale and shift are matrices of rank one and two."""
    rows, n = x.shape
    if loops.take(x, weight, bias):
        return _columns_compiled(x, weight, bias, eps)
    mean, square = _mean(_sums(x, x), x, ())
    var = square - mean * mean
    if not _near(square, var):
        return _carefully(x, mean, weight, bias, (), eps)
    y, line = blocks.aligned(x.shape, x.dtype), ones(n, x.dtype)[0] if weight is None else right(weight)
    lines = line.copy()
    if bias is not None:
        lines[1] = bias
    rstd = (var + eps) ** -0.5
    scale, shift = lefts((rows,), rstd, mean * -rstd)
    shift[:, 1] = 1

    def work(share: slice) -> None:
        for part in blocks.parts(x, larger=2, within=share):
            out = np.matmul(scale[part], line, out=y[part])
            out *= x[part]
            out += np.matmul(shift[part], lines, out=blocks.room(len(out), n, x.dtype))

    threads.run(work, threads.parts(rows, x.size))
    return y, mean, var


def _d_columns(g: Any, x: Any, mean: Any, rstd: Any, weight: Any, shape: Any, shared: Any) -> np.ndarray:
    """`d_normalized` for each row of x (rows, n).

    The gradients by weight and bias come from the same products and are left in ``shared``.
    """
    whole = np.empty(shape, dtype=x.dtype)
    operands = g, x, mean, rstd, weight, whole.reshape(x.shape)
    if x.size <= _SMALL:
        found = _d_columns_at_once(*operands)
    elif loops.take(*operands):
        found = _d_columns_compiled(*operands)
    else:
        found = _d_columns_in_parts(*operands)
    shared["weight"], shared["bias"] = found
    return whole


def _d_columns_at_once(g: Any, x: Any, mean: Any, rstd: Any, weight: Any, dx: Any) -> tuple[Any, Any]:
    """Write ``dx``; the gradients by weight and bias."""
    column = weight.reshape(-1, 1) / x.shape[1]
    y = (x - mean) * rstd
    gy = g * y
    y *= gy @ column
    y += g @ column
    np.multiply(g, weight, out=dx)
    dx -= y
    dx *= rstd
    return gy.sum(axis=0), g.sum(axis=0)


def _d_columns_in_parts(g: Any, x: Any, mean: Any, rstd: Any, weight: Any, dx: Any) -> np.ndarray:
    """Write ``dx``; the gradients by weight and bias."""
    rows, n = x.shape
    line, one = right(weight), ones(n, x.dtype)[0]
    columns = np.repeat(weight.reshape(-1, 1) / n, 2, axis=1)

    def work(share: slice) -> Any:
        found = np.zeros((2, n), x.dtype)
        for part in blocks.parts(x, larger=2, within=share):
            some, gs, m, a = x[part], g[part], mean[part], rstd[part]
            if not _near((m * a) ** 2, 1):
                some, m = some - m, np.zeros_like(m)
            room = np.multiply(gs, some, out=blocks.room(len(m), n, x.dtype))
            shift = (gs @ columns)[:, :1] * a
            slope = ((room @ columns)[:, :1] * a - m * shift) * (a * a)
            scale, back, rest = lefts((len(m),), a, -slope, slope * m - shift)
            found[0] += (scale.T @ room)[0]
            out = np.matmul(scale, line, out=dx[part])
            out *= gs
            np.matmul(back, one, out=room)
            room *= some
            out += room
            out += np.matmul(rest, one, out=room)
            scale[:, :1] *= -m
            scale[:, 1] = 1
            found += scale.T @ gs
        return found

    return np.add.reduce(threads.run(work, threads.parts(rows, x.size)), 0)


def _columns_compiled(x: Any, weight: Any, bias: Any, eps: float) -> tuple[Any, Any, Any]:
    """`_columns` in one pass; a row is still in the cache when its mean is subtracted."""
    rows, n = x.shape
    y, (mean, var) = blocks.aligned(x.shape, x.dtype), np.empty((2, rows, 1), x.dtype)
    weight = np.ones(n, x.dtype) if weight is None else weight[0]
    bias = np.zeros(n, x.dtype) if bias is None else bias[0]

    def loop(x: Any, y: Any, mean: Any, var: Any) -> None:
        normal_loops.normalized(x, weight, bias, eps, y, mean, var)

    loops.on_rows(loop, x, y, mean[:, 0], var[:, 0])
    return y, mean, var


def _d_columns_compiled(g: Any, x: Any, mean: Any, rstd: Any, weight: Any, dx: Any) -> np.ndarray:
    """Write ``dx``; the gradients by weight and bias."""

    def loop(g: Any, x: Any, mean: Any, rstd: Any, dx: Any) -> np.ndarray:
        found = np.zeros((2, x.shape[1]), x.dtype)
        normal_loops.d_normalized(g, x, mean, rstd, weight[0], dx, *found)
        return found

    return np.add.reduce(loops.on_rows(loop, g, x, mean[:, 0], rstd[:, 0], dx), 0)
