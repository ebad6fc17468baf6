"""Write vizgrad/engine/kernels/expansions.py: Chebyshev coefficients of special functions, from their definitions.

    python tools/expansions.py

Each function is sampled with 45 digits (mpmath) at Chebyshev points of its range and expanded; coefficients below
1e-18 of the largest are left out.  Nothing is copied from tables.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Function = Callable[[Any], Any]
Table = dict[str, tuple[str, Function]]
PLACE = Path(__file__).resolve().parent.parent / "vizgrad/engine/kernels/expansions.py"
HEAD = '''"""Chebyshev coefficients of special functions, written by tools/expansions.py from their definitions.

What t in [-1, 1] stands for is said at each; `series.chebyshev` adds them up.
"""
'''


def coefficients(f: Function, points: int = 60) -> list[float]:
    """Of f on [-1, 1]: the c in f(t) = sum c_j cos(j arccos t), as far as a double can tell."""
    import mpmath as mp

    angles = [mp.pi * (2 * k + 1) / (2 * points) for k in range(points)]
    values = [f(mp.cos(a)) for a in angles]
    c = [
        2 * mp.fsum(v * mp.cos(j * a) for v, a in zip(values, angles, strict=True)) / points
        for j in range(points)
    ]
    c[0] /= 2
    large = max(abs(x) for x in c) * mp.mpf(10) ** -18
    return [float(x) for x in c[: 1 + max(j for j, x in enumerate(c) if abs(x) > large)]]


def span(f: Function, a: float, b: float) -> Function:
    """``f`` of x from a to b."""
    import mpmath as mp

    return lambda t: f((a + b) / mp.mpf(2) + (b - a) * t / 2)


def beyond(f: Function, a: Any) -> Function:
    """``f`` of x from a to infinity, as a function of a/x."""
    return lambda t: f(2 * a / (1 + t))


def even(f: Function, b: float) -> Function:
    """``f`` of x from 0 to b, as a function of x²."""
    import mpmath as mp

    return lambda t: f(b * mp.sqrt((1 + t) / 2))


def far(f: Function, a: Any) -> Function:
    """``f`` of x from a to infinity, as a function of (a/x)²."""
    import mpmath as mp

    return lambda t: f(a / mp.sqrt((1 + t) / 2))


def roots(n: int, x: Any) -> Any:
    """(x² - r²)(x² - s²) with the first two roots of Jn."""
    import mpmath as mp

    r, s = (mp.besseljzero(n, m) for m in (1, 2))
    return (x * x - r * r) * (x * x - s * s)


def hankel(n: int, x: Any) -> tuple[Any, Any]:
    """The amplitudes P and x Q of Jn and Yn, whose phase is x - (2n + 1) π/4."""
    import mpmath as mp

    phase = x - (2 * n + 1) * mp.pi / 4
    a, b, c, s = mp.besselj(n, x), mp.bessely(n, x), mp.cos(phase), mp.sin(phase)
    size = mp.sqrt(mp.pi * x / 2)
    return size * (a * c + b * s), x * size * (b * c - a * s)


def airy(z: Any) -> tuple[Any, Any]:
    """The amplitudes P and z Q of Ai and Bi left of 0, z = 2/3 |x|^(3/2)."""
    import mpmath as mp

    x = (3 * z / 2) ** (mp.mpf(2) / 3)
    a, b = (f(-x) * mp.sqrt(mp.pi) * x ** mp.mpf(0.25) for f in (mp.airyai, mp.airybi))
    s, c = mp.sin(z + mp.pi / 4), mp.cos(z + mp.pi / 4)
    return a * s + b * c, z * (b * s - a * c)


def airy_right(z: Any) -> Any:
    """2 √π x^¼ exp(z) Ai(x) right of 0, z = 2/3 x^(3/2)."""
    import mpmath as mp

    x = (3 * z / 2) ** (mp.mpf(2) / 3)
    return mp.airyai(x) * mp.exp(z) * 2 * mp.sqrt(mp.pi) * x ** mp.mpf(0.25)


def gamma() -> Table:
    """The logarithm of Γ and its slope, their roots divided out."""
    import mpmath as mp

    zero = mp.findroot(mp.digamma, mp.mpf("1.46"))
    return {
        "LGAMMA": ("lgamma(2 + x) / x, x in [-1/2, 1/2]", span(lambda x: mp.loggamma(2 + x) / x, -0.5, 0.5)),
        "DIGAMMA": ("digamma(x) / (x - root), x in [1, 2]", span(lambda x: mp.digamma(x) / (x - zero), 1, 2)),
    }


def modified() -> Table:
    """The modified Bessel functions I and K."""
    import mpmath as mp

    root, exp, log, i, k = mp.sqrt, mp.exp, mp.log, mp.besseli, mp.besselk
    return {
        "I0_NEAR": ("exp(-x) I0(x), x in [0, 8]", span(lambda x: exp(-x) * i(0, x), 0, 8)),
        "I0_FAR": ("√x exp(-x) I0(x) in 8/x", beyond(lambda x: root(x) * exp(-x) * i(0, x), 8)),
        "I1_NEAR": ("exp(-x) I1(x) / x, x in [0, 8]", span(lambda x: exp(-x) * i(1, x) / x, 0, 8)),
        "I1_FAR": ("√x exp(-x) I1(x) in 8/x", beyond(lambda x: root(x) * exp(-x) * i(1, x), 8)),
        "K0_NEAR": ("K0(x) + log(x/2) I0(x) in x²/4", even(lambda x: k(0, x) + log(x / 2) * i(0, x), 2)),
        "K0_FAR": ("√x exp(x) K0(x) in 2/x", beyond(lambda x: root(x) * exp(x) * k(0, x), 2)),
        "K1_NEAR": (
            "x (K1(x) - log(x/2) I1(x)) in x²/4",
            even(lambda x: x * (k(1, x) - log(x / 2) * i(1, x)), 2),
        ),
        "K1_FAR": ("√x exp(x) K1(x) in 2/x", beyond(lambda x: root(x) * exp(x) * k(1, x), 2)),
    }


def waves() -> Table:
    """The Bessel functions J and Y."""
    import mpmath as mp

    log, pi, j, y = mp.log, mp.pi, mp.besselj, mp.bessely
    return {
        "J0_NEAR": ("J0(x) / ((x² - r²)(x² - s²)) in x²/64", even(lambda x: j(0, x) / roots(0, x), 8)),
        "J1_NEAR": (
            "J1(x) / (x (x² - r²)(x² - s²)) in x²/64",
            even(lambda x: j(1, x) / (x * roots(1, x)), 8),
        ),
        "Y0_NEAR": (
            "Y0(x) - 2/π log(x) J0(x) in x²/64",
            even(lambda x: y(0, x) - 2 / pi * log(x) * j(0, x), 8),
        ),
        "Y1_NEAR": (
            "(Y1(x) - 2/π (log(x) J1(x) - 1/x)) / x in x²/64",
            even(lambda x: (y(1, x) - 2 / pi * (log(x) * j(1, x) - 1 / x)) / x, 8),
        ),
        "P0": ("the amplitudes P and x Q of J0 and Y0, in 64/x²", far(lambda x: hankel(0, x)[0], 8)),
        "Q0": ("", far(lambda x: hankel(0, x)[1], 8)),
        "P1": ("the amplitudes P and x Q of J1 and Y1, in 64/x²", far(lambda x: hankel(1, x)[0], 8)),
        "Q1": ("", far(lambda x: hankel(1, x)[1], 8)),
    }


def airy_everywhere() -> Table:
    """Airy's function."""
    import mpmath as mp

    exp, z2, z4 = mp.exp, 2 * mp.sqrt(8) / 3, mp.mpf(16) / 3
    return {
        "AI_LEFT": ("Ai(x), x in [-4, 0]", span(mp.airyai, -4, 0)),
        "AI_MIDDLE": ("exp(x) Ai(x), x in [0, 2]", span(lambda x: exp(x) * mp.airyai(x), 0, 2)),
        "AI_RIGHT": ("2 √π x^¼ exp(z) Ai(x), z = 2/3 x√x, in z(2)/z", beyond(airy_right, z2)),
        "AI_P": ("the amplitudes P and z Q of Ai(-x), in (z(4)/z)²", far(lambda z: airy(z)[0], z4)),
        "AI_Q": ("", far(lambda z: airy(z)[1], z4)),
    }


def expansions() -> Table:
    """By name: what is expanded and of what, in words, and the function of t."""
    import mpmath as mp

    mp.mp.dps = 45
    return gamma() | modified() | waves() | airy_everywhere()


def text() -> str:
    """The whole file."""
    parts = [HEAD]
    for name, (what, f) in expansions().items():
        values = [repr(c) for c in coefficients(f)]
        lines = ["    " + ", ".join(values[n : n + 4]) + "," for n in range(0, len(values), 4)]
        parts.append(
            (f"\n# {what}\n" if what else "") + f"{name} = (\n" + "\n".join(lines) + "\n)  # fmt: skip\n"
        )
    return "".join(parts)


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
