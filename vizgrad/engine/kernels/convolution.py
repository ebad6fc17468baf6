"""Convolution in any number of dimensions, as products of matrices.

Each patch of the input that the kernel looks at becomes a column (or a row) of a matrix, a bounded number of
images at a time so that the matrix stays in a fast cache; then one matrix product does the arithmetic.  It is
done in one of two layouts, whichever copies longer runs of memory:

    planes   columns (channel, place in kernel) × places: for few channels on large planes, and for groups
    pixels   rows (place in kernel, channel): for many channels on small planes

Where each channel has a kernel of its own there is nothing to multiply matrices for: see depthwise.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vizgrad.engine.ops.shapes import product

from . import depthwise
from .window import Window

_CACHE = 1 << 20  # bytes of patches at a time on a CPU
_GPU = 1 << 28  # on a GPU long products count, not caches


def forward(xp: Any, x: Any, w: Any, b: Any, win: Window, groups: int) -> Any:
    """y[n, o] = Σ w[o, c, k] x[n, c, place + k] + b[o]"""
    kind, x, w, b = _widened(x, w, b)
    way = _pixels_forward if _in_pixels(x.shape, win, groups) else _planes_forward
    y = way(xp, x, w, b, win, groups).reshape(x.shape[0], w.shape[0], *win.out)
    return y if y.dtype == kind else y.astype(kind)


def by_input(xp: Any, g: Any, w: Any, channels: int, win: Window, groups: int, bias: Any = None) -> Any:
    """The convolution's gradient by x; with ``bias`` added, a transposed convolution of g."""
    kind, g, w, bias = _widened(g, w, bias)
    shape = (g.shape[0], channels, *win.plane)
    again = depthwise.turned(win) if depthwise.suits(channels, g.shape[1], groups, win) else None
    if again is not None:
        turned = w.conj()[(..., *(slice(None, None, -1),) * len(win.plane))]
        dx = _planes_forward(xp, g, xp.ascontiguousarray(turned), None, again, groups).reshape(shape)
    else:
        way = _pixels_by_input if _in_pixels(shape, win, groups) else _planes_by_input
        dx = way(xp, g, w.conj(), shape, win, groups)
    if bias is not None:
        dx += bias.reshape(-1, *(1,) * len(win.plane))
    return dx if dx.dtype == kind else dx.astype(kind)


def by_weight(xp: Any, g: Any, x: Any, win: Window, groups: int) -> Any:
    """The convolution's gradient by w."""
    kind, g, x, _ = _widened(g, x, None)
    if depthwise.suits(x.shape[1], g.shape[1], groups, win):
        return depthwise.by_weight(xp, g, x.conj(), win).astype(kind, copy=False)
    way = _pixels_by_weight if _in_pixels(x.shape, win, groups) else _planes_by_weight
    dw = way(xp, g, x.conj(), win, groups)
    return dw if dw.dtype == kind else dw.astype(kind)


def _widened(a: Any, b: Any, c: Any) -> tuple[Any, ...]:
    """The dtype to come back to, and the operands in one wide enough to add up many terms."""
    kind = a.dtype
    if kind.itemsize < 4 and kind.kind not in "biu":
        a, b, c = (v if v is None else v.astype("float32") for v in (a, b, c))
    return kind, a, b, c


def _in_pixels(shape: tuple[int, ...], win: Window, groups: int) -> bool:
    return groups == 1 and not _one_by_one(win) and win.out[-1] < shape[1] * win.kernel[-1]


def _one_by_one(win: Window) -> bool:
    """Whether each output sees one pixel and each pixel is seen once: then images are their own matrices."""
    return win.out == win.padded == win.plane and product(win.kernel) == 1


