"""Ops that pick elements by position."""

from __future__ import annotations

from typing import Any

import numpy

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.shape import expand, moving, view_op
from vizgrad.engine.ops.words import Shape, Value


def _cut(xp, input: Value, index: Any):
    y = input[index]
    return y if type(y) is type(input) else input[(*index, ...)]  # of all numbers NumPy makes a scalar


def _put_back(xp, g, input_shape, index):
    return xp.rule("slice_backward")(g, input_shape, index)


@op
class slice_(view_op):
    """x[index] with numbers, slices, None and Ellipsis: a view"""

    formulas = {"input": "0, with [index] = g"}
    samples = (Sample((4, 5), index=(slice(1, 4, 2), None, slice(0, 3))),)

    forward, d_input = _cut, _put_back


@op
class select(view_op):
    """The same where the last thing picked is one place of a dimension, as PyTorch tells them apart"""

    formulas = {"input": "0, with [index] = g"}
    samples = (Sample((3, 4), index=(slice(None), 1)), Sample((3, 4), index=(2,)))

    forward, d_input = _cut, _put_back


@op
class slice_backward(moving):
    """Zeros with the gradient written at ``index``"""

    def forward(xp, g_in: Value, shape: Shape, index: Any):
        y = xp.zeros(shape, dtype=g_in.dtype)
        y[index] = g_in
        return y

    def d_g_in(xp, g, index):
        return xp.rule("slice")(g, index)


def check(index: Any, shape: Shape) -> None:
    """Raise PyTorch's error for an index tensor with a number that the dimension does not have."""
    d = 0
    for p in index:
        if hasattr(p, "dtype") and p.dtype.kind == "b":
            d += p.ndim
            continue
        if hasattr(p, "dtype") and p.size:
            low, high = int(p.min()), int(p.max())
            if low < -shape[d] or high >= shape[d]:
                bad = high if high >= shape[d] else low
                raise IndexError(f"index {bad} is out of bounds for dimension {d} with size {shape[d]}")
        d += 1


@op
class index(moving):
    """x[index] with tensors of numbers or of True and False among full slices: a copy"""

    formulas = {"input": "0, with [index] += g"}
    samples = (
        Sample((4, 5), index=(numpy.array([0, 2, 2]),)),
        Sample((4, 5), index=(numpy.array([0, 2]), numpy.array([1, 1]))),
        Sample((4, 5), index=(slice(None), numpy.array([[0, 4], [2, -1]]))),
    )

    def forward(xp, input: Value, index: Any):
        try:
            if index[-1].dtype.kind in "iu" and all(type(p) is slice for p in index[:-1]):
                return input.take(index[-1], axis=len(index) - 1)  # the usual case has a fast way
            return input[index]
        except IndexError:
            check(index, input.shape)
            raise

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

    formulas = {"value": "g[index]"}

    def forward(xp, input: Value, value: Value, index: Any, accumulate: bool = False):
        y = input.copy()
        index_put.row.into(xp, y, value, index, accumulate)
        return y

    def into(xp, input, value, index, accumulate=False):
        try:
            if accumulate:
                xp.add_at(input, index, value)
            else:
                input[index] = value
        except (IndexError, ValueError, TypeError):
            check(index, input.shape)
            raise RuntimeError(
                f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to indexing result "
                f"of shape {list(input[index].shape)}"
            ) from None

    def d_input(xp, g, index, accumulate):
        return g if accumulate else xp.rule("index_put")(g, xp.zeros_like(g[index]), index)

    def d_value(xp, g, value_shape, index):
        return shapes.unstretched(xp, xp.rule("index")(g, index), value_shape)


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

    def into(xp, input, value):
        if getattr(value, "ndim", 0):
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions."
            )
        if input.dtype.kind != "c" and (
            type(value) is complex or getattr(value, "dtype", input.dtype).kind == "c"
        ):
            raise RuntimeError("value cannot be converted to a real type without overflow")
        input[...] = value

    def d_input(xp, g):
        return xp.zeros_like(g)

    def d_value(xp, g):
        return xp.sum(g)


@op
class masked_fill(moving):
    """x, with ``value`` wherever the mask is True"""

    ordered = True
    samples = (Sample((3, 4), (3, 4), 0.5, whole={1: 2}), Sample((2, 3, 4), (3, 4), 0.5, whole={1: 2}))
    broadcasts = True

    def forward(xp, input: Value, mask: Value, value: Value):
        if mask.dtype.kind != "b":
            mask = mask.astype(bool)
        return xp.where(mask, xp.asarray(value, dtype=input.dtype), input)

    def into(xp, input, mask, value):
        if shapes.broadcast(mask.shape, input.shape) != input.shape:
            expand.row.family.shape(mask.shape, input.shape)  # type: ignore[attr-defined]
        xp.copyto(input, value, where=mask if mask.dtype.kind == "b" else mask.astype(bool), casting="unsafe")

    def d_input(xp, g, mask):
        return xp.where(mask, xp.zeros_like(g), g)

    def d_value(xp, g, mask):
        return xp.where(mask, g, xp.zeros_like(g))


@op
class tril(moving):
    """The lower triangle of the last two dimensions, zeros above; ``diagonal`` moves the edge"""

    ordered = True
    samples = (Sample((3, 4)), Sample((2, 3, 3), diagonal=-1))

    def forward(xp, input: Value, diagonal: int = 0):
        return xp.tril(input, diagonal)

    def d_input(xp, g, diagonal):
        return xp.rule("tril")(g, diagonal)


@op
class triu(moving):
    """The upper triangle of the last two dimensions, zeros below; ``diagonal`` moves the edge"""

    ordered = True
    samples = (Sample((3, 4)), Sample((2, 3, 3), diagonal=1))

    def forward(xp, input: Value, diagonal: int = 0):
        return xp.triu(input, diagonal)

    def d_input(xp, g, diagonal):
        return xp.rule("triu")(g, diagonal)
