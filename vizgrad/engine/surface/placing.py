"""Gathering, scattering and putting along a dimension, in PyTorch's order of arguments.

Each function says which row it asks for, and is made twice from that: as itself and as its in-place form.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from vizgrad.engine import alias, namespace, tape
from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import index as _index
from vizgrad.engine.ops import scatter as _rows
from vizgrad.engine.ops import shape as _shape
from vizgrad.engine.ops import shapes

from . import form, memory
from .autocast import whole
from .out import fills_out

_copy, _fill = _shape.copy.row, _index.fill.row  # type: ignore[attr-defined]
_put, _scatter, _scatter_add, _scatter_reduce = (
    row.row  # type: ignore[attr-defined]
    for row in (_index.index_put, _rows.scatter, _rows.scatter_add, _rows.scatter_reduce)
)


def _both(ask: Callable[..., tuple[Any, ...]]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """From what is asked of which row (row, tensor, operands, settings): the function and its in-place form."""
    name = ask.__name__.removeprefix("_ask_")

    @functools.wraps(ask)
    def compute(*args: Any, **settings: Any) -> Any:
        row, x, others, asked = ask(*args, **settings)
        y = tape.apply(row, (x, *others), asked)
        input = args[0] if args else settings["input"]
        return y if input.array.ndim else form.reshape(y, ()) if y.array.size == 1 else y

    @functools.wraps(ask)
    def write(self: Any, *args: Any, **settings: Any) -> Any:
        row, x, others, asked = ask(self, *args, **settings)
        alias.write(row, x, others, asked)
        return self

    compute.__name__ = compute.__qualname__ = name
    write.__name__ = write.__qualname__ = f"{name}_"
    return fills_out(whole(name)(compute)), write


def copy_(self: Any, src: Any, non_blocking: bool = False) -> Any:
    """The numbers of another tensor, stretched to this one's shape and brought to its dtype, written here."""
    if not isinstance(src, Bare):
        src = Bare._wrap(namespace.of((self.array,)).asarray(src))
    elif type(src.array) is not type(self.array):  # type: ignore[attr-defined]
        src = src.to(_device.of(self.array))  # type: ignore[attr-defined]
    return alias.write(_copy, self, (src,), {})


def fill_(self: Any, value: Any) -> Any:
    """One number everywhere, written here."""
    return alias.write(_fill, self, (value,), {})


def zero_(self: Any) -> Any:
    """Zeros, written here."""
    return alias.write(_fill, self, (0,), {})


def _cut_like(src: Any, index: Any) -> Any:
    """The part of ``src`` that the index asks for."""
    if index.array.ndim != src.array.ndim or src.array.shape == index.array.shape:
        return src
    if any(n > m for n, m in zip(index.array.shape, src.array.shape, strict=True)):
        return src
    return _index.slice_(src, tuple(slice(0, n) for n in index.array.shape))


def _same_kind(name: str, x: Any, src: Any) -> None:
    if isinstance(src, Bare) and src.array.dtype != x.array.dtype:  # type: ignore[attr-defined]
        raise RuntimeError(
            f"{name}(): Expected self.dtype to be equal to src.dtype: "
            f"{_dtype.of(x.array).legacy} and {_dtype.of(src.array).legacy}"
        )


@memory.fills_apart
def gather(input: Any, dim: int, index: Any, *, sparse_grad: bool = False) -> Any:
    """One element of dimension ``dim`` for each number in ``index``."""
    return _rows.gather(input, index, dim)


