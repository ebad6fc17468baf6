"""Pooling: the largest or the average element under a window, over any number of dimensions.

Planes arrive as (planes, *plane).  They are worked on some at a time, so that what is read again is still in
the cache.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from vizgrad.engine.ops.shapes import product

from .window import Window

_CACHE = 1 << 19


def _planes(xp: Any, x: Any) -> Iterator[slice]:
    """Slices of the planes that fit the cache; on a GPU all at once."""
    n = len(x)
    at_once = max(1, _CACHE * n // max(1, x.nbytes)) if xp.module.__name__ == "numpy" else max(1, n)
    return (slice(i, min(n, i + at_once)) for i in range(0, n, at_once))


def _lowest(xp: Any, kind: Any) -> Any:
    return xp.iinfo(kind).min if kind.kind in "iu" else -xp.inf


def _padded(xp: Any, x: Any, win: Window, edge: Any) -> Any:
    if win.padded == win.plane:
        return x
    whole = xp.full((len(x), *win.padded), edge, dtype=x.dtype)
    whole[(slice(None), *win.inner)] = x
    return whole


def largest(xp: Any, x: Any, win: Window) -> tuple[Any, Any]:
    """The largest element under each window, and which place of the window held it (the first of equals)."""
    y = xp.empty((len(x), *win.out), dtype=x.dtype)
    which = xp.zeros(y.shape, dtype="uint8" if product(win.kernel) <= 256 else "int32")
    for i in _planes(xp, x):
        whole, best, place = _padded(xp, x[i], win, _lowest(xp, x.dtype)), y[i], which[i]
        for k, (_, pixels) in enumerate(win.places()):
            seen = whole[(slice(None), *pixels)]
            if k == 0:
                best[...] = seen
                continue
            seen = seen.copy()  # read twice: strided once is enough
            better = (seen > best).view("uint8").astype(which.dtype, copy=False)
            better *= which.dtype.type(k)
            xp.maximum(place, better, out=place)
            xp.maximum(best, seen, out=best)
    return y, which


def hand_back(xp: Any, g: Any, which: Any, win: Window) -> Any:
    """Write each gradient to the place of its window that ``which`` names; overlapping windows add up."""
    apart = all(s >= d * (k - 1) + 1 for s, d, k in zip(win.stride, win.dilation, win.kernel, strict=True))
    full = (
        apart
        and win.stride == win.kernel
        and win.padded == tuple(o * s for o, s in zip(win.out, win.stride, strict=True))
    )
    dx = (xp.empty if full else xp.zeros)((len(g), *win.padded), dtype=g.dtype)
    for i in _planes(xp, dx):
        for k, (_, pixels) in enumerate(win.places()):
            chosen, met = which[i] == k, dx[(i, *pixels)]
            if apart:
                xp.multiply(g[i], chosen.view("uint8"), out=met)
            else:
                met += g[i] * chosen
    return dx if win.padded == win.plane else xp.ascontiguousarray(dx[(slice(None), *win.inner)])


def pick(xp: Any, x: Any, which: Any, win: Window) -> Any:
    """From under each window, the element at the place that ``which`` names."""
    whole = _padded(xp, x, win, 0)
    y = xp.zeros((len(x), *win.out), dtype=x.dtype)
    for k, (_, pixels) in enumerate(win.places()):
        y = xp.where(which == k, whole[(slice(None), *pixels)], y)
    return y


def positions(xp: Any, which: Any, win: Window) -> Any:
    """Where on its plane each chosen element is, counted row by row: what ``return_indices`` returns."""
    rest, at, row = which.astype("int64"), 0, 1
    for axis in reversed(range(len(win.kernel))):
        k, first = win.kernel[axis], xp.arange(win.out[axis]) * win.stride[axis] - win.before[axis]
        place = rest % k * win.dilation[axis] + first.reshape(-1, *(1,) * (len(win.kernel) - 1 - axis))
        at, rest, row = at + place * row, rest // k, row * win.plane[axis]
    return at


def sums(xp: Any, x: Any, win: Window) -> Any:
    """The sum under each window: one dimension after the other."""
    x = _padded(xp, x, win, 0)
    for axis in range(len(win.kernel)):
        total = None
        for pixels in _steps(win, axis):
            part = x[(slice(None),) * (axis + 1) + (pixels,)]
            total = part.copy() if total is None else xp.add(total, part, out=total)
        x = total
    return x


def spread(xp: Any, g: Any, win: Window) -> Any:
    """The gradient of `sums`: each number goes to all that it was added up from."""
    for axis in reversed(range(len(win.kernel))):
        wide = xp.zeros((*g.shape[: axis + 1], win.padded[axis], *g.shape[axis + 2 :]), dtype=g.dtype)
        for pixels in _steps(win, axis):
            met = wide[(slice(None),) * (axis + 1) + (pixels,)]
            met += g
        g = wide
    return g if win.padded == win.plane else xp.ascontiguousarray(g[(slice(None), *win.inner)])


def _steps(win: Window, axis: int) -> list[slice]:
    s, o = win.stride[axis], win.out[axis]
    return [slice(j, j + (o - 1) * s + 1, s) for j in range(win.kernel[axis])]


# --- windows that divide a plane into a given number of parts ----------------------------------------------


def parts(size: int, count: int) -> list[tuple[int, int]]:
    """Start and end of ``count`` windows over ``size`` elements; they overlap unless it divides evenly."""
    return [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]


def averages(xp: Any, x: Any, out: Sequence[int]) -> Any:
    """The average of each part, one dimension after the other, the last first."""
    if all(count == 1 for count in out):
        return x.reshape(len(x), -1).mean(axis=1).reshape(len(x), *out)
    for axis in reversed(range(1, x.ndim)):
        n, count = x.shape[axis], out[axis - 1]
        if n == count:
            continue
        if n % count == 0:
            x = x.reshape(*x.shape[:axis], count, n // count, *x.shape[axis + 1 :]).mean(axis=axis + 1)
        else:
            before = (slice(None),) * axis
            each = [x[(*before, slice(a, b))].mean(axis=axis) for a, b in parts(n, count)]
            x = xp.stack(each, axis=axis)
    return x


def share(xp: Any, g: Any, plane: Sequence[int]) -> Any:
    """The gradient of `averages`: each number goes to the elements of its part, in equal shares."""
    for axis in range(1, g.ndim):
        n, count = plane[axis - 1], g.shape[axis]
        before = (slice(None),) * axis
        wide = xp.zeros((*g.shape[:axis], n, *g.shape[axis + 1 :]), dtype=g.dtype)
        for i, (a, b) in enumerate(parts(n, count)):
            met = wide[(*before, slice(a, b))]
            met += g[(*before, slice(i, i + 1))] / (b - a)
        g = wide
    return g


def largest_parts(xp: Any, x: Any, out: Sequence[int]) -> tuple[Any, Any]:
    """The largest element of each part of each plane, and where on the plane it is."""
    plane = x.shape[1:]
    numbers = xp.arange(product(plane)).reshape(plane)
    cuts = [parts(n, count) for n, count in zip(plane, out, strict=True)]
    y, at = xp.empty((len(x), *out), dtype=x.dtype), xp.empty((len(x), *out), dtype="int64")
    for cell in itertools.product(*map(range, out)):
        seen = tuple(slice(*cuts[axis][i]) for axis, i in enumerate(cell))
        flat = x[(slice(None), *seen)].reshape(len(x), -1)
        best = flat.argmax(axis=1)
        y[(slice(None), *cell)] = xp.take_along_axis(flat, best[:, None], axis=1)[:, 0]
        at[(slice(None), *cell)] = numbers[seen].reshape(-1)[best]
    return y, at
