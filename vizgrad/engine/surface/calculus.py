"""Differences, slopes and areas of numbers in a row."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import compare, reduce, scan, shapes
from vizgrad.engine.ops.join import cat
from vizgrad.engine.ops.lanes import span

from .alike import is_tensor
from .convert import to
from .out import fills_out


@fills_out
def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """The difference of each element to the one before, along ``dim``, ``n`` times over."""
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    dim = shapes.at(dim, input.ndim)
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    if n == 0:
        return input.clone()
    ends = [x for x in (prepend, input, append) if x is not None]
    if len(ends) > 1:
        input = cat(ends, dim)
    for _ in range(min(n, input.shape[dim])):
        late, early = input[span(dim, 1, None)], input[span(dim, 0, -1)]
        input = compare.ne(late, early) if input.array.dtype.kind == "b" else late - early
    return input


def gradient(input: Any, *, spacing: Any = None, dim: Any = None, edge_order: int = 1) -> tuple[Any, ...]:
    """The slope along each dimension (or those in ``dim``), from the neighbours on both sides of each element.

    ``spacing`` is the distance of neighbours, one for each dimension, or tensors that hold the coordinates.
    """
    dims = shapes.axes(input.ndim, dim)
    if edge_order not in (1, 2):
        raise RuntimeError(
            f"torch.gradient only supports edge_order=1 and edge_order=2, but got {edge_order}"
        )
    spacing = 1 if spacing is None else spacing
    single = not isinstance(spacing, (list, tuple))
    if single and is_tensor(spacing):
        single, spacing = False, [spacing]
    given = [spacing] * len(dims) if single else list(spacing)
    if len(given) != len(dims):
        raise RuntimeError(
            f"torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to dim "
            f"({len(dims)}), but got {len(given)}"
        )
    if input.array.dtype.str == "|u1":
        raise RuntimeError("torch.gradient does not support uint8 input.")
    for d in dims:
        if input.shape[d] < edge_order + 1:
            raise RuntimeError(
                f"torch.gradient expected each dimension size to be at least edge_order+1, but dimension {d} of "
                f"{list(input.shape)} is {input.shape[d]}"
            )
    if _dtype.of(input.array).rank < 2:
        input = to(input, _dtype.get_default_dtype())
    return tuple(_slope(input, d, h, edge_order) for d, h in zip(dims, given, strict=True))


def _slope(x: Any, dim: int, h: Any, edge_order: int) -> Any:
    size = x.shape[dim]
    if is_tensor(h) and h.ndim:
        if h.ndim != 1 or h.shape[0] != size:
            raise RuntimeError(
                f"torch.gradient expected each tensor of spacing to have one dimension and {size} elements, but got "
                f"{list(h.shape)}"
            )
        return _slope_between(x, dim, h[1:] - h[:-1], edge_order)

    def at(i: int) -> Any:
        return x[span(dim, i, i + 1)]

    inner = (x[span(dim, 2, None)] - x[span(dim, 0, -2)]) / (2 * h)
    if edge_order == 1:
        first, last = (at(1) - at(0)) / h, (at(size - 1) - at(size - 2)) / h
    else:
        first = (-1.5 * at(0) + 2 * at(1) - 0.5 * at(2)) / h
        last = (1.5 * at(size - 1) - 2 * at(size - 2) + 0.5 * at(size - 3)) / h
    return cat([first, inner, last], dim)


def _slope_between(x: Any, dim: int, h: Any, edge_order: int) -> Any:
    """Slopes where neighbours are ``h`` apart, each pair its own distance: parabolas through three points."""
    size = x.shape[dim]
    h = h.reshape(-1, *(1,) * (x.ndim - 1 - dim))
    a, b = h[:-1], h[1:]  # to the left and to the right of each inner point
    x0, x1, x2 = x[span(dim, 0, -2)], x[span(dim, 1, -1)], x[span(dim, 2, None)]
    inner = x0 * (-b / (a * (a + b))) + x1 * ((b - a) / (a * b)) + x2 * (a / (b * (a + b)))

    def at(i: int) -> Any:
        return x[span(dim, i, i + 1)]

    if edge_order == 1:
        first, last = (at(1) - at(0)) / h[0], (at(size - 1) - at(size - 2)) / h[-1]
    else:
        a, b = h[0], h[1]
        first = (
            at(0) * (-(2 * a + b) / (a * (a + b))) + at(1) * ((a + b) / (a * b)) - at(2) * (a / (b * (a + b)))
        )
        a, b = h[-2], h[-1]
        last = at(size - 3) * (b / (a * (a + b))) - at(size - 2) * ((a + b) / (a * b))
        last = last + at(size - 1) * ((a + 2 * b) / (b * (a + b)))
    return cat([first, inner, last], dim)


def trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """The area under ``y`` along ``dim``: trapezoids between points ``dx`` apart, or at the places ``x``."""
    heights, widths = _trapezoids("trapezoid", y, x, dx, dim)
    if isinstance(widths, Bare):
        return reduce.sum(heights * widths, dim) / 2
    ends = y[span(dim % y.ndim, 0, 1)] + y[span(dim % y.ndim, -1, None)]
    both = reduce.sum(ends, dim) * 0.5 if y.shape[dim] else 0
    return (reduce.sum(y, dim) - both) * widths


trapz = trapezoid


def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """The area under ``y`` up to each point after the first."""
    heights, widths = _trapezoids("cumulative_trapezoid", y, x, dx, dim)
    if isinstance(widths, Bare):
        return scan.cumsum(heights * widths, dim) / 2
    return scan.cumsum(heights * (widths / 2), dim)


def _trapezoids(name: str, y: Any, x: Any, dx: Any, dim: int) -> tuple[Any, Any]:
    """Twice the mean heights of the trapezoids, and how wide they are: a number, or a tensor from ``x``."""
    if not y.ndim:
        raise IndexError(f"{name}(): Dimension specified as {dim} but tensor has no dimensions")
    dim = shapes.at(dim, y.ndim)
    if x is not None and dx is not None:
        raise TypeError(f"{name}(): give the places x or the distance dx, not both")
    if isinstance(dx, bool) or any(isinstance(v, Bare) and v.array.dtype.kind == "b" for v in (x, y)):
        raise RuntimeError(f"{name}: received a bool input for `x`, `y` or `dx`, but bool is not supported")
    heights = y[span(dim, 1, None)] + y[span(dim, 0, -1)]
    if x is None:
        return heights, 1 if dx is None else dx
    if x.ndim == 1:
        if x.shape[0] != y.shape[dim]:
            raise RuntimeError(
                f"{name}: There must be one `x` value for each sample point, but got {x.shape[0]} for "
                f"{y.shape[dim]} along dim {dim}"
            )
        x = x.reshape(-1, *(1,) * (y.ndim - 1 - dim))
        return heights, x[1:] - x[:-1]
    x = x.reshape((1,) * (y.ndim - x.ndim) + tuple(x.shape))
    return heights, x[span(dim, 1, None)] - x[span(dim, 0, -1)]