def _ask_scatter(
    input: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: str | None = None
) -> Any:
    """A copy with the elements of ``src`` (or one value) at the places that ``index`` names along ``dim``."""
    if reduce not in (None, "add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    given = value if src is None else src
    if isinstance(given, Bare):
        _same_kind("scatter", input, given)
        given = _cut_like(given, index)
    elif reduce is not None:
        given = _index.full_like(_index.zeros(input, index.array.shape), given)
    _rows.check_index("scatter", input.array, index.array, dim, getattr(given, "array", given))
    if reduce is None:
        return _scatter, input, (index, given), {"dim": dim}
    if reduce == "add":
        return _scatter_add, input, (index, given), {"dim": dim}
    return _scatter_reduce, input, (index, given), {"dim": dim, "reduce": "prod", "include_self": True}


def _ask_scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    """A copy with the elements of ``src`` added at the places that ``index`` names along ``dim``."""
    _same_kind("scatter", input, src)
    _rows.check_index("scatter_add", input.array, index.array, dim, src.array)
    return _scatter_add, input, (index, _cut_like(src, index)), {"dim": dim}


def _ask_scatter_reduce(
    input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """A copy with the elements of ``src`` reduced, by sum, prod, mean, amax or amin, into the places of ``index``."""
    _same_kind("scatter", input, src)
    _rows.check_index("scatter", input.array, index.array, dim, src.array)
    settings = {"dim": dim, "reduce": reduce, "include_self": include_self}
    return _scatter_reduce, input, (index, _cut_like(src, index)), settings


def _lines(name: str, input: Any, dim: int, index: Any) -> tuple[Any, tuple[Any, ...]]:
    """The input with at least one dimension, and the index tuple that names its slices of ``dim``."""
    d = shapes.at(dim, input.array.ndim)
    a = index.array
    if a.ndim > 1:
        raise IndexError(
            f"{name}(): Index is supposed to be a vector, but got dim: {a.ndim} with type: {a.dtype}"
        )
    if a.dtype.kind not in "iu" or a.itemsize < 4:
        raise IndexError(f"{name}(): Expected dtype int64 for index but got: {_dtype.of(a)}")
    x = input if input.array.ndim else form.reshape(input, 1)
    if a.size and (int(a.min()) < 0 or int(a.max()) >= x.array.shape[d]):
        raise IndexError(f"{name}(): index out of range in dimension {dim} of size {x.array.shape[d]}")
    return x, (slice(None),) * d + (a.reshape(-1).copy() if input.tracked else a.reshape(-1),)


def _source(name: str, x: Any, dim: int, index: Any, source: Any) -> Any:
    """``source`` with the shape of the slices that it is for, or an error."""
    d = shapes.at(dim, x.array.ndim)
    s = source if source.array.ndim else form.reshape(source, (1,) * x.array.ndim)
    want = (*x.array.shape[:d], index.array.size, *x.array.shape[d + 1 :])
    if s.array.shape != want:
        raise (IndexError if name == "index_copy_" else RuntimeError)(
            f"{name}(): Number of indices ({index.array.size}) should be equal to source.size(dim), and the other "
            f"sizes those of self: expected {list(want)}, got {list(source.array.shape)} for dim {dim}"
        )
    if source.array.dtype != x.array.dtype:
        raise RuntimeError(
            f"{name}: self and source expected to have the same dtype, but got (self) {_dtype.of(x.array).legacy} "
            f"and (source) {_dtype.of(source.array).legacy}"
        )
    return s


def _ask_index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Any:
    """A copy with ``alpha`` times the slices of ``source`` added to those slices of ``dim`` that the index names."""
    x, at = _lines("index_add", input, dim, index)
    s = _source("index_add_", x, dim, index, source)
    return _put, x, (s if alpha == 1 else s * alpha,), {"index": at, "accumulate": True}


def _ask_index_copy(input: Any, dim: int, index: Any, source: Any) -> Any:
    """A copy with the slices of ``source`` in place of those slices of ``dim`` that the index names."""
    x, at = _lines("index_copy_", input, dim, index)
    return _put, x, (_source("index_copy_", x, dim, index, source),), {"index": at, "accumulate": False}


def _ask_index_fill(input: Any, dim: int, index: Any, value: Any) -> Any:
    """A copy with one number in those slices of ``dim`` that the index names."""
    x, at = _lines("index_fill_", input, dim, index)
    if isinstance(value, Bare):
        if value.array.ndim:  # type: ignore[attr-defined]
            raise RuntimeError(
                f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.array.ndim} "
                "dimension(s)."
            )
    elif type(value) is complex and x.array.dtype.kind != "c":
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")
    else:
        value = _index.full_like(_index.zeros(x, ()), value)  # type: ignore[arg-type]
    if value.tracked:  # a place that is named twice is filled once
        at = (*at[:-1], namespace.of((at[-1],)).unique(at[-1]))
    return _put, x, (value,), {"index": at, "accumulate": False}


def _ask_index_reduce(
    input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """A copy with slices of ``source`` reduced, by prod, mean, amax or amin, into those that the index names."""
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(
            f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}."
        )
    x, _ = _lines("index_reduce_", input, dim, index)
    s = _source("index_reduce_", x, dim, index, source)
    d = shapes.at(dim, x.array.ndim)
    spread = (1,) * d + (-1,) + (1,) * (x.array.ndim - 1 - d)
    every = form.broadcast_to(form.reshape(index, spread), s.array.shape)
    return _scatter_reduce, x, (every, s), {"dim": d, "reduce": reduce, "include_self": include_self}


@fills_out
def index_select(input: Any, dim: int, index: Any) -> Any:
    """The slices of ``dim`` that a vector of numbers names."""
    x, at = _lines("index_select", input, dim, index)
    y = _index.index(x, at)
    return y if input.array.ndim else form.reshape(y, () if index.array.size == 1 else index.array.shape)


def _ask_put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """A copy with elements written, or added, at positions counted as if it were one row."""
    if index.array.dtype.kind != "i" or index.array.itemsize != 8:
        raise RuntimeError(
            f"put_(): Expected a long tensor for index, but got {_dtype.of(index.array).legacy}"
        )
    if index.array.size != source.array.size:
        raise RuntimeError(
            f"put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.array.size}, index.numel() = {index.array.size}"
        )
    _same_kind("put_", input, source)
    if index.array.size and not input.array.size:
        raise IndexError("put_(): tried to put elements into an empty tensor")
    x = input if input.array.ndim else form.reshape(input, 1)
    at = index.array.reshape(-1)
    _index.check((at,), (x.array.size,))
    size = x.array.shape
    places = namespace.of((at,)).unravel_index(at % x.array.size, size) if at.size else (at,) * len(size)
    return _put, x, (form.ravel(source),), {"index": tuple(places), "accumulate": accumulate}


@memory.fills_apart
def take(input: Any, index: Any) -> Any:
    """Elements at positions counted as if the input were one row."""
    if index.array.dtype.kind != "i" or index.array.itemsize != 8:
        raise RuntimeError(
            f"take(): Expected a long tensor for index, but got {_dtype.of(index.array).legacy}"
        )
    if index.array.size and not input.array.size:
        raise IndexError("take(): tried to take from an empty tensor")
    return _index.index(form.ravel(input), (index.array.copy() if input.tracked else index.array,))


@fills_out
def take_along_dim(input: Any, indices: Any, dim: int | None = None) -> Any:
    """`gather` with the input and the index stretched to fit each other."""
    if indices.array.dtype.kind != "i" or indices.array.itemsize != 8:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {_dtype.of(indices.array).legacy}"
        )
    if dim is None:
        return gather(form.ravel(input), 0, form.ravel(indices))
    n = input.array.ndim
    if n != indices.array.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{n} dimensions for input, and {indices.array.ndim} dimensions for indices"
        )
    d = shapes.at(dim, n)
    a, b = list(input.array.shape), list(indices.array.shape)
    common = shapes.broadcast([*a[:d], 1, *a[d + 1 :]], [*b[:d], 1, *b[d + 1 :]])
    x = form.broadcast_to(input, (*common[:d], a[d], *common[d + 1 :]))
    at = form.broadcast_to(indices, (*common[:d], b[d], *common[d + 1 :])).array
    return gather(x, d, Bare._wrap(namespace.of((at,)).where(at < 0, at + a[d], at)))


