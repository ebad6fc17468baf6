"""Joining tensors, parting them again, and putting elements elsewhere along a dimension."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from vizgrad.engine.op import op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.shape import moving, view_op
from vizgrad.engine.ops.words import Value, Values


class joining(moving):
    """Several tensors, brought to one dtype, become one."""

    ordered = True
    formulas = {"tensors": "[g₁, g₂, …]"}
    promotes = "mixed"
    formula = "[x₁, x₂, …]"


@op
class cat(joining):
    """Join tensors along an existing dimension"""

    @staticmethod
    def shape(*tensors, dim=0):
        """Tensors of shape (0,) join with anything, as they always did."""
        if not tensors:
            raise RuntimeError("torch.cat(): expected a non-empty list of Tensors")
        real = [s for s in tensors if s != (0,)] or [(0,)]
        for i, s in enumerate(tensors):
            if not s:
                raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
            if s != (0,) and len(s) != len(real[0]):
                raise RuntimeError(
                    f"Tensors must have same number of dimensions: got {len(real[0])} and {len(s)}"
                )
        d = shapes.at(dim, len(real[0]))
        for i, s in enumerate(tensors):
            for j, (have, need) in enumerate(zip(s, real[0], strict=False)):
                if have != need and j != d and s != (0,):
                    raise RuntimeError(
                        f"Sizes of tensors must match except in dimension {d}. Expected size {need} but got size "
                        f"{have} for tensor number {i} in the list."
                    )
        return (*real[0][:d], sum(s[d] for s in real), *real[0][d + 1 :])

    def forward(xp, tensors: Values, dim: int = 0):
        try:
            return xp.concatenate(tensors, axis=dim)
        except (ValueError, IndexError):  # empty ones of another shape are left out, as they always were
            cat.row.family.shape(*(t.shape for t in tensors), dim=dim)
            return xp.concatenate([t for t in tensors if t.shape != (0,)], axis=dim)

    def d_tensors(xp, g, tensors_shape, dim):
        d = dim % len(g.shape)
        before = (slice(None),) * d
        empty = [s == (0,) and len(g.shape) > 1 for s in tensors_shape]
        ends = itertools.accumulate(
            (0 if e else s[d] for s, e in zip(tensors_shape, empty, strict=True)), initial=0
        )
        cuts = [g[(*before, slice(a, b))] for a, b in itertools.pairwise(ends)]
        return [None if e else cut for cut, e in zip(cuts, empty, strict=True)]


@op
class stack(joining):
    """Join tensors of one shape along a new dimension"""

    @staticmethod
    def shape(*tensors, dim=0):
        if not tensors:
            raise RuntimeError("stack expects a non-empty TensorList")
        for i, s in enumerate(tensors):
            if s != tensors[0]:
                raise RuntimeError(
                    f"stack expects each tensor to be equal size, but got {list(tensors[0])} at entry 0 and "
                    f"{list(s)} at entry {i}"
                )
        d = shapes.at(dim, len(tensors[0]) + 1)
        return (*tensors[0][:d], len(tensors), *tensors[0][d:])

    def forward(xp, tensors: Values, dim: int = 0):
        try:
            return xp.stack(tensors, axis=dim)
        except (ValueError, IndexError):
            stack.row.family.shape(*(t.shape for t in tensors), dim=dim)  # type: ignore[attr-defined]
            raise

    def d_tensors(xp, g, tensors_shape, dim):
        before = (slice(None),) * (dim % len(g.shape))
        return [g[(*before, i)] for i in range(len(tensors_shape))]


@op
class unbind(view_op):
    """All slices of a dimension, one by one"""

    samples = (Sample((3, 4)), Sample((2, 3), dim=-1))
    formula = "x[0], x[1], …"
    formulas = {"input": "[g₀, g₁, …]"}

    @staticmethod
    def cuts(input, dim=0):
        before = (slice(None),) * shapes.at(dim, len(input))
        if not input:
            raise IndexError("Dimension specified as 0 but tensor has no dimensions")
        return [(*before, i) for i in range(input[dim])]

    def forward(xp, input: Value, dim: int = 0):
        return tuple(input[(*cut, ...)] for cut in unbind.row.family.cuts(input.shape, dim))

    def d_input(xp, gs, dim):
        return xp.rule("stack")(_filled(xp, gs, [next(g.shape for g in gs if g is not None)] * len(gs)), dim)


@op
class split(view_op):
    """Consecutive pieces of the given sizes along ``dim``"""

    samples = (Sample((5, 2), split_sizes=(2, 3)), Sample((2, 4), split_sizes=(1, 0, 3), dim=1))
    formula = "x[:n₁], x[n₁:n₁+n₂], …"
    formulas = {"input": "[g₀, g₁, …]"}

    @staticmethod
    def cuts(input, split_sizes, dim=0):
        d = shapes.at(dim, len(input))
        if not input:
            raise RuntimeError("split expects at least a 1-dimensional tensor")
        if any(n < 0 for n in split_sizes):
            raise RuntimeError(
                f"split_with_sizes expects split_sizes have only non-negative entries, but got {list(split_sizes)}"
            )
        *starts, total = itertools.accumulate(split_sizes, initial=0)
        if total != input[d]:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {input[d]} (input tensor's size at "
                f"dimension {dim}), but got split_sizes={list(split_sizes)}"
            )
        before = (slice(None),) * d
        return [(*before, slice(a, a + n)) for a, n in zip(starts, split_sizes, strict=True)]

    def forward(xp, input: Value, split_sizes: Sequence[int], dim: int = 0):
        return tuple(input[cut] for cut in split.row.family.cuts(input.shape, split_sizes, dim))

    def d_input(xp, gs, input_shape, split_sizes, dim):
        d = dim % len(input_shape)
        sizes = [(*input_shape[:d], n, *input_shape[d + 1 :]) for n in split_sizes]
        return xp.rule("cat")(_filled(xp, gs, sizes), dim)


def _filled(xp: Any, gs: Any, sizes: Any) -> list[Any]:
    """The gradients of the pieces, zeros where nothing flowed."""
    known = next(g for g in gs if g is not None)
    return [xp.rule("zeros")(known, size) if g is None else g for g, size in zip(gs, sizes, strict=True)]


@op
class flip(moving):
    """The elements in reverse order along ``dims``"""

    samples = (Sample((3, 4), dims=(0,)), Sample((3, 4), dims=(0, 1)))

    def forward(xp, input: Value, dims: Sequence[int]):
        dims = shapes.axes(input.ndim, tuple(dims)) if len(dims) else ()
        return input[
            tuple(slice(None, None, -1) if d in dims else slice(None) for d in range(input.ndim))
        ].copy()

    def d_input(xp, g, dims):
        return xp.rule("flip")(g, dims)


@op
class roll(moving):
    """Elements moved by ``shifts`` along ``dims``; what falls off one end comes in at the other"""

    ordered = True
    formulas = {"input": "roll(g, -shifts, dims)"}
    samples = (
        Sample((3, 4), shifts=(1,), dims=(0,)),
        Sample((3, 4), shifts=(-1, 2), dims=(0, 1)),
        Sample((5,), shifts=(2,)),
    )

    def forward(xp, input: Value, shifts: Sequence[int], dims: Sequence[int] = ()):
        if dims and not input.ndim:
            raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
        if (dims and len(dims) != len(shifts)) or (not dims and len(shifts) != 1):
            raise RuntimeError(
                f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}"
                if shifts
                else "`shifts` required"
            )
        dims = tuple(shapes.at(d, input.ndim) for d in dims)
        if not input.ndim:
            return input.copy()
        return xp.roll(input, shifts, dims) if dims else xp.roll(input, shifts[0])

    def d_input(xp, g, shifts, dims):
        return xp.rule("roll")(g, tuple(-n for n in shifts), dims)
