"""log Γ, its derivatives, and Hurwitz's zeta function that they come from.

Near their roots, Chebyshev expansions of the function divided by (x - root) keep every digit; elsewhere the
recurrences Γ(x + 1) = x Γ(x), and reflection left of 0.
Abramowitz & Stegun, *Handbook of Mathematical Functions*, 6.1.17, 6.1.40, 6.3.5-6.3.7, 6.3.18, 23.2.
"""

from __future__ import annotations

from typing import Any

from . import expansions, series
from .series import chebyshev, pieces, polynomial

# Bernoulli numbers in Stirling's series, as coefficients of 1/x: B_2n / (2n (2n - 1)), and of digamma: B_2n / 2n
_STIRLING = (-691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)
_DIGAMMA = (1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12)
_HALF_LOG_2PI = 0.9189385332046727
_ROOT, _ROOT_REST = 1.4616321449683622, 9.549995429965697e-17  # where digamma is 0, in two parts


def lgamma(m: Any, x: Any) -> Any:
    """``log |Γ(x)|``"""
    size = m.abs(x)
    return pieces(
        m,
        (x,),
        (~m.isfinite(x), lambda x: x * x),  # NaN, or +∞ on both sides
        ((x <= 0) & (x == m.floor(x)), lambda x: m.full_like(x, m.inf)),
        (size < 1e-17, lambda x: -m.log(m.abs(x))),
        (x < 0, lambda x: _reflected(m, x)),
        (x < 12, lambda x: _near(m, x)),
        (True, lambda x: stirling(m, x)),
    )


def stirling(m: Any, x: Any) -> Any:
    """Log Γ(x) for large x."""
    return (x - 0.5) * m.log(x) - x + _HALF_LOG_2PI + stirling_rest(x)


def stirling_rest(x: Any) -> Any:
    """What Stirling's formula leaves out: about 1 / (12 x)."""
    return polynomial(_STIRLING, 1 / (x * x)) / x


def _near(m: Any, x: Any) -> Any:
    """Steps of 1 lead to [1.5, 2.5], and their factors are multiplied before one logarithm is taken."""
    factor = m.ones_like(x)
    for _ in range(10):
        step = x > 2.5
        if not step.any():
            break
        x = m.where(step, x - 1, x)
        factor = m.where(step, factor * x, factor)
    twice, once = x < 0.5, x < 1.5
    t = m.where(twice, x, m.where(once, x - 1, x - 2))
    below = m.where(once, m.log1p(t), 0) + m.where(twice, m.log(x), 0)
    return t * chebyshev(expansions.LGAMMA, 2 * t) - below + m.log(factor)


def _reflected(m: Any, x: Any) -> Any:
    return m.log(m.pi / m.abs(x * _sin_pi(m, x))) - lgamma(m, -x)


def _sin_pi(m: Any, x: Any) -> Any:
    """|sin πx|, the whole part of x taken off first."""
    return m.abs(m.sin(m.pi * (x - m.round(x))))


def digamma(m: Any, x: Any) -> Any:
    """ψ(x), the slope of log Γ"""
    return pieces(
        m,
        (x,),
        (x == 0, lambda x: m.copysign(m.inf, -x)),
        ((x < 0) & (x == m.floor(x)), lambda x: m.full_like(x, m.nan)),
        (x < 0, lambda x: digamma(m, 1 - x) - m.pi / m.tan(m.pi * (x - m.round(x)))),
        (x < 12, lambda x: _digamma_near(m, x)),
        (True, lambda x: m.log(x) - 0.5 / x - _digamma_rest(x)),
    )


def _digamma_rest(x: Any) -> Any:
    square = 1 / (x * x)
    return square * polynomial(_DIGAMMA, square)


def _digamma_near(m: Any, x: Any) -> Any:
    low = x < 1
    sum = m.where(low, -1 / x, 0)
    x = m.where(low, x + 1, x)
    for _ in range(10):
        step = x > 2
        if not step.any():
            break
        x = m.where(step, x - 1, x)
        sum = m.where(step, sum + 1 / x, sum)
    return sum + ((x - _ROOT) - _ROOT_REST) * chebyshev(expansions.DIGAMMA, 2 * x - 3)


# Euler and Maclaurin's sum: B_2n / (2n)!
_BERNOULLI = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600,
              -3617 / 10670622842880000, 43867 / 5109094217170944000, -174611 / 802857662698291200000)  # fmt: skip


def zeta(m: Any, s: Any, q: Any) -> Any:
    """Σ (q + k)^-s over k = 0, 1, 2, …"""
    whole = q == m.floor(q)
    return pieces(
        m,
        (s, q),
        (~(m.isfinite(s) & m.isfinite(q)) | (s < 1), lambda s, q: m.full_like(s, m.nan)),
        ((s == 1) | ((q <= 0) & whole), lambda s, q: m.full_like(s, m.inf)),
        ((q < 0) & (s != m.floor(s)), lambda s, q: m.full_like(s, m.nan)),
        (True, lambda s, q: _zeta(m, s, q)),
    )


def _zeta(m: Any, s: Any, q: Any) -> Any:
    """Terms are added one by one until q is large beside s; what remains is a short series in s/q."""
    sum, large = m.zeros_like(s), 12 + m.minimum(s, 100) / 2
    while (q < large).any():
        step = q < large
        sum = m.where(step, sum + m.power(q, -s), sum)
        q = m.where(step, q + 1, q)
    power = m.power(q, -s)
    rest, factor, square = power * q / (s - 1) + power / 2, power * s / q, 1 / (q * q)
    for n, b in enumerate(_BERNOULLI):
        rest = rest + factor * b
        factor = factor * square * (s + 2 * n + 1) * (s + 2 * n + 2)
    return sum + rest


def trigamma(m: Any, x: Any) -> Any:
    """ψ′(x), left of 1/2 by reflection."""
    two = m.full_like(x, 2.0)
    turned = lambda x: (m.pi / _sin_pi(m, x)) ** 2 - trigamma(m, 1 - x)  # noqa: E731
    return pieces(m, (x, two), (x < 0, lambda x, s: turned(x)), (True, lambda x, s: zeta(m, s, x)))


ROWS = {
    "lgamma": series.of(lgamma),
    "digamma": series.of(digamma),
    "zeta": series.of(zeta),
    "trigamma": series.of(trigamma),
}
