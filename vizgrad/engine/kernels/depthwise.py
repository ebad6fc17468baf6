"""What is faster where each channel has a kernel of its own and looks at every place (stride 1)."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.ops.shapes import product

from .window import Window


def suits(channels: int, outputs: int, groups: int, win: Window) -> bool:
    """Whether this is such a convolution."""
    return groups == channels == outputs and groups > 1 and set(win.stride) == {1}


def turned(win: Window) -> Window | None:
    """The window of the convolution of g with the turned kernel, which is the gradient by x; None if there is none."""
    reach = [d * (k - 1) for d, k in zip(win.dilation, win.kernel, strict=True)]
    before = tuple(r - p for r, p in zip(reach, win.before, strict=True))
    after = tuple(n - (o + b - r) for n, o, b, r in zip(win.plane, win.out, before, reach, strict=True))
    if min(*before, *after) < 0:
        return None
    return Window(win.out, win.kernel, win.stride, before, after, win.dilation)


def by_weight(xp: Any, g: Any, x: Any, win: Window) -> Any:
    """The gradient by w: for each place in the kernel, Σ g · the planes moved there.

    The padded planes of a channel lie in memory one after the other as one line, so that moving all of them by a
    place is moving the line by a distance.
    """
    x, g = _lines(xp, x, win, win.inner), _lines(xp, g, win, tuple(slice(size) for size in win.out))
    steps = [product(win.padded[i + 1 :]) * d for i, d in enumerate(win.dilation)]
    shifts = [sum(i * step for i, step in zip(place, steps, strict=True)) for place, _ in win.places()]
    n = x.shape[1] - shifts[-1]
    each = [xp.einsum("cp,cp->c", g[:, :n], x[:, shift : shift + n]) for shift in shifts]
    return xp.stack(each, axis=1).reshape(g.shape[0], 1, *win.kernel)


def _lines(xp: Any, planes: Any, win: Window, where: tuple[slice, ...]) -> Any:
    """Planes put into padded planes of zeros at ``where``, each channel as one line: (channel, image and pixel)."""
    n, c = planes.shape[:2]
    lines = xp.zeros((c, n, *win.padded), dtype=planes.dtype)
    lines[(..., *where)] = planes.swapaxes(0, 1)
    return lines.reshape(c, -1)
