"""Views by steps through memory, and what writes into such a view of a copy."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import alias, tape
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import index as _index
from vizgrad.engine.ops import shape as _shape
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops import strided as _rows

from . import form, memory, parts
from .out import fills_out

_as_strided = _rows.as_strided.row  # type: ignore[attr-defined]
_slice = _index.slice_.row  # type: ignore[attr-defined]
_copy_slices = _shape.copy_slices.row  # type: ignore[attr-defined]


def as_strided(input: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """A view of the input's memory with any sizes and steps (in elements); gradients of shared elements add up."""
    alias.refresh(input)
    settings = _steps(input, size, stride, storage_offset)
    y = alias.look(_as_strided, input, settings)
    if (
        type(input.alias) is alias.View
    ):  # memory is the same from the base's point of view, and all of it is there
        base = input.alias.base
        start = settings["start"] + memory.storage_offset(input) - memory.storage_offset(base)
        y.alias.steps = ((_as_strided, settings | {"start": start, "layout": memory.stride(base)}),)
    return y


def _steps(input: Any, size: Any, stride: Any, storage_offset: int | None) -> dict[str, Any]:
    size, stride = form.sizes((size,)), form.sizes((stride,))
    if len(size) != len(stride):
        raise RuntimeError(f"mismatch in length of strides and shape: {len(stride)} and {len(size)}")
    if any(n < 0 for n in stride):
        raise RuntimeError(
            f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}"
        )
    if any(n < 0 for n in size):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(size)}: {list(size)}")
    here = memory.storage_offset(input)
    if storage_offset is not None and storage_offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {storage_offset}")
    start = 0 if storage_offset is None else storage_offset - here
    return {"size": size, "stride": stride, "start": start, "layout": memory.stride(input)}


def _put_into(input: Any, src: Any, view: Any) -> Any:
    """A copy of the input in which what ``view`` shows of it is ``src``."""
    if src.array.shape != view.array.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.array.shape)}, slice "
            f"size = {list(view.array.shape)}"
        )
    base = view.alias.base
    steps = view.alias.steps[len(input.alias.steps) if input is not base else 0 :]
    return tape.apply(_copy_slices, (input, src), {"steps": steps, "shape": input.array.shape})


@fills_out
def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """A copy of the input with ``src`` on a diagonal."""
    return _put_into(input, src, _rows.diagonal(input, offset, dim1, dim2))


@fills_out
def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    """A copy of the input with ``src`` as one slice of ``dim``."""
    return _put_into(input, src, parts.select(input, dim, index))


@fills_out
def slice_scatter(
    input: Any, src: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1
) -> Any:
    """A copy of the input with ``src`` at ``start:end:step`` of ``dim``."""
    return _put_into(input, src, parts.slice_along(input, dim, start, end, step))


@fills_out
def as_strided_scatter(
    input: Any, src: Any, size: Any, stride: Any, storage_offset: int | None = None
) -> Any:
    """A copy of the input with ``src`` where `as_strided` would look."""
    settings = _steps(input, size, stride, storage_offset)
    if src.array.shape != settings["size"]:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.array.shape)}, slice "
            f"size = {list(settings['size'])}"
        )
    steps = ((_as_strided, settings),)
    return tape.apply(_copy_slices, (input, src), {"steps": steps, "shape": input.array.shape})


def constant_pad_nd(input: Any, pad: Any, value: Any = 0) -> Any:
    """A border of one number: ``pad`` counts elements before and after, last dimension first; negative cuts off."""
    pairs = list(zip(pad[::2], pad[1::2], strict=False))[::-1]
    free = input.array.ndim - len(pairs)
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if free < 0:
        raise RuntimeError(
            "Length of pad should be no more than twice the number of dimensions of the input. "
            f"Pad length is {len(pad)} while the input has {input.array.ndim} dimensions."
        )
    x, shape, place = input, list(input.array.shape), [slice(None)] * free
    for d, (before, after) in enumerate(pairs, free):
        n = shape[d]
        shape[d] = n + before + after
        if shape[d] < 0:
            raise RuntimeError(
                f"The input size {n}, plus negative padding {before} and {after} resulted in a negative output size, "
                f"which is invalid. Check dimension {d} of your input."
            )
        if before < 0 or after < 0:
            x = parts.cut(x, d, slice(max(-before, 0), n - max(-after, 0)))
        place.append(slice(max(before, 0), shape[d] - max(after, 0)))
    border = _index.full_like(_index.zeros(input, shape), value)
    steps = ((_slice, {"index": tuple(place)}),)
    return tape.apply(_copy_slices, (border, x), {"steps": steps, "shape": tuple(shape)})


