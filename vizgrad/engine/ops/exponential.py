"""Powers of e and of 2, logarithms, and sums and products of logarithms that do not overflow."""

from __future__ import annotations

import math

from vizgrad.engine.op import op

from . import demands
from .elementwise import analytic, elementwise
from .samples import ONE, POSITIVE, Sample
from .words import Value

_LN2, _LN10 = math.log(2), math.log(10)
PAIRS = (Sample((3, 4), (3, 4)), Sample((3, 1), (1, 4)))
WEIGHTED = (Sample((3, 4), (3, 4), low=0.2, high=2.0), Sample((3, 1), (1, 4), low=0.2, high=2.0))


@op
class exp2(analytic):
    """2 ** x"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.exp(input * _LN2) if input.dtype.kind == "c" else xp.exp2(input)

    def d_input(xp, g, y):
        return g * xp.conj(y) * _LN2

    formula = "2^x"


@op
class expm1(analytic):
    """eˣ - 1, accurate near 0"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.expm1(input)

    def d_input(xp, g, y):
        return g * xp.conj(y + 1)


@op
class log1p(analytic):
    """log(1 + x), accurate near 0"""

    grad_fn = "Log1P"
    samples = (Sample((3, 4), low=-0.5, high=2.0),)

    def forward(xp, input: Value):
        return xp.log1p(input)

    def d_input(xp, g, input):
        return g / xp.conj(input + 1)


@op
class log2(analytic):
    """The logarithm of x to base 2"""

    samples = POSITIVE

    def forward(xp, input: Value):
        return xp.log2(input)

    def d_input(xp, g, input):
        return g / xp.conj(input * _LN2)


@op
class log10(analytic):
    """The logarithm of x to base 10"""

    samples = POSITIVE

    def forward(xp, input: Value):
        return xp.log10(input)

    def d_input(xp, g, input):
        return g / xp.conj(input * _LN10)


@op
class logaddexp(elementwise):
    """log(eᵃ + eᵇ), computed without overflow"""

    samples = PAIRS
    tensors = "all"
    kinds = demands.SMOOTH
    formula = "log(exp(a) + exp(b))"

    def forward(xp, input: Value, other: Value):
        if input.dtype.kind != "c":
            return xp.logaddexp(input, other)
        larger = xp.where(input.real >= other.real, input, other)
        smaller = xp.where(input.real >= other.real, other, input)
        same = xp.isinf(larger.real) & (larger.real == smaller.real)  # infinity - infinity must not be NaN
        return xp.where(same, larger, larger + xp.log1p(xp.exp(smaller - larger)))

    def d_input(xp, g, input, other):
        return g / xp.conj(1 + xp.exp(other - input))

    def d_other(xp, g, input, other):
        return g / xp.conj(1 + xp.exp(input - other))


@op
class logaddexp2(elementwise):
    """log2(2ᵃ + 2ᵇ), computed without overflow"""

    samples = PAIRS
    tensors = "all"
    kinds = demands.FLOATING

    def forward(xp, input: Value, other: Value):
        return xp.logaddexp2(input, other)

    def d_input(xp, g, input, other):
        return g / (1 + xp.exp2(other - input))

    def d_other(xp, g, input, other):
        return g / (1 + xp.exp2(input - other))


def _array(xp, x, like):
    """A Python number as an array or a tensor: its logarithm must be of the other operand's dtype."""
    return xp.full_like(like, x) if isinstance(x, (bool, int, float)) else x


@op
class xlogy(analytic):
    """a log b, and 0 where a is 0 (but NaN where b is)"""

    samples = (*WEIGHTED, Sample((3, 4), 0.7, low=0.2, high=2.0))
    tensors = "any"
    kinds = demands.REAL
    formulas = {"input": "g · log(b)"}

    def forward(xp, input: Value, other: Value):
        other = _array(xp, other, input)
        y = input * xp.log(other)
        return xp.where((input == 0) & ~xp.isnan(other), xp.zeros_like(y), y)

    def d_input(xp, g, input, other):
        other = _array(xp, other, g)
        return g * xp.log(xp.where((input == 0) & (other <= 0), xp.ones_like(other), other))

    def d_other(xp, g, input, other):
        return g * input / other


@op
class xlog1py(analytic):
    """a log(1 + b), and 0 where a is 0 (but NaN where b is)"""

    samples = (*WEIGHTED, Sample((3, 4), 0.7, low=0.2, high=2.0))
    tensors = "any"
    kinds = demands.REAL
    formulas = {"input": "g · log1p(b)"}

    def forward(xp, input: Value, other: Value):
        other = _array(xp, other, input)
        y = input * xp.log1p(other)
        return xp.where((input == 0) & ~xp.isnan(other), xp.zeros_like(y), y)

    def d_input(xp, g, input, other):
        other = _array(xp, other, g)
        return g * xp.log1p(xp.where((input == 0) & (other <= -1), xp.zeros_like(other), other))

    def d_other(xp, g, input, other):
        return g * input / (1 + other)


@op
class entr(analytic):
    """-x log x: what an outcome of probability x adds to the entropy; 0 at 0, -∞ below"""

    samples = POSITIVE
    kinds = demands.REAL
    formula = "-x · log(x)"

    def forward(xp, input: Value):
        inside = -input * xp.log(xp.where(input > 0, input, xp.ones_like(input)))
        return xp.where(input < 0, -xp.inf, xp.where(input == 0, 0.0, inside))  # 0 itself, not -0

    def d_input(xp, g, input):
        return g * (-xp.log(input) - 1)


@op
class logit(analytic):
    """log(x / (1 - x)), the inverse of sigmoid; ``eps`` keeps x away from 0 and 1"""

    samples = (Sample((3, 4), low=0.2, high=0.8), Sample((3, 4), eps=0.2, low=0.05, high=0.95))
    kinds = demands.REAL
    formula = "log(x / (1 - x))"
    formulas = {"input": "g / (x · (1 - x))"}

    def forward(xp, input: Value, eps: float | None = None):
        x = input if eps is None else xp.clip(input, eps, 1 - eps)
        return xp.log(x / (1 - x))

    def d_input(xp, g, input, eps):
        low, high = (0, 1) if eps is None else (eps, 1 - eps)
        outside = xp.zeros_like(g) + (math.nan if eps is None else 0)
        return xp.where((input >= low) & (input <= high), g / (input * (1 - input)), outside)


@op
class frexp(elementwise):
    """x as mantissa · 2^exponent, the mantissa in [0.5, 1)"""

    samples = (Sample((3, 4), low=0.6, high=7.7),)
    outputs = ("mantissa", "exponent")
    named = "frexp"
    shape = None
    kinds = demands.FLOATING
    advice = "torch.frexp() only supports floating-point dtypes"
    formula = "mantissa · 2^exponent = x"

    def forward(xp, input: Value):
        mantissa, exponent = xp.frexp(input)
        return mantissa, exponent.astype("i4")

    def d_input(xp, g, g_exponent, exponent):
        return g / xp.exp2(exponent)


@op
class nextafter(elementwise):
    """The number next to a, in the direction of b"""

    tensors = "all"
    kinds = demands.FLOATING

    samples = PAIRS

    def forward(xp, input: Value, other: Value):
        return xp.nextafter(input, other)

    def d_input(xp, g):
        return g
