"""Ops that choose elements along a dimension by their order, and say where they were.

Each returns ``values`` and ``indices``; a gradient goes back to the places that the indices name.
"""

from __future__ import annotations

from typing import Any

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import lanes, shapes
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.shape import moving
from vizgrad.engine.ops.words import Shape, Value

from .reduce import extreme, not_over_nothing, to_the_chosen, wide


@op
class taken(moving):
    """For each lane along ``dim`` the elements at ``indices``, which may lack that dimension"""

    samples = (
        Sample((3, 4), (3, 2), whole={1: 4}, dim=1, unique=False),
        Sample((3, 4), (3,), whole={1: 4}, dim=1),
    )

    def forward(xp, input: Value, indices: Value, dim: int, unique: bool = True):
        if not input.ndim:
            return xp.reshape(input, indices.shape).copy()
        dim = shapes.at(dim, input.ndim)
        if indices.ndim == input.ndim:
            return xp.pick_along(input, indices, dim)
        return xp.pick_along(input, xp.expand_dims(indices, dim), dim).squeeze(dim)

    def d_input(xp, g, input_shape, indices, dim, unique):
        return xp.rule("placed")(g, indices, input_shape, dim, unique)


@op
class placed(moving):
    """Zeros with each lane's values at ``indices``, added up where an index is not ``unique``"""

    samples = (Sample((3,), (3,), whole={1: 4}, shape=(3, 4), dim=1),)

    def forward(xp, g_in: Value, indices: Value, shape: Shape, dim: int, unique: bool = True):
        y = xp.zeros(shape, dtype=g_in.dtype)
        if not y.ndim:
            return y + xp.reshape(g_in, ())
        dim = shapes.at(dim, y.ndim)
        if indices.ndim < y.ndim:
            g_in, indices = xp.expand_dims(g_in, dim), xp.expand_dims(indices, dim)
        places: list[Any] = [lanes.positions(xp, indices, d) for d in range(y.ndim)]
        places[dim] = indices
        if unique:
            y[tuple(places)] = g_in
        else:
            xp.add_at(y, tuple(places), g_in)
        return y

    def d_g_in(xp, g, indices, dim, unique):
        return xp.rule("taken")(g, indices, dim, unique)


class choosing(Formula):
    """One element of each lane, or several, with their indices.  No two indices of a lane are equal."""

    outputs = ("values", "indices")
    exact = True
    out = True
    formulas = {"input": "g at the indices, else 0"}
    samples = (Sample((3, 4), dim=0), Sample((3, 4), dim=-1, keepdim=True), Sample((), dim=0))


def _to_their_places(xp, g, g_indices, input_shape, indices, dim):
    """The gradient of every row here that chooses along ``dim``: each chosen element gets its own."""
    return xp.rule("placed")(g, indices, input_shape, dim)


def order(xp, x, axis, descending=False):
    """The indices that sort, equal elements in their old order; what is not a number counts as largest."""
    x = wide(x) if x.dtype.kind == "V" else x
    if not descending:
        return xp.stable_argsort(x, axis)
    back = lanes.span(axis, None, None, -1)
    return x.shape[axis] - 1 - xp.stable_argsort(x[back], axis)[back]


def picked(xp, x, index, axis):
    """For each lane the elements at ``index``."""
    return xp.pick_along(x, index, axis)


def _ordered(name, x, *, bools=True):
    if x.dtype.kind == "c" or (x.dtype.kind == "b" and not bools):
        kind = "complex" if x.dtype.kind == "c" else "bool"
        raise RuntimeError(f"{name}(): {kind} tensors are not supported; they have no order to go by")


def _chosen(xp, name, x, index, dim, keepdim):
    """The results of a row that keeps one element of each lane."""
    axis, lined = lanes.along(x, dim)
    values = picked(xp, lined, index, axis)
    after = x.shape if not x.ndim else values.shape if keepdim else x.shape[:axis] + x.shape[axis + 1 :]
    return values.reshape(after), index.reshape(after)


def _lane(name, x, dim):
    axis, lined = lanes.along(x, dim)
    if not x.size:
        not_over_nothing(name, lined.shape, (axis,))
    return axis, lined


