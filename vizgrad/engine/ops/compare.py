"""Ops whose results are true, false or whole: comparisons, steps, bits.  Their slope is 0 or there is none."""

from __future__ import annotations

from vizgrad.engine.op import op
from vizgrad.engine.ops.words import Value

from .elementwise import elementwise
from .samples import Sample


class comparison(elementwise):
    """True or False, element by element.  No gradient."""


@op
class eq(comparison):
    """a = b"""

    def forward(xp, input: Value, other: Value):
        return xp.equal(input, other)


@op
class ne(comparison):
    """a ≠ b"""

    def forward(xp, input: Value, other: Value):
        return xp.not_equal(input, other)


@op
class lt(comparison):
    """a < b"""

    def forward(xp, input: Value, other: Value):
        return xp.less(input, other)


@op
class le(comparison):
    """a ≤ b"""

    def forward(xp, input: Value, other: Value):
        return xp.less_equal(input, other)


@op
class gt(comparison):
    """a > b"""

    def forward(xp, input: Value, other: Value):
        return xp.greater(input, other)


@op
class ge(comparison):
    """a ≥ b"""

    def forward(xp, input: Value, other: Value):
        return xp.greater_equal(input, other)


class flat(elementwise):
    """Steps: their slope is 0 wherever it exists."""

    samples = (Sample((3, 4), low=-2.2, high=2.3),)


@op
class floor(flat):
    """The largest whole number not above x"""

    def forward(xp, input: Value):
        return xp.floor(input)

    def d_input(xp, g):
        return xp.zeros_like(g)


@op
class ceil(flat):
    """The smallest whole number not below x"""

    def forward(xp, input: Value):
        return xp.ceil(input)

    def d_input(xp, g):
        return xp.zeros_like(g)


@op
class round(flat):
    """The nearest whole number, halves to the even one; ``decimals`` places"""

    def forward(xp, input: Value, *, decimals: int = 0):
        return xp.round(input, decimals)

    def d_input(xp, g):
        return xp.zeros_like(g)


@op
class floor_divide(elementwise):
    """How often b goes into a, rounded down.  No gradient, as in PyTorch"""

    def forward(xp, input: Value, other: Value):
        return xp.floor_divide(input, other)


@op
class remainder(elementwise):
    """a - b · floor(a / b): the sign of b"""

    samples = (Sample((3, 4), (3, 4), low=0.3, high=2.0), Sample((3, 4), 0.7))

    def forward(xp, input: Value, other: Value):
        return xp.remainder(input, other)

    def d_input(xp, g):
        return g

    def d_other(xp, g, input, other):
        return -g * xp.floor(input / other)


@op
class isnan(comparison):
    """Whether x is not a number"""

    def forward(xp, input: Value):
        return xp.isnan(input)


@op
class isinf(comparison):
    """Whether x is infinite, of either sign"""

    def forward(xp, input: Value):
        return xp.isinf(input)


@op
class isfinite(comparison):
    """Whether x is a number and not infinite"""

    def forward(xp, input: Value):
        return xp.isfinite(input)


@op
class logical_not(comparison):
    """True where x is zero or False"""

    def forward(xp, input: Value):
        return xp.logical_not(input)


@op
class bitwise_and(elementwise):
    """a and b, bit by bit; of booleans, both"""

    def forward(xp, input: Value, other: Value):
        return xp.bitwise_and(input, other)


@op
class bitwise_or(elementwise):
    """a or b, bit by bit; of booleans, at least one"""

    def forward(xp, input: Value, other: Value):
        return xp.bitwise_or(input, other)


@op
class bitwise_xor(elementwise):
    """Where a and b differ, bit by bit"""

    def forward(xp, input: Value, other: Value):
        return xp.bitwise_xor(input, other)


@op
class bitwise_not(elementwise):
    """Every bit turned over; of booleans, the opposite"""

    def forward(xp, input: Value):
        return xp.bitwise_not(input)
