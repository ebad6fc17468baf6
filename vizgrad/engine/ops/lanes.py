"""Working along one dimension: its slices, neighbours, and the products to either side of an element.

A lane is what is left of an array when all other dimensions are fixed.  These run on arrays and on tensors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vizgrad.engine.ops import shapes


def along(x: Any, dim: int) -> tuple[int, Any]:
    """``dim`` counted from the front, and the array with at least one dimension."""
    if isinstance(dim, bool) or not isinstance(dim, int):
        raise TypeError(f"argument 'dim' must be int, not {type(dim).__name__}")
    return shapes.at(dim, x.ndim), x if x.ndim else x.reshape(1)


def span(dim: int, *limits: int | None) -> tuple[slice, ...]:
    """The index that takes a slice of dimension ``dim``."""
    return (*(slice(None),) * dim, slice(*limits))


def positions(xp: Any, x: Any, dim: int) -> Any:
    """0, 1, 2, … along ``dim``, in a shape that stretches to that of ``x``."""
    return xp.arange(x.shape[dim]).reshape(-1, *(1,) * (x.ndim - 1 - dim))


def steps(size: int) -> Iterator[int]:
    """1, 2, 4, … below ``size``: the distances of a scan by doubling (Hillis and Steele, 1986)."""
    step = 1
    while step < size:
        yield step
        step *= 2


def before(xp: Any, x: Any, dim: int) -> Any:
    """For each element, the product of all elements in front of it."""
    ones = xp.ones_like(x[span(dim, 0, 1)])
    return xp.rule("cumprod")(xp.concatenate([ones, x[span(dim, 0, -1)]], axis=dim), dim)


def others(xp: Any, x: Any, dim: int | None) -> Any:
    """For each element the product of all the others, of its lane or (None) of all: right beside zeros too."""
    line, dim = (xp.reshape(x, (-1,)), 0) if dim is None or not len(x.shape) else (x, dim % len(x.shape))
    flip = xp.rule("flip")
    y = before(xp, line, dim) * flip(before(xp, flip(line, (dim,)), dim), (dim,))
    return xp.reshape(y, x.shape)


def ahead(xp: Any, x: Any, dim: int) -> Any:
    """Each element's next one; 0 after the last."""
    return xp.concatenate([x[span(dim, 1, None)], xp.zeros_like(x[span(dim, 0, 1)])], axis=dim)


def behind(xp: Any, x: Any, dim: int) -> Any:
    """The one in front of each element; 0 before the first."""
    return xp.concatenate([xp.zeros_like(x[span(dim, 0, 1)]), x[span(dim, 0, -1)]], axis=dim)


def returning(xp: Any, c: Any, g: Any, dim: int) -> Any:
    """The numbers hᵢ = gᵢ + cᵢ hᵢ₊₁: a `recurrence` that runs from the last element to the first."""
    flip, back = xp.rule("flip"), (dim,)
    return flip(xp.rule("recurrence")(flip(c, back), flip(g, back), dim), back)
