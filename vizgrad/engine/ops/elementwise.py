"""Ops that treat every element alike.

Nothing here mentions broadcasting: the engine sums a gradient back to the shape of the input it belongs to.
"""

from __future__ import annotations

from vizgrad.engine import shapes
from vizgrad.engine.op import Formula, op
from vizgrad.engine.samples import ONE, POSITIVE, TWO, Sample
from vizgrad.engine.words import Value


class elementwise(Formula):
    """Any shapes that broadcast; integers and floats may meet."""

    shape = staticmethod(shapes.broadcast)
    broadcasts = True
    promotes = "mixed"


class analytic(elementwise):
    """Functions whose results are floating point even of integers."""

    promotes = "float"


class comparison(elementwise):
    """True or False, element by element.  No gradient."""


@op
class add(elementwise):
    """a + alpha · b"""

    samples = (*TWO, Sample((3, 4), (3, 4), alpha=2))

    def forward(xp, input: Value, other: Value, *, alpha: float = 1):
        return input + other if alpha == 1 else input + alpha * other

    def d_input(xp, g):
        return g

    def d_other(xp, g, alpha):
        return g if alpha == 1 else g * alpha


@op
class sub(elementwise):
    """a - alpha · b"""

    samples = (*TWO, Sample((3, 4), (3, 4), alpha=2))

    def forward(xp, input: Value, other: Value, *, alpha: float = 1):
        return input - other if alpha == 1 else input - alpha * other

    def d_input(xp, g):
        return g

    def d_other(xp, g, alpha):
        return -g if alpha == 1 else -g * alpha


@op
class mul(elementwise):
    """a b"""

    samples = TWO

    def forward(xp, input: Value, other: Value):
        return input * other

    def d_input(xp, g, other):
        return g * xp.conj(other)

    def d_other(xp, g, input):
        return g * xp.conj(input)


@op
class div(analytic):
    """a / b"""

    samples = (Sample((3, 4), (3, 4), low=0.5), Sample((3, 1), (1, 4), low=0.5), Sample((3, 4), 2.0))

    def forward(xp, input: Value, other: Value):
        return input / other

    def d_input(xp, g, other):
        return g / xp.conj(other)

    def d_other(xp, g, input, other):
        return -g * xp.conj(input / (other * other))


@op
class pow(elementwise):
    """a ** b"""

    samples = (
        Sample((3, 4), (3, 4), low=0.5, high=2.0),
        Sample((3, 1), (1, 4), low=0.5, high=2.0),
        Sample((3, 4), 2),
        Sample((3, 4), 0.5, low=0.5, high=2.0),
    )

    def forward(xp, input: Value, exponent: Value):
        return xp.power(input, exponent)

    def d_input(xp, g, input, exponent):
        return g * exponent * xp.power(input, exponent - 1)

    def d_exponent(xp, g, input, y):
        # Where a = 0, y is 0 for b > 0 and the slope is 0; log(0) must not make it NaN.
        return g * y * xp.log(xp.where(input == 0, xp.ones_like(y), input))


@op
class maximum(elementwise):
    """The larger of a and b.  Where they are equal, each gets half of the gradient."""

    samples = (Sample((3, 4), (3, 4)), Sample((3, 1), (1, 4)))

    def forward(xp, input: Value, other: Value):
        return xp.maximum(input, other)

    def d_input(xp, g, input, other):
        return g * _share(xp, g, input > other, input == other)

    def d_other(xp, g, input, other):
        return g * _share(xp, g, other > input, input == other)


@op
class minimum(elementwise):
    """The smaller of a and b.  Where they are equal, each gets half of the gradient."""

    samples = (Sample((3, 4), (3, 4)), Sample((3, 1), (1, 4)))

    def forward(xp, input: Value, other: Value):
        return xp.minimum(input, other)

    def d_input(xp, g, input, other):
        return g * _share(xp, g, input < other, input == other)

    def d_other(xp, g, input, other):
        return g * _share(xp, g, other < input, input == other)


