"""Ops that run along a dimension and remember: totals, products and extremes so far."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import lanes, shapes
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value

from .reduce import totalled, wide


class scan(Formula):
    """One number for each element: what those up to it come to.  The shape stays."""

    ordered = True
    shape = staticmethod(shapes.same)
    out = True
    exact = True  # 16-bit floats are widened here, where the accumulator is chosen
    samples = (Sample((3, 4), dim=0), Sample((3, 4), dim=-1), Sample((), dim=0))


@op
class cumsum(scan):
    """Running totals along ``dim``"""

    formula = "Σ x up to here"
    formulas = {"input": "Σ g from here on"}

    def forward(xp, input: Value, dim: int, *, dtype: Any = None):
        axis, x = lanes.along(input, dim)

        def run(x, axis, keepdims, dtype=None):
            return xp.cumsum(x, axis=axis, dtype=dtype)

        return xp.reshape(totalled(run, x, axis, False, dtype), input.shape)

    def d_input(xp, g, input_shape, dim):
        if not len(input_shape):
            return g
        flip = xp.rule("flip")
        return flip(xp.rule("cumsum")(flip(g, (dim,)), dim), (dim,))


@op
class cumprod(scan):
    """Running products along ``dim``"""

    formula = "Π x up to here"
    formulas = {"input": "Σ g · (the product without x) from here on"}

    def forward(xp, input: Value, dim: int, *, dtype: Any = None):
        axis, x = lanes.along(input, dim)

        def run(x, axis, keepdims, dtype=None):
            return xp.cumprod(x, axis=axis, dtype=dtype)

        return xp.reshape(totalled(run, x, axis, False, dtype), input.shape)

    def d_input(xp, g, input, dim):
        if not len(input.shape):
            return g
        dim, x = shapes.at(dim, len(input.shape)), xp.conj(input)
        return lanes.before(xp, x, dim) * lanes.returning(xp, lanes.ahead(xp, x, dim), g, dim)


@op
class recurrence(scan):
    """y with yᵢ = aᵢ yᵢ₋₁ + bᵢ along ``dim``, starting from 0"""

    samples = (Sample((3, 4), (3, 4), dim=0), Sample((3, 4), (3, 4), dim=1))
    formula = "yᵢ = aᵢ · yᵢ₋₁ + bᵢ"
    formulas = {"a": "hᵢ · yᵢ₋₁", "b": "h with hᵢ = gᵢ + aᵢ₊₁ · hᵢ₊₁"}

    def forward(xp, a: Value, b: Value, dim: int):
        y, a = b.copy(), a.copy()
        for step in lanes.steps(y.shape[dim]):
            late, early = lanes.span(dim, step, None), lanes.span(dim, 0, -step)
            y[late] += a[late] * y[early]
            a[late] *= a[early].copy()
        return y

    def d_a(xp, g, a, y, dim):
        return lanes.returning(xp, lanes.ahead(xp, xp.conj(a), dim), g, dim) * xp.conj(
            lanes.behind(xp, y, dim)
        )

    def d_b(xp, g, a, dim):
        return lanes.returning(xp, lanes.ahead(xp, xp.conj(a), dim), g, dim)


@op
class logcumsumexp(scan):
    """log Σ eˣ of the elements up to each, computed without overflow"""

    formula = "log Σ exp(x) up to here"
    formulas = {"input": "Σ g · exp(x - y) from here on"}

    def forward(xp, input: Value, dim: int):
        if input.dtype.kind not in "fcV":
            raise NotImplementedError(f'"logcumsumexp" not implemented for {input.dtype}; use .float() first')
        axis, x = lanes.along(wide(input), dim)
        if xp.module.__name__ == "numpy" and x.dtype.kind == "f":
            y = xp.logaddexp.accumulate(x, axis=axis)
        else:
            y = x.copy()
            for step in lanes.steps(y.shape[axis]):
                late, early = lanes.span(axis, step, None), lanes.span(axis, 0, -step)
                y[late] = xp.rule("logaddexp")(y[late], y[early])
        return xp.reshape(y, input.shape).astype(input.dtype, copy=False)

    def d_input(xp, g, input, y, dim):
        if not len(input.shape):
            return g
        dim = shapes.at(dim, len(input.shape))
        early, late = y[lanes.span(dim, 0, -1)], y[lanes.span(dim, 1, None)]
        rise = xp.where(early == late, xp.zeros_like(late), early - late)  # of ∞ and ∞ too
        fades = xp.exp(xp.conj(rise))  # never above 1
        last = xp.zeros_like(y[lanes.span(dim, 0, 1)])
        later = lanes.returning(xp, xp.concatenate([fades, last], axis=dim), g, dim)
        return xp.exp(xp.conj(input - y)) * later


class running(Formula):
    """The extreme so far and where it is: the last of equals.  What is not a number wins."""

    ordered = True
    outputs = ("values", "indices")
    out = True
    formulas = {"input": "Σ g where this element was the extreme"}
    samples = (Sample((3, 4), dim=0), Sample((3, 4), dim=-1), Sample((), dim=0))


def _to_the_extremes(xp, g, g_indices, input_shape, indices, dim):
    """The gradients of all places that the same element was the extreme of, added up there."""
    return xp.rule("placed")(g, indices, input_shape, dim, False)


@op
class cummax(running):
    """The largest element up to each, along ``dim``, and where it is"""

    named = "cummax"

    def forward(xp, input: Value, dim: int):
        return _so_far(xp, xp.maximum, input, dim)

    d_input = _to_the_extremes


@op
class cummin(running):
    """The smallest element up to each, along ``dim``, and where it is"""

    named = "cummin"

    def forward(xp, input: Value, dim: int):
        return _so_far(xp, xp.minimum, input, dim)

    d_input = _to_the_extremes


def _so_far(xp, extreme, input, dim):
    if input.dtype.kind == "c":
        raise NotImplementedError("cummax and cummin need an order, and complex numbers have none")
    axis, x = lanes.along(input, dim)
    y = _accumulated(extreme, x, axis)
    here = lanes.positions(xp, x, axis)
    won = xp.where((x == y) | (x != x), here, 0)
    return y.reshape(input.shape), _accumulated(xp.maximum, won, axis).reshape(input.shape)


def _accumulated(extreme, x, axis):
    if hasattr(extreme, "accumulate"):
        return extreme.accumulate(x, axis=axis)
    y = x.copy()  # CuPy's ufuncs do not accumulate
    for step in lanes.steps(x.shape[axis]):
        late, early = lanes.span(axis, step, None), lanes.span(axis, 0, -step)
        y[late] = extreme(y[late], y[early])
    return y
