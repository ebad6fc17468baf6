"""Special functions with names of their own: of errors, of the normal distribution, of factorials.

What computes them is in kernels/; integers become floats, and every result is rounded once from double precision.
"""

from __future__ import annotations

import math

from vizgrad.engine.op import op

from . import demands
from .elementwise import analytic
from .samples import ONE, POSITIVE, Sample
from .words import Value

_TWO_OVER_ROOT_PI, _ROOT_TWO_PI, _HALF_ROOT_PI = (
    2 / math.sqrt(math.pi),
    math.sqrt(2 * math.pi),
    math.sqrt(math.pi) / 2,
)
INSIDE = (Sample((3, 4), low=0.1, high=0.9),)
SIDES = (Sample((3, 4), (3, 4), low=0.3, high=4.0), Sample((3, 1), (1, 4), low=0.3, high=4.0))


class special(analytic):
    """Of real numbers."""

    kinds = demands.REAL
    samples = ONE


@op
class erf(special):
    """The error function: 2/√π times the area under e^(-t²) from 0 to x"""

    formula = "2/√π ∫₀ˣ exp(-t²) dt"

    def forward(xp, input: Value):
        return xp.special_erf(input)

    def d_input(xp, g, input):
        return g * _TWO_OVER_ROOT_PI * xp.exp(-input * input)


@op
class erfc(special):
    """1 - erf(x), with all its digits where that is small"""

    def forward(xp, input: Value):
        return xp.erfc(input)

    def d_input(xp, g, input):
        return -g * _TWO_OVER_ROOT_PI * xp.exp(-input * input)


@op
class erfcx(special):
    """exp(x²) · erfc(x), which neither vanishes nor overflows for positive x"""

    def forward(xp, input: Value):
        return xp.erfcx(input)

    def d_input(xp, g, input, y):
        return g * (2 * input * y - _TWO_OVER_ROOT_PI)


@op
class erfinv(special):
    """The y with erf(y) = x"""

    samples = (Sample((3, 4), low=-0.9, high=0.9),)

    def forward(xp, input: Value):
        return xp.erfinv(input)

    def d_input(xp, g, y):
        return g * _HALF_ROOT_PI * xp.exp(y * y)


@op
class ndtr(special):
    """Φ(x): how likely a normal number is smaller than x"""

    def forward(xp, input: Value):
        return xp.ndtr(input)

    def d_input(xp, g, input):
        return g * xp.exp(-0.5 * input * input) / _ROOT_TWO_PI


@op
class log_ndtr(special):
    """log Φ(x), also where Φ(x) is too small to be a number"""

    def forward(xp, input: Value):
        return xp.log_ndtr(input)

    def d_input(xp, g, input):
        return g / xp.erfcx(input * -math.sqrt(0.5)) * math.sqrt(2 / math.pi)


@op
class ndtri(special):
    """The x with Φ(x) = p"""

    samples = INSIDE

    def forward(xp, input: Value):
        return xp.ndtri(input)

    def d_input(xp, g, y):
        return g * _ROOT_TWO_PI * xp.exp(0.5 * y * y)


@op
class lgamma(special):
    """log |Γ(x)|; Γ(n + 1) is n!"""

    samples = POSITIVE

    def forward(xp, input: Value):
        return xp.lgamma(input)

    def d_input(xp, g, input):
        return g * xp.digamma(input)


@op
class digamma(special):
    """ψ(x), the slope of log Γ(x)"""

    samples = POSITIVE

    def forward(xp, input: Value):
        return xp.digamma(input)

    def d_input(xp, g, input):
        return g * xp.rule("polygamma")(input, 1)


@op
class polygamma(special):
    """The slope of log Γ(x), differentiated ``n`` times more"""

    samples = (Sample((3, 4), n=1, low=0.5, high=2.0), Sample((3, 4), n=2, low=0.5, high=2.0))

    def forward(xp, input: Value, n: int):
        if n < 0:
            raise RuntimeError(f"polygamma(n, x) does not support negative n, but got {n}.")
        if n == 0:
            return xp.digamma(input)
        if n == 1:
            return xp.trigamma(input)
        return (-1) ** (n + 1) * math.factorial(n) * xp.zeta(xp.full_like(input, n + 1), input)

    def d_input(xp, g, input, n):
        return g * xp.rule("polygamma")(input, n + 1)


@op
class zeta(special):
    """Hurwitz's Σ (q + k)^-x over k = 0, 1, 2, …; Riemann's for q = 1"""

    samples = (Sample((3, 4), (3, 4), low=1.3, high=3.0), Sample(2.5, (3, 4), low=0.5, high=3.0))
    tensors = "any"

    def forward(xp, input: Value, other: Value):
        return xp.zeta(input, other)

    def d_other(xp, g, input, other):
        return -g * input * xp.rule("zeta")(input + 1, other)


@op
class igamma(special):
    """The part of ∫ tᵃ⁻¹ e⁻ᵗ dt from 0 to x.  Only x has a gradient"""

    samples = SIDES
    tensors = "all"

    def forward(xp, input: Value, other: Value):
        return xp.igamma(input, other)

    def d_other(xp, g, input, other):
        return g * xp.exp((input - 1) * xp.log(other) - other - xp.lgamma(input))


@op
class igammac(special):
    """The part of ∫ tᵃ⁻¹ e⁻ᵗ dt from x to ∞.  Only x has a gradient"""

    samples = SIDES
    tensors = "all"

    def forward(xp, input: Value, other: Value):
        return xp.igammac(input, other)

    def d_other(xp, g, input, other):
        return -g * xp.exp((input - 1) * xp.log(other) - other - xp.lgamma(input))
