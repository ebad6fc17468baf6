"""The incomplete gamma functions: which part of ∫ tᵃ⁻¹ e⁻ᵗ dt lies left of x, and which right of it.

A series where x is the smaller, a continued fraction where it is the larger (Abramowitz & Stegun 6.5.29 and 6.5.31),
and for large a near x Temme's uniform expansion: N. M. Temme, *The asymptotic expansion of the incomplete gamma
functions*, 1979; its coefficients by A. R. DiDonato and A. H. Morris, *Computation of the incomplete gamma function
ratios and their inverse*, 1986.
"""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any

from . import gamma, gauss, series
from .series import pieces, polynomial

_STEPS = 2000
_TINY = 1e-300


def igamma(m: Any, a: Any, x: Any) -> Any:
    """The part left of x, P(a, x)"""
    return _share(m, a, x, upper=False)


def igammac(m: Any, a: Any, x: Any) -> Any:
    """The part right of x, Q(a, x) = 1 - P(a, x)"""
    return _share(m, a, x, upper=True)


def _share(m: Any, a: Any, x: Any, *, upper: bool) -> Any:
    def constant(value: float) -> Any:
        return lambda a, x: m.full_like(a, value)

    def side(part: Any, *, is_upper: bool) -> Any:
        return lambda a, x: part(m, a, x) if is_upper == upper else 1 - part(m, a, x)

    distance = m.abs(x - a) / a
    near = ((a > 20) & (a < 200) & (distance < 0.3)) | ((a >= 200) & (distance < 4.5 / m.sqrt(a)))
    none, whole = constant(0.0 if not upper else 1.0), constant(1.0 if not upper else 0.0)
    return pieces(
        m,
        (a, x),
        (m.isnan(a) | m.isnan(x) | (a < 0) | (x < 0), constant(m.nan)),
        ((a == 0) & (x == 0), constant(m.nan)),
        (m.isinf(a) & m.isinf(x), constant(m.nan)),
        ((a == 0) | m.isinf(x), whole),
        ((x == 0) | m.isinf(a), none),
        (near, side(_temme, is_upper=True) if upper else lambda a, x: _temme(m, a, x, -1)),
        ((x > 1.1) & (x > a), side(_fraction, is_upper=True)),
        ((x <= 1.1) & (x > 0.5) & (a < x), side(_upper_series, is_upper=True)),
        ((x <= 0.5) & (-0.4 / m.log(x) > a), side(_upper_series, is_upper=True)),
        (True, side(_series, is_upper=False)),
    )


def _front(m: Any, a: Any, x: Any) -> Any:
    """xᵃ e⁻ˣ / Γ(a + 1), for large a without the difference of large logarithms."""

    def large(a: Any, x: Any) -> Any:
        part = (x - a) / a
        log = m.where(part < -0.5, m.log(x / a), m.log1p(part))
        inner = -a * (part - log) - gamma.stirling_rest(a)
        return m.exp(inner) / m.sqrt(2 * m.pi * a)

    return pieces(
        m,
        (a, x),
        (a < 12, lambda a, x: m.exp(a * m.log(x) - x - gamma.lgamma(m, a + 1))),
        (True, large),
    )


def _series(m: Any, a: Any, x: Any) -> Any:
    term, sum = m.ones_like(a), m.ones_like(a)
    for n in range(1, _STEPS):
        term = term * (x / (a + n))
        sum = sum + term
        if not (term > 1e-17 * sum).any():
            break
    return sum * _front(m, a, x)


def _upper_series(m: Any, a: Any, x: Any) -> Any:
    """1 - xᵃ/Γ(a + 1) - xᵃ/Γ(a) Σ (-x)ⁿ / ((a + n) n!), whose first two terms nearly cancel for small a."""
    term, sum = m.ones_like(a), m.zeros_like(a)
    for n in range(1, 60):
        term = term * (-x / n)
        sum = sum + term / (a + n)
    power = a * m.log(x)
    return -m.expm1(power - gamma.lgamma(m, a + 1)) - m.exp(power - gamma.lgamma(m, a)) * sum


def _fraction(m: Any, a: Any, x: Any) -> Any:
    """Lentz's way down the continued fraction."""
    b = x + 1 - a
    c, d = m.full_like(a, 1 / _TINY), 1 / b
    value = d
    for n in range(1, _STEPS):
        top = -n * (n - a)
        b = b + 2
        d = 1 / m.where(top * d + b == 0, _TINY, top * d + b)
        c = m.where(b + top / c == 0, _TINY, b + top / c)
        value = value * (d * c)
        if not (m.abs(d * c - 1) > 1e-16).any():
            break
    return value * a * _front(m, a, x)


def _temme(m: Any, a: Any, x: Any, sign: int = 1) -> Any:
    """Half of erfc, and a double series in 1/a and in how far x is from a; ``sign`` -1 for the lower part."""
    part = (x - a) / a
    half = part - m.log1p(part)
    eta = m.copysign(m.sqrt(2 * m.maximum(half, 0)), part)
    sum = m.zeros_like(a)
    for row in reversed(_coefficients()):
        sum = sum / a + polynomial(row, eta)
    rest = m.exp(-a * half) / m.sqrt(2 * m.pi * a) * sum
    return 0.5 * gauss.erfc(m, sign * eta * m.sqrt(a / 2)) + sign * rest


@functools.cache
def _coefficients(rows: int = 16, columns: int = 24) -> tuple[tuple[float, ...], ...]:
    """d[k][n] of the expansion, the highest power of eta first, in exact fractions until the end."""
    size = columns + 2 * rows + 4
    alpha = [Fraction(0), Fraction(1)]
    for n in range(2, size):
        inner = sum(j * alpha[j] * alpha[n - j + 1] for j in range(2, n))
        alpha.append((alpha[n - 1] - inner) / (n + 1))
    stirling, odd = [Fraction(1)], 1
    for k in range(1, rows):
        odd *= 2 * k + 1
        stirling.append(odd * alpha[2 * k + 1])
    first = [Fraction(-1, 3), *((n + 2) * alpha[n + 2] for n in range(1, size - 2))]
    table = [first]
    for k in range(1, rows):
        before = table[-1]
        table.append(
            [(-1) ** k * stirling[k] * first[n] + (n + 2) * before[n + 2] for n in range(len(before) - 2)]
        )
    return tuple(tuple(float(d) for d in reversed(row[:columns])) for row in table)


ROWS = {"igamma": series.of(igamma), "igammac": series.of(igammac)}
