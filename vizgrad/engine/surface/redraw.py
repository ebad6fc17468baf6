"""In-place drawing: ``x.normal_()`` and its kin, which write random numbers into a tensor's own memory.

All but the normal ones are made of numbers drawn evenly, by the inverse of their distribution function.
"""

from __future__ import annotations

import math
from typing import Any

import numpy

from vizgrad.engine import alias
from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.op import Op
from vizgrad.engine.ops import shape as _shape

from . import draw, random

_copy: Op = _shape.copy.row  # type: ignore[attr-defined]
_OWN = (numpy.dtype("f4"), numpy.dtype("f8"))


def _put(self: Any, numbers: Any, name: str) -> Any:
    """Write the numbers; what the tensor was computed from before gets no gradient any more."""
    alias.may_write(self)
    if self.tracked and here.grad:
        return alias.write(_copy, self, (Bare._wrap(draw.numpy_array(numbers)),), _copy.settings)
    self.array[...] = numbers
    alias.written(self, name)
    return self


def _stream(self: Any, generator: random.Generator | None) -> Any:
    return random.chosen(generator, _device.of(self.array))


def _real(self: Any, what: str) -> numpy.dtype:
    """The dtype to draw in, for distributions of real numbers."""
    kind = self.array.dtype
    if kind.kind not in "fV":
        raise RuntimeError(f"{what} distribution is a continuous probability distribution. dtype must be a "
                           f"floating point but you specified {_dtype.of(self.array).legacy}")  # fmt: skip
    return kind if kind in _OWN else _OWN[0]


def _even(self: Any, generator: random.Generator | None, kind: numpy.dtype) -> Any:
    """Numbers from (0, 1]: their logarithm is finite."""
    return 1 - _stream(self, generator).random(size=self.array.shape, dtype=kind)


def _above(name: str, what: str, value: Any, *, zero: bool = False) -> None:
    if not (value > 0 or (zero and value == 0)):
        raise RuntimeError(f"{name} expects {what} {'>=' if zero else '>'} 0.0, but found {what}={value}")


def normal_(
    self: Any, mean: float = 0.0, std: float = 1.0, *, generator: random.Generator | None = None
) -> Any:
    """Numbers from the normal distribution, written into this tensor's own memory."""
    _above("normal_", "std", std, zero=True)
    kind = draw.floating(self.array.dtype, "normal_kernel_cpu")
    y = draw.bell(_stream(self, generator), self.array.shape, kind)
    return _put(self, y if (mean, std) == (0, 1) else y * std + mean, "normal")


def uniform_(self: Any, from_: float = 0.0, to: float = 1.0, *, generator: random.Generator | None = None,
             **named: Any) -> Any:  # fmt: skip
    """Numbers drawn evenly from [from, to), written into this tensor's own memory."""
    low = named.pop("from", from_)  # a word that Python keeps for itself
    if named:
        raise TypeError(f"uniform_() got an unexpected keyword argument {next(iter(named))!r}")
    if low > to:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low} > to={to}")
    kind = draw.floating(self.array.dtype, "check_uniform_bounds")
    y = draw.even(_stream(self, generator), self.array.shape, kind)
    return _put(self, y if (low, to) == (0, 1) else y * (to - low) + low, "uniform")


def bernoulli_(self: Any, p: Any = 0.5, *, generator: random.Generator | None = None) -> Any:
    """1 with the chance ``p`` (a number, or a tensor of them), else 0, written into this tensor's own memory."""
    return _put(self, draw.coins(_stream(self, generator), self.array.shape, p), "bernoulli")


def random_(self: Any, *bounds: int, generator: random.Generator | None = None, **named: Any) -> Any:
    """Whole numbers from [from, to), written here; without bounds, all that this dtype tells apart."""
    low, high = named.get("from", 0), named.get("to")
    if bounds:
        low, high = (0, bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
    kind = self.array.dtype
    if high is None:
        high = _top(kind) + 1
    y = draw.whole(_stream(self, generator), int(low), int(high), self.array.shape, kind)
    return _put(self, y, "random")


def _top(kind: numpy.dtype) -> int:
    """The largest whole number up to which this type has them all."""
    if kind.kind in "iu":
        return int(numpy.iinfo(kind).max)
    return 1 if kind.kind == "b" else 2 ** {"bfloat16": 8, "float16": 11, "float32": 24}.get(kind.name, 53)


def exponential_(self: Any, lambd: float = 1.0, *, generator: random.Generator | None = None) -> Any:
    """Waiting times for what happens ``lambd`` times per unit of time, written into this tensor's own memory."""
    _above("exponential_", "lambda", lambd)
    kind = _real(self, "Exponential")
    return _put(self, -numpy.log(_even(self, generator, kind)) / lambd, "exponential")


def geometric_(self: Any, p: float, *, generator: random.Generator | None = None) -> Any:
    """How many trials until the first success, of chance ``p``, written into this tensor's own memory."""
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p}")
    trials = numpy.ceil(numpy.log(_even(self, generator, _OWN[1])) / math.log1p(-p))
    return _put(self, numpy.maximum(trials, 1), "geometric")


def cauchy_(
    self: Any, median: float = 0.0, sigma: float = 1.0, *, generator: random.Generator | None = None
) -> Any:
    """Numbers from the Cauchy distribution, written into this tensor's own memory."""
    _above("cauchy_", "sigma", sigma)
    kind = _real(self, "Cauchy")
    return _put(self, numpy.tan(math.pi * (_even(self, generator, kind) - 0.5)) * sigma + median, "cauchy")


def log_normal_(
    self: Any, mean: float = 1.0, std: float = 2.0, *, generator: random.Generator | None = None
) -> Any:
    """Powers eˣ of normal numbers x, written into this tensor's own memory."""
    _above("log_normal_", "std", std)
    kind = draw.floating(self.array.dtype, "log_normal_cpu")
    y = draw.bell(_stream(self, generator), self.array.shape, kind if kind in _OWN else _OWN[0])
    return _put(self, numpy.exp(y * std + mean), "log_normal")
