"""Bessel functions of order 0 and 1, and Airy's.  PyTorch has gradients of I0 and I1 alone, and so do we."""

from __future__ import annotations

from vizgrad.engine.op import op

from .samples import Sample
from .special import special
from .words import Value

_AWAY = (Sample((3, 4), low=0.3, high=3.0),)


@op
class i0(special):
    """I0(x), the modified Bessel function of the first kind of order 0"""

    def forward(xp, input: Value):
        return xp.i0(input)

    def d_input(xp, g, input):
        return g * xp.i1(input)


@op
class i0e(special):
    """exp(-|x|) · I0(x)"""

    samples = _AWAY

    def forward(xp, input: Value):
        return xp.i0e(input)

    def d_input(xp, g, input, y):
        return g * (xp.i1e(input) - xp.sgn(input) * y)


@op
class i1(special):
    """I1(x), the modified Bessel function of the first kind of order 1"""

    samples = _AWAY
    formulas = {"input": "g · (i0(x) - y / x)"}

    def forward(xp, input: Value):
        return xp.i1(input)

    def d_input(xp, g, input, y):
        away = xp.where(input == 0, xp.ones_like(input), input)
        return g * xp.where(input == 0, xp.full_like(y, 0.5), xp.i0(input) - y / away)


@op
class i1e(special):
    """exp(-|x|) · I1(x)"""

    samples = _AWAY
    formulas = {"input": "g · (i0e(x) - y · (sgn(x) + 1 / x))"}

    def forward(xp, input: Value):
        return xp.i1e(input)

    def d_input(xp, g, input, y):
        away = xp.where(input == 0, xp.ones_like(input), input)
        slope = xp.i0e(input) - y * (xp.sgn(input) + 1 / away)
        return g * xp.where(input == 0, xp.full_like(y, 0.5), slope)


class without_slope(special):
    """PyTorch has no gradient of these."""


@op
class bessel_j0(without_slope):
    """J0(x), the Bessel function of the first kind of order 0"""

    def forward(xp, input: Value):
        return xp.bessel_j0(input)


@op
class bessel_j1(without_slope):
    """J1(x), the Bessel function of the first kind of order 1"""

    def forward(xp, input: Value):
        return xp.bessel_j1(input)


@op
class bessel_y0(without_slope):
    """Y0(x), the Bessel function of the second kind of order 0, for x > 0"""

    def forward(xp, input: Value):
        return xp.bessel_y0(input)


@op
class bessel_y1(without_slope):
    """Y1(x), the Bessel function of the second kind of order 1, for x > 0"""

    def forward(xp, input: Value):
        return xp.bessel_y1(input)


@op
class modified_bessel_i0(without_slope):
    """I0(x), the modified Bessel function of the first kind of order 0"""

    def forward(xp, input: Value):
        return xp.i0(input)


@op
class modified_bessel_i1(without_slope):
    """I1(x), the modified Bessel function of the first kind of order 1"""

    def forward(xp, input: Value):
        return xp.i1(input)


@op
class modified_bessel_k0(without_slope):
    """K0(x), the modified Bessel function of the second kind of order 0, for x > 0"""

    def forward(xp, input: Value):
        return xp.bessel_k0(input)


@op
class modified_bessel_k1(without_slope):
    """K1(x), the modified Bessel function of the second kind of order 1, for x > 0"""

    def forward(xp, input: Value):
        return xp.bessel_k1(input)


@op
class scaled_modified_bessel_k0(without_slope):
    """exp(x) · K0(x)"""

    def forward(xp, input: Value):
        return xp.bessel_k0e(input)


@op
class scaled_modified_bessel_k1(without_slope):
    """exp(x) · K1(x)"""

    def forward(xp, input: Value):
        return xp.bessel_k1e(input)


@op
class spherical_bessel_j0(without_slope):
    """sin(x) / x, and 1 at 0"""

    def forward(xp, input: Value):
        return xp.spherical_bessel_j0(input)


@op
class airy_ai(without_slope):
    """Airy's Ai(x): a wave left of 0 that vanishes right of it"""

    def forward(xp, input: Value):
        return xp.airy_ai(input)
