"""Shapes, in PyTorch's many spellings of the rows in ops/shape.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine import alias, namespace
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.ops import index as _index
from vizgrad.engine.ops import join as _join
from vizgrad.engine.ops import shape as _rows
from vizgrad.engine.ops import shapes

from .size import Size

_look = alias.look
_view, _reshape, _expand, _permute = (r.row for r in (_rows.view, _rows.reshape, _rows.expand, _rows.permute))  # type: ignore[attr-defined]


def sizes(args: tuple[Any, ...]) -> tuple[int, ...]:
    """``f(2, 3)`` and ``f((2, 3))`` alike."""
    for n in args:  # a loop: all() would make a generator for every view
        if type(n) is not int:
            break
    else:
        return args
    if len(args) == 1 and not isinstance(args[0], int) and hasattr(args[0], "__iter__"):
        args = tuple(args[0])
    return tuple(n if type(n) is int else n.__index__() for n in args)


def reshape(input: Any, *sizes_: Any, shape: Any = None) -> Any:
    """The same elements in another shape: a view where memory allows it, else a copy."""
    return _look(_reshape, input, {"shape": sizes(sizes_ if shape is None else (shape,))})


def view(self: Any, *size: Any, dtype: Any = None) -> Any:
    """The same memory in another shape, or (given a dtype) its bits read as another type."""
    if dtype is not None or (len(size) == 1 and isinstance(size[0], (_dtype.dtype, type))):
        return _rows.view_dtype(self, _dtype.numpy_of(size[0] if dtype is None else dtype))
    return _look(_view, self, {"size": sizes(size)})


def permute(input: Any, *dims_: Any, dims: Any = None) -> Any:
    """The dimensions in another order: a view."""
    return _look(_permute, input, {"dims": sizes(dims_ if dims is None else (dims,))})


def expand(self: Any, *size: Any, implicit: bool = False) -> Any:
    """Repeated along dimensions of size 1 and new ones in front: a view."""
    return _look(_expand, self, {"size": sizes(size)})


def broadcast_to(input: Any, *size_: Any, size: Any = None) -> Any:
    """`expand`, by its other name."""
    return _look(_expand, input, {"size": sizes(size_ if size is None else (size,))})


def broadcast_shapes(*shapes_: Any) -> Any:
    """The shape that tensors of these shapes stretch to."""
    wanted = [(s,) if isinstance(s, int) else tuple(s) for s in shapes_]
    if any(n < 0 for s in wanted for n in s):
        raise RuntimeError("Trying to create tensor with negative dimension: shapes hold no negative sizes")
    try:
        return Size(shapes.broadcast(*wanted))
    except RuntimeError:
        raise RuntimeError(
            "Shape mismatch: objects cannot be broadcast to a single shape: "
            f"{', '.join(str(list(s)) for s in wanted)}"
        ) from None


def broadcast_tensors(*tensors: Any) -> tuple[Any, ...]:
    """All of them stretched to one shape: views, or the tensor itself where it has that shape."""
    if len(tensors) == 1 and not isinstance(tensors[0], Bare):
        tensors = tuple(tensors[0])
    shape = shapes.broadcast(*(t.array.shape for t in tensors))
    return tuple(t if t.array.shape == shape else broadcast_to(t, shape) for t in tensors)


def reshape_as(self: Any, other: Any) -> Any:
    return _rows.reshape(self, other.array.shape)


def view_as(self: Any, other: Any) -> Any:
    return _rows.view(self, other.array.shape)


def expand_as(self: Any, other: Any) -> Any:
    return _rows.expand(self, other.array.shape)


def sum_to_size(self: Any, *size: Any) -> Any:
    """Added up over the dimensions along which a tensor of this size would be stretched."""
    wanted, have = sizes(size), self.array.shape
    new = len(have) - len(wanted)
    if new < 0 or any(w not in (1, n) for w, n in zip(wanted, have[new:], strict=True)):
        raise RuntimeError(f"size {{{list(wanted)}}} is not expandable to size {{{list(have)}}}.")
    folded = [i + new for i, w in enumerate(wanted) if w == 1 and have[i + new] != 1]
    return reshape(self.sum([*range(new), *folded]), wanted) if new or folded or not have else self


def t(input: Any) -> Any:
    """A matrix with rows and columns exchanged."""
    n = input.array.ndim
    if n > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {n}D")
    return _rows.transpose(input, 0, 1) if n == 2 else _rows.transpose(input, 0, 0)


def reversed_dims(self: Any) -> Any:
    return _look(_permute, self, {"dims": tuple(range(self.array.ndim))[::-1]})


def adjoint(self: Any) -> Any:
    """Each matrix transposed, of complex numbers conjugated too."""
    if self.array.ndim < 2:
        if self.array.ndim:
            raise RuntimeError(
                "tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor."
            )
        return self.conj() if self.array.dtype.kind == "c" else self
    y = _rows.transpose(self, -2, -1)
    return y.conj() if self.array.dtype.kind == "c" else y


def matrix_transposed(self: Any) -> Any:
    if self.array.ndim < 2:
        raise RuntimeError(
            f"tensor.mT is only supported on matrices or batches of matrices. Got {self.array.ndim}-D tensor."
        )
    return _rows.transpose(self, -2, -1)


def matrix_adjoint(self: Any) -> Any:
    if self.array.ndim not in (0, 2):
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {self.array.ndim}-D tensor."
        )
    return adjoint(self) if self.array.ndim else (self.conj() if self.array.dtype.kind == "c" else self)


def movedim(input: Any, source: Any, destination: Any) -> Any:
    """Dimensions moved to other positions; the others keep their order: a view."""
    n = input.array.ndim
    a = (source,) if isinstance(source, int) else tuple(source)
    b = (destination,) if isinstance(destination, int) else tuple(destination)
    if len(a) != len(b):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(a)} dims) should contain the same number of "
            f"dims as destination ({list(b)} dims)"
        )
    a, b = tuple(shapes.at(d, n) for d in a), tuple(shapes.at(d, n) for d in b)
    for name, dims in (("source", a), ("destination", b)):
        if len(set(dims)) < len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(dims)})")
    rest = iter(d for d in range(n) if d not in a)
    order = tuple(a[b.index(i)] if i in b else next(rest) for i in range(n))
    return _look(_permute, input, {"dims": order})


def unflatten(input: Any, dim: int, sizes_: Any = None, *, sizes: Any = None) -> Any:
    """Dimension ``dim`` becomes several, of the given sizes: a view."""
    wanted = sizes_ if sizes is None else sizes
    return _rows.unflatten(input, dim, tuple(wanted))


def ravel(input: Any) -> Any:
    """All elements in a row."""
    return _look(_reshape, input, {"shape": (-1,) if input.array.size else (0,)})


def _at_least(n: int, grown: Callable[[Any], Any]) -> Callable[..., Any]:
    def at_least(*tensors: Any) -> Any:
        if len(tensors) == 1 and isinstance(tensors[0], Bare):
            return grown(tensors[0])
        return tuple(grown(x) for x in (tensors[0] if len(tensors) == 1 else tensors))

    at_least.__name__ = at_least.__qualname__ = f"atleast_{n}d"
    at_least.__doc__ = f"Tensors with at least {n} dimensions, those that lack some having size 1: views."
    return at_least


def _flat(x: Any) -> Any:
    return x if x.array.ndim else reshape(x, 1)


def _matrix(x: Any) -> Any:
    return x if x.array.ndim > 1 else _rows.unsqueeze(_flat(x), 0)


def _block(x: Any) -> Any:
    return x if x.array.ndim > 2 else _rows.unsqueeze(_matrix(x), -1)


atleast_1d, atleast_2d, atleast_3d = _at_least(1, _flat), _at_least(2, _matrix), _at_least(3, _block)


def contiguous(self: Any, memory_format: Any = None) -> Any:
    """Itself if its elements lie in order, else a copy where they do."""
    if memory_format is None:
        return self if self.array.flags.c_contiguous else _rows.clone(self, "C")
    from .memory import channels, is_contiguous

    if is_contiguous(self, memory_format):
        return self
    last = channels(memory_format)
    return _rows.clone(self, "C") if last is None else _channels_last(self, last)


def clone(input: Any, *, memory_format: Any = None) -> Any:
    """A copy that gradients flow through."""
    if memory_format is None:
        return _rows.clone(input)
    from .memory import channels

    last = channels(memory_format)
    if last is not None:
        return _channels_last(input, last)
    return _rows.clone(input, "K" if "preserve" in str(memory_format) else "C")


def _channels_last(x: Any, ndim: int) -> Any:
    """A copy whose channels (dimension 1) are neighbours in memory."""
    if x.array.ndim != ndim:
        raise RuntimeError(f"required rank {ndim} tensor to use channels_last format")
    return movedim(_rows.clone(movedim(x, 1, -1), "C"), -1, 1)


def in_place(function: Callable[..., Any], name: str = "") -> Callable[..., Any]:
    """The in-place form of a view: the tensor itself gets the new shape and steps."""

    def change(self: Any, *args: Any, **settings: Any) -> Any:
        alias.may_write(self)
        seen = function(self, *args, **settings)
        self.memory.version += 1
        self.array = seen.array
        if seen.node is not None and here.grad:
            self.node, self.slot, self.tracked = seen.node, seen.slot, seen.tracked
        if isinstance(self.alias, alias.View):
            self.alias = seen.alias
        return self

    change.__name__ = change.__qualname__ = f"{name or function.__name__}_"
    change.__doc__ = f"`{name or function.__name__}`, done to this tensor itself."
    return change


def flip(input: Any, *dims_: Any, dims: Any = None) -> Any:
    """The elements in reverse order along ``dims``."""
    return _join.flip(input, sizes(dims_ if dims is None else (dims,)))


def fliplr(input: Any) -> Any:
    """Left and right exchanged: the second dimension reversed."""
    if input.array.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return _join.flip(input, (1,))


def flipud(input: Any) -> Any:
    """Up and down exchanged: the first dimension reversed."""
    if input.array.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return _join.flip(input, (0,))


def roll(input: Any, shifts: Any, dims: Any = None) -> Any:
    """Elements moved along ``dims``; what falls off one end comes in at the other."""
    moves = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    along = () if dims is None else (dims,) if isinstance(dims, int) else tuple(dims)
    return _join.roll(input, moves, along)


def rot90(input: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """Turned by 90 degrees ``k`` times, from the first of ``dims`` towards the second."""
    n = input.array.ndim
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if n < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {n}")
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == n:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    a, b = (shapes.at(d, n) for d in dims)
    turns = k % 4
    if turns == 0:
        return clone(input)
    if turns == 2:
        return _join.flip(input, (a, b))
    return in_place(_rows.transpose)(_join.flip(input, (b if turns == 1 else a,)), a, b)


def repeat(self: Any, *repeats_: Any, repeats: Any = None) -> Any:
    """A copy, repeated so many times along each dimension."""
    times = sizes(repeats_ if repeats is None else (repeats,))
    if len(times) < self.array.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    if any(n < 0 for n in times):
        raise RuntimeError(f"Trying to create tensor with negative dimension: repeats are {list(times)}")
    inner = (1,) * (len(times) - self.array.ndim) + self.array.shape
    spread = _rows.expand(
        _rows.reshape(self, tuple(n for size in inner for n in (1, size))),
        tuple(n for pair in zip(times, inner, strict=True) for n in pair),
    )
    together = _rows.reshape(spread, tuple(a * b for a, b in zip(times, inner, strict=True)))
    return _rows.clone(together, "C")


def tile(input: Any, *dims_: Any, dims: Any = None) -> Any:
    """`repeat`, with 1 for dimensions that are not named."""
    times = sizes(dims_ if dims is None else (dims,))
    return repeat(input, (1,) * (input.array.ndim - len(times)) + times)


def repeat_interleave(
    input: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Any:
    """Each element repeated: by one number, or by a number for each slice of ``dim``.

    Given only repeats, the positions so repeated: 0 as often as the first says, and so on.
    """
    if repeats is None:
        return _interleaved(input, Bare._wrap(_arange(input, input.array.shape[0])), 0)
    if dim is None:
        input, dim = ravel(input), 0
    if not input.array.ndim:
        input = reshape(input, 1)
    n = input.array.shape[shapes.at(dim, input.array.ndim)]
    if isinstance(repeats, Bare):
        if repeats.array.ndim > 1:  # type: ignore[attr-defined]
            raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
        times = expand(repeats, n) if repeats.array.size == 1 else repeats
        if times.array.shape != (n,):
            raise RuntimeError(
                f"repeats must have the same size as input along dim, but got repeats.size(0) = "
                f"{times.array.shape[0]} and input.size({dim}) = {n}"
            )
        return _interleaved(times, input, dim)
    if repeats < 0:
        raise RuntimeError(f"Repeats must be non-negative, but got {repeats}")
    d = shapes.at(dim, input.array.ndim)
    return _flat_range(_repeat_each(input, d, repeats), d)


def _repeat_each(input: Any, d: int, times: int) -> Any:
    """Each slice of ``d`` as a view of itself ``times`` times, in a new dimension behind it."""
    y = _rows.unsqueeze(input, d + 1)
    return _rows.expand(y, (*y.array.shape[: d + 1], times, *y.array.shape[d + 2 :]))


def _flat_range(x: Any, d: int) -> Any:
    """A copy in which ``d`` and the dimension behind it are one."""
    return clone(_rows.flatten(x, d, d + 1), memory_format="contiguous_format")


def _interleaved(times: Any, input: Any, dim: int) -> Any:
    if times.array.dtype.kind not in "iu" or times.array.itemsize < 4:
        raise RuntimeError("repeats has to be Long or Int tensor")
    if times.array.size and int(times.array.min()) < 0:
        raise RuntimeError("repeats can not be negative")
    at = _arange(times, times.array.size).repeat(times.array)
    return _index.index(input, (slice(None),) * shapes.at(dim, input.array.ndim) + (at,))


def _arange(like: Any, n: int) -> Any:
    return namespace.of((like.array,)).arange(n)
