"""The normal distribution: the complement of erf, how likely a normal number is below x, and the way back.

erfc: W. J. Cody, *Rational Chebyshev Approximations for the Error Function*, 1969.
ndtri: M. J. Wichura, *Algorithm AS 241: The Percentage Points of the Normal Distribution*, 1988, routine PPND16.
"""

from __future__ import annotations

from typing import Any

from . import erf as _erf
from . import series
from .series import pieces, polynomial

_SQRT_HALF, _LN2, _INV_SQRT_PI = 0.7071067811865476, 0.6931471805599453, 0.5641895835477563
# erfc(x) exp(x²) = (1/√π - z P(z) / Q(z)) / x with z = 1/x², for x > 4; the leading coefficient first
_P = (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
      1.60837851487422766e-2, 6.58749161529837803e-4)  # fmt: skip
_Q = (1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
      2.33520497626869185e-3)  # fmt: skip


def erfc(m: Any, x: Any) -> Any:
    """1 - erf(x), with all its digits where that is small"""
    size = m.abs(x)
    return pieces(
        m,
        (x,),
        (size <= 0.46875, lambda x: 1 - _center(x)),
        (x < 0, lambda x: 2 - _tail(m, -x) * _bell(m, x)),
        (x > 27, lambda x: m.where(m.isnan(x), x, 0 * _bell(m, x))),
        (True, lambda x: _tail(m, x) * _bell(m, x)),
    )


def erfcx(m: Any, x: Any) -> Any:
    """exp(x²) erfc(x), which neither vanishes nor overflows for positive x"""
    return pieces(
        m,
        (x,),
        (m.abs(x) <= 0.46875, lambda x: m.exp(x * x) * (1 - _center(x))),
        (x < -26.7, lambda x: m.full_like(x, m.inf)),
        (x < 0, lambda x: 2 / _bell(m, x) - _tail(m, -x)),
        (True, lambda x: _tail(m, x)),
    )


def _center(x: Any) -> Any:
    """``erf`` near 0."""
    square = x * x
    return x * polynomial(_erf._P, square) / polynomial(_erf._Q, square)


def _tail(m: Any, x: Any) -> Any:
    """erfc(x) exp(x²) for x > 0.46875."""

    def far(x: Any) -> Any:
        z = 1 / (x * x)
        return (_INV_SQRT_PI - z * polynomial(_P, z) / polynomial(_Q, z)) / x

    middle = lambda x: polynomial(_erf._R, x) / polynomial(_erf._S, x)  # noqa: E731
    return pieces(m, (x,), (x <= 4, middle), (True, far))


def _bell(m: Any, x: Any, scale: float = 1.0) -> Any:
    """exp(-scale x²): x² in two parts, for its last digits are the exponential's first."""
    high = m.floor(m.minimum(m.abs(x), 1e6) * 16) / 16
    return m.exp(-scale * high * high) * m.exp(-scale * (m.abs(x) - high) * (m.abs(x) + high))


def ndtr(m: Any, x: Any) -> Any:
    """How likely a normal number is smaller than x"""
    return pieces(
        m,
        (x,),
        (x < -1, lambda x: 0.5 * _tail(m, -x * _SQRT_HALF) * _bell(m, x, 0.5)),
        (True, lambda x: 0.5 * erfc(m, -x * _SQRT_HALF)),
    )


def log_ndtr(m: Any, x: Any) -> Any:
    """The logarithm of `ndtr`, also where that is too small to be a number"""
    return pieces(
        m,
        (x,),
        (x < -1, lambda x: m.log(erfcx(m, -x * _SQRT_HALF) / 2) - x * x / 2),
        (True, lambda x: m.log1p(-ndtr(m, -x))),
    )


# Wichura's three ranges, the leading coefficient first
_A = (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
      1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0)  # fmt: skip
_B = (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
      5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0)  # fmt: skip
_C = (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
      3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0,
      1.42343711074968357734e0)  # fmt: skip
_D = (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
      6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0)  # fmt: skip
_E = (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
      2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0,
      6.65790464350110377720e0)  # fmt: skip
_F = (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
      1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0)  # fmt: skip


def _quantile(m: Any, q: Any, tail: Any) -> Any:
    """The x with ndtr(x) = 1/2 + q, given the smaller of the two tails' probabilities too."""

    def center(q: Any, tail: Any) -> Any:
        r = 0.180625 - q * q
        return q * polynomial(_A, r) / polynomial(_B, r)

    def middle(q: Any, tail: Any) -> Any:
        r = m.sqrt(-m.log(tail)) - 1.6
        return m.copysign(polynomial(_C, r) / polynomial(_D, r), q)

    def far(q: Any, tail: Any) -> Any:
        r = m.sqrt(-m.log(tail)) - 5
        return m.copysign(polynomial(_E, r) / polynomial(_F, r), q)

    return pieces(
        m,
        (q, tail),
        (~(tail >= 0), lambda q, tail: m.full_like(q, m.nan)),
        (tail == 0, lambda q, tail: m.copysign(m.inf, q)),
        (m.abs(q) <= 0.425, center),
        (tail > 1.388794386496402e-11, middle),  # exp(-25)
        (True, far),
    )


def ndtri(m: Any, p: Any) -> Any:
    """The x with ndtr(x) = p"""
    return _quantile(m, p - 0.5, m.minimum(p, 1 - p))


def erfinv(m: Any, x: Any) -> Any:
    """The y with erf(y) = x"""
    return _quantile(m, x / 2, (1 - m.abs(x)) / 2) * _SQRT_HALF


ROWS = {
    "erfc": series.of(erfc),
    "erfcx": series.of(erfcx),
    "ndtr": series.of(ndtr),
    "log_ndtr": series.of(log_ndtr),
    "ndtri": series.of(ndtri),
    "erfinv": series.of(erfinv),
}