def _share(xp, g, wins, ties):
    """1 where this operand wins, a half where both are equal, else 0, in the gradient's dtype."""
    return xp.where(wins, xp.ones_like(g), xp.where(ties, xp.full_like(g, 0.5), xp.zeros_like(g)))


@op
class neg(elementwise):
    """-x"""

    samples = ONE
    aliases = ("negative",)

    def forward(xp, input: Value):
        return -input

    def d_input(xp, g):
        return -g


@op
class abs(elementwise):
    """|x|; its slope at 0 is taken as 0"""

    samples = ONE
    aliases = ("absolute",)

    def forward(xp, input: Value):
        return xp.absolute(input)

    def d_input(xp, g, input):
        return g * xp.sign(input)


@op
class sign(elementwise):
    """-1, 0 or 1.  It is flat, so no gradient passes"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.sign(input)

    def d_input(xp, g):
        return xp.zeros_like(g)


@op
class conj(elementwise):
    """The complex conjugate; a real number is its own"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.conj(input)

    def d_input(xp, g):
        return xp.conj(g)


@op
class exp(analytic):
    """e ** x"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.exp(input)

    def d_input(xp, g, y):
        return g * xp.conj(y)


@op
class log(analytic):
    """Natural logarithm of x > 0"""

    samples = POSITIVE

    def forward(xp, input: Value):
        return xp.log(input)

    def d_input(xp, g, input):
        return g / xp.conj(input)


@op
class sqrt(analytic):
    """The square root of x ≥ 0"""

    samples = POSITIVE

    def forward(xp, input: Value):
        return xp.sqrt(input)

    def d_input(xp, g, y):
        return g / (2 * xp.conj(y))


@op
class rsqrt(analytic):
    """1 / √x"""

    samples = POSITIVE

    def forward(xp, input: Value):
        return 1 / xp.sqrt(input)

    def d_input(xp, g, y):
        return -0.5 * g * y * y * y


@op
class reciprocal(analytic):
    """1 / x"""

    samples = POSITIVE

    def forward(xp, input: Value):
        return 1 / input

    def d_input(xp, g, y):
        return -g * y * y


@op
class square(elementwise):
    """x²"""

    samples = ONE

    def forward(xp, input: Value):
        return input * input

    def d_input(xp, g, input):
        return 2 * g * input


@op
class sin(analytic):
    """sin x, x in rad"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.sin(input)

    def d_input(xp, g, input):
        return g * xp.cos(input)


@op
class cos(analytic):
    """cos x, x in rad"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.cos(input)

    def d_input(xp, g, input):
        return -g * xp.sin(input)


@op
class clamp(elementwise):
    """x, but not below ``min`` and not above ``max``"""

    samples = (Sample((3, 4), min=-0.3, max=0.4), Sample((3, 4), min=0.0), Sample((3, 4), max=0.1))

    def forward(xp, input: Value, min: float | None = None, max: float | None = None):
        if min is None and max is None:
            raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
        return xp.clip(input, min, max)

    def d_input(xp, g, input, min, max):
        low = input > -xp.inf if min is None else input >= min
        high = input < xp.inf if max is None else input <= max
        return xp.where(low, xp.where(high, g, xp.zeros_like(g)), xp.zeros_like(g))


@op
class where(Formula):
    """a where the condition holds, b elsewhere"""

    samples = (Sample((3, 4), (3, 4), (3, 4), whole={0: 2}), Sample((3, 1), (1, 4), 0.5, whole={0: 2}))
    shape = staticmethod(shapes.broadcast)
    broadcasts = True

    def forward(xp, condition: Value, input: Value, other: Value):
        return xp.where(condition, input, other)

    def d_input(xp, g, condition):
        return xp.where(condition, g, xp.zeros_like(g))

    def d_other(xp, g, condition):
        return xp.where(condition, xp.zeros_like(g), g)


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
