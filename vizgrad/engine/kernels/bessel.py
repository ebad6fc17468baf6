"""Bessel functions of order 0 and 1, and Airy's: Chebyshev expansions near 0, and in 1/x far from it.

What the expansions are of is said in expansions.py.  Near their first roots J0 and J1 keep all their digits; further
out, and for Y and Ai on the left, the error is small beside the amplitude.
Abramowitz & Stegun, *Handbook of Mathematical Functions*, chapters 9 and 10.4.
"""

from __future__ import annotations

from typing import Any

from . import expansions as e
from . import series
from .series import chebyshev, pieces

_ROOTS = {  # the first two roots of J0 and of J1, each in two parts
    0: ((2.404825557695773, -1.176691651530894e-16), (5.520078110286311, 8.088597146146722e-17)),
    1: ((3.8317059702075125, -1.5269184090088067e-16), (7.015586669815619, -9.414165653410389e-17)),
}
_TWO_OVER_PI = 0.6366197723675814


def i0e(m: Any, x: Any) -> Any:
    """exp(-|x|) I0(x)"""
    return _scaled(m, m.abs(x), e.I0_NEAR, e.I0_FAR)


def i1e(m: Any, x: Any) -> Any:
    """exp(-|x|) I1(x)"""
    size = m.abs(x)
    return _scaled(m, size, e.I1_NEAR, e.I1_FAR, size) * m.sign(x)


def _scaled(m: Any, x: Any, near: Any, far: Any, factor: Any = 1.0) -> Any:
    factor = factor * m.ones_like(x)
    return pieces(
        m,
        (x, factor),
        (x <= 8, lambda x, f: f * chebyshev(near, x / 4 - 1)),
        (True, lambda x, f: chebyshev(far, 16 / x - 1) / m.sqrt(x)),
    )


def i0(m: Any, x: Any) -> Any:
    """I0(x)"""
    half = m.exp(m.abs(x) / 2)  # in two steps, for exp(x) overflows before I0(x) does
    return half * i0e(m, x) * half


def i1(m: Any, x: Any) -> Any:
    """I1(x)"""
    half = m.exp(m.abs(x) / 2)
    return half * i1e(m, x) * half


def _k(m: Any, x: Any, small: Any, far: Any, scale: Any) -> Any:
    """K0 or K1, or with ``scale`` times exp(x): ∞ at 0, NaN left of it."""
    return pieces(
        m,
        (x,),
        (x == 0, lambda x: m.full_like(x, m.inf)),
        (~(x > 0), lambda x: m.full_like(x, m.nan)),
        (x <= 2, lambda x: small(x) * (m.exp(x) if scale else 1)),
        (True, lambda x: chebyshev(far, 4 / x - 1) / m.sqrt(x) * (1 if scale else m.exp(-x))),
    )


def _k0_small(m: Any, x: Any) -> Any:
    return chebyshev(e.K0_NEAR, x * x / 2 - 1) - m.log(x / 2) * i0(m, x)


def _k1_small(m: Any, x: Any) -> Any:
    return chebyshev(e.K1_NEAR, x * x / 2 - 1) / x + m.log(x / 2) * i1(m, x)


def k0(m: Any, x: Any) -> Any:
    """K0(x)"""
    return _k(m, x, lambda x: _k0_small(m, x), e.K0_FAR, scale=False)


def k1(m: Any, x: Any) -> Any:
    """K1(x)"""
    return _k(m, x, lambda x: _k1_small(m, x), e.K1_FAR, scale=False)


def k0e(m: Any, x: Any) -> Any:
    """exp(x) K0(x)"""
    return _k(m, x, lambda x: _k0_small(m, x), e.K0_FAR, scale=True)


def k1e(m: Any, x: Any) -> Any:
    """exp(x) K1(x)"""
    return _k(m, x, lambda x: _k1_small(m, x), e.K1_FAR, scale=True)


def _j_near(order: int, x: Any) -> Any:
    """J0 or J1 for 0 ≤ x ≤ 8, its first roots split off."""
    y = chebyshev(e.J1_NEAR if order else e.J0_NEAR, x * x / 32 - 1)
    for root, rest in _ROOTS[order]:
        y = y * (((x - root) - rest) * (x + root))
    return x * y if order else y


