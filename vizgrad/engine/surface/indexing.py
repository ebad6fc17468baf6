"""``x[…]`` and ``x[…] = value``: what a view shows, what is picked into a copy, and where a value goes.

An index is taken in two steps, as PyTorch does: first everything that only cuts (numbers, slices, None, ``...``)
makes a view; then tensors, lists and masks pick from that view.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy

from vizgrad.engine import alias, namespace, tape
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import elementwise, shapes
from vizgrad.engine.ops import index as rows
from vizgrad.engine.ops import shape as _shape

from .data import array_of
from .out import fills_out

_slice, _select, _index, _index_put = (
    r.row  # type: ignore[attr-defined]
    for r in (rows.slice_, rows.select, rows.index, rows.index_put)
)
_copy, _fill = _shape.copy.row, rows.fill.row  # type: ignore[attr-defined]
_KINDS = "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices"


def get(x: Any, index: Any) -> Any:
    """``x[index]``: numbers, slices, None and ``...`` give a view, tensors and lists a copy."""
    cuts, picks = _parted(x, index)
    if picks is None:
        return alias.look(_select if cuts and type(cuts[-1]) is int else _slice, x, {"index": cuts})
    if cuts:
        x = alias.look(_slice, x, {"index": cuts})
    _fits(picks, x.array.shape)
    return tape.apply(_index, (x,), {"index": _own(picks) if x.tracked else picks})


def put(x: Any, index: Any, value: Any) -> None:
    """``x[index] = value``, in place and with gradients."""
    if not isinstance(value, Bare):
        _check_number(x, value)
    elif value.alias is not None:
        alias.refresh(value)
    if index is False:
        return
    cuts, picks = _parted(x, None if index is True else index)
    if picks is None:
        target = alias.look(_slice, x, {"index": cuts}) if cuts else x
        if isinstance(value, Bare):
            alias.write(_copy, target, (_trimmed(value, target.array.ndim),), {})
        else:
            alias.write(_fill, target, (value,), {})
        return
    if cuts:
        x = alias.look(_slice, x, {"index": cuts})
    _fits(picks, x.array.shape)
    write_picked(x, picks, _trimmed(value, 0) if isinstance(value, Bare) else value, accumulate=False)


def write_picked(x: Any, picks: tuple[Any, ...], value: Any, *, accumulate: bool) -> Any:
    """Put ``value`` where the index arrays ``picks`` say, in place."""
    if not isinstance(value, Bare):
        value = Bare._wrap(namespace.of((x.array,)).asarray(value, dtype=x.array.dtype))
    elif value.array.dtype != x.array.dtype and not (value.array.ndim == 0 and _masks(picks)):  # type: ignore[attr-defined]
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{_dtype.of(x.array).legacy} for the destination and {_dtype.of(value.array).legacy} for the source."
        )
    picks = _own(picks) if x.tracked or value.tracked else picks
    return alias.write(_index_put, x, (value,), {"index": picks, "accumulate": accumulate})


def _masks(picks: tuple[Any, ...]) -> bool:
    return all(isinstance(p, slice) or p.dtype.kind == "b" for p in picks)


def _parted(x: Any, index: Any) -> tuple[tuple[Any, ...], Any]:
    """The index in two: what cuts, and (None if there is none) what picks from the result."""
    if type(index) is int or type(index) is slice:  # the usual ones, at once
        return _one(x, index), None
    parts = index if type(index) is tuple else _listed(index) if type(index) is list else (index,)
    cuts: list[Any] = []
    picks: list[Any] = []  # at the dimensions of the view: a mark for the Ellipsis, slices between
    taken = 0
    for p in parts:
        if p is None:
            cuts.append(None)
            picks.append(slice(None))
        elif p is Ellipsis:
            cuts.append(Ellipsis)
            picks.append(Ellipsis)
        elif type(p) is slice:
            cuts.append(_slice_of(p))
            picks.append(slice(None))
            taken += 1
        elif (number := _number(p)) is not None:
            cuts.append(number)
            taken += 1
        else:
            a = _array(p, x)
            taken += a.ndim if a.dtype.kind == "b" else 1
            cuts += [slice(None)] * a.ndim if a.dtype.kind == "b" else [slice(None)]
            picks.append(a)
    if taken > x.array.ndim:
        _taken(x, taken)
    if cuts.count(Ellipsis) > 1:
        cuts, picks = _one_ellipsis(cuts, x.array.ndim - taken), _one_ellipsis(picks, 0)
    _in_range(cuts, x.array.shape, x.array.ndim - taken)
    if all(type(p) is slice or p is Ellipsis for p in picks):
        return tuple(cuts), None
    full = slice(None)
    needed = any(c is not Ellipsis and (c is None or c != full) for c in cuts)
    return tuple(cuts) if needed else (), _spread(picks, x.array.ndim - taken)


def _one(x: Any, index: Any) -> tuple[Any, ...]:
    """A number or a slice of the first dimension."""
    a = x.array
    if not a.ndim:
        _taken(x, 1)
    if type(index) is slice:
        return (_slice_of(index),)
    if not -len(a) <= index < len(a):
        raise IndexError(f"index {index} is out of bounds for dimension 0 with size {len(a)}")
    return (index,)


def _in_range(cuts: list[Any], shape: tuple[int, ...], missing: int) -> None:
    """Raise PyTorch's error for a number that its dimension does not have."""
    d = 0
    for c in cuts:
        if type(c) is int and not -shape[d] <= c < shape[d]:
            raise IndexError(f"index {c} is out of bounds for dimension {d} with size {shape[d]}")
        d += missing if c is Ellipsis else c is not None


