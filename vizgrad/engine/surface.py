"""Methods of Tensor that are not ops: questions about it, conversions, and the many ways to say a shape."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy

from . import alias, create, random, shapes, tape
from . import device as _device
from . import dtype as _dtype
from .bare import Bare
from .ops import index as _index
from .ops import reduce, shape
from .op import Op


class Size(tuple[int, ...]):
    """The shape of a tensor: a tuple that prints as PyTorch's."""

    __slots__ = ()

    def numel(self) -> int:
        return shapes.product(self)

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __getitem__(self, index: Any) -> Any:
        part = super().__getitem__(index)
        return Size(part) if isinstance(index, slice) else part


def inplace(function: Any, *, ignores: str = "") -> Callable[..., Any]:
    """The in-place form of an op: ``add_`` from ``add``."""
    row: Op = function.row
    others, names = row.inputs[1:], tuple(row.settings)
    optional = {n: row.settings[n] for n in names}

    def write(self: Any, *args: Any, **settings: Any) -> Any:
        settings.pop(ignores, None)
        given = [args[i] if i < len(args) else settings.pop(n) for i, n in enumerate(others)]
        rest = dict(zip(names, args[len(others) :], strict=False))
        unknown = settings.keys() - optional.keys()
        if unknown:
            raise TypeError(f"{row.name}_() got an unexpected keyword argument {unknown.pop()!r}")
        return alias.write(row, self, tuple(given), optional | rest | settings)

    write.__name__ = write.__qualname__ = row.name + "_"
    write.__doc__ = f"{row.doc.splitlines()[0]}, written into this tensor's own memory."
    return write


def legacy_array(data: tuple[Any, ...]) -> Any:
    """``Tensor(2, 3)`` is memory of that size, ``Tensor([1, 2])`` those numbers, in the default dtype."""
    kind = _dtype.get_default_dtype()
    if len(data) == 1 and not isinstance(data[0], int):
        x = data[0]
        if isinstance(x, Size):
            return numpy.empty(x, kind.numpy)
        return x.array if isinstance(x, Bare) else create.tensor(x, dtype=kind).array
    return numpy.empty(data or (0,), kind.numpy)


def as_class(cls: type, x: Any, requires_grad: bool) -> Any:
    """The tensor ``x`` as an instance of ``cls``, sharing its memory."""
    y = object.__new__(cls)
    for name in ("array", "storage", "grad", "node", "slot", "tracked", "alias", "hooks"):
        setattr(y, name, getattr(x, name))
    return y.requires_grad_() if requires_grad else y


# --- what it is


def size(self: Any, dim: int | None = None) -> Any:
    return Size(self.array.shape) if dim is None else self.array.shape[shapes.at(dim, self.array.ndim)]


def dim(self: Any) -> int:
    return self.array.ndim


def numel(self: Any) -> int:
    return self.array.size


def element_size(self: Any) -> int:
    """Bytes of one element."""
    return self.array.itemsize


