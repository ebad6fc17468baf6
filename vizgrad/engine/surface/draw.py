"""Drawing: tensors of random numbers, in the distributions that PyTorch offers."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine import namespace as _namespace
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import shapes

from . import alike, create, data, random
from .kinds import strided
from .out import fill

_EXACT = (numpy.dtype("f4"), numpy.dtype("f8"))
_DIGITS = {"float16": 11, "bfloat16": 8}  # bits of a number in [0, 1) that these types tell apart


def even(stream: Any, shape: tuple[int, ...], kind: numpy.dtype) -> Any:
    """Numbers from [0, 1), all equally likely; of a complex type, both parts."""
    if kind.kind == "c":
        return _both_parts(stream, even, shape, kind)
    if kind in _EXACT:
        return stream.random(size=shape, dtype=kind)
    steps = 2 ** _DIGITS[kind.name]  # rounding a longer number could give 1
    return (stream.integers(0, steps, size=shape) / steps).astype(kind)


def bell(stream: Any, shape: tuple[int, ...], kind: numpy.dtype) -> Any:
    """Numbers from the normal distribution of mean 0 and variance 1 (a complex one has 1/2 in each part)."""
    if kind.kind == "c":
        y = _both_parts(stream, bell, shape, kind)
        y *= 0.5**0.5
        return y
    if kind in _EXACT:
        return stream.standard_normal(size=shape, dtype=kind)
    return stream.standard_normal(size=shape, dtype=_EXACT[0]).astype(kind)


def _both_parts(stream: Any, draw: Callable[..., Any], shape: tuple[int, ...], kind: numpy.dtype) -> Any:
    return draw(stream, (*shape, 2), numpy.dtype(f"f{kind.itemsize // 2}")).view(kind).reshape(shape)


def floating(kind: numpy.dtype, name: str) -> numpy.dtype:
    """``kind`` if fractions fit in it; else NotImplementedError, as in PyTorch."""
    if kind.kind not in "fcV":
        legacy = _dtype._BY_NUMPY[kind].legacy
        raise NotImplementedError(f"\"{name}\" not implemented for '{legacy}'; ask for a floating dtype")
    return kind


def _factory(name: str, draw: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def factory(*size: Any, generator: random.Generator | None = None, out: Any = None, dtype: Any = None,
                layout: Any = strided, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
                names: Any = None, **rest: Any) -> Any:  # fmt: skip
        create.accepted(layout)
        shape = create.size_given(name, size, rest)
        kind = floating(data.kind_of(dtype, out.dtype if out is not None else None), name)
        y = numpy_array(draw(random.chosen(generator, device), shape, kind))
        return create.delivered(y, name, requires_grad, out)

    factory.__doc__, factory.__name__, factory.__qualname__ = doc, name, name
    return factory


def numpy_array(x: Any) -> Any:
    """NumPy draws a bare number where the shape is (): make it an array."""
    return x if hasattr(x, "strides") and not isinstance(x, numpy.generic) else numpy.asarray(x)


rand = _factory("rand", even, "Numbers drawn evenly from [0, 1).")
randn = _factory("randn", bell, "Numbers drawn from the normal distribution of mean 0 and variance 1.")


def _drawn_like(name: str, draw: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def like(input: Any, *, generator: random.Generator | None = None, dtype: Any = None, layout: Any = None,
             device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
             memory_format: Any = None) -> Any:  # fmt: skip
        a = alike.tensor_only(name, input)
        create.accepted(layout, memory_format)
        where = device or _device.of(a)
        kind = floating(a.dtype if dtype is None else data.kind_of(dtype), name)
        y = numpy_array(draw(random.chosen(generator, where), a.shape, kind))
        return data.finished(y, requires_grad)

    like.__doc__, like.__name__, like.__qualname__ = doc, name, name
    return like


rand_like = _drawn_like("rand_like", even, "Numbers drawn evenly from [0, 1), in the size of ``input``.")
randn_like = _drawn_like(
    "randn_like", bell, "Numbers drawn from the normal distribution, in the size of ``input``."
)


def whole(stream: Any, low: int, high: int, shape: tuple[int, ...], kind: numpy.dtype) -> Any:
    """Whole numbers from [low, high), all equally likely; RuntimeError where they do not fit ``kind``."""
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if kind.kind in "iu":
        facts = numpy.iinfo(kind)
        for word, n in (("from", low), ("to - 1", high - 1)):
            if not facts.min <= n <= facts.max:
                raise RuntimeError(f"{word} is out of bounds for {kind.name}: {n}")
        if isinstance(stream, numpy.random.Generator):
            return stream.integers(low, high, size=shape, dtype=kind)
    return stream.integers(low, high, size=shape).astype(kind)


def randint(low: int, high: Any = None, size: Any = None, *, generator: random.Generator | None = None,
            out: Any = None, dtype: Any = None, layout: Any = strided, device: Any = None,
            pin_memory: bool = False, requires_grad: bool = False) -> Any:  # fmt: skip
    """Whole numbers drawn evenly from [low, high); ``randint(high, size)`` starts at 0."""
    create.accepted(layout)
    if size is None or high is None:
        low, high, size = (0, low, high if size is None else size)
    kind = data.kind_of(dtype, out.dtype if out is not None else _dtype.int64)
    shape = create.sized((size,))
    low, high = _index(low, "low"), _index(high, "high")
    y = numpy_array(whole(random.chosen(generator, device), low, high, shape, kind))
    return create.delivered(y, "randint", requires_grad, out)


def _index(x: Any, name: str) -> int:
    try:
        return operator.index(x.item() if isinstance(x, Bare) else x)  # type: ignore[attr-defined]
    except TypeError:
        raise TypeError(f"randint(): argument {name!r} must be int, not {type(x).__name__}") from None


def randint_like(input: Any, low: Any = None, high: Any = None, *, generator: random.Generator | None = None,
                 dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: bool = False,
                 requires_grad: bool = False, memory_format: Any = None) -> Any:  # fmt: skip
    """Whole numbers from [low, high), in the size, dtype and device of ``input``."""
    a = alike.tensor_only("randint_like", input)
    low, high = (0, high if low is None else low) if high is None or low is None else (low, high)
    return randint(low, high, a.shape, generator=generator, dtype=dtype or _dtype.of(a),
                   device=device or _device.of(a), requires_grad=requires_grad)  # fmt: skip


def randperm(n: int, *, generator: random.Generator | None = None, out: Any = None, dtype: Any = None,
             layout: Any = strided, device: Any = None, pin_memory: bool = False,
             requires_grad: bool = False) -> Any:  # fmt: skip
    """The whole numbers below n, shuffled."""
    n = create.sized((n,))[0]
    kind = data.kind_of(dtype, out.dtype if out is not None else _dtype.int64)
    if kind.kind in "iu" and n - 1 > numpy.iinfo(kind).max:
        raise RuntimeError(f"value cannot be converted to type {kind.name} without overflow: {n}")
    stream = random.chosen(generator, device)
    shuffle = getattr(stream, "permutation", None) or (lambda n: stream.random(n).argsort())
    return create.delivered(shuffle(n).astype(kind, copy=False), "randperm", requires_grad, out)


def bernoulli(
    input: Any, p: Any = None, *, generator: random.Generator | None = None, out: Any = None
) -> Any:
    """1 with the probability that stands at its place in ``input`` (or with ``p``), else 0."""
    a = alike.tensor_only("bernoulli", input)
    chance = floating(a.dtype, "bernoulli") and a if p is None else p
    y = coins(random.chosen(generator, _device.of(a)), a.shape, chance).astype(a.dtype)
    return create.delivered(y, "bernoulli", False, out)


def coins(stream: Any, shape: tuple[int, ...], chance: Any) -> Any:
    """True with the given chance, a number or an array; RuntimeError where it is not from 0 to 1."""
    p = chance.array if isinstance(chance, Bare) else chance
    low, high = (p, p) if not hasattr(p, "min") else (p.min(), p.max()) if p.size else (0, 0)
    if not (low >= 0 and high <= 1):
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p from {low} to {high}")
    kind = getattr(p, "dtype", _EXACT[1])
    if kind.kind == "V":  # bfloat16, which NumPy does not compare with others
        p = p.astype(_EXACT[0])
    return numpy_array(stream.random(size=shape, dtype=kind if kind in _EXACT else _EXACT[1]) < p)


def poisson(input: Any, generator: random.Generator | None = None) -> Any:
    """How often something happened that happens ``input`` times on average."""
    a = alike.tensor_only("poisson", input)
    rate = floating(a.dtype, "poisson_cpu") and a.astype("f8")
    if not (rate >= 0).all():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    return Bare._wrap(numpy_array(random.chosen(generator, _device.of(a)).poisson(rate)).astype(a.dtype))


def normal(mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, generator: random.Generator | None = None,
           out: Any = None, dtype: Any = None, layout: Any = strided, device: Any = None,
           pin_memory: bool = False, requires_grad: bool = False) -> Any:  # fmt: skip
    """Numbers from normal distributions; ``mean`` and ``std`` are numbers or tensors."""
    arrays = [x.array for x in (mean, std) if isinstance(x, Bare)]
    if bool(arrays) == (size is not None):
        raise TypeError("normal() takes a tensor as mean or std, or numbers and a size; "
                        f"got {type(mean).__name__}, {type(std).__name__} and size={size}")  # fmt: skip
    spread = std.array if isinstance(std, Bare) else std
    if hasattr(spread, "dtype") and spread.dtype.kind == "c":
        raise RuntimeError("normal expects standard deviation to be non-complex")
    if not (spread if not hasattr(spread, "min") else spread.min() if spread.size else 0) >= 0:
        raise RuntimeError(f"normal expects all elements of std >= 0.0, but found std {spread}")
    shape = shapes.broadcast(*(a.shape for a in arrays)) if arrays else create.sized((size,))
    default = _dtype.of(arrays[0]) if arrays else out.dtype if out is not None else None
    kind = floating(data.kind_of(dtype, default), "normal_kernel_cpu")
    where = _device.of(arrays[0]) if arrays else device
    y = numpy_array(bell(random.chosen(generator, where), shape, kind))
    y = (y * spread + (mean.array if isinstance(mean, Bare) else mean)).astype(kind, copy=False)
    return create.delivered(numpy_array(y), "normal", requires_grad, out)


def multinomial(input: Any, num_samples: int, replacement: bool = False, *,
                generator: random.Generator | None = None, out: Any = None) -> Any:  # fmt: skip
    """Which of the columns were drawn, ``num_samples`` times, when their chances are in proportion to ``input``."""
    a = alike.tensor_only("multinomial", input)
    _check_chances(a, num_samples, replacement)
    stream = random.chosen(generator, _device.of(a))
    p = a.astype("f8").reshape(-1, a.shape[-1])
    pick = _with_replacement if replacement else _without_replacement
    y = pick(stream, p, num_samples).reshape((*a.shape[:-1], num_samples))
    if out is not None:
        if out.array.dtype != numpy.int64:
            raise RuntimeError(f"multinomial expects Long tensor out, got: {_dtype.of(out.array).legacy}")
        fill(out, Bare._wrap(y), "multinomial")
    return Bare._wrap(y) if out is None else out


def _check_chances(a: Any, n: int, replacement: bool) -> None:
    if a.dtype.kind not in "fV":
        raise RuntimeError("multinomial only supports floating-point dtypes for input, got: "
                           f"{_dtype.of(a).legacy}")  # fmt: skip
    if not 0 < a.ndim <= 2:
        raise RuntimeError(f"prob_dist must be 1 or 2 dim, but it has {a.ndim}")
    if n <= 0:
        raise RuntimeError(f"cannot sample n_sample <= 0 samples, but got {n}")
    if not replacement and n > a.shape[-1]:
        raise RuntimeError(
            f"cannot sample n_sample > prob_dist.size(-1) samples without replacement: {n} > {a.shape[-1]}"
        )
    total = a.sum(-1, dtype="f8") if a.dtype.kind == "f" else a.astype("f4").sum(-1)
    if a.size and not (a.min() >= 0 and (total < float("inf")).all()):  # NaN fails both
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not (total > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def _with_replacement(stream: Any, p: Any, n: int) -> Any:
    """Each draw is a point on the line of the running totals; rows lie one after the other on one line."""
    rows, columns = p.shape
    totals = p.cumsum(-1)
    totals /= totals[:, -1:].copy()
    first = _namespace.of((p,)).module.arange(rows)[:, None]
    if rows > 1:
        totals += first
    points = stream.random(size=(rows, n)) + first
    found = totals.ravel().searchsorted(points.ravel(), side="right").reshape(rows, n) - first * columns
    last = columns - 1 - (p[:, ::-1] > 0).argmax(-1)[:, None]  # a point rounded up to the end of its row
    return found.clip(0, last)


def _without_replacement(stream: Any, p: Any, n: int) -> Any:
    """The n first arrivals, when each column arrives after an exponential time of rate p."""
    with numpy.errstate(divide="ignore"):
        arrivals = -numpy.log1p(-stream.random(size=p.shape)) / p
    return arrivals.argsort(-1)[:, :n]