def _images(xp: Any, n: int, bytes_each: int) -> Iterator[slice]:
    """Slices of the batch whose patches fit the cache."""
    at_once = max(1, (_CACHE if xp.module.__name__ == "numpy" else _GPU) // max(1, bytes_each))
    return (slice(i, min(n, i + at_once)) for i in range(0, n, at_once))


# --- planes ------------------------------------------------------------------------------------------------


def patches_of(xp: Any, x: Any, win: Window, groups: int) -> Any:
    """A view of the padded input: (image, group, channel, *place in kernel, *place)."""
    if win.padded != win.plane:
        whole = xp.zeros((*x.shape[:2], *win.padded), dtype=x.dtype)
        whole[(..., *win.inner)] = x
        x = whole
    steps = x.strides[2:]
    n, c = x.shape[:2]
    return xp.lib.stride_tricks.as_strided(
        x,
        (n, groups, c // groups, *win.kernel, *win.out),
        (
            x.strides[0],
            x.strides[1] * (c // groups),
            x.strides[1],
            *(a * d for a, d in zip(steps, win.dilation, strict=True)),
            *(a * s for a, s in zip(steps, win.stride, strict=True)),
        ),
    )


def _planes_forward(xp: Any, x: Any, w: Any, b: Any, win: Window, groups: int) -> Any:
    patches, places = patches_of(xp, x, win, groups), product(win.out)
    w = w.reshape(groups, w.shape[0] // groups, -1)
    y = xp.empty((x.shape[0], groups, w.shape[1], places), dtype=x.dtype)
    for i in _images(xp, len(x), groups * w.shape[2] * places * x.itemsize):
        xp.module.matmul(w, patches[i].reshape(-1, groups, w.shape[2], places), out=y[i])
        if b is not None:
            y[i] += b.reshape(groups, -1, 1)
    return y


def _planes_by_input(xp: Any, g: Any, w: Any, shape: tuple[int, ...], win: Window, groups: int) -> Any:
    n, c, places = shape[0], shape[1] // groups, product(win.out)
    w = xp.ascontiguousarray(w.reshape(groups, w.shape[0] // groups, -1).swapaxes(1, 2))
    g = g.reshape(n, groups, -1, places)
    if _one_by_one(win):
        return xp.matmul(w, g).reshape(shape)
    dx = xp.zeros((n, groups, c, *win.padded), dtype=g.dtype)
    for i in _images(xp, n, groups * w.shape[1] * places * g.itemsize):
        patches = xp.matmul(w, g[i]).reshape(-1, groups, c, *win.kernel, *win.out)
        for place, pixels in win.places():
            met = dx[(i, slice(None), slice(None), *pixels)]
            met += patches[(slice(None),) * 3 + place]
    return xp.ascontiguousarray(dx.reshape(*shape[:2], *win.padded)[(..., *win.inner)])


def _planes_by_weight(xp: Any, g: Any, x: Any, win: Window, groups: int) -> Any:
    patches, places = patches_of(xp, x, win, groups), product(win.out)
    size = x.shape[1] // groups * product(win.kernel)
    g = g.reshape(len(x), groups, -1, places)
    dw = xp.zeros((groups, g.shape[2], size), dtype=x.dtype)
    for i in _images(xp, len(x), groups * size * places * x.itemsize):
        rows = patches[i].reshape(-1, groups, size, places)
        dw += xp.matmul(g[i], rows.swapaxes(2, 3)).sum(axis=0)
    return dw.reshape(-1, x.shape[1] // groups, *win.kernel)


# --- pixels ------------------------------------------------------------------------------------------------


def _rows(xp: Any, x: Any, win: Window) -> Any:
    """A view of the padded input with channels last: (image, *place, *place in kernel, channel)."""
    n, c = x.shape[:2]
    whole = (xp.empty if win.padded == win.plane else xp.zeros)((n, *win.padded, c), dtype=x.dtype)
    whole[(slice(None), *win.inner)] = xp.moveaxis(x, 1, -1)
    steps = [x.itemsize * c * product(win.padded[i + 1 :]) for i in range(len(win.padded))]
    return xp.lib.stride_tricks.as_strided(
        whole,
        (n, *win.out, *win.kernel, c),
        (
            steps[0] * win.padded[0],
            *(a * s for a, s in zip(steps, win.stride, strict=True)),
            *(a * d for a, d in zip(steps, win.dilation, strict=True)),
            x.itemsize,
        ),
    )


def _pixels_forward(xp: Any, x: Any, w: Any, b: Any, win: Window, groups: int) -> Any:
    rows, places = _rows(xp, x, win), product(win.out)
    w = xp.ascontiguousarray(xp.moveaxis(w, (0, 1), (-1, -2))).reshape(-1, w.shape[0])
    y = xp.empty((len(x), w.shape[1], places), dtype=x.dtype)
    for i in _images(xp, len(x), len(w) * places * x.itemsize):
        out = rows[i].reshape(-1, len(w)) @ w
        if b is not None:
            out += b
        y[i] = out.reshape(-1, places, w.shape[1]).swapaxes(1, 2)
    return y


def _pixels_by_input(xp: Any, g: Any, w: Any, shape: tuple[int, ...], win: Window, groups: int) -> Any:
    n, c = shape[:2]
    w = xp.ascontiguousarray(xp.moveaxis(w, (0, 1), (-2, -1)))
    g = xp.moveaxis(g, 1, -1).reshape(n, -1, g.shape[1])  # copied once, to rows of channels
    dx = xp.zeros((n, *win.padded, c), dtype=g.dtype)
    for i in _images(xp, n, (c + g.shape[2]) * g.shape[1] * g.itemsize):
        rows = g[i].reshape(-1, g.shape[2])
        for place, pixels in win.places():
            met = dx[(i, *pixels)]
            met += (rows @ w[place]).reshape(met.shape)
    return xp.ascontiguousarray(xp.moveaxis(dx[(slice(None), *win.inner)], -1, 1))


def _pixels_by_weight(xp: Any, g: Any, x: Any, win: Window, groups: int) -> Any:
    rows, places = _rows(xp, x, win), product(win.out)
    size = x.shape[1] * product(win.kernel)
    g = xp.moveaxis(g, 1, -1).reshape(len(x), places, g.shape[1])
    dw = xp.zeros((g.shape[2], size), dtype=x.dtype)
    for i in _images(xp, len(x), size * places * x.itemsize):
        dw += g[i].reshape(-1, g.shape[2]).T @ rows[i].reshape(-1, size)
    return xp.ascontiguousarray(xp.moveaxis(dw.reshape(-1, *win.kernel, x.shape[1]), -1, 1))
