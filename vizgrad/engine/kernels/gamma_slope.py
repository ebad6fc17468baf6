"""How a number drawn from Γ(a, 1) moves with a when its rank among all such numbers stays.

With P(a, z) the share of numbers below z, dz/da = -(∂P/∂a) / (∂P/∂z): M. Figurnov, S. Mohamed & A. Mnih, *Implicit
Reparameterization Gradients*, 2018; M. Jankowiak & F. Obermeyer, *Pathwise Derivatives Beyond the
Reparameterization Trick*, 2018.  Here it is the slope of log z, which has all its digits also where z itself is
too small to be a number.  Left of the mean the series of P is differentiated term by term, right of it the
continued fraction of 1 - P (Abramowitz & Stegun 6.5.29, 6.5.31): on its side each is a sum of positive parts.
For large a: N. M. Temme, *Asymptotic inversion of incomplete gamma functions*, 1992.
"""

from __future__ import annotations

from typing import Any

from . import gamma, series
from .series import pieces, polynomial

_STEPS = 1200
_LARGE = 1e4
_SPREAD = (1 / 4320, -1 / 270, 1 / 36, 1 / 3, 1.0)  # (λ - 1) / η in powers of η, the highest first
_SLOPE = (4 / 4320, -3 / 270, 2 / 36, 1 / 3)  # and its derivative


def gamma_slope(m: Any, a: Any, log_z: Any) -> Any:
    """∂(log z)/∂a, for z = exp(log_z) drawn from Γ(a, 1)"""
    z = m.exp(log_z)
    return pieces(
        m,
        (a, log_z),
        (~(a > 0) | m.isnan(log_z), lambda a, w: m.full_like(a, m.nan)),
        (a > _LARGE, lambda a, w: _large(m, a, w)),
        ((z <= a) | (z < 1.5), lambda a, w: _left(m, a, w)),
        (True, lambda a, w: _right(m, a, w)),
    )


def _left(m: Any, a: Any, log_z: Any) -> Any:
    """P = zᵃ e⁻ᶻ / Γ(a + 1) · T, with T = Σ zⁿ / ((a + 1) … (a + n)); ``slope`` is -∂T/∂a."""
    z = m.exp(log_z)
    term, harmonic = m.ones_like(a), m.zeros_like(a)
    total, slope = m.ones_like(a), m.zeros_like(a)
    for n in range(1, _STEPS):
        term = term * (z / (a + n))
        harmonic = harmonic + 1 / (a + n)
        total = total + term
        slope = slope + term * harmonic
        if not (term * harmonic > 1e-16 * slope).any():
            break
    return (slope - total * (log_z - gamma.digamma(m, a + 1))) / a


def _right(m: Any, a: Any, log_z: Any) -> Any:
    """1 - P = zᵃ e⁻ᶻ / Γ(a) · C; C is a continued fraction, whose derivative by a goes along (Lentz)."""
    z = m.exp(log_z)
    b = z + 1 - a
    c, dc = m.full_like(a, 1e300), m.zeros_like(a)
    d = 1 / b
    dd = d * d  # of 1/b by a, where b falls with a
    value, slope = d, dd
    for n in range(1, _STEPS):
        top = -n * (n - a)  # and its derivative by a is n
        b = b + 2
        bottom = b + top * d
        dbottom = -1 + n * d + top * dd
        d, dd = 1 / bottom, -dbottom / (bottom * bottom)
        c, dc = b + top / c, -1 + n / c - top * dc / (c * c)
        step, dstep = c * d, dc * d + c * dd
        value, slope = value * step, slope * step + value * dstep
        if not ((m.abs(step - 1) > 1e-15) | (m.abs(value * dstep) > 1e-15 * slope)).any():
            break
    return value * (log_z - gamma.digamma(m, a)) + slope


def _large(m: Any, a: Any, log_z: Any) -> Any:
    """With λ = z/a, η²/2 = λ - 1 - log λ and f = η / (λ - 1): 1/a - f η / 2a - f′ / 2a², up to 1/a³.

    It is where η₀√a stays, of η = η₀ + log f(η₀) / (η₀ a) + …
    """
    part = m.expm1(log_z - m.log(a))  # λ - 1
    eta = m.copysign(m.sqrt(2 * m.maximum(part - m.log1p(part), 0)), part)
    low = polynomial(_SPREAD, eta)  # 1/f near η = 0
    f = m.where(m.abs(eta) < 1e-3, 1 / low, eta / part)
    by_series = -polynomial(_SLOPE, eta) / (low * low)
    rise = m.where(m.abs(eta) < 0.03, by_series, (1 / eta - (1 + part) * eta / (part * part)) * f)
    return (1 - f * eta / 2 - rise / (2 * a)) / a


ROWS = {"gamma_slope": series.of(gamma_slope)}