def _one_ellipsis(parts: list[Any], missing: int) -> list[Any]:
    """Of several, the first stands for all dimensions that are missing; nothing may then be asked of others."""
    first, second, *_ = (i for i, p in enumerate(parts) if p is Ellipsis)
    if missing and any(p is not Ellipsis for p in parts[second:]):
        raise IndexError(
            "Dimension out of range: only one ellipsis (`...`) can stand for the dimensions left out"
        )
    return [p for i, p in enumerate(parts) if p is not Ellipsis or i == first]


def _spread(picks: list[Any], missing: int) -> tuple[Any, ...]:
    """The picking part with full slices for the Ellipsis and none at the end."""
    found: list[Any] = []
    for p in picks:
        found += [slice(None)] * missing if p is Ellipsis else [p]
    while isinstance(found[-1], slice):
        found.pop()
    return tuple(found)


def _taken(x: Any, n: int) -> None:
    if x.array.ndim == 0 and n:
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    if n > x.array.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x.array.ndim}")


def _slice_of(p: slice) -> slice:
    """A slice of plain numbers."""
    start, stop, step = p.start, p.stop, p.step
    if step is not None:
        step = step.__index__()
        if step <= 0:
            raise ValueError("step must be greater than zero" if step else "slice step cannot be zero")
    if type(start) in _BOUNDS and type(stop) in _BOUNDS:
        return p if step is p.step else slice(start, stop, step)
    for e in (start, stop):
        if e is not None and not hasattr(e, "__index__"):
            raise TypeError("slice indices must be integers or None or have an __index__ method")
    return slice(*[None if e is None else e.__index__() for e in (start, stop)], step)  # type: ignore[call-overload]


_BOUNDS = (int, type(None))


def _number(p: Any) -> int | None:
    """The number that an index part is; None if it is none."""
    if type(p) is int:
        return p
    if isinstance(p, Bare):
        return (
            int(p.array) if not p.array.ndim and p.array.dtype.kind in "iu" and p.array.itemsize > 1 else None
        )  # type: ignore[attr-defined]
    if isinstance(p, (bool, numpy.bool_, numpy.ndarray)) or not hasattr(p, "__index__"):
        return None
    return p.__index__()


def _listed(index: list[Any]) -> tuple[Any, ...]:
    """A list is a tensor of numbers, unless something in it can only be part of an index with several parts."""
    several = any(
        p is None or p is Ellipsis or isinstance(p, (slice, list, tuple, range, Bare)) for p in index
    )
    return tuple(index) if several and len(index) <= 32 else (index,)