@fills_out
def diag(input: Any, diagonal: int = 0) -> Any:
    """A vector as the diagonal of a matrix of zeros; of a matrix, its diagonal."""
    if input.array.ndim == 1:
        return diag_embed(input, diagonal)
    if input.array.ndim != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.array.ndim}D")
    return form.clone(_rows.diagonal(input, diagonal))


def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """The last dimension as diagonals of matrices of zeros, in dimensions ``dim1`` and ``dim2`` of the result."""
    if not input.array.ndim:
        raise IndexError(
            "Dimension out of range (expected to be in range of [-1, 0], but got -2): diag_embed wants rows"
        )
    n = input.array.ndim + 1
    a, b = shapes.at(dim1, n), shapes.at(dim2, n)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    size = input.array.shape[-1] + abs(offset)
    rest = iter(input.array.shape[:-1])
    shape = tuple(size if d in (a, b) else next(rest) for d in range(n))
    return _rows.diagonal_backward(input, shape, offset, a, b)


def diagflat(input: Any, offset: int = 0) -> Any:
    """All elements as the diagonal of a matrix of zeros."""
    return diag_embed(form.ravel(input), offset)


def fill_diagonal_(self: Any, fill_value: float, wrap: bool = False) -> Any:
    """One number along the main diagonal, in place; ``wrap``: again below it, in tall matrices."""
    n, sizes = self.array.ndim, self.array.shape
    if n < 2:
        raise RuntimeError("dimensions must larger than 1")
    if n > 2 and len(set(sizes)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    step = sum(memory.stride(self))
    offset = memory.storage_offset(self)
    as_strided(self, (min(sizes),), (step,), offset).fill_(fill_value)
    if wrap and n == 2 and sizes[0] > sizes[1] + 1:
        jump = memory.stride(self)[0] * (sizes[1] + 1)
        more = -(-(sizes[0] * memory.stride(self)[0] - jump) // step) if step else 0
        as_strided(self, (more,), (step,), offset + jump).fill_(fill_value)
    return self


def tri_indices(upper: bool) -> Any:
    """`tril_indices` or `triu_indices`."""

    def indices(
        row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None, layout: Any = None
    ) -> Any:
        from vizgrad.engine import device as _device
        from vizgrad.engine import dtype as _dtype

        if row < 0 or col < 0:
            raise RuntimeError(f"row and col must be non-negative, got {row} and {col}")
        kind = _dtype.int64 if dtype is None else dtype
        if kind not in (_dtype.int64, _dtype.int32):
            raise RuntimeError(f"\"{name}\" not implemented for '{kind.legacy}'")
        module = _device.module(device)
        r, c = module.arange(row)[:, None], module.arange(col)[None, :]
        inside = c - r >= offset if upper else c - r <= offset
        return Bare._wrap(module.stack(module.broadcast_to(inside, (row, col)).nonzero()).astype(kind.numpy))

    name = "triu_indices" if upper else "tril_indices"
    indices.__name__ = indices.__qualname__ = name
    indices.__doc__ = (
        f"Rows and columns of the {'upper' if upper else 'lower'} triangle of a matrix, a pair of rows."
    )
    return indices


tril_indices, triu_indices = tri_indices(False), tri_indices(True)


def _triangle(row: Any, name: str) -> Any:
    @fills_out
    def cut(input: Any, diagonal: int = 0) -> Any:
        if input.array.ndim < 2:
            raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
        return row(input, diagonal)

    cut.__name__ = cut.__qualname__ = name
    cut.__doc__ = row.__doc__
    return cut


tril, triu = _triangle(_index.tril, "tril"), _triangle(_index.triu, "triu")