def _mask(mask: Any, name: str) -> Any:
    if mask.array.dtype.kind == "b":
        return mask
    raise RuntimeError(f"{name} only supports boolean masks, but got mask with dtype {_dtype.of(mask.array)}")


def _ask_masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """A copy with one number wherever the mask is True."""
    _mask(mask, "masked_fill_")
    if isinstance(value, Bare) and value.array.ndim:  # type: ignore[attr-defined]
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.array.ndim} "
            "dimension(s)."
        )
    kind = _dtype.of(value.array) if isinstance(value, Bare) else _dtype.kind_of_number(value)  # type: ignore[attr-defined]
    if kind.is_complex and input.array.dtype.kind != "c":
        raise RuntimeError(f"value cannot be converted to type {_dtype.of(input.array)} without overflow")
    return _index.masked_fill.row, input, (mask, value), {}  # type: ignore[attr-defined]


def _ask_masked_scatter(input: Any, mask: Any, source: Any) -> Any:
    """A copy with the elements of ``source``, in order, where the mask is True."""
    _mask(mask, "masked_scatter_")
    _same_kind("masked_scatter_", input, source)
    shape = shapes.broadcast(input.array.shape, mask.array.shape)
    x = input if input.array.shape == shape else form.broadcast_to(input, shape)
    where = form.broadcast_to(mask, shape).array.copy()
    n = int(where.sum())
    if n > source.array.size:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have the same dtypes and source to hold {n} elements, but "
            f"it has {source.array.size}"
        )
    return _put, x, (form.ravel(source)[:n],), {"index": (where,), "accumulate": False}


@memory.fills_apart
def masked_select(input: Any, mask: Any) -> Any:
    """The elements where ``mask`` is True, in a row."""
    _mask(mask, "masked_select")
    shape = shapes.broadcast(input.array.shape, mask.array.shape)
    where = form.broadcast_to(mask, shape).array
    return _index.index(form.broadcast_to(input, shape), (where.copy() if input.tracked else where,))


scatter, scatter_ = _both(_ask_scatter)
scatter_add, scatter_add_ = _both(_ask_scatter_add)
scatter_reduce, scatter_reduce_ = _both(_ask_scatter_reduce)
index_add, index_add_ = _both(_ask_index_add)
index_copy, index_copy_ = _both(_ask_index_copy)
index_fill, index_fill_ = _both(_ask_index_fill)
index_reduce, index_reduce_ = _both(_ask_index_reduce)
put, put_ = _both(_ask_put)
masked_fill, masked_fill_ = _both(_ask_masked_fill)
masked_scatter, masked_scatter_ = _both(_ask_masked_scatter)
