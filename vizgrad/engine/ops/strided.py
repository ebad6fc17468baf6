"""Views by steps through memory: diagonals, windows, and any steps at all; with what leads their gradients back."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.op import op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.shape import moving, view_op
from vizgrad.engine.ops.words import Shape, Value


@op
class diagonal(view_op):
    """The diagonal of dimensions ``dim1`` and ``dim2``, ``offset`` above the main one, as the last dimension"""

    formulas = {"input": "0, with diagonal = g"}
    samples = (Sample((3, 4)), Sample((2, 3, 3), offset=1, dim1=1, dim2=2))

    def forward(xp, input: Value, offset: int = 0, dim1: int = 0, dim2: int = 1):
        a, b = _two(input.ndim, dim1, dim2)
        rows, columns = input.shape[a], input.shape[b]
        n = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
        others = [d for d in range(input.ndim) if d not in (a, b)]
        start = (offset * input.strides[b] if offset >= 0 else -offset * input.strides[a]) if n else 0
        size = (*(input.shape[d] for d in others), n)
        steps = (*(input.strides[d] for d in others), input.strides[a] + input.strides[b])
        return xp.restrided(input, size, steps, start)

    def d_input(xp, g, input_shape, offset, dim1, dim2):
        return xp.rule("diagonal_backward")(g, input_shape, offset, dim1, dim2)


def _two(ndim, dim1, dim2):
    a, b = shapes.at(dim1, ndim), shapes.at(dim2, ndim)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    if ndim < 2:
        raise IndexError(f"Dimension out of range (expected to be in range of [-1, 0], but got {dim2})")
    return a, b


@op
class diagonal_backward(moving):
    """Zeros with ``g`` on a diagonal"""

    def forward(xp, g_in: Value, shape: Shape, offset: int, dim1: int, dim2: int):
        y = xp.zeros(shape, dtype=g_in.dtype)
        xp.rule("diagonal")(y, offset, dim1, dim2)[...] = g_in
        return y

    def d_g_in(xp, g, offset, dim1, dim2):
        return xp.rule("diagonal")(g, offset, dim1, dim2)


@op
class unfold(view_op):
    """Windows of ``size`` elements along ``dimension``, ``step`` apart, each a row of a new last dimension"""

    formulas = {"input": "0, with windows += g"}
    samples = (Sample((5,), dimension=0, size=3, step=1), Sample((2, 6), dimension=1, size=2, step=3))

    def forward(xp, input: Value, dimension: int, size: int, step: int):
        d = shapes.at(dimension, input.ndim)
        n = input.shape[d] if input.ndim else 1
        if size < 0:
            raise RuntimeError(f"size is {size} but must be >= 0")
        if size > n:
            raise RuntimeError(f"maximum size for tensor at dimension {dimension} is {n} but size is {size}")
        if step <= 0:
            raise RuntimeError(f"step is {step} but must be > 0")
        if not input.ndim:
            return xp.restrided(input, (size,), (input.itemsize,))
        sizes, steps = list(input.shape), list(input.strides)
        sizes[d], steps[d] = (n - size) // step + 1, steps[d] * step
        return xp.restrided(input, (*sizes, size), (*steps, input.strides[d]))

    def d_input(xp, g, input_shape, dimension, size, step):
        return xp.rule("unfold_backward")(g, input_shape, dimension, size, step)


@op
class unfold_backward(moving):
    """Windows added up where they came from"""

    def forward(xp, g_in: Value, shape: Shape, dimension: int, size: int, step: int):
        y = xp.zeros(shape, dtype=g_in.dtype)
        if not shape:
            return y + g_in.sum()
        d = dimension % len(shape)
        along = xp.moveaxis(y, d, -1)
        windows = xp.moveaxis(g_in, d, -2)
        last = step * (windows.shape[-2] - 1) + 1
        for k in range(size):  # a window's elements are few; the windows are many
            along[..., k : k + last : step] += windows[..., k]
        return y

    def d_g_in(xp, g, dimension, size, step):
        return xp.rule("unfold")(g, dimension, size, step)


@op
class as_strided(view_op):
    """Any sizes and steps through memory, in elements; ``start`` counts from the first element of x

    ``layout``: the steps of x itself.  They say where its elements are when the rule is run on another array.
    """

    formulas = {"input": "0, with places += g"}

    def forward(xp, input: Value, size: Shape, stride: Shape, start: int, layout: Shape):
        width = input.itemsize
        if any(a != b * width for a, b, n in zip(input.strides, layout, input.shape, strict=True) if n > 1):
            spread = xp.zeros(
                1 + sum((n - 1) * b for n, b in zip(input.shape, layout, strict=True)), input.dtype
            )
            laid = xp.restrided(spread, input.shape, tuple(b * width for b in layout))
            laid[...] = input
            input = laid
        return xp.restrided(input, size, tuple(s * width for s in stride), start * width)

    def d_input(xp, g, input_shape, size, stride, start, layout):
        return xp.rule("restride")(
            g, (size, stride, start), (input_shape, layout, 0), (input_shape, layout, 0)
        )


@op
class restride(moving):
    """Elements that lie at some places of a memory, added up there, then read from other places of it

    Places are (sizes, steps, start).  Where several of the places ``shared`` are one, each gets its share.
    """

    def forward(xp, input: Value, there: Any, here: Any, shared: Any):
        a, b, c = (_places(xp, *places) for places in (there, here, shared))
        low = min(int(p.min()) for p in (a, b, c) if p.size) if a.size and b.size else 0
        high = max(int(p.max()) for p in (a, b, c) if p.size) if a.size and b.size else 0
        memory, count = xp.zeros((2, high - low + 1), dtype=input.dtype)
        if a.size and b.size:
            xp.add_at(memory, (a.reshape(-1) - low,), input.reshape(-1))
            xp.add_at(count, (c.reshape(-1) - low,), xp.ones(c.size, dtype=input.dtype))
        return (
            (memory / xp.maximum(count, 1))[b - low] if a.size and b.size else xp.zeros(b.shape, input.dtype)
        )

    def d_input(xp, g, there, here, shared):
        return xp.rule("restride")(g, here, there, shared)


def _places(xp, size, stride, start):
    """Where each element is, counted in elements."""
    at = xp.zeros((), dtype="i8") + start
    for n, step in zip(size, stride, strict=True):
        at = at[..., None] + xp.arange(n) * step
    return at
