"""Angles: sine and its relatives, circular and hyperbolic, and their inverses.  Angles are in rad."""

from __future__ import annotations

import math

from vizgrad.engine.op import op

from . import demands
from .elementwise import analytic, elementwise
from .samples import ONE, Sample
from .words import Value

BETWEEN = (Sample((3, 4), low=-0.9, high=0.9),)  # inside (-1, 1), where arcs are smooth


@op
class sin(analytic):
    """sin x, x in rad"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.sin(input)

    def d_input(xp, g, input):
        return g * xp.conj(xp.cos(input))


@op
class cos(analytic):
    """cos x, x in rad"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.cos(input)

    def d_input(xp, g, input):
        return -g * xp.conj(xp.sin(input))


@op
class tan(analytic):
    """tan x = sin x / cos x, x in rad"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.tan(input)

    def d_input(xp, g, y):
        return g * xp.conj(1 + y * y)


@op
class asin(analytic):
    """The angle in [-π/2, π/2] whose sine is x"""

    samples = BETWEEN
    aliases = ("arcsin",)

    def forward(xp, input: Value):
        return xp.arcsin(input)

    def d_input(xp, g, input):
        return g * xp.conj(xp.rsqrt(1 - input * input))


@op
class acos(analytic):
    """The angle in [0, π] whose cosine is x"""

    samples = BETWEEN
    aliases = ("arccos",)

    def forward(xp, input: Value):
        return xp.arccos(input)

    def d_input(xp, g, input):
        return -g * xp.conj(xp.rsqrt(1 - input * input))


@op
class atan(analytic):
    """The angle in (-π/2, π/2) whose tangent is x"""

    samples = ONE
    aliases = ("arctan",)

    def forward(xp, input: Value):
        return xp.arctan(input)

    def d_input(xp, g, input):
        return g / xp.conj(1 + input * input)


@op
class atan2(analytic):
    """The angle in [-π, π] of the point (b, a): a is its height"""

    samples = (Sample((3, 4), (3, 4)), Sample((3, 1), (1, 4)))
    aliases = ("arctan2",)
    tensors = "all"
    kinds = demands.REAL

    def forward(xp, input: Value, other: Value):
        return xp.arctan2(input, other)

    def d_input(xp, g, input, other):
        return g * other / (input * input + other * other)

    def d_other(xp, g, input, other):
        return -g * input / (input * input + other * other)


@op
class sinh(analytic):
    """(eˣ - e⁻ˣ) / 2"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.sinh(input)

    def d_input(xp, g, input):
        return g * xp.conj(xp.cosh(input))


@op
class cosh(analytic):
    """(eˣ + e⁻ˣ) / 2"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.cosh(input)

    def d_input(xp, g, input):
        return g * xp.conj(xp.sinh(input))


@op
class asinh(analytic):
    """The x whose sinh this is"""

    samples = ONE
    aliases = ("arcsinh",)

    def forward(xp, input: Value):
        return xp.arcsinh(input)

    def d_input(xp, g, input):
        return g * xp.conj(xp.rsqrt(input * input + 1))


@op
class acosh(analytic):
    """The x ≥ 0 whose cosh this is"""

    samples = (Sample((3, 4), low=1.2, high=3.0),)
    aliases = ("arccosh",)

    def forward(xp, input: Value):
        return xp.arccosh(input)

    def d_input(xp, g, input):
        return g * xp.conj(xp.rsqrt(input - 1) * xp.rsqrt(input + 1))


@op
class atanh(analytic):
    """The x whose tanh this is"""

    samples = BETWEEN
    aliases = ("arctanh",)

    def forward(xp, input: Value):
        return xp.arctanh(input)

    def d_input(xp, g, input):
        return g / xp.conj(1 - input * input)


@op
class sinc(analytic):
    """sin(πx) / (πx), and 1 at 0"""

    samples = (Sample((3, 4), low=0.1, high=2.0),)

    def forward(xp, input: Value):
        turn = xp.where(input == 0, xp.ones_like(input), math.pi * input)
        return xp.where(input == 0, xp.ones_like(input), xp.sin(turn) / turn)

    formula = "sin(π · x) / (π · x)"

    def d_input(xp, g, input, y):
        away = xp.where(input == 0, xp.ones_like(input), input)
        return g * xp.conj(xp.where(input == 0, xp.zeros_like(y), (xp.cos(math.pi * input) - y) / away))

    formulas = {"input": "g · (cos(π · x) - y) / x"}


@op
class hypot(elementwise):
    """√(a² + b²), the longest side of a right triangle, without overflow on the way"""

    samples = (Sample((3, 4), (3, 4), low=0.5, high=2.0), Sample((3, 1), (1, 4), low=0.5, high=2.0))
    tensors = "all"
    kinds = demands.FLOATING

    def forward(xp, input: Value, other: Value):
        return xp.hypot(input, other)

    def d_input(xp, g, input, y):
        return g * (input / y)

    def d_other(xp, g, other, y):
        return g * (other / y)


@op
class deg2rad(analytic):
    """From degrees to rad: x · π/180"""

    samples = ONE
    kinds = demands.REAL

    def forward(xp, input: Value):
        return input * (math.pi / 180)

    def d_input(xp, g):
        return g * (math.pi / 180)


@op
class rad2deg(analytic):
    """From rad to degrees: x · 180/π"""

    samples = ONE
    kinds = demands.REAL

    def forward(xp, input: Value):
        return input * (180 / math.pi)

    def d_input(xp, g):
        return g * (180 / math.pi)
