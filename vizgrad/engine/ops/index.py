"""Ops that pick elements by position."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.shape import moving
from vizgrad.engine.ops.words import Shape, Value


@op
class slice_(Formula):
    """x[index] with numbers, slices, None and Ellipsis: a view"""

    samples = (
        Sample((3, 4), index=(slice(None), 1)),
        Sample((4, 5), index=(slice(1, 4, 2), None, slice(0, 3))),
    )
    view = True

    def forward(xp, input: Value, index: Any):
        y = input[index]
        return y if hasattr(y, "base") and y.base is not None else input[(*index, ...)]

    def d_input(xp, g, input_shape, index):
        return xp.rule("slice_backward")(g, input_shape, index)


@op
class slice_backward(moving):
    """Zeros with the gradient written at ``index``"""

    def forward(xp, g_in: Value, shape: Shape, index: Any):
        y = xp.zeros(shape, dtype=g_in.dtype)
        y[index] = g_in
        return y

    def d_g_in(xp, g, index):
        return xp.rule("slice")(g, index)


@op
class index(moving):
    """x[index] with tensors of numbers or of True and False among the indices: a copy"""

    samples = (Sample((4, 5), index=([0, 2, 2],)), Sample((4, 5), index=([0, 2], [1, 1])))

    def forward(xp, input: Value, index: Any):
        return input[index]

    def d_input(xp, g, input_shape, index):
        return xp.rule("index_backward")(g, input_shape, index)


@op
class index_backward(Formula):
    """Zeros with the gradient added at ``index``, as often as an element was picked"""

    def forward(xp, g_in: Value, shape: Shape, index: Any):
        y = xp.zeros(shape, dtype=g_in.dtype)
        xp.add_at(y, index, g_in)
        return y

    def d_g_in(xp, g, index):
        return xp.rule("index")(g, index)


@op
class index_put(moving):
    """A copy of x with ``value`` written, or added, at ``index``"""

    def forward(xp, input: Value, value: Value, index: Any, accumulate: bool = False):
        y = input.copy()
        if accumulate:
            xp.add_at(y, index, xp.broadcast_to(value, y[index].shape))
        else:
            y[index] = value
        return y

    def d_input(xp, g, index, accumulate):
        return g if accumulate else xp.rule("index_put")(g, xp.zeros_like(g[index]), index)

    def d_value(xp, g, value_shape, index):
        return shapes.unstretched(xp, xp.rule("index")(g, index), value_shape)


@op
class gather(moving):
    """y[i][j] = x[index[i][j]][j] for ``dim`` 0: one element of ``dim`` for each index"""

    samples = (Sample((4, 3), (2, 3), whole={1: 4}, dim=0), Sample((4, 3), (4, 2), whole={1: 3}, dim=1))

    def forward(xp, input: Value, index: Value, dim: int):
        _check_index(input, index, dim)
        cut = tuple(slice(0, n) if d != dim % input.ndim else slice(None) for d, n in enumerate(index.shape))
        return xp.take_along_axis(input[cut], index, axis=dim)

    def d_input(xp, g, input_shape, index, dim):
        zeros = xp.rule("zeros")(g, input_shape)
        return xp.rule("scatter_add")(zeros, index, g, dim)


@op
class scatter_add(Formula):
    """A copy of x with x[index[i][j]][j] += src[i][j] for ``dim`` 0"""

    samples = (Sample((4, 3), (2, 3), (2, 3), whole={1: 4}, dim=0),)

    def forward(xp, input: Value, index: Value, src: Value, dim: int):
        _check_index(input, index, dim)
        y = input.copy()
        places = [xp.arange(n).reshape(-1, *(1,) * (index.ndim - 1 - d)) for d, n in enumerate(index.shape)]
        places[dim] = index
        xp.add_at(y, tuple(places), src[tuple(slice(0, n) for n in index.shape)])
        return y

    def d_input(xp, g):
        return g

    def d_src(xp, g, index, dim):
        return xp.rule("gather")(g, index, dim)


def _check_index(x, index, dim):
    if index.dtype.kind not in "iu":
        raise RuntimeError("gather(): Expected dtype int64 for index; convert it with .long()")
    if index.ndim != x.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    size = x.shape[shapes.at(dim, x.ndim)]
    if index.size and not (int(index.min()) >= 0 and int(index.max()) < size):
        bad = int(index.max()) if int(index.max()) >= size else int(index.min())
        raise RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {size}")


@op
class zeros(moving):
    """Zeros of the given shape, with the dtype and device of x"""

    def forward(xp, input: Value, shape: Shape):
        return xp.zeros(shape, dtype=input.dtype)


@op
class zeros_like(moving):
    """Zeros, shaped like x"""

    def forward(xp, input: Value):
        return xp.zeros_like(input)


@op
class ones_like(moving):
    """Ones, shaped like x"""

    def forward(xp, input: Value):
        return xp.ones_like(input)


@op
class full_like(moving):
    """One number everywhere, shaped like x"""

    def forward(xp, input: Value, fill_value: float):
        return xp.full_like(input, fill_value)


@op
class fill(moving):
    """One number everywhere: what ``fill_`` writes"""

    def forward(xp, input: Value, value: Value):
        return xp.broadcast_to(xp.asarray(value, dtype=input.dtype), input.shape)

    def d_input(xp, g):
        return xp.zeros_like(g)

    def d_value(xp, g):
        return xp.sum(g)


@op
class masked_fill(moving):
    """x, with ``value`` wherever the mask is True"""

    samples = (Sample((3, 4), (3, 4), 0.5, whole={1: 2}), Sample((2, 3, 4), (3, 4), 0.5, whole={1: 2}))
    broadcasts = True

    def forward(xp, input: Value, mask: Value, value: Value):
        if mask.dtype.kind != "b":
            mask = mask.astype(bool)
        return xp.where(mask, xp.asarray(value, dtype=input.dtype), input)

    def d_input(xp, g, mask):
        return xp.where(mask, xp.zeros_like(g), g)

    def d_value(xp, g, mask):
        return xp.where(mask, g, xp.zeros_like(g))


@op
class tril(moving):
    """The lower triangle of the last two dimensions, zeros above; ``diagonal`` moves the edge"""

    samples = (Sample((3, 4)), Sample((2, 3, 3), diagonal=-1))

    def forward(xp, input: Value, diagonal: int = 0):
        return xp.tril(input, diagonal)

    def d_input(xp, g, diagonal):
        return xp.rule("tril")(g, diagonal)


@op
class triu(moving):
    """The upper triangle of the last two dimensions, zeros below; ``diagonal`` moves the edge"""

    samples = (Sample((3, 4)), Sample((2, 3, 3), diagonal=1))

    def forward(xp, input: Value, diagonal: int = 0):
        return xp.triu(input, diagonal)

    def d_input(xp, g, diagonal):
        return xp.rule("triu")(g, diagonal)
