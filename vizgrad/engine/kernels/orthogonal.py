"""Orthogonal polynomials of degree n, each from its two predecessors.

Abramowitz & Stegun, *Handbook of Mathematical Functions*, 22.7; for |x| < 1 Chebyshev's in closed form, 22.3.15 and 16.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import series
from .series import pieces

_LARGEST = 512  # the degree from which Hermite's are not numbers any more, as in PyTorch


def _climb(m: Any, x: Any, n: Any, first: Any, step: Callable[[int, Any, Any], Any]) -> Any:
    """From degrees 0 and 1 up to n, which differs from element to element; 0 below degree 0."""
    before, now = m.ones_like(x), first + 0 * x
    y = m.where(n < 0, 0, m.where(n == 0, before, now))
    if not n.size:
        return y
    for k in range(1, int(n.max())):
        before, now = now, step(k, now, before)
        y = m.where(n == k + 1, now, y)
        if not m.isfinite(now).any():
            return m.where(n > k + 1, m.nan, y)
    return y


def _chebyshev(kind: str) -> Callable[..., Any]:
    """Chebyshev's four kinds differ in degree 1, and in closed form."""

    def climb(m: Any, x: Any, n: Any) -> Any:
        first = {"t": x, "u": 2 * x, "v": 2 * x - 1, "w": 2 * x + 1}[kind]
        return _climb(m, x, n, first, lambda k, now, before: 2 * x * now - before)

    def closed(m: Any, x: Any, n: Any) -> Any:
        angle = m.arccos(x)
        if kind == "t":
            return m.cos(n * angle)
        if kind == "u":
            return m.sin((n + 1) * angle) / m.sin(angle)
        if kind == "v":
            return m.cos((n + 0.5) * angle) / m.cos(angle / 2)
        return m.sin((n + 0.5) * angle) / m.sin(angle / 2)

    def end(m: Any, x: Any, n: Any) -> Any:
        sign = m.where((x > 0) | (n % 2 == 0), 1.0, -1.0)
        size = {
            "t": 1.0,
            "u": n + 1,
            "v": m.where(x > 0, 1.0, 2 * n + 1),
            "w": m.where(x > 0, 2 * n + 1, 1.0),
        }
        return sign * size[kind]

    def function(m: Any, x: Any, n: Any) -> Any:
        n = m.trunc(n)
        return pieces(
            m,
            (x, n),
            ((m.abs(x) == 1) & (n >= 0), lambda x, n: end(m, x, n)),
            ((m.abs(x) < 1) & (n > 8), lambda x, n: closed(m, x, n)),
            (True, lambda x, n: climb(m, x, n)),
        )

    return function


def _shifted(kind: str) -> Callable[..., Any]:
    """The same on [0, 1]."""
    function = _chebyshev(kind)
    return lambda m, x, n: function(m, 2 * x - 1, n)


def hermite_h(m: Any, x: Any, n: Any) -> Any:
    """The physicists' Hermite polynomial."""
    n = m.trunc(n)
    y = _climb(m, x, m.minimum(n, _LARGEST), 2 * x, lambda k, now, before: 2 * (x * now - k * before))
    return m.where(n > _LARGEST, m.nan, y)


def hermite_he(m: Any, x: Any, n: Any) -> Any:
    """The probabilists' Hermite polynomial."""
    n = m.trunc(n)
    y = _climb(m, x, m.minimum(n, _LARGEST), x, lambda k, now, before: x * now - k * before)
    return m.where(n > _LARGEST, m.nan, y)


def laguerre(m: Any, x: Any, n: Any) -> Any:
    """Laguerre's polynomial."""
    return _climb(
        m, x, m.trunc(n), 1 - x, lambda k, now, before: ((2 * k + 1 - x) * now - k * before) / (k + 1)
    )


def legendre(m: Any, x: Any, n: Any) -> Any:
    """Legendre's polynomial."""
    return _climb(m, x, m.trunc(n), x, lambda k, now, before: ((2 * k + 1) * x * now - k * before) / (k + 1))


ROWS = {
    **{f"chebyshev_{kind}": series.of(_chebyshev(kind)) for kind in "tuvw"},
    **{f"shifted_chebyshev_{kind}": series.of(_shifted(kind)) for kind in "tuvw"},
    "hermite_h": series.of(hermite_h),
    "hermite_he": series.of(hermite_he),
    "laguerre": series.of(laguerre),
    "legendre": series.of(legendre),
}
