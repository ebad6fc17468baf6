"""Shape rules, shared by the ops, the builder and the error messages.  They speak PyTorch's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def broadcast(*shapes: Sequence[int], **_: Any) -> tuple[int, ...]:
    """The shape that all of these stretch to."""
    result: list[int] = []
    longest = max(map(len, shapes), default=0)
    for i in range(-1, -longest - 1, -1):  # the last misfit is the one that PyTorch names
        sizes = [s[i] for s in shapes if len(s) >= -i]
        wide = [n for n in sizes if n != 1]
        if other := [n for n in wide if n != wide[0]]:
            raise RuntimeError(
                f"The size of tensor a ({wide[0]}) must match the size of tensor b ({other[0]}) "
                f"at non-singleton dimension {longest + i}"
            )
        result.append(wide[0] if wide else 1)
    return tuple(reversed(result))


def same(input: Sequence[int], *_: Any, **__: Any) -> tuple[int, ...]:
    """The shape of the first input."""
    return tuple(input)


def at(dim: int, ndim: int) -> int:
    """The index of a dimension that may be counted from the end."""
    n = max(ndim, 1)
    if not -n <= dim < n:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})"
        )
    return dim % n


def axes(ndim: int, dim: Any) -> tuple[int, ...]:
    """The dimensions meant by an int, a sequence, or None and () for all of them."""
    if dim is None or dim == ():
        return tuple(range(ndim))
    if type(dim) is int and 0 <= dim < ndim:  # the common case
        return (dim,)
    if not isinstance(dim, int) and len(dim) == 0:
        return tuple(range(ndim))
    found = tuple(at(d, ndim) for d in ((dim,) if isinstance(dim, int) else dim))
    for d in found:
        if found.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return found if ndim else ()


def axis(input: Any, dim: Any) -> tuple[int, ...]:
    """`axes` of an array, a tensor or a shape."""
    return axes(len(getattr(input, "shape", input)), dim)


def reduced(input: Sequence[int], *, dim: Any = None, keepdim: bool = False, **_: Any) -> tuple[int, ...]:
    """What is left after folding ``dim`` away."""
    gone = axes(len(input), dim)
    return tuple(1 if i in gone else n for i, n in enumerate(input) if keepdim or i not in gone)


def with_ones(input: Sequence[int], dim: Any) -> tuple[int, ...]:
    """The shape with the folded dimensions kept as 1: what a gradient is reshaped to before it is stretched."""
    return reduced(input, dim=dim, keepdim=True)


def unstretched(xp: Any, g: Any, shape: Sequence[int]) -> Any:
    """Undo broadcasting: add a gradient up over the dimensions along which its input was repeated."""
    new = len(g.shape) - len(shape)
    repeated = [i + new for i, n in enumerate(shape) if n == 1 and g.shape[i + new] != 1]
    if new or repeated:
        g = xp.sum(g, axis=(*range(new), *repeated), keepdims=True)
    return xp.reshape(g, shape)


def count(input: Sequence[int], dim: Any) -> int:
    """How many elements are folded into one."""
    n = 1
    for i in axes(len(input), dim):
        n *= input[i]
    return n


def known(shape: Any) -> bool:
    """Whether sizes are numbers.  They are not while a formula prints itself."""
    return isinstance(shape, (tuple, list))


def elements(x: Any) -> Any:
    """How many elements an array or a tensor has; n, while a formula prints itself."""
    return x.size if isinstance(x.size, int) else x.numel()


def product(shape: Sequence[int]) -> int:
    n = 1
    for size in shape:
        n *= size
    return n


def inferred(shape: Sequence[int], elements: int) -> tuple[int, ...]:
    """``shape`` with its -1 worked out from the number of elements."""
    shape = tuple(int(n) for n in shape)
    unknown = shape.count(-1)
    if unknown > 1:
        raise RuntimeError("only one dimension can be inferred")
    if any(n < -1 for n in shape):
        raise RuntimeError(f"invalid shape dimension {min(shape)}")
    known = product([n for n in shape if n != -1])
    if unknown and known and elements % known == 0:
        return tuple(elements // known if n == -1 else n for n in shape)
    if unknown and not known and not elements:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension "
            "size -1 can be any value and is ambiguous"
        )
    if unknown or known != elements:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {elements}")
    return shape


def matmul(input: Sequence[int], other: Sequence[int], **_: Any) -> tuple[int, ...]:
    """Rows by columns; everything before the last two dimensions is stretched."""
    a, b = tuple(input), tuple(other)
    if not a or not b:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {len(a)}D and {len(b)}D"
        )
    left, right = (a if len(a) > 1 else (1, *a)), (b if len(b) > 1 else (*b, 1))
    if left[-1] != right[-2]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({left[-2]}x{left[-1]} and {right[-2]}x{right[-1]})"
        )
    y = (*broadcast(left[:-2], right[:-2]), left[-2], right[-1])
    if len(a) == 1:
        y = (*y[:-2], y[-1])
    return y[:-1] if len(b) == 1 else y
