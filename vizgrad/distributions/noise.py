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
