"""Picking and putting one element per index along a dimension."""

from __future__ import annotations

from typing import Any

import numpy

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.shape import moving
from vizgrad.engine.ops.words import Value

_UNSIGNED = {numpy.dtype("i4"): numpy.dtype("u4"), numpy.dtype("i8"): numpy.dtype("u8")}
_SPOTS = {"whole": {1: 4}, "dim": 0}


def check_index(name: str, x: Any, index: Any, dim: int, src: Any = None) -> None:
    """Raise PyTorch's errors for an index that does not fit: its dtype, its shape, its numbers."""
    if (index.dtype.kind not in "iu" or index.itemsize < 4) and index.size:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    d = shapes.at(dim, x.ndim)
    if not index.size:
        return
    a, b = x.shape or (1,), index.shape or (1,)
    if len(a) != len(b):
        raise RuntimeError(
            f"Index tensor must have the same number of dimensions as {'self' if src is not None else 'input'} tensor"
        )
    if src is not None and hasattr(src, "shape"):
        c = src.shape or (1,)
        if len(c) != len(b):
            raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
        if any(m > n for m, n in zip(b, c, strict=True)) or any(
            m > n for i, (m, n) in enumerate(zip(b, a, strict=True)) if i != d
        ):
            raise RuntimeError(
                f"Expected index {list(b)} to be no larger than self {list(a)} apart from dimension {d} and to be "
                f"no larger size than src {list(c)}"
            )
    elif any(m > n for i, (m, n) in enumerate(zip(b, a, strict=True)) if i != d):
        raise RuntimeError(
            f"Size does not match at dimension {d}: expected index {list(b)} to be no larger than self {list(a)} "
            f"apart from dimension {d}"
        )
    read = (
        index.view(_UNSIGNED[index.dtype]) if index.dtype in _UNSIGNED else index
    )  # so read, -1 is very large
    if (numpy.maximum.reduce(read, None) if type(read) is numpy.ndarray else read.max()) >= a[d]:
        low, high = int(index.min()), int(index.max())
        bad = low if low < 0 else high
        raise RuntimeError(f"index {bad} is out of bounds for dimension {d} with size {a[d]}")


def places(xp: Any, index: Any, dim: int) -> tuple[Any, ...]:
    """The index along ``dim`` together with every element's own position along the others."""
    if not index.ndim:
        return (index,)
    d = dim % index.ndim
    return tuple(
        index if i == d else xp.arange(n).reshape(n, *(1,) * (index.ndim - 1 - i))
        for i, n in enumerate(index.shape)
    )


def _at_least_1d(x: Any) -> Any:
    return x if getattr(x, "ndim", 1) else x.reshape(1)


@op
class gather(moving):
    """y[i][j] = x[index[i][j]][j] for ``dim`` 0: one element of ``dim`` for each index"""

    ordered = True
    samples = (Sample((4, 3), (2, 3), whole={1: 4}, dim=0), Sample((4, 3), (4, 2), whole={1: 3}, dim=1))

    def forward(xp, input: Value, index: Value, dim: int):
        check_index("gather", input, index, dim)
        if not index.size:
            return xp.zeros(index.shape, dtype=input.dtype)
        x, at = _at_least_1d(input), _at_least_1d(index)
        return xp.pick_along(x, at, shapes.at(dim, at.ndim)).reshape(index.shape)

    def d_input(xp, g, input_shape, index, dim):
        zeros = xp.rule("zeros")(g, input_shape)
        return xp.rule("scatter_add")(zeros, index, g, dim)


@op
class scatter(moving):
    """A copy of x with x[index[i][j]][j] = src[i][j] for ``dim`` 0"""

    ordered = True
    samples = (Sample((4, 3), (1, 3), (1, 3), **_SPOTS), Sample((4, 3), (1, 3), 0.5, **_SPOTS))

    def forward(xp, input: Value, index: Value, src: Value, dim: int):
        y = xp.array(input)
        scatter.row.into(xp, y, index, src, dim)
        return y

    def into(xp, input, index, src, dim):
        check_index("scatter", input, index, dim, src)
        if index.size:
            _at_least_1d(input)[places(xp, _at_least_1d(index), dim)] = src

    def d_input(xp, g, index, dim):
        return xp.rule("scatter")(g, index, 0.0, dim)

    def d_src(xp, g, index, dim):
        return xp.rule("gather")(g, index, dim)


@op
class scatter_add(Formula):
    """A copy of x with x[index[i][j]][j] += src[i][j] for ``dim`` 0"""

    ordered = True
    samples = (Sample((4, 3), (2, 3), (2, 3), **_SPOTS),)

    def forward(xp, input: Value, index: Value, src: Value, dim: int):
        y = xp.array(input)
        scatter_add.row.into(xp, y, index, src, dim)
        return y

    def into(xp, input, index, src, dim):
        check_index("scatter_add", input, index, dim, src)
        if index.size:
            xp.add_at(_at_least_1d(input), places(xp, _at_least_1d(index), dim), _at_least_1d(src))

    def d_input(xp, g):
        return g

    def d_src(xp, g, index, dim):
        return xp.rule("gather")(g, index, dim)


