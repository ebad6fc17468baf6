"""Whole numbers: their bits, shifted and combined, and their common divisors.  No gradients."""

from __future__ import annotations

from vizgrad.engine.op import op

from . import demands
from .elementwise import elementwise
from .words import Value


class bits(elementwise):
    """Of whole numbers and booleans."""

    kinds = demands.BITS
    tensors = "any"


@op
class bitwise_and(bits):
    """The bits that a and b both have; of booleans, both"""

    def forward(xp, input: Value, other: Value):
        return xp.bitwise_and(input, other)


@op
class bitwise_or(bits):
    """The bits that a or b has; of booleans, at least one"""

    def forward(xp, input: Value, other: Value):
        return xp.bitwise_or(input, other)


@op
class bitwise_xor(bits):
    """Where a and b differ, bit by bit"""

    def forward(xp, input: Value, other: Value):
        return xp.bitwise_xor(input, other)


@op
class bitwise_not(bits):
    """Every bit turned over; of booleans, the opposite"""

    def forward(xp, input: Value):
        return xp.bitwise_not(input)


class whole(elementwise):
    """Of whole numbers alone."""

    kinds = demands.WHOLE
    tensors = "any"


def _shift(xp, shift, input, places, beyond):
    """Shift by ``places``; by more than there are bits, or by less than 0, gives ``beyond``."""
    inside = (places >= 0) & (places < 8 * input.itemsize)
    return xp.where(inside, shift(input, xp.where(inside, places, 0)), beyond)


@op
class bitwise_left_shift(whole):
    """The bits of a moved b places up: a · 2ᵇ"""

    def forward(xp, input: Value, other: Value):
        input, other = xp.asarray(input), xp.asarray(other)
        return _shift(xp, xp.left_shift, input, other, xp.zeros_like(input))

    formula = "a · 2^b"


@op
class bitwise_right_shift(whole):
    """The bits of a moved b places down: a / 2ᵇ, rounded down"""

    def forward(xp, input: Value, other: Value):
        input, other = xp.asarray(input), xp.asarray(other)
        return _shift(xp, xp.right_shift, input, other, xp.negative((input < 0).astype(input.dtype)))

    formula = "floor(a / 2^b)"


@op
class gcd(whole):
    """The largest number that divides a and b"""

    tensors = "all"

    def forward(xp, input: Value, other: Value):
        return xp.gcd(input, other)


@op
class lcm(whole):
    """The smallest number that a and b divide"""

    tensors = "all"

    def forward(xp, input: Value, other: Value):
        return xp.lcm(input, other)