@op
class max(choosing):
    """The largest element along ``dim`` and where it is: the first of equals"""

    named = "max"

    def forward(xp, input: Value, dim: int, keepdim: bool = False):
        axis, x = _lane("max", input, dim)
        _ordered("max", x)
        index = xp.argmax(wide(x), axis=axis, keepdims=True)
        return _chosen(xp, "max", input, index, dim, keepdim)

    d_input = _to_their_places


@op
class min(choosing):
    """The smallest element along ``dim`` and where it is: the first of equals"""

    named = "min"

    def forward(xp, input: Value, dim: int, keepdim: bool = False):
        axis, x = _lane("min", input, dim)
        _ordered("min", x)
        index = xp.argmin(wide(x), axis=axis, keepdims=True)
        return _chosen(xp, "min", input, index, dim, keepdim)

    d_input = _to_their_places


@op
class sort(choosing):
    """The elements along ``dim`` in ascending (or descending) order, and where they were"""

    named = "sort"
    samples = (Sample((3, 4), dim=0), Sample((3, 4), descending=True), Sample(()))

    def forward(xp, input: Value, dim: int = -1, descending: bool = False, stable: bool = False):
        _ordered("sort", input)
        axis, x = lanes.along(input, dim)
        index = order(xp, x, axis, descending)
        values = picked(xp, x, index, axis)
        return xp.reshape(values, input.shape), xp.reshape(index, input.shape)

    d_input = _to_their_places


@op
class argsort(Formula):
    """Where the elements along ``dim`` were before sorting"""

    out = True
    exact = True

    def forward(xp, input: Value, dim: int = -1, descending: bool = False, *, stable: bool = False):
        _ordered("argsort", input)
        axis, x = lanes.along(input, dim)
        return xp.reshape(order(xp, x, axis, descending), input.shape)


@op
class topk(choosing):
    """The ``k`` largest (or smallest) elements along ``dim``, in order, and where they are"""

    named = "topk"
    samples = (Sample((3, 4), k=2), Sample((3, 4), k=2, dim=0, largest=False), Sample((), k=1))

    def forward(xp, input: Value, k: int, dim: int = -1, largest: bool = True, sorted: bool = True):
        _ordered("topk", input, bools=False)
        axis, x = lanes.along(input, dim)
        size = x.shape[axis]
        if not 0 <= k <= size:
            raise RuntimeError(f"selected index k out of range: {k} of {size} elements along dim {dim}")
        index = _foremost(xp, wide(x) if x.dtype.kind == "V" else x, k, axis, largest)
        values = picked(xp, x, index, axis)
        return (values, index) if input.ndim or k != 1 else (values.reshape(()), index.reshape(()))

    d_input = _to_their_places


def _foremost(xp, x, k, axis, largest):
    """Indices of the k largest or smallest: these are put apart first, and only they are sorted."""
    size = x.shape[axis]
    if k == size or size <= 32:  # so few are sorted at once
        return order(xp, x, axis, largest)[lanes.span(axis, 0, k)]
    if k == 0:
        part = xp.zeros((*x.shape[:axis], 0, *x.shape[axis + 1 :]), dtype="i8")
    elif largest:
        part = xp.argpartition(x, size - k, axis=axis)[lanes.span(axis, size - k, None)]
    else:
        part = xp.argpartition(x, k - 1, axis=axis)[lanes.span(axis, 0, k)]
    part = xp.sort(part, axis=axis)  # equal elements in their old order
    inner = order(xp, picked(xp, x, part, axis), axis, largest)
    return picked(xp, part, inner, axis)


@op
class kthvalue(choosing):
    """The ``k``-th smallest element along ``dim``, counted from 1, and where it is"""

    named = "kthvalue"
    samples = (Sample((3, 4), k=2), Sample((3, 4), k=3, dim=0, keepdim=True), Sample((), k=1))

    def forward(xp, input: Value, k: int, dim: int = -1, keepdim: bool = False):
        _ordered("kthvalue", input, bools=False)
        axis, x = _lane("kthvalue", input, dim)
        if not 1 <= k <= x.shape[axis]:
            raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}: {k}")
        return _chosen(xp, "kthvalue", input, _at_rank(xp, x, k - 1, axis), dim, keepdim)

    d_input = _to_their_places


def _at_rank(xp, x, rank, axis):
    """Index of the element that has ``rank`` others before it in order."""
    return xp.argpartition(wide(x), rank, axis=axis)[lanes.span(axis, rank, rank + 1)]