def _far(m: Any, order: int, x: Any) -> tuple[Any, Any]:
    """J and Y for x > 8: a wave √(2/πx) (P cos - Q sin), (P sin + Q cos) of x - (2 order + 1) π/4."""
    t = 128 / (x * x) - 1
    p, q = (e.P1, e.Q1) if order else (e.P0, e.Q0)
    p, q = chebyshev(p, t), chebyshev(q, t) / x
    sin, cos = m.sin(x), m.cos(x)
    s, c = (-sin - cos, sin - cos) if order else (sin - cos, sin + cos)
    size = m.sqrt(1 / (m.pi * x))
    return size * (p * c - q * s), size * (p * s + q * c)


def _j(m: Any, order: int, x: Any) -> Any:
    y = pieces(
        m,
        (m.abs(x),),
        (m.abs(x) <= 8, lambda x: _j_near(order, x)),
        (True, lambda x: _far(m, order, x)[0]),
    )
    return m.where(x < 0, -y, y) if order else y


def j0(m: Any, x: Any) -> Any:
    """J0(x)"""
    return _j(m, 0, x)


def j1(m: Any, x: Any) -> Any:
    """J1(x)"""
    return _j(m, 1, x)


def _y(m: Any, order: int, x: Any) -> Any:
    def near(x: Any) -> Any:
        smooth = chebyshev(e.Y1_NEAR if order else e.Y0_NEAR, x * x / 32 - 1)
        rough = _TWO_OVER_PI * m.log(x) * _j_near(order, x)
        return x * smooth + (rough - _TWO_OVER_PI / x) if order else smooth + rough

    return pieces(
        m,
        (x,),
        (x == 0, lambda x: m.full_like(x, -m.inf)),
        (~(x > 0), lambda x: m.full_like(x, m.nan)),
        (x <= 8, near),
        (True, lambda x: _far(m, order, x)[1]),
    )


def y0(m: Any, x: Any) -> Any:
    """Y0(x)"""
    return _y(m, 0, x)


def y1(m: Any, x: Any) -> Any:
    """Y1(x)"""
    return _y(m, 1, x)


def spherical_j0(m: Any, x: Any) -> Any:
    """sin(x) / x"""
    away = m.where(x == 0, 1, x)
    return m.where(m.isinf(x), 0, m.where(x == 0, 1, m.sin(away) / away))


def airy_ai(m: Any, x: Any) -> Any:
    """Ai(x), which waves on the left and vanishes on the right"""

    def left(x: Any) -> Any:
        z = 2 / 3 * -x * m.sqrt(-x)
        t = 2 * (16 / 3 / z) ** 2 - 1
        p, q = chebyshev(e.AI_P, t), chebyshev(e.AI_Q, t) / z
        sin, cos = m.sin(z), m.cos(z)
        return ((sin + cos) * p - (cos - sin) * q) / m.sqrt(2 * m.pi * m.sqrt(-x))

    def right(x: Any) -> Any:
        z = 2 / 3 * x * m.sqrt(x)
        t = 2 * (4 * m.sqrt(2.0) / 3) / z - 1
        return chebyshev(e.AI_RIGHT, t) * m.exp(-z) / (2 * m.sqrt(m.pi * m.sqrt(x)))

    return pieces(
        m,
        (x,),
        (m.isinf(x), lambda x: m.full_like(x, m.nan)),
        (x < -4, left),
        (x <= 0, lambda x: chebyshev(e.AI_LEFT, x / 2 + 1)),
        (x <= 2, lambda x: chebyshev(e.AI_MIDDLE, x - 1) * m.exp(-x)),
        (True, right),
    )


ROWS = {
    "i0": series.of(i0),
    "i0e": series.of(i0e),
    "i1": series.of(i1),
    "i1e": series.of(i1e),
    "bessel_k0": series.of(k0),
    "bessel_k1": series.of(k1),
    "bessel_k0e": series.of(k0e),
    "bessel_k1e": series.of(k1e),
    "bessel_j0": series.of(j0),
    "bessel_j1": series.of(j1),
    "bessel_y0": series.of(y0),
    "bessel_y1": series.of(y1),
    "spherical_bessel_j0": series.of(spherical_j0),
    "airy_ai": series.of(airy_ai),
}
