"""Ops that rearrange elements.  Most are views: they share memory with their input."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from vizgrad.engine import alias, device
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import ONE, Sample
from vizgrad.engine.ops.words import Shape, Value, Values


class view_op(Formula):
    """The same memory, seen differently.  One whose array had to be copied counts as an ordinary op."""

    view = True


class moving(Formula):
    """Numbers are put elsewhere, not computed with: any dtype is as good as another."""

    exact = True


class reshaping(view_op):
    """The same elements in the same order, in another shape."""


@op
class reshape(reshaping):
    """The same elements in the same order, in another shape; one size may be -1"""

    samples = (Sample((3, 4), shape=(2, 6)), Sample((3, 4), shape=(-1, 3)))

    @staticmethod
    def shape(input, shape):
        return shapes.inferred(shape, shapes.product(input))

    def forward(xp, input: Value, shape: Shape):
        return xp.reshape(input, shapes.inferred(shape, input.size))

    def d_input(xp, g, input_shape):
        return xp.reshape(g, input_shape)


@op
class view(reshaping):
    """`reshape` that never copies: an error where the memory does not allow it"""

    samples = (Sample((3, 4), size=(2, 6)),)

    def forward(xp, input: Value, size: Shape):
        y = xp.reshape(input, shapes.inferred(size, input.size))
        if y.size and not alias.shares(y, input):
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one dimension spans "
                "across two contiguous subspaces). Use .reshape(...) instead."
            )
        return y

    def d_input(xp, g, input_shape):
        return xp.reshape(g, input_shape)


@op
class flatten(reshaping):
    """Dimensions ``start_dim`` to ``end_dim`` become one"""

    samples = (Sample((2, 3, 4)), Sample((2, 3, 4), start_dim=1))

    @staticmethod
    def shape(input, start_dim=0, end_dim=-1):
        if not input:
            return (1,)
        first, last = shapes.at(start_dim, len(input)), shapes.at(end_dim, len(input))
        if first > last:
            raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
        return (*input[:first], shapes.product(input[first : last + 1]), *input[last + 1 :])

    def forward(xp, input: Value, start_dim: int = 0, end_dim: int = -1):
        return xp.reshape(input, flatten.row.family.shape(input.shape, start_dim, end_dim))

    def d_input(xp, g, input_shape):
        return xp.reshape(g, input_shape)


@op
class squeeze(reshaping):
    """Drop dimensions of size 1: all, or those in ``dim``"""

    samples = (Sample((3, 1, 4, 1)), Sample((3, 1, 4, 1), dim=1), Sample((3, 1, 4), dim=0))

    def forward(xp, input: Value, dim: Any = None):
        dims = () if dim == () else shapes.axis(input, dim)
        gone = [d for d in dims if input.shape[d] == 1]
        return xp.reshape(input, tuple(n for i, n in enumerate(input.shape) if i not in gone))

    def d_input(xp, g, input_shape):
        return xp.reshape(g, input_shape)


@op
class unsqueeze(reshaping):
    """Insert a dimension of size 1 at ``dim``"""

    samples = (Sample((3, 4), dim=1), Sample((3, 4), dim=-1))

    def forward(xp, input: Value, dim: int):
        return xp.expand_dims(input, shapes.at(dim, input.ndim + 1))

    def d_input(xp, g, input_shape):
        return xp.reshape(g, input_shape)


@op
class expand(view_op):
    """Repeat along dimensions of size 1, and along new ones in front, without copying; -1 keeps a size"""

    samples = (Sample((3, 1), size=(2, 3, 4)), Sample((3, 1), size=(-1, 4)))

    def forward(xp, input: Value, size: Shape):
        new = len(size) - input.ndim
        if new < 0:
            raise RuntimeError(
                f"the number of sizes provided ({len(size)}) must be greater or equal to the number of dimensions "
                f"in the tensor ({input.ndim})"
            )
        wanted = tuple(input.shape[i - new] if n == -1 and i >= new else n for i, n in enumerate(size))
        for i, (have, want) in enumerate(zip(input.shape, wanted[new:], strict=True)):
            if have not in (1, want):
                raise RuntimeError(
                    f"The expanded size of the tensor ({want}) must match the existing size ({have}) at "
                    f"non-singleton dimension {i + new}.  Target sizes: {list(size)}.  "
                    f"Tensor sizes: {list(input.shape)}"
                )
        return xp.broadcast_to(input, wanted)

    def d_input(xp, g, input_shape):
        return shapes.unstretched(xp, g, input_shape)


@op
class transpose(view_op):
    """Exchange two dimensions"""

    samples = (Sample((2, 3, 4), dim0=0, dim1=-1),)

    def forward(xp, input: Value, dim0: int, dim1: int):
        return (
            xp.swapaxes(input, shapes.at(dim0, input.ndim), shapes.at(dim1, input.ndim))
            if input.ndim
            else input[()]
        )

    def d_input(xp, g, dim0, dim1):
        return xp.swapaxes(g, dim0, dim1)


@op
class permute(view_op):
    """Put the dimensions in the order ``dims``"""

    samples = (Sample((2, 3, 4), dims=(2, 0, 1)),)

    def forward(xp, input: Value, dims: Sequence[int]):
        if len(dims) != input.ndim:
            raise RuntimeError(
                f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the "
                f"desired ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to "
                f"len(dims) = {len(dims)}"
            )
        return xp.transpose(input, shapes.axes(input.ndim, tuple(dims)) if input.ndim else None)

    def d_input(xp, g, dims):
        n = len(dims)
        order = [d % n for d in dims] if n else []
        back = tuple(order.index(i) for i in range(n))
        return xp.rule("permute")(g, dims=back)


@op
class diagonal(view_op):
    """The diagonal of dimensions ``dim1`` and ``dim2``, ``offset`` above the main one, as the last dimension"""

    samples = (Sample((3, 4)), Sample((2, 3, 3), offset=1, dim1=1, dim2=2))

    def forward(xp, input: Value, offset: int = 0, dim1: int = 0, dim2: int = 1):
        return xp.diagonal(input, offset, dim1, dim2)

    def d_input(xp, g, input_shape, offset, dim1, dim2):
        return xp.rule("diagonal_backward")(g, input_shape, offset, dim1, dim2)


@op
class diagonal_backward(moving):
    """Zeros with ``g`` on a diagonal"""

    def forward(xp, g_in: Value, shape: Shape, offset: int, dim1: int, dim2: int):
        y = xp.zeros(shape, dtype=g_in.dtype)
        a, b = shapes.at(dim1, len(shape)), shapes.at(dim2, len(shape))
        seen = xp.moveaxis(y, (a, b), (-2, -1))
        n = g_in.shape[-1]
        rows = xp.arange(n) + max(-offset, 0)
        seen[..., rows, rows + offset] = g_in
        return y

    def d_g_in(xp, g, offset, dim1, dim2):
        return xp.diagonal(g, offset, dim1, dim2)


@op
class flip(moving):
    """The elements in reverse order along ``dims``"""

    samples = (Sample((3, 4), dims=(0,)), Sample((3, 4), dims=(0, 1)))

    def forward(xp, input: Value, dims: Sequence[int]):
        return xp.flip(input, axis=tuple(dims)).copy()

    def d_input(xp, g, dims):
        return xp.rule("flip")(g, dims)


@op
class cat(moving):
    """Join tensors along an existing dimension"""

    samples = ()
    promotes = "mixed"
    formula = "[x₁, x₂, …]"

    def forward(xp, tensors: Values, dim: int = 0):
        if not tensors:
            raise RuntimeError("torch.cat(): expected a non-empty list of Tensors")
        return xp.concatenate(tensors, axis=dim)

    def d_tensors(xp, g, tensors_shape, dim):
        starts = [0]
        for shape in tensors_shape:
            starts.append(starts[-1] + shape[dim])
        before = (slice(None),) * (dim % len(g.shape))
        return [g[(*before, slice(a, b))] for a, b in itertools.pairwise(starts)]


@op
class stack(moving):
    """Join tensors of one shape along a new dimension"""

    samples = ()
    promotes = "mixed"
    formula = "[x₁, x₂, …]"

    def forward(xp, tensors: Values, dim: int = 0):
        for i, t in enumerate(tensors):
            if t.shape != tensors[0].shape:
                raise RuntimeError(
                    f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} at entry 0 and "
                    f"{list(t.shape)} at entry {i}"
                )
        return xp.stack(tensors, axis=dim)

    def d_tensors(xp, g, tensors_shape, dim):
        before = (slice(None),) * (dim % len(g.shape))
        return [g[(*before, i)] for i in range(len(tensors_shape))]


@op
class clone(moving):
    """A copy that gradients flow through"""

    samples = ONE

    def forward(xp, input: Value):
        return input.copy()

    def d_input(xp, g):
        return g


@op
class cast(moving):
    """The same numbers in another dtype; the gradient comes back in the old one"""

    broadcasts = True  # the engine returns the gradient to the input's dtype

    def forward(xp, input: Value, kind: Any):
        return input.astype(kind)

    def d_input(xp, g):
        return g


@op
class copy(moving):
    """The second tensor, stretched and converted to be like the first: what ``copy_`` writes"""

    broadcasts = True

    def forward(xp, input: Value, other: Value):
        return xp.broadcast_to(xp.asarray(other, dtype=input.dtype), input.shape)

    def d_input(xp, g):
        return xp.zeros_like(g)

    def d_other(xp, g):
        return g


@op
class copy_slices(moving):
    """A base tensor with ``value`` written into the part of it that the view ops ``steps`` lead to"""

    def forward(xp, input: Value, value: Value, steps: tuple[Any, ...], shape: Shape):
        y = xp.broadcast_to(input, shape).copy()
        alias.follow(xp, y, steps)[...] = value
        return y

    def d_input(xp, g, steps, shape):
        zero = xp.zeros_like(alias.follow(xp, g, steps))
        return xp.rule("copy_slices")(g, zero, steps, shape)

    def d_value(xp, g, steps):
        return alias.follow(xp, g, steps)


@op
class move(moving):
    """The same numbers on another device; the gradient comes back to the old one"""

    samples = ()

    def forward(xp, input: Value, where: Any):
        y = device.move(input, where)
        return y, {"home": device.of(input)}

    def d_input(xp, g, home):
        return xp.rule("move")(g, where=home)
