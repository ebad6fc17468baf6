"""Making tensors: from data, from a shape, from chance."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare

from . import random

if TYPE_CHECKING:
    from vizgrad.engine.tensor import Tensor


def _new(array: Any, requires_grad: bool = False) -> Tensor:
    x = Bare._wrap(array)
    if requires_grad:
        x.requires_grad_()
    return x


def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False, **_: Any
) -> Tensor:
    """A new tensor holding a copy of ``data``: numbers, nested lists of them, an array or a tensor."""
    return _new(_array(data, dtype, device).copy(), requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """``data`` as a tensor, sharing its memory where dtype and device allow."""
    if isinstance(data, Bare):
        return data.to(device=device, dtype=dtype)  # type: ignore[attr-defined]
    return _new(_array(data, dtype, device))


def from_numpy(array: numpy.ndarray) -> Tensor:
    """A tensor that shares the array's memory: writing to one writes to the other."""
    if not isinstance(array, numpy.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    _dtype.of(array)
    return _new(array)


def _array(data: Any, dtype: Any, device: Any) -> Any:
    if isinstance(data, Bare):
        data = data.array
    if not hasattr(data, "dtype"):
        data = _from_python(data)
    if dtype is not None:
        data = data.astype(_dtype.numpy_of(dtype), copy=False)
    _dtype.of(data)
    return data if device is None else _device.move(data, device)


def _from_python(data: Any) -> numpy.ndarray:
    if isinstance(data, (list, tuple)) and _holds_tensors(data):
        data = _unwrapped(data)
    try:
        array = numpy.asarray(data)
    except ValueError:
        raise ValueError(
            "expected sequences of equal length at each dimension, but the nested lists differ"
        ) from None
    if array.dtype == object or array.dtype.kind in "USmM":
        raise TypeError(
            f"can't make a tensor of {type(data).__name__} holding {array.dtype}; it takes numbers"
        )
    if (
        array.dtype.kind in "fc"
        and not isinstance(data, (numpy.ndarray, numpy.generic))
        and not _holds_numpy(data)
    ):
        default = _dtype.get_default_dtype()
        array = array.astype(default.numpy if array.dtype.kind == "f" else _dtype.promote_types(
            default, _dtype.complex64).numpy)  # fmt: skip
    elif array.size == 0 and array.dtype == numpy.float64:
        array = array.astype(_dtype.get_default_dtype().numpy)
    return array


def _holds_tensors(data: Any) -> bool:
    return any(isinstance(x, Bare) or (isinstance(x, (list, tuple)) and _holds_tensors(x)) for x in data)


def _holds_numpy(data: Any) -> bool:
    return isinstance(data, (list, tuple)) and builtins.any(
        isinstance(x, (numpy.ndarray, numpy.generic)) for x in data
    )


def _unwrapped(data: Any) -> Any:
    if isinstance(data, Bare):
        return _device.host(data.array).tolist()
    return [_unwrapped(x) for x in data] if isinstance(data, (list, tuple)) else data


def _shape(size: tuple[Any, ...]) -> tuple[int, ...]:
    if len(size) == 1 and isinstance(size[0], Sequence):
        size = tuple(size[0])
    shape = tuple(int(n) for n in size)
    if builtins.any(n < 0 for n in shape):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}")
    return shape


def _filled(make: Callable[[Any, tuple[int, ...], Any], Any], doc: str) -> Callable[..., Tensor]:
    """A factory from a function of (array module, shape, NumPy dtype)."""

    def factory(
        *size: Any,
        dtype: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        out: Any = None,
        **_: Any,
    ) -> Tensor:
        kind = (dtype or _dtype.get_default_dtype()).numpy
        if not size and "size" in _:
            size = (_["size"],)
        return _new(make(_device.module(device), _shape(size), kind), requires_grad)

    factory.__doc__ = doc
    return factory


zeros = _filled(lambda xp, shape, kind: xp.zeros(shape, kind), "Zeros of the given size.")
ones = _filled(lambda xp, shape, kind: xp.ones(shape, kind), "Ones of the given size.")
empty = _filled(lambda xp, shape, kind: xp.empty(shape, kind), "Memory of the given size, as it was found.")


def full(size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
         **_: Any) -> Tensor:  # fmt: skip
    """``fill_value`` everywhere; its type decides the dtype unless one is given."""
    value = fill_value.item() if isinstance(fill_value, Bare) else fill_value  # type: ignore[attr-defined]
    kind = _dtype.numpy_of(dtype or type(value))
    return _new(_device.module(device).full(_shape((size,)), value, kind), requires_grad)


