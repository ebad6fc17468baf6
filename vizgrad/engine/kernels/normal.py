"""Normalization in the cache, part by part and almost without temporaries: what ops/normalize.py says, faster.

x is seen in a shape where its statistics are plain: ``axis`` are the dimensions that a mean is taken over, and
parts are cut along the dimension ``along``, which is not among them.
"""

from __future__ import annotations

from typing import Any

from . import blocks
from .rows import dots


def normalized(
    xp: Any, x: Any, weight: Any, bias: Any, axis: tuple[int, ...], eps: float, along: int = 0
) -> tuple[Any, Any, Any]:
    """(x - mean) · (var + eps)^(-1/2) · weight + bias, the mean and the variance."""
    n = count(x, axis)
    kept = tuple(1 if i in axis else size for i, size in enumerate(x.shape))
    y, mean, var = xp.empty_like(x), xp.empty(kept, dtype=x.dtype), xp.empty(kept, dtype=x.dtype)
    for part in blocks.parts(x, along, 2):
        at = (slice(None),) * along + (part,)
        mean[at] = total(xp, x[at], axis) / n
        far = xp.subtract(x[at], mean[at], out=y[at])
        var[at] = dot(xp, far, far, axis) / n
        scale = (var[at] + eps) ** -0.5
        if weight is not None:  # small beside x: the two are multiplied first
            scale = scale * _cut(weight, along, part)
        far *= scale
        if bias is not None:
            far += _cut(bias, along, part)
    return y, mean, var


def d_normalized(
    xp: Any,
    g: Any,
    x: Any,
    mean: Any,
    rstd: Any,
    weight: Any,
    axis: tuple[int, ...],
    along: int = 0,
    shape: Any = None,
) -> Any:
    """The gradient by x of (x - mean) · rstd · weight, where mean and rstd come from x itself; in ``shape``."""
    whole = xp.empty(x.shape if shape is None else shape, dtype=xp.result_type(g, x))
    n, dx = count(x, axis), whole.reshape(x.shape)
    if along == 1:
        _d_channels(xp, dx, g, x, mean, rstd, weight)
        return whole
    for part in blocks.parts(x, along, 2):
        at = (slice(None),) * along + (part,)
        gw, scale = g[at], _cut(rstd, along, part)
        far = xp.subtract(x[at], _cut(mean, along, part), out=dx[at])
        slope = scale * scale / n
        if weight is not None:
            w = _cut(weight, along, part)
            if _varies(weight, axis):
                gw = gw * w
            else:  # one number for all that a mean is taken over
                scale = scale * w
        far *= -dot(xp, gw, far, axis) * slope
        far += gw
        far -= total(xp, gw, axis) / n
        far *= scale
    return whole


def _d_channels(xp: Any, dx: Any, g: Any, x: Any, mean: Any, rstd: Any, weight: Any) -> None:
    """The same where a mean is taken over all samples: first what all have together, then each part's own."""
    n = max(x.shape[0] * x.shape[2], 1)
    one, none = xp.ones(x.shape[2], dtype=x.dtype), xp.zeros(x.shape[1], dtype=dx.dtype)
    level = slope = none
    for part in blocks.parts(x):
        level = level + (g[part] @ one).sum(axis=0)
        slope = slope + dots(xp, g[part], xp.subtract(x[part], mean, out=dx[part])).sum(axis=0)
    level, slope = xp.reshape(level, rstd.shape) / n, xp.reshape(slope, rstd.shape) * rstd * rstd / n
    scale = rstd if weight is None else rstd * weight
    for part in blocks.parts(x):
        far = dx[part]  # x - mean still stands here
        far *= -slope
        far += g[part]
        far -= level
        far *= scale


def d_scale(xp: Any, g: Any, x: Any, mean: Any, rstd: Any, axis: tuple[int, ...]) -> Any:
    """The gradient by weight of (x - mean) · rstd · weight: added up over ``axis``, which may hold the samples."""
    if not x.size:
        return xp.sum(g * x, axis=axis)
    found: Any = xp.zeros(tuple(n for i, n in enumerate(x.shape) if i not in axis), dtype=x.dtype)
    if axis == (0, 2) and x.ndim == 3:
        for part in blocks.parts(x):
            found += dots(xp, x[part] - mean, g[part]).sum(axis=0)
        return found * rstd.reshape(found.shape)
    for part in blocks.parts(x, 0):
        far = x[part] - _cut(mean, 0, part)
        far *= _cut(rstd, 0, part)
        far *= g[part]
        found = found + xp.sum(far, axis=axis)
    return found


def count(x: Any, axis: tuple[int, ...]) -> int:
    """How many numbers a mean over ``axis`` is taken of."""
    n = 1
    for i in axis:
        n *= x.shape[i]
    return n


def total(xp: Any, x: Any, axis: tuple[int, ...]) -> Any:
    """The sum over ``axis``, which stays as size 1.  A product with ones is the fastest way along the last one."""
    if axis[-1] == x.ndim - 1 and x.flags.c_contiguous and x.size:
        inner = count(x, _run(axis, x.ndim))
        sums = (x.reshape(-1, inner) @ xp.ones(inner, dtype=x.dtype)).reshape(
            x.shape[: x.ndim - len(_run(axis, x.ndim))]
        )
        sums = sums.reshape(*sums.shape, *(1,) * (x.ndim - sums.ndim))
        rest = axis[: len(axis) - len(_run(axis, x.ndim))]
        return xp.sum(sums, axis=rest, keepdims=True) if rest else sums
    return xp.sum(x, axis=axis, keepdims=True)


def _run(axis: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    """The last dimensions, as far as all of them are in ``axis``."""
    first = ndim
    while first - 1 in axis:
        first -= 1
    return tuple(range(first, ndim))


def dot(xp: Any, a: Any, b: Any, axis: tuple[int, ...]) -> Any:
    """The sum of a · b over ``axis``, which stays as size 1, without making the products."""
    if _run(axis, a.ndim) == axis and a.flags.c_contiguous and b.flags.c_contiguous and a.size:
        inner, lead = count(a, axis), a.shape[: a.ndim - len(axis)]
        sums = dots(xp, a.reshape(-1, inner), b.reshape(-1, inner))
        return sums.reshape(*lead, *(1,) * len(axis))
    letters = "abcdefgh"[: a.ndim]
    left = "".join(c for i, c in enumerate(letters) if i not in axis)
    kept = tuple(1 if i in axis else size for i, size in enumerate(a.shape))
    return xp.einsum(f"{letters},{letters}->{left}", a, b).reshape(kept)


def _varies(weight: Any, axis: tuple[int, ...]) -> bool:
    """Whether the weight is different within what a mean is taken over."""
    return any(weight.shape[i] != 1 for i in axis)


def _cut(x: Any, along: int, part: slice) -> Any:
    return x if x.shape[along] == 1 else x[(slice(None),) * along + (part,)]
