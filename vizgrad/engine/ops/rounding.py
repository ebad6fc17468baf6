"""Steps: rounding, and division with a remainder.  Where a step is flat its slope is 0."""

from __future__ import annotations

from vizgrad.engine.op import op

from . import demands
from .elementwise import elementwise
from .samples import ONE, Sample
from .words import Value

_DOWN = Sample((3, 4), 0.7, rounding_mode="floor")
_CAREFUL = Sample((3, 4), (3, 4), low=0.3, high=2.0)


class flat(elementwise):
    """Steps: their slope is 0 wherever it exists.  Whole numbers stay as they are."""

    samples = (Sample((3, 4), low=-2.2, high=2.3),)
    kinds = demands.ORDERED


@op
class floor(flat):
    """The largest whole number not above x"""

    def forward(xp, input: Value):
        return xp.floor(input) if input.dtype.kind == "f" else input.copy()

    def d_input(xp, g):
        return xp.zeros_like(g)


@op
class ceil(flat):
    """The smallest whole number not below x"""

    def forward(xp, input: Value):
        return xp.ceil(input) if input.dtype.kind == "f" else input.copy()

    def d_input(xp, g):
        return xp.zeros_like(g)


@op
class trunc(flat):
    """The whole number next to x on the side of 0"""

    aliases = ("fix",)

    def forward(xp, input: Value):
        return xp.trunc(input) if input.dtype.kind == "f" else input.copy()

    def d_input(xp, g):
        return xp.zeros_like(g)


@op
class round(flat):
    """The nearest whole number, halves to the even one; ``decimals`` places"""

    def forward(xp, input: Value, *, decimals: int = 0):
        if input.dtype.kind != "f" and decimals:
            raise NotImplementedError(f"round: whole numbers have no decimals, but got decimals={decimals}")
        return xp.round(input, decimals) if input.dtype.kind == "f" else input.copy()

    def d_input(xp, g):
        return xp.zeros_like(g)


@op
class frac(elementwise):
    """What trunc cuts off: x - trunc(x)"""

    samples = (Sample((3, 4), low=-2.2, high=2.3),)
    kinds = demands.FLOATING

    def forward(xp, input: Value):
        return input - xp.trunc(input)

    def d_input(xp, g):
        return g


class division(elementwise):
    """How often b goes into a, or what is then left."""

    samples = (_CAREFUL, Sample((3, 4), 0.7))
    kinds = demands.ORDERED
    tensors = "first"


def _no_zero(xp, other):
    """Whole numbers cannot be divided by 0; floats can: the result is infinite, or NaN."""
    if xp.any(xp.equal(other, 0)):
        raise RuntimeError("ZeroDivisionError")


def _is_whole(*operands):
    return all(getattr(x, "dtype", None) is None or x.dtype.kind in "iu" for x in operands)


@op
class floor_divide(division):
    """How often b goes into a, rounded down.  No gradient, as in PyTorch"""

    tensors = ""

    def forward(xp, input: Value, other: Value):
        if _is_whole(input, other):
            _no_zero(xp, other)
        return xp.floor_divide(input, other)


@op
class divide_rounded(division):
    """a / b, rounded towards 0 ("trunc") or down ("floor")"""

    samples = (Sample((3, 4), (3, 4), low=0.3, high=2.0, rounding_mode="trunc"), _DOWN)

    def forward(xp, input: Value, other: Value, *, rounding_mode: str = "floor"):
        whole = _is_whole(input, other)
        if whole:
            _no_zero(xp, other)
        if rounding_mode == "floor":
            return xp.floor_divide(input, other)
        if not whole:
            return xp.trunc(input / other)
        down = xp.floor_divide(input, other)
        return down + ((down < 0) & (down * other != input)).astype(down.dtype)

    def d_input(xp, g):
        return xp.zeros_like(g)

    def d_other(xp, g):
        return xp.zeros_like(g)


@op
class remainder(division):
    """a - b · floor(a / b): the sign of b"""

    tensors = "any"
    formula = "remainder(x, other)"

    def forward(xp, input: Value, other: Value):
        if _is_whole(input, other):
            _no_zero(xp, other)
            return xp.remainder(input, other)
        y = xp.remainder(input, other)
        return xp.where(y == 0, xp.copysign(y, input), y)  # NumPy's 0 has the sign of b, PyTorch's that of a

    def d_input(xp, g):
        return g

    def d_other(xp, g, input, other):
        return -g * xp.floor(input / other)


@op
class fmod(division):
    """a - b · trunc(a / b): the sign of a"""

    def forward(xp, input: Value, other: Value):
        if _is_whole(input, other):
            _no_zero(xp, other)
        return xp.fmod(input, other)

    def d_input(xp, g):
        return g

    def d_other(xp, g, input, other):
        return -g * xp.trunc(input / other)


@op
class heaviside(elementwise):
    """0 for negative a, 1 for positive a, b where a is 0.  No gradient"""

    tensors = "all"
    kinds = demands.REAL

    def forward(xp, input: Value, other: Value):
        return xp.where(input == 0, other, (input > 0).astype(other.dtype))


@op
class copysign(elementwise):
    """|a| with the sign of b, also of -0.0"""

    samples = (Sample((3, 4), (3, 4)), Sample((3, 4), -2.0))
    promotes = "float"
    kinds = demands.REAL
    formulas = {"input": "g · y / a"}

    def forward(xp, input: Value, other: Value):
        return xp.copysign(input, other)

    def d_input(xp, g, input, y):
        return g * (xp.sgn(input) * xp.sgn(y))

    def d_other(xp, g):
        return xp.zeros_like(g)


@op
class nan_to_num(elementwise):
    """NaN becomes ``nan``, +∞ becomes ``posinf`` and -∞ ``neginf``: the extremes of the dtype unless given"""

    samples = ONE
    kinds = demands.REAL
    formula = "x, or a number where it is none"
    formulas = {"input": "g where x is a number, else 0"}

    def forward(
        xp,
        input: Value,
        nan: float | None = None,
        posinf: float | None = None,
        neginf: float | None = None,
    ):
        if input.dtype.kind != "f":
            return input.copy()
        return xp.nan_to_num(input, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)

    def d_input(xp, g, input):
        return xp.where(xp.isfinite(input), g, xp.zeros_like(g))