def _array(p: Any, x: Any) -> Any:
    """Whatever picks, as an array of whole numbers or of True and False on the tensor's device."""
    xp = namespace.of((x.array,))
    if isinstance(p, Bare):
        a = p.array
        if a.dtype.kind == "u" and a.itemsize == 1:
            warnings.warn(
                "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
                stacklevel=2,
            )
            a = a.astype(bool)
        if a.dtype.kind not in "ib" or (a.itemsize in (1, 2) and a.dtype.kind == "i"):
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        return a if type(a) is type(x.array) else xp.asarray(a)
    if isinstance(p, bool):
        return xp.asarray(p)
    if isinstance(p, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(p, (list, tuple, range, numpy.ndarray)):
        a = numpy.asarray(_plain(p) if isinstance(p, (list, tuple)) else p)
        return xp.asarray(a if a.dtype.kind in "ib" else a.astype(numpy.int64))
    raise IndexError(f"{_KINDS} (got {type(p).__name__})")


def _plain(items: Any) -> Any:
    if isinstance(items, Bare):
        return items.array.tolist()  # type: ignore[attr-defined]
    return [_plain(i) for i in items] if isinstance(items, (list, tuple)) else items


def _fits(picks: tuple[Any, ...], shape: tuple[int, ...]) -> None:
    """Raise PyTorch's errors for masks and index tensors that do not fit the tensor or each other."""
    d, found = 0, []
    for p in picks:
        if not isinstance(p, slice) and p.dtype.kind == "b":
            for j, n in enumerate(p.shape):
                if n != shape[d + j]:
                    raise IndexError(
                        f"The shape of the mask {list(p.shape)} at index {j} does not match the shape of the indexed "
                        f"tensor {list(shape)} at index {d + j}"
                    )
            d += p.ndim
            continue
        if not isinstance(p, slice):
            found.append(p.shape)
        d += 1
    if len(found) > 1 and any(s != found[0] for s in found):
        try:
            shapes.broadcast(*found)
        except RuntimeError:
            raise IndexError(
                "shape mismatch: indexing tensors could not be broadcast together with shapes "
                f"{', '.join(str(list(s)) for s in found)}"
            ) from None


def _own(picks: tuple[Any, ...]) -> tuple[Any, ...]:
    """Copies of the index arrays: a gradient must find them as they were."""
    return tuple(p if isinstance(p, slice) else p.copy() for p in picks)


def _check_number(x: Any, value: Any) -> None:
    if not isinstance(value, (int, float, complex, numpy.generic)):
        name = _dtype.of(x.array).legacy
        raise TypeError(f"can't assign a {type(value).__qualname__} to a torch.{name}Tensor")
    if isinstance(value, complex) and x.array.dtype.kind != "c":
        raise RuntimeError(f"value cannot be converted to type {_dtype.of(x.array)} without overflow")


def _trimmed(value: Any, ndim: int) -> Any:
    """``value`` without leading dimensions of size 1 that the target lacks."""
    while value.array.ndim > ndim and value.array.shape[0] == 1:
        value = rows.slice_(value, (0,))
    return value


def _indices(self: Any, indices: Any) -> tuple[Any, ...]:
    """The tuple of tensors that `index_put` takes, as index arrays."""
    if isinstance(indices, Bare) or not isinstance(indices, (tuple, list)):
        raise TypeError(
            f"index_put(): argument 'indices' must be tuple of Tensors, not {type(indices).__name__}"
        )
    if len(indices) > max(self.array.ndim, 1):
        raise IndexError(f"too many indices for tensor of dimension {self.array.ndim} (got {len(indices)})")
    picks = [slice(None) if i is None else _array(i, self) for i in indices]
    while picks and isinstance(picks[-1], slice):
        picks.pop()
    if not picks:
        raise IndexError("index_put: at least one index must be a tensor")
    _fits(tuple(picks), self.array.shape)
    return tuple(picks)


def index_put_(self: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """``self[indices] = values``, or with ``accumulate`` added as often as a place is named, in place."""
    return write_picked(self, _indices(self, indices), values, accumulate=accumulate)


def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """`index_put_` on a copy."""
    return index_put_(_shape.clone(input), indices, values, accumulate)


@fills_out
def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """The positions of the elements that are not zero: one row each, or one tensor a dimension."""
    xp = namespace.of((input.array,))
    if as_tuple:
        a = input.array if input.array.ndim else input.array.reshape(1)
        return tuple(Bare._wrap(found) for found in a.nonzero())
    if not input.array.ndim:
        return Bare._wrap(xp.zeros((int(bool(input.array)), 0), dtype=numpy.int64))
    return Bare._wrap(xp.stack(input.array.nonzero(), -1))


def argwhere(input: Any) -> Any:
    """The positions of the elements that are not zero, one row each."""
    return nonzero(input)


@fills_out
def nonzero_static(input: Any, *, size: int, fill_value: int = -1) -> Any:
    """`nonzero` with exactly ``size`` rows: cut off, or filled up with ``fill_value``."""
    if size < 0:
        raise RuntimeError(f"nonzero_static: 'size' must be an non-negative integer, but got {size}")
    found = nonzero(input).array[:size]
    y = namespace.of((found,)).full((size, found.shape[1]), fill_value, dtype=numpy.int64)
    y[: len(found)] = found
    return Bare._wrap(y)


@fills_out
def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """``input`` where the condition holds, ``other`` elsewhere; without them, where the condition holds."""
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    if condition.array.dtype.kind != "b" and not (
        condition.array.dtype.kind == "u" and condition.array.itemsize == 1
    ):
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype {_dtype.of(condition.array)}"
        )
    if input is None or other is None:
        raise TypeError("where() takes a condition alone, or a condition with both input and other")
    numbers = (bool, int, float, complex)
    if isinstance(input, numbers) and isinstance(other, numbers):  # they have our default types, not NumPy's
        input = array_of(input, None, condition.device)
    return elementwise.where(condition, input, other)


def unravel_index(indices: Any, shape: Any) -> tuple[Any, ...]:
    """Positions counted in a row, as positions along each dimension of ``shape``."""
    if not isinstance(indices, Bare):
        raise TypeError(f"unravel_index(): argument 'indices' must be Tensor, not {type(indices).__name__}")
    a = indices.array  # type: ignore[attr-defined]
    if a.dtype.kind not in "iu":
        raise ValueError(f"expected 'indices' to be integer dtype, but got {_dtype.of(a)}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(n < 0 for n in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    found: list[Any] = []
    for n in reversed(sizes):
        found.append(Bare._wrap(a % n if n else a))
        a = a // n if n else a
    return tuple(reversed(found))
