"""Ops that rearrange elements.  Most are views: they share memory with their input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vizgrad.engine import alias, device
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import ONE, Sample
from vizgrad.engine.ops.words import Shape, Value


class view_op(Formula):
    """The same memory, seen differently."""

    view = True


class moving(Formula):
    """Numbers are put elsewhere, not computed with: any dtype is as good as another."""

    exact = True


class reshaping(view_op):
    """The same elements in the same order, in another shape."""

    view = "perhaps"


@op
class reshape(reshaping):
    """The same elements in the same order, in another shape; one size may be -1"""

    grad_fn = "View"
    samples = (Sample((3, 4), shape=(2, 6)), Sample((3, 4), shape=(-1, 3)))

    @staticmethod
    def shape(input, shape):
        return shapes.inferred(shape, shapes.product(input))

    def forward(xp, input: Value, shape: Shape):
        y = input.reshape(shape)
        if y.shape != shape and min(shape) < -1:  # NumPy takes any negative size for -1
            shapes.inferred(shape, input.size)
        return y

    def d_input(xp, g, input_shape):
        return xp.reshape(g, input_shape)


@op
class view(view_op):
    """`reshape` that never copies: an error where the memory does not allow it"""

    samples = (Sample((3, 4), size=(2, 6)),)

    @staticmethod
    def shape(input, size):
        return shapes.inferred(size, shapes.product(input))

    def forward(xp, input: Value, size: Shape):
        y = input.reshape(size)
        if y.shape != size and min(size) < -1:
            shapes.inferred(size, input.size)
        if not alias.shares(y, input) and y.size:
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

    grad_fn = "View"
    samples = (Sample((2, 3, 4)), Sample((2, 3, 4), start_dim=1))

    @staticmethod
    def shape(input, start_dim=0, end_dim=-1):
        first, last = shapes.at(start_dim, len(input)), shapes.at(end_dim, len(input))
        if first > last:
            raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
        return (
            (*input[:first], shapes.product(input[first : last + 1]), *input[last + 1 :]) if input else (1,)
        )

    def forward(xp, input: Value, start_dim: int = 0, end_dim: int = -1):
        return input.reshape(flatten.row.family.shape(input.shape, start_dim, end_dim))

    def d_input(xp, g, input_shape):
        return xp.reshape(g, input_shape)


@op
class unflatten(reshaping):
    """Dimension ``dim`` becomes several, of the given sizes; one size may be -1"""

    grad_fn = "View"
    samples = (Sample((2, 6), dim=1, sizes=(2, 3)), Sample((6, 2), dim=-2, sizes=(-1, 2)))

    @staticmethod
    def shape(input, dim, sizes):
        d = shapes.at(dim, len(input))
        if not sizes:
            raise RuntimeError("unflatten: sizes must be non-empty")
        known = shapes.product([n for n in sizes if n != -1])
        if known * (input[d] // max(known, 1) if -1 in sizes else 1) != input[d]:
            raise RuntimeError(
                f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({input[d]}) "
                "in the input tensor"
            )
        return (*input[:d], *shapes.inferred(sizes, input[d]), *input[d + 1 :])

    def forward(xp, input: Value, dim: int, sizes: Shape):
        return input.reshape(unflatten.row.family.shape(input.shape, dim, sizes))

    def d_input(xp, g, input_shape):
        return xp.reshape(g, input_shape)


@op
class squeeze(view_op):
    """Drop dimensions of size 1: all, or those in ``dim``"""

    samples = (Sample((3, 1, 4, 1)), Sample((3, 1, 4, 1), dim=1), Sample((3, 1, 4), dim=0))

    def forward(xp, input: Value, dim: Any = None):
        if dim is None:
            return input.squeeze()
        sizes, n = input.shape, input.ndim
        dims = (shapes.at(dim, n),) if isinstance(dim, int) else shapes.axes(n, dim) if len(dim) else ()
        return input.squeeze(tuple(d for d in dims if n and sizes[d] == 1))

    def d_input(xp, g, input_shape):
        return xp.reshape(g, input_shape)


@op
class unsqueeze(view_op):
    """Insert a dimension of size 1 at ``dim``"""

    samples = (Sample((3, 4), dim=1), Sample((3, 4), dim=-1))

    def forward(xp, input: Value, dim: int):
        return input[(slice(None),) * shapes.at(dim, input.ndim + 1) + (None,)]

    def d_input(xp, g, input_shape):
        return xp.reshape(g, input_shape)


@op
class expand(view_op):
    """Repeat along dimensions of size 1, and along new ones in front, without copying; -1 keeps a size"""

    formulas = {"input": "sum(g, where x is repeated)"}
    samples = (Sample((3, 1), size=(2, 3, 4)), Sample((3, 1), size=(-1, 4)))

    @staticmethod
    def shape(input, size):
        new = len(size) - len(input)
        if new < 0:
            raise RuntimeError(
                f"the number of sizes provided ({len(size)}) must be greater or equal to the number of dimensions "
                f"in the tensor ({len(input)})"
            )
        if any(n < 0 for n in size[:new]):
            raise RuntimeError(
                "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension 0"
            )
        wanted = tuple(input[i - new] if n == -1 else n for i, n in enumerate(size))
        for i, (have, want) in enumerate(zip(input, wanted[new:], strict=True)):
            if have not in (1, want) or want < 0:
                raise RuntimeError(
                    f"The expanded size of the tensor ({want}) must match the existing size ({have}) at "
                    f"non-singleton dimension {i + new}.  Target sizes: {list(size)}.  "
                    f"Tensor sizes: {list(input)}"
                )
        return wanted

    def forward(xp, input: Value, size: Shape):
        new = len(size) - input.ndim
        wanted, steps = list(size), [0] * len(size)
        for i, (have, step) in enumerate(zip(input.shape, input.strides, strict=True), new):
            want = size[i] if new >= 0 else -2
            if want == have or want == -1:
                wanted[i], steps[i] = have, step
            elif have != 1 or want < 0:
                break
        else:
            if new <= 0 or min(size[:new]) >= 0:
                return xp.restrided(input, wanted, steps)
        return expand.row.family.shape(input.shape, size)  # says what is wrong

    def d_input(xp, g, input_shape):
        return shapes.unstretched(xp, g, input_shape)


@op
class transpose(view_op):
    """Exchange two dimensions"""

    samples = (Sample((2, 3, 4), dim0=0, dim1=-1),)

    def forward(xp, input: Value, dim0: int, dim1: int):
        n = input.ndim
        if not 0 <= dim0 < n > dim1 >= 0:
            dim0, dim1 = shapes.at(dim0, n), shapes.at(dim1, n)
        return input.swapaxes(dim0, dim1) if n else input[...]

    def d_input(xp, g, dim0, dim1):
        return xp.rule("transpose")(g, dim0, dim1)


@op
class permute(view_op):
    """Put the dimensions in the order ``dims``"""

    formulas = {"input": "permute(g, the way back)"}
    samples = (Sample((2, 3, 4), dims=(2, 0, 1)),)

    def forward(xp, input: Value, dims: Sequence[int]):
        n = input.ndim
        if len(dims) != n:
            raise RuntimeError(
                f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the "
                f"desired ordering of dimensions i.e. input.dim() = {n} is not equal to len(dims) = {len(dims)}"
            )
        if not n:
            return input[...]
        dims = tuple(shapes.at(d, n) for d in dims)
        if len(set(dims)) < n:
            raise RuntimeError("permute(): duplicate dims are not allowed.")
        return input.transpose(dims)

    def d_input(xp, g, dims):
        n = len(dims)
        order = [d % n for d in dims]
        return xp.rule("permute")(g, dims=tuple(order.index(i) for i in range(n)))


@op
class view_dtype(view_op):
    """The same bits read as numbers of another type; the last dimension shrinks or grows with their size"""

    def forward(xp, input: Value, kind: Any):
        ratio = kind.itemsize / input.itemsize
        if ratio != 1 and not input.ndim:
            raise RuntimeError(
                f"self.dim() cannot be 0 to view {input.dtype} as {kind} (different element sizes)"
            )
        if ratio > 1 and input.shape[-1] % ratio:
            raise RuntimeError(
                f"self.size(-1) must be divisible by {ratio:g} to view {input.dtype} as {kind} (different element "
                f"sizes), but got {input.shape[-1]}"
            )
        if ratio != 1 and input.strides[-1] != input.itemsize:
            raise RuntimeError(
                f"self.stride(-1) must be 1 to view {input.dtype} as {kind} (different element sizes)"
            )
        return input.view(kind)


@op
class clone(moving):
    """A copy that gradients flow through"""

    samples = ONE

    def forward(xp, input: Value, order: str = "K"):
        return input.copy(order)

    def d_input(xp, g):
        return g


@op
class cast(moving):
    """The same numbers in another dtype; the gradient comes back in the old one"""

    broadcasts = True  # the engine returns the gradient to the input's dtype

    def forward(xp, input: Value, kind: Any):
        if input.dtype.kind == "c" and kind.kind not in "cb":
            input = input.real
        return input.astype(kind)

    def d_input(xp, g):
        return g


@op
class copy(moving):
    """The second tensor, stretched and converted to be like the first: what ``copy_`` writes"""

    broadcasts = True

    def forward(xp, input: Value, other: Value):
        return xp.broadcast_to(xp.asarray(other, dtype=input.dtype), input.shape)

    def into(xp, input, other):
        if other.shape != input.shape:
            expand.row.family.shape(other.shape, input.shape)  # type: ignore[attr-defined]
        input[...] = other if other.dtype.kind != "c" or input.dtype.kind == "c" else other.real

    def d_input(xp, g):
        return xp.zeros_like(g)

    def d_other(xp, g):
        return g


@op
class copy_slices(moving):
    """A base tensor with ``value`` written into the part of it that the view ops ``steps`` lead to"""

    formulas = {"input": "g, 0 in the part", "value": "part(g)"}

    def forward(xp, input: Value, value: Value, steps: tuple[Any, ...], shape: Shape):
        y = xp.broadcast_to(input, shape).copy()
        if any(op.name == "as_strided" for op, _ in steps):  # its places are those of another array's memory
            places = alias.follow(xp, xp.arange(y.size).reshape(shape), steps)
            y.reshape(-1)[places] = value
        else:
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
