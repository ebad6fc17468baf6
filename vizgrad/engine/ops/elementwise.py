"""Ops that treat every element alike.

Nothing here mentions broadcasting: the engine sums a gradient back to the shape of the input it belongs to.
"""

from __future__ import annotations

import numpy

from vizgrad.engine import dtype
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import demands, shapes
from vizgrad.engine.ops.samples import ONE, POSITIVE, TWO, Sample
from vizgrad.engine.ops.words import Value


class elementwise(Formula):
    """Any shapes that broadcast; integers and floats may meet."""

    shape = staticmethod(shapes.broadcast)
    broadcasts = True
    promotes = "mixed"
    out = True
    tensors = "first"


class analytic(elementwise):
    """Functions whose results are floating point even of integers."""

    promotes = "float"


_ONE = 1


def _times(alpha, other, input):
    """Alpha · other, for `add` and `sub`: alpha must be of a kind that the result can hold."""
    kind = getattr(input, "dtype", None) or getattr(other, "dtype", None)
    if kind is None:
        return alpha * other
    if isinstance(alpha, bool) and kind.kind != "b":
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and kind.kind in "biu":
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, complex) and kind.kind != "c":
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")
    return other * numpy.asarray(alpha).astype(kind)[()] if kind.kind in "biu" else other * alpha


@op
class add(elementwise):
    """a + alpha · b"""

    samples = (*TWO, Sample((3, 4), (3, 4), alpha=2))
    former = ("input alpha",)
    tensors = ""

    def forward(xp, input: Value, other: Value, *, alpha: float = 1):
        return input + other if alpha is _ONE else input + _times(alpha, other, input)

    def d_input(xp, g):
        return g

    def d_other(xp, g, alpha):
        return g if alpha == 1 else g * alpha


@op
class sub(elementwise):
    """a - alpha · b"""

    samples = (*TWO, Sample((3, 4), (3, 4), alpha=2))
    former = ("input alpha",)
    tensors = ""
    kinds = demands.NUMBERS
    advice = (
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
        "use the `~` or `logical_not()` operator instead; to find where two differ, `^` or `logical_xor()`."
    )

    def forward(xp, input: Value, other: Value, *, alpha: float = 1):
        return input - other if alpha is _ONE else input - _times(alpha, other, input)

    def d_input(xp, g):
        return g

    def d_other(xp, g, alpha):
        return -g if alpha == 1 else -g * alpha


@op
class mul(elementwise):
    """a b"""

    samples = TWO
    tensors = ""

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
    tensors = ""

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
    tensors = "any"
    kinds = demands.NUMBERS

    def forward(xp, input: Value, exponent: Value):
        return xp.power(input, exponent)

    def d_input(xp, g, input, exponent):
        if isinstance(exponent, (int, float)):
            return g * exponent * xp.conj(xp.power(input, exponent - 1)) if exponent else xp.zeros_like(g)
        slope = xp.conj(exponent * xp.power(input, exponent - 1))
        return g * xp.where(
            exponent == 0, xp.zeros_like(slope), slope
        )  # also where a = 0: not 0 times infinity

    def d_exponent(xp, g, input, exponent, y):
        # Where a = 0, y is 0 for b > 0 and the slope is 0; log(0) must not make it NaN.
        base = xp.full_like(y, input) if isinstance(input, (int, float, complex)) else input
        slope = xp.conj(y * xp.log(base))
        return g * xp.where((base == 0) & (xp.real(exponent) >= 0), xp.zeros_like(slope), slope)

    formulas = {"exponent": "g · y · log(x)"}


@op
class maximum(elementwise):
    """The larger of a and b.  Where they are equal, each gets half of the gradient."""

    samples = (Sample((3, 4), (3, 4)), Sample((3, 1), (1, 4)))

    tensors = "any"
    kinds = demands.REAL

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

    tensors = "any"
    kinds = demands.REAL

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
    kinds = demands.NUMBERS
    advice = (
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, "
        "use the `~` or `logical_not()` operator instead."
    )

    def forward(xp, input: Value):
        return -input

    def d_input(xp, g):
        return -g


@op
class abs(elementwise):
    """|x|; its slope at 0 is taken as 0"""

    samples = ONE
    aliases = ("absolute",)
    kinds = demands.NUMBERS

    def forward(xp, input: Value):
        return xp.absolute(input)

    def d_input(xp, g, input):
        return g * xp.sgn(input)


@op
class sign(elementwise):
    """-1, 0 or 1.  It is flat, so no gradient passes"""

    samples = ONE
    kinds = demands.REAL

    def forward(xp, input: Value):
        return sign_of(xp, input)

    def d_input(xp, g):
        return xp.zeros_like(g)


def sign_of(xp, x):
    """-1, 0 or 1; of NaN 0 as in PyTorch, where NumPy has NaN"""
    if x.dtype.kind not in "fV":
        return xp.sign(x) if x.dtype.kind != "b" else x.copy()
    return xp.subtract((x > 0).view("i1"), (x < 0).view("i1")).astype(x.dtype)


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
        return -0.5 * g * xp.conj(y * y * y)


@op
class reciprocal(analytic):
    """1 / x"""

    samples = POSITIVE

    def forward(xp, input: Value):
        return 1 / input

    def d_input(xp, g, y):
        return -g * xp.conj(y * y)


@op
class square(elementwise):
    """x²"""

    grad_fn = "Pow"
    samples = ONE

    def forward(xp, input: Value):
        return input * input

    def d_input(xp, g, input):
        return 2 * g * xp.conj(input)


@op
class clamp(elementwise):
    """x, but not below ``min`` and not above ``max``"""

    samples = (Sample((3, 4), min=-0.3, max=0.4), Sample((3, 4), min=0.0), Sample((3, 4), max=0.1))
    kinds = demands.REAL

    def forward(xp, input: Value, min: float | None = None, max: float | None = None):
        if min is None and max is None:
            raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
        y = input if min is None else xp.maximum(input, min)
        return y if max is None else xp.minimum(y, max)

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
    out = True
    formula = "a where the condition holds, else b"

    def forward(xp, condition: Value, input: Value, other: Value):
        if getattr(input, "dtype", None) is not getattr(other, "dtype", None):
            input, other = dtype.unify([input, other], floating=False)
        return xp.where(condition, input, other)

    def d_input(xp, g, condition):
        return xp.where(condition, g, xp.zeros_like(g))

    def d_other(xp, g, condition):
        return xp.where(condition, xp.zeros_like(g), g)
