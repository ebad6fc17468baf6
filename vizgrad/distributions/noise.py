"""Noise: random numbers without parameters, from which distributions make theirs.

All take a tensor ``like``, whose dtype and device the noise has, and its shape.
"""

from __future__ import annotations

from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops.gamma_draw import log_gamma_draw
from vizgrad.engine.surface import draw, random

from .utils import eps_of, tiny_of


def _stream(like: Any) -> Any:
    return random.chosen(None, _device.of(like.array))


def _noise(like: Any, numbers: Any) -> Any:
    return Bare._wrap(draw.numpy_array(numbers).astype(like.array.dtype, copy=False))


def even(like: Any, shape: Any) -> Any:
    """Numbers drawn evenly from [0, 1)."""
    return _noise(like, draw.even(_stream(like), tuple(shape), like.array.dtype))


def inside(like: Any, shape: Any) -> Any:
    """Numbers drawn evenly from (0, 1), whose logarithms and those of 1 - u are finite."""
    return even(like, shape).clamp(min=tiny_of(like), max=1 - eps_of(like) / 2)


def bell(like: Any, shape: Any) -> Any:
    """Numbers from the normal distribution of mean 0 and variance 1."""
    return _noise(like, draw.bell(_stream(like), tuple(shape), like.array.dtype))


def waiting(like: Any, shape: Any) -> Any:
    """Numbers from the exponential distribution of mean 1; never 0."""
    return -inside(like, shape).log()


def coins(chances: Any, shape: Any) -> Any:
    """1 with the chances given, else 0, in their dtype."""
    flips = draw.coins(_stream(chances), tuple(shape), chances.detach().expand(shape))
    return _noise(chances, flips)


def log_gamma(concentration: Any, shape: Any) -> Any:
    """The logarithms of numbers from Γ(concentration, 1), through which gradients flow into ``concentration``.

    In logarithms since most numbers of a small concentration are too near 0 for any dtype: such a number is one
    of concentration + 1, times u^(1/concentration) (G. Marsaglia & W. W. Tsang, *A simple method for generating
    gamma variables*, 2000, section 6).
    """
    a = concentration.expand(shape)
    stream = _stream(a)
    wide = a.array.astype("f8")
    few = wide < 1
    drawn = numpy.log(stream.standard_gamma(wide + few))
    drawn = drawn + few * numpy.log1p(-stream.random(size=wide.shape)) / wide
    return log_gamma_draw(a, _noise(a, drawn))


def counts(how_many: Any, chances: Any, shape: Any) -> Any:
    """How many of ``how_many`` trials succeeded, each with its chance; in the dtype of ``chances``."""
    n = how_many.detach().expand(shape).array.astype("i8")
    p = chances.detach().expand(shape).array.astype("f8")
    return _noise(chances, _stream(chances).binomial(n, p))


def turns(concentration: Any, shape: Any) -> Any:
    """Angles around 0 from the von Mises distribution, in float64: those not accepted are drawn again.

    D. J. Best & N. I. Fisher, *Efficient Simulation of the von Mises Distribution*, 1979.
    """
    k = concentration.detach().expand(shape).array.astype("f8").reshape(-1)
    stream = _stream(concentration)
    tau = 1 + numpy.sqrt(1 + 4 * k * k)
    rho = (tau - numpy.sqrt(2 * tau)) / (2 * k)
    r = numpy.where(k < 1e-5, 1 / k + k, (1 + rho * rho) / (2 * rho))  # the formula cancels for small k
    angle, left = numpy.zeros_like(k), numpy.ones_like(k, dtype=bool)
    while left.any():
        n = int(left.sum())
        z = numpy.cos(numpy.pi * stream.random(n))
        u, sign = 1 - stream.random(n), stream.random(n) - 0.5
        f = (1 + r[left] * z) / (r[left] + z)
        c = k[left] * (r[left] - f)
        kept = (c * (2 - c) > u) | (numpy.log(c / u) + 1 - c >= 0)
        place = left.nonzero()[0][kept]
        angle[place] = (numpy.sign(sign) * numpy.arccos(f.clip(-1, 1)))[kept]
        left[place] = False
    return Bare._wrap(angle.reshape(tuple(shape)))