def arange(start: Any, end: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None,
           requires_grad: bool = False, **_: Any) -> Tensor:  # fmt: skip
    """Numbers from ``start`` up to but not including ``end``, ``step`` apart."""
    if end is None:
        start, end = 0, start
    start, end, step = (x.item() if isinstance(x, Bare) else x for x in (start, end, step))  # type: ignore[attr-defined]
    if step == 0 or (end - start) / step < 0:
        raise RuntimeError(
            "step must be nonzero" if step == 0 else "upper bound and lower bound inconsistent with step sign"
        )
    whole = all(isinstance(x, int) for x in (start, end, step))
    kind = _dtype.numpy_of(dtype or (_dtype.int64 if whole else _dtype.get_default_dtype()))
    return _new(_device.module(device).arange(start, end, step).astype(kind), requires_grad)


def linspace(start: float, end: float, steps: int, *, dtype: Any = None, device: Any = None,
             requires_grad: bool = False, **_: Any) -> Tensor:  # fmt: skip
    """``steps`` numbers at equal distances from ``start`` to ``end``, both included."""
    kind = _dtype.numpy_of(dtype or _dtype.get_default_dtype())
    return _new(_device.module(device).linspace(start, end, steps, dtype=kind), requires_grad)


def eye(n: int, m: int | None = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
        **_: Any) -> Tensor:  # fmt: skip
    """Ones on the diagonal, zeros elsewhere."""
    kind = _dtype.numpy_of(dtype or _dtype.get_default_dtype())
    return _new(_device.module(device).eye(n, m, dtype=kind), requires_grad)


def _like(factory: Callable[..., Tensor]) -> Callable[..., Tensor]:
    @wraps(factory)
    def like(input: Any, *args: Any, dtype: Any = None, device: Any = None, **settings: Any) -> Tensor:
        settings.pop("memory_format", None)
        return factory(
            tuple(input.shape), *args, dtype=dtype or input.dtype, device=device or input.device, **settings
        )

    return like


zeros_like, ones_like, empty_like, full_like = map(_like, (zeros, ones, empty, full))


def _drawn(draw: Callable[[Any, tuple[int, ...], Any], Any], doc: str) -> Callable[..., Tensor]:
    """A factory from a function of (random stream, shape, NumPy dtype)."""

    def factory(*size: Any, generator: random.Generator | None = None, dtype: Any = None, device: Any = None,
                requires_grad: bool = False, **_: Any) -> Tensor:  # fmt: skip
        kind = (dtype or _dtype.get_default_dtype()).numpy
        size = size or (_.get("size", ()),)
        stream = (generator or random.default(device)).stream
        exact = kind if kind in (numpy.float32, numpy.float64) else numpy.dtype(numpy.float32)
        return _new(draw(stream, _shape(size), exact).astype(kind, copy=False), requires_grad)

    factory.__doc__ = doc
    return factory


rand = _drawn(
    lambda stream, shape, kind: (
        numpy.asarray(stream.random(shape, dtype=kind)) if shape == () else stream.random(shape, dtype=kind)
    ),
    "Numbers drawn evenly from [0, 1).",
)
randn = _drawn(
    lambda stream, shape, kind: (
        numpy.asarray(stream.standard_normal(shape, dtype=kind))
        if shape == ()
        else stream.standard_normal(shape, dtype=kind)
    ),
    "Numbers drawn from the normal distribution of mean 0 and variance 1.",
)
rand_like, randn_like = map(_like, (rand, randn))


def randint(low: int, high: Any = None, size: Any = None, *, generator: random.Generator | None = None,
            dtype: Any = None, device: Any = None, requires_grad: bool = False, **_: Any) -> Tensor:  # fmt: skip
    """Whole numbers drawn evenly from [low, high); ``randint(high, size)`` starts at 0."""
    if not isinstance(high, int):
        low, high, size = 0, low, high if size is None else size
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    stream = (generator or random.default(device)).stream
    return _new(
        stream.integers(low, high, _shape((size,))).astype(_dtype.numpy_of(dtype or _dtype.int64)),
        requires_grad,
    )


def randperm(n: int, *, generator: random.Generator | None = None, dtype: Any = None, device: Any = None,
             **_: Any) -> Tensor:  # fmt: skip
    """The whole numbers below n, shuffled."""
    stream = (generator or random.default(device)).stream
    return _new(stream.permutation(n).astype(_dtype.numpy_of(dtype or _dtype.int64)))


def bernoulli(input: Any, p: float | None = None, *, generator: random.Generator | None = None) -> Tensor:
    """1 with the probability that stands at its place in ``input`` (or with ``p``), else 0."""
    stream = (generator or random.default(input.device)).stream
    chance = input.array if p is None else p
    return _new((stream.random(input.array.shape) < chance).astype(input.array.dtype))


def normal(mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, generator: random.Generator | None = None,
           dtype: Any = None, device: Any = None, requires_grad: bool = False, **_: Any) -> Tensor:  # fmt: skip
    """Numbers from normal distributions; ``mean`` and ``std`` are numbers or tensors."""
    if size is None:
        size = tuple((mean if isinstance(mean, Bare) else std).shape)  # type: ignore[union-attr]
    x = randn(size, generator=generator, dtype=dtype, device=device) * std + mean
    return x.requires_grad_() if requires_grad else x