def stride(self: Any, dim: int | None = None) -> Any:
    """Steps in memory, in elements, from one index to the next."""
    steps = tuple(s // self.array.itemsize for s in self.array.strides)
    return steps if dim is None else steps[shapes.at(dim, len(steps))]


def data_ptr(self: Any) -> int:
    """The address of the first element."""
    a = self.array
    return a.ctypes.data if isinstance(a, numpy.ndarray) else a.data.ptr


def storage_offset(self: Any) -> int:
    """Elements between the beginning of the memory and the first element."""
    base = self.array
    while isinstance(getattr(base, "base", None), type(self.array)):
        base = base.base
    return (data_ptr(self) - data_ptr(Bare._wrap(base))) // self.array.itemsize


def is_contiguous(self: Any, memory_format: Any = None) -> bool:
    return bool(self.array.flags.c_contiguous)


def is_floating_point(input: Any) -> bool:
    return _dtype.of(input.array).is_floating_point


def is_complex(input: Any) -> bool:
    return _dtype.of(input.array).is_complex


def comparable(other: Any) -> bool:
    return isinstance(other, (Bare, int, float, complex, numpy.ndarray, numpy.generic))


def type_(self: Any, dtype: Any = None) -> Any:
    """The dtype's old name (`torch.FloatTensor`), or a conversion."""
    return f"torch.{_dtype.of(self.array).legacy}Tensor" if dtype is None else to(self, dtype)


# --- its history


def requires_grad_(self: Any, requires_grad: bool = True) -> Any:
    """Ask for the gradient of this leaf."""
    if requires_grad and self.array.dtype.kind not in "fcV":
        raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
    if not requires_grad and self.grad_fn is not None:
        raise RuntimeError(
            "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
            "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
        )
    self.tracked = bool(requires_grad) or self.node is not None
    return self


def detach(self: Any) -> Any:
    """The same memory, without history."""
    x = Bare._wrap(self.array)
    x.storage = self.storage
    return x


def detach_(self: Any) -> Any:
    self.node, self.slot, self.tracked = None, 0, False
    return self


def replace_data(self: Any, other: Any) -> None:
    category = self.storage.category
    self.array, self.storage = other.array, other.storage.borrow() if other.storage.savers else other.storage
    if self.storage.category != category and not self.storage.savers:
        self.storage.become(category)


class Handle:
    """What registering a hook returns; ``remove()`` takes the hook out again."""

    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self._hooks, self._hook = hooks, hook

    def remove(self) -> None:
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def register_hook(self: Any, hook: Callable[[Any], Any]) -> Handle:
    """Call ``hook`` with this tensor's gradient when it is computed; what it returns replaces the gradient."""
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if self.node is None:
        self.hooks = self.hooks or []
        hooks = self.hooks
    else:
        self.node.hooks = self.node.hooks or {}
        hooks = self.node.hooks.setdefault(self.slot, [])
    hooks.append(hook)
    return Handle(hooks, hook)


class _Retain:
    """A hook that stores the gradient of a tensor that is not a leaf."""

    def __init__(self, x: Any) -> None:
        import weakref

        self.x = weakref.ref(x)

    def __call__(self, g: Any) -> None:
        x = self.x()
        if x is not None:
            x.grad = g if x.grad is None else x.grad + g


def retain_grad(self: Any) -> None:
    """Store the gradient of this tensor too, although it is not a leaf."""
    if not self.requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if self.node is not None and not retains_grad(self):
        register_hook(self, _Retain(self))


def retains_grad(self: Any) -> bool:
    hooks = self.node.hooks.get(self.slot, ()) if self.node is not None and self.node.hooks else ()
    return bool([h for h in hooks if isinstance(h, _Retain) and h.x() is self])


# --- folding


def sum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """Add the elements along ``dim``."""
    return reduce.sum(input if dtype is None else to(input, dtype), dim, keepdim)


def mean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The average along ``dim``."""
    return reduce.mean(input if dtype is None else to(input, dtype), dim, keepdim)


def softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """Scores to probabilities along ``dim``."""
    return reduce.softmax(input if dtype is None else to(input, dtype), dim)


def log_softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """Scores to log-probabilities along ``dim``."""
    return reduce.log_softmax(input if dtype is None else to(input, dtype), dim)


def var(input: Any, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: Any = None) -> Any:
    """The variance along ``dim``."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    return reduce.var(input, dim, correction=int(unbiased) if correction is None else correction, keepdim=keepdim)


def std(input: Any, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: Any = None) -> Any:
    """The standard deviation along ``dim``."""
    return var(input, dim, unbiased, keepdim, correction=correction).sqrt()


def _extreme(fold: Any, find: Any, pair: Any) -> Callable[..., Any]:
    def extreme(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Bare):
            return pair(input, dim)
        if dim is None:
            return fold(input)
        where = find(input, dim, True)
        values = _index.gather(input, where, dim)
        if not keepdim:
            values, where = shape.squeeze(values, dim), shape.squeeze(where, dim)
        return Extreme(values, where)

    return extreme


class Extreme(tuple[Any, Any]):
    """``values`` and ``indices``, as ``torch.return_types.max``."""

    __slots__ = ()

    def __new__(cls, values: Any, indices: Any) -> Extreme:
        return super().__new__(cls, (values, indices))

    values = property(lambda self: self[0])
    indices = property(lambda self: self[1])

    def __repr__(self) -> str:
        return f"torch.return_types.max(\nvalues={self[0]!r},\nindices={self[1]!r})"


def _rows() -> Any:
    from .ops import elementwise

    return elementwise


max = _extreme(reduce.amax, reduce.argmax, lambda a, b: _rows().maximum(a, b))
min = _extreme(reduce.amin, reduce.argmin, lambda a, b: _rows().minimum(a, b))


def all(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether every element is true."""
    return reduce.all(input, dim, keepdim)


def any(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether at least one element is true."""
    return reduce.any(input, dim, keepdim)


def norm(input: Any, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Any:
    """The p-norm: (Σ |x|ᵖ)^(1/p), the largest |x| for p = inf."""
    if p in (2, "fro"):
        return (input * input).sum(dim, keepdim).sqrt()
    if p == float("inf"):
        return input.abs().amax(() if dim is None else dim, keepdim)
    return (input.abs() ** p).sum(dim, keepdim) ** (1 / p)


def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The ``k`` largest elements along ``dim`` and where they are."""
    order = (-input.array if largest else input.array).argsort(axis=dim, kind="stable")
    where = Bare._wrap(order.take(range(k), axis=dim))
    return Extreme(_index.gather(input, where, dim), where)


def allclose(input: Any, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    a, b = _device.host(input.array), _device.host(other.array)
    return bool(numpy.allclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan))


def equal(input: Any, other: Any) -> bool:
    return input.array.shape == other.array.shape and bool((input.array == other.array).all())


# --- shape


def _sizes(args: tuple[Any, ...]) -> tuple[int, ...]:
    if len(args) == 1 and not isinstance(args[0], int) and hasattr(args[0], "__iter__"):
        args = tuple(args[0])
    return tuple(int(n) for n in args)


def reshape(input: Any, *shape_: Any, shape: Any = None) -> Any:
    return _shape_row("reshape")(input, _sizes(shape_) if shape is None else tuple(shape))


def _shape_row(name: str) -> Any:
    return getattr(_shape_module, name)


_shape_module = shape


def view(self: Any, *size: Any) -> Any:
    """The same memory in another shape, or (given a dtype) its bits read as another type."""
    if len(size) == 1 and isinstance(size[0], _dtype.dtype):
        x = Bare._wrap(self.array.view(size[0].numpy))
        x.storage = self.storage
        return x
    return shape.view(self, _sizes(size))


def permute(input: Any, *dims: Any) -> Any:
    return shape.permute(input, _sizes(dims))


def expand(self: Any, *size: Any) -> Any:
    return shape.expand(self, _sizes(size))


def reshape_as(self: Any, other: Any) -> Any:
    return shape.reshape(self, other.array.shape)


def view_as(self: Any, other: Any) -> Any:
    return shape.view(self, other.array.shape)


def expand_as(self: Any, other: Any) -> Any:
    return shape.expand(self, other.array.shape)


def t(input: Any) -> Any:
    """A matrix with rows and columns exchanged."""
    if input.array.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.array.ndim}D")
    return shape.transpose(input, 0, 1) if input.array.ndim == 2 else input


def reversed_dims(self: Any) -> Any:
    return shape.permute(self, tuple(range(self.array.ndim))[::-1])


def narrow(input: Any, dim: int, start: int, length: int) -> Any:
    """``length`` slices of ``dim``, from ``start`` on: a view."""
    at, n = shapes.at(dim, input.array.ndim), input.array.shape[dim]
    start = start + n if start < 0 else start
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return _index.slice_(input, (slice(None),) * at + (slice(start, start + length),))


def select(input: Any, dim: int, index: int) -> Any:
    """One slice of ``dim``: a view with a dimension less."""
    return _index.slice_(input, (slice(None),) * shapes.at(dim, input.array.ndim) + (index,))


def split(tensor: Any, split_size_or_sections: Any, dim: int = 0) -> tuple[Any, ...]:
    """Pieces of the given size, or sizes, along ``dim``: views."""
    n, sizes = tensor.array.shape[dim], split_size_or_sections
    if isinstance(sizes, int):
        sizes = [_least(sizes, n - i) for i in range(0, n, sizes)] or [0]
    if (total := _total(sizes)) != n:
        raise RuntimeError(f"split_with_sizes expects split_sizes to sum exactly to {n}, but they sum to {total}")
    starts = [_total(sizes[:i]) for i in range(len(sizes))]
    return tuple(narrow(tensor, dim, a, size) for a, size in zip(starts, sizes, strict=True))


def _least(a: int, b: int) -> int:
    return a if a < b else b


def _total(sizes: Any) -> int:
    return int(numpy.sum(sizes, dtype=int))


def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """At most ``chunks`` pieces of equal size along ``dim``: views."""
    n = input.array.shape[dim]
    return split(input, -(-n // chunks) or 1, dim)


def unbind(input: Any, dim: int = 0) -> tuple[Any, ...]:
    """All slices of ``dim``, one by one: views."""
    if input.array.ndim == 0:
        raise TypeError("iteration over a 0-d tensor")
    return tuple(select(input, dim, i) for i in range(input.array.shape[dim]))


def flip(input: Any, *dims: Any) -> Any:
    return shape.flip(input, _sizes(dims))


def repeat(self: Any, *repeats: Any) -> Any:
    """A copy, repeated so many times along each dimension."""
    times = _sizes(repeats)
    inner = (1,) * (len(times) - self.array.ndim) + self.array.shape
    spread = shape.expand(
        shape.reshape(self, tuple(n for size in inner for n in (1, size))),
        tuple(n for pair in zip(times, inner, strict=True) for n in pair),
    )
    return shape.reshape(spread, tuple(a * b for a, b in zip(times, inner, strict=True)))


def contiguous(self: Any, memory_format: Any = None) -> Any:
    """Itself if its elements lie in order, else a copy where they do."""
    return self if self.array.flags.c_contiguous else shape.clone(self)


def clone(input: Any, *, memory_format: Any = None) -> Any:
    """A copy that gradients flow through."""
    return shape.clone(input)


def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    return _index.scatter_add(input, index, src, dim)


# --- in place


def zero_(self: Any) -> Any:
    """Zeros, in place."""
    return self.fill_(0)


def _filled(draw: Callable[..., Any]) -> Callable[..., Any]:
    def fill(self: Any, *args: Any, generator: random.Generator | None = None, **settings: Any) -> Any:
        alias.may_write(self)
        stream = (generator or random.default(str(_device.of(self.array)))).stream
        self.array[...] = draw(stream, self.array.shape, *args, **settings)
        alias.written(self, "random")
        return self

    return fill


normal_ = _filled(lambda stream, shape, mean=0.0, std=1.0: stream.standard_normal(shape) * std + mean)
uniform_ = _filled(lambda stream, shape, a=0.0, b=1.0, **k: stream.random(shape) * (k.get("to", b) - a) + a)
bernoulli_ = _filled(lambda stream, shape, p=0.5: stream.random(shape) < p)


# --- conversion


def to(self: Any, *args: Any, dtype: Any = None, device: Any = None, copy: bool = False, **_: Any) -> Any:
    """The tensor in another dtype or on another device; itself if nothing changes and no copy is asked for."""
    for a in args:
        if isinstance(a, Bare):
            dtype, device = _dtype.of(a.array), _device.of(a.array)
        elif isinstance(a, (str, _device.device)) or (isinstance(a, int) and not isinstance(a, bool)):
            device = a
        elif isinstance(a, (_dtype.dtype, type)):
            dtype = a
    x = self
    if device is not None and not _same_place(_device.device(device), _device.of(x.array)):
        x = tape.apply(_MOVE.row, (x,), {"where": device})  # type: ignore[attr-defined]
    if dtype is not None and _dtype.numpy_of(dtype) != x.array.dtype:
        x = tape.apply(_CAST, (x,), {"kind": _dtype.numpy_of(dtype)})
    return shape.clone(x) if copy and x is self else x


def _same_place(wanted: Any, have: Any) -> bool:
    return wanted.type == have.type and (wanted.index is None or wanted.index == have.index)


_CAST: Op = shape.cast.row  # type: ignore[attr-defined]
_MOVE: Any = shape.move


def cast_to(kind: _dtype.dtype) -> Callable[[Any], Any]:
    def cast(self: Any) -> Any:
        return to(self, dtype=kind)

    cast.__doc__ = f"The tensor as {kind.name}."
    return cast


def type_as(self: Any, other: Any) -> Any:
    return to(self, dtype=_dtype.of(other.array))


def cpu(self: Any) -> Any:
    return to(self, device="cpu")


def cuda(self: Any, device: Any = None, non_blocking: bool = False) -> Any:
    return to(self, device="cuda" if device is None else device)


def numpy_(self: Any, *, force: bool = False) -> numpy.ndarray:
    """The array behind a tensor on the CPU: shared memory.  ``force`` detaches and copies to the CPU first."""
    if not force:
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        if not isinstance(self.array, numpy.ndarray):
            raise TypeError(
                f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."
            )
    return _device.host(self.array)


def tolist(self: Any) -> Any:
    return _device.host(self.array).tolist()


def item(self: Any) -> Any:
    """The one element as a Python number."""
    if self.array.size != 1:
        raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
    return self.array.item()


def new(factory: Callable[..., Any]) -> Callable[..., Any]:
    """A factory that takes dtype and device from a tensor: ``x.new_zeros(3)``."""

    def make(self: Any, *args: Any, dtype: Any = None, device: Any = None, **settings: Any) -> Any:
        return factory(*args, dtype=dtype or self.dtype, device=device or self.device, **settings)

    return make


def array(self: Any, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray:
    """What NumPy takes when it is given a tensor."""
    a = numpy_(self)
    a = a if dtype is None else a.astype(dtype, copy=False)
    return a.copy() if copy else a


def dlpack(self: Any, **settings: Any) -> Any:
    if self.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    return self.array.__dlpack__(**settings)


def dlpack_device(self: Any) -> tuple[int, int]:
    return self.array.__dlpack_device__()


def truth(self: Any) -> bool:
    if self.array.size != 1:
        raise RuntimeError(
            "Boolean value of Tensor with no values is ambiguous"
            if self.array.size == 0
            else "Boolean value of Tensor with more than one value is ambiguous"
        )
    return bool(self.array.item())


def as_index(self: Any) -> int:
    if self.array.dtype.kind not in "iub" or self.array.size != 1:
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(self.array.item())


def length(self: Any) -> int:
    if self.array.ndim == 0:
        raise TypeError("len() of a 0-d tensor")
    return self.array.shape[0]


def reduce_ex(self: Any, protocol: int) -> Any:
    return _rebuilt, (type(self), _device.host(self.array), self.requires_grad and self.node is None)


def _rebuilt(cls: type, values: numpy.ndarray, requires_grad: bool) -> Any:
    return as_class(cls, Bare._wrap(values), requires_grad)


def deepcopy(self: Any, memo: dict[int, Any]) -> Any:
    """A leaf with its own memory; PyTorch refuses the others, and so do we."""
    if self.grad_fn is not None:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment."
        )
    if id(self) in memo:
        return memo[id(self)]
    y = as_class(type(self), Bare._wrap(self.array.copy(), self.storage.category), self.tracked)
    y.grad = copy.deepcopy(self.grad, memo)
    y.__dict__.update(copy.deepcopy(self.__dict__, memo))
    memo[id(self)] = y
    return y