@op
class scatter_reduce(Formula):
    """A copy of x with src[i][j] reduced into x[index[i][j]][j] for ``dim`` 0: sum, prod, mean, amax or amin"""

    samples = tuple(
        Sample((4, 3), (5, 3), (5, 3), whole={1: 4}, dim=0, reduce=how, include_self=own)
        for how in ("sum", "prod", "mean", "amax", "amin")
        for own in (True, False)
    )
    formulas = {
        "input": "g · ∂reduce/∂x, 0 where x is replaced",
        "src": "(g · ∂reduce/∂src)[index]",
    }

    def forward(xp, input: Value, index: Value, src: Value, dim: int, reduce: str, include_self: bool = True):
        check_index("scatter", input, index, dim, src)
        if reduce not in ("sum", "prod", "mean", "amax", "amin"):
            raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}.")
        y = xp.array(input)
        if not index.size:
            return y
        at, values, into = places(xp, _at_least_1d(index), dim), _at_least_1d(src), _at_least_1d(y)
        if not include_self:
            into[at] = xp.neutral(reduce, input.dtype)
        if reduce == "mean":
            xp.add_at(into, at, values)
            count = xp.rule("scatter_count")(input, index, dim, include_self).reshape(into.shape)
            into[...] = into // count if input.dtype.kind in "iu" else into / count
        else:
            xp.reduce_at(into, at, values, reduce)
        return y

    def d_input(xp, g, input, y, index, src, dim, reduce, include_self):
        if reduce == "mean":
            dx = g / xp.rule("scatter_count")(g, index, dim, include_self)
        elif reduce in ("amax", "amin"):
            dx = xp.where(xp.equal(input, y), _shared(xp, g, input, y, index, src, dim), xp.zeros_like(g))
        elif reduce == "prod":
            own = xp.where(xp.equal(input, 0), xp.ones_like(input), input)
            dx = g * xp.rule("scatter_reduce")(own, index, src, dim, reduce, include_self) / own
        else:
            dx = g
        return dx if include_self else xp.rule("scatter")(dx, index, 0.0, dim)

    def d_src(xp, g, input, y, index, src, dim, reduce, include_self):
        pick = xp.rule("gather")
        if reduce == "mean":
            return pick(g / xp.rule("scatter_count")(g, index, dim, include_self), index, dim)
        if reduce in ("amax", "amin"):
            shared = pick(_shared(xp, g, input, y, index, src, dim), index, dim)
            return xp.where(xp.equal(src, pick(y, index, dim)), shared, xp.zeros_like(shared))
        if reduce == "prod":
            return _d_product(xp, g, input, y, index, src, dim, include_self)
        return pick(g, index, dim)


def _shared(xp, g, input, y, index, src, dim):
    """The gradient of an extreme, parted equally among all that reached it."""
    own = xp.where(xp.equal(input, y), xp.ones_like(g), xp.zeros_like(g))
    hit = xp.equal(src, xp.rule("gather")(y, index, dim))
    hits = xp.where(hit, xp.ones_like(src), xp.zeros_like(src))
    return g / xp.rule("scatter_add")(own, index, hits, dim)


def _d_product(xp, g, input, y, index, src, dim, include_self):
    """The gradient of a product by each factor: the product of the others, also beside one zero."""
    pick, zero = xp.rule("gather"), xp.equal(src, 0)
    ones, zeros = xp.ones_like(src), xp.zeros_like(src)
    empty = xp.rule("zeros")(src, input.shape)
    count = pick(xp.rule("scatter_add")(empty, index, xp.where(zero, ones, zeros), dim), index, dim)
    alone = xp.where(zero, xp.equal(count, 1), zero)  # the only zero among the factors of its place
    filled = xp.where(alone, ones, src)
    others = xp.rule("scatter_reduce")(input, index, filled, dim, "prod", include_self)
    plain = pick(g * y, index, dim) / xp.where(zero, ones, src)
    return xp.where(alone, pick(g * others, index, dim), plain)


@op
class scatter_count(moving):
    """How many numbers meet at each place of x: what a mean divides by"""

    def forward(xp, input: Value, index: Value, dim: int, include_self: bool):
        count = xp.full(input.shape or (1,), int(include_self), dtype=input.dtype)
        if index.size:
            at = places(xp, _at_least_1d(index), dim)
            xp.add_at(count, at, xp.ones(index.shape or (1,), dtype=input.dtype))
        return xp.maximum(count, 1).reshape(input.shape)