@op
class median(choosing):
    """The middle element along ``dim``, the lower of two, and where it is; NaN where a lane has one"""

    named = "median"

    def forward(xp, input: Value, dim: int = -1, keepdim: bool = False):
        _ordered("median", input, bools=False)
        axis, x = _lane("median", input, dim)
        index = (
            _at_rank(xp, x, (x.shape[axis] - 1) // 2, axis) if x.size else xp.argmax(x, axis, keepdims=True)
        )
        if x.dtype.kind in "fV":
            unknown = xp.isnan(x)
            some = xp.any(unknown, axis=axis, keepdims=True)
            index = xp.where(some, xp.argmax(unknown, axis=axis, keepdims=True), index)
        return _chosen(xp, "median", input, index, dim, keepdim)

    d_input = _to_their_places


@op
class nanmedian(choosing):
    """The middle element along ``dim`` of those that are numbers, the lower of two, and where it is"""

    named = "nanmedian"

    def forward(xp, input: Value, dim: int = -1, keepdim: bool = False):
        _ordered("nanmedian", input, bools=False)
        axis, x = _lane("nanmedian", input, dim)
        known = xp.sum(x == x, axis=axis, keepdims=True)
        rank = xp.maximum((known - 1) // 2, 0)
        return _chosen(xp, "nanmedian", input, picked(xp, order(xp, x, axis), rank, axis), dim, keepdim)

    d_input = _to_their_places


class of_all(Formula):
    """One of all elements; those that equal it share the gradient."""

    exact = True
    out = True
    samples = (Sample((3, 4)), Sample((3, 3)), Sample(()))
    formulas = {"input": "g where x = y, shared among equals, else 0"}
    shape = staticmethod(lambda input: ())


@op
class max_of_all(of_all):
    """The largest of all elements"""

    grad_fn = "Max"

    def forward(xp, input: Value):
        return extreme(xp.max, "max", input, None, False)

    d_input = to_the_chosen


@op
class min_of_all(of_all):
    """The smallest of all elements"""

    grad_fn = "Min"

    def forward(xp, input: Value):
        return extreme(xp.min, "min", input, None, False)

    d_input = to_the_chosen


@op
class median_of_all(of_all):
    """The middle one of all elements, the lower of two; NaN if there is one"""

    grad_fn = "Median"

    def forward(xp, input: Value):
        _ordered("median", input, bools=False)
        x = xp.reshape(input, (-1,))
        return _middle(xp, x, x != x if x.dtype.kind in "fV" else None)

    d_input = to_the_chosen


@op
class nanmedian_of_all(of_all):
    """The middle one of all elements that are numbers, the lower of two"""

    def forward(xp, input: Value):
        _ordered("nanmedian", input, bools=False)
        x = xp.reshape(input, (-1,))
        return _middle(xp, x[x == x], None)

    d_input = to_the_chosen


def _middle(xp, x, unknown):
    if not x.size or (unknown is not None and bool(unknown.any())):
        return xp.full((), xp.nan if x.dtype.kind in "fV" else xp.iinfo(x.dtype).min, dtype=x.dtype)
    rank = (x.size - 1) // 2
    return xp.partition(wide(x), rank)[rank].astype(x.dtype)


@op
class mode(choosing):
    """The most frequent element along ``dim``, the smallest of equally frequent ones, and where it is last"""

    named = "mode"

    def forward(xp, input: Value, dim: int = -1, keepdim: bool = False):
        _ordered("mode", input)
        axis, x = _lane("mode", input, dim)
        places = order(xp, x, axis)
        x = picked(xp, x, places, axis)
        here = lanes.positions(xp, x, axis)
        fresh = xp.ones(x.shape, dtype=bool)  # where, in order, a run of equals starts
        fresh[lanes.span(axis, 1, None)] = x[lanes.span(axis, 1, None)] != x[lanes.span(axis, 0, -1)]
        start = xp.rule("cummax")(xp.where(fresh, here, 0), axis)[0]
        longest = xp.argmax(here - start, axis=axis, keepdims=True)
        return _chosen(xp, "mode", input, picked(xp, places, longest, axis), dim, keepdim)

    d_input = _to_their_places
