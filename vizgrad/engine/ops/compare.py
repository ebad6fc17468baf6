"""Ops whose results are true or false.  They have no slope."""

from __future__ import annotations

from vizgrad.engine.op import op

from . import demands
from .elementwise import elementwise
from .words import Value


class comparison(elementwise):
    """True or False, element by element.  No gradient."""


class ordering(comparison):
    """Which of two is larger: complex numbers have no order."""

    kinds = demands.REAL


@op
class eq(comparison):
    """a = b"""

    def forward(xp, input: Value, other: Value):
        return xp.equal(input, other)


@op
class ne(comparison):
    """a ≠ b"""

    aliases = ("not_equal",)

    def forward(xp, input: Value, other: Value):
        return xp.not_equal(input, other)


@op
class lt(ordering):
    """a < b"""

    aliases = ("less",)

    def forward(xp, input: Value, other: Value):
        return xp.less(input, other)


@op
class le(ordering):
    """a ≤ b"""

    aliases = ("less_equal",)

    def forward(xp, input: Value, other: Value):
        return xp.less_equal(input, other)


@op
class gt(ordering):
    """a > b"""

    aliases = ("greater",)

    def forward(xp, input: Value, other: Value):
        return xp.greater(input, other)


@op
class ge(ordering):
    """a ≥ b"""

    aliases = ("greater_equal",)

    def forward(xp, input: Value, other: Value):
        return xp.greater_equal(input, other)


@op
class isclose(comparison):
    """Whether |a - b| ≤ atol + rtol · |b|; infinities are close to themselves, NaN to nothing"""

    tensors = "all"
    out = False

    def forward(
        xp, input: Value, other: Value, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
    ):
        if rtol < 0 or atol < 0:
            name = "rtol" if rtol < 0 else "atol"
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {min(rtol, atol)}")
        same = input == other
        if input.dtype.kind in "biu" and not (rtol or atol):
            return same
        if input.dtype.kind in "biu":
            input, other = input.astype("f8"), other.astype("f8")
        apart = xp.absolute(input - other)
        close = same | (xp.isfinite(apart) & (apart <= atol + xp.absolute(rtol * other)))
        return close | (xp.isnan(input) & xp.isnan(other)) if equal_nan else close


@op
class isnan(comparison):
    """Whether x is not a number"""

    out = False

    def forward(xp, input: Value):
        return xp.isnan(input)


@op
class isinf(comparison):
    """Whether x is infinite, of either sign"""

    out = False

    def forward(xp, input: Value):
        return xp.isinf(input)


@op
class isfinite(comparison):
    """Whether x is a number and not infinite"""

    out = False

    def forward(xp, input: Value):
        return xp.isfinite(input)


@op
class isposinf(comparison):
    """Whether x is +∞"""

    kinds = demands.REAL
    advice = "isposinf does not support complex inputs."

    def forward(xp, input: Value):
        return xp.equal(input, xp.inf)


@op
class isneginf(comparison):
    """Whether x is -∞"""

    kinds = demands.REAL
    advice = "isneginf does not support complex inputs."

    def forward(xp, input: Value):
        return xp.equal(input, -xp.inf)


@op
class isreal(comparison):
    """Whether the imaginary part of x is 0"""

    out = False

    def forward(xp, input: Value):
        return xp.isreal(input)


@op
class signbit(comparison):
    """Whether x is negative; -0.0 is"""

    kinds = demands.REAL
    advice = "signbit is not implemented for complex tensors."

    def forward(xp, input: Value):
        return xp.signbit(input) if input.dtype.kind == "f" else input < 0


class logic(comparison):
    """Of truth values: whatever is not 0 is true."""

    promotes = None
    tensors = "all"


@op
class logical_not(logic):
    """True where x is zero or False"""

    def forward(xp, input: Value):
        return xp.logical_not(input)


@op
class logical_and(logic):
    """Whether both are true"""

    def forward(xp, input: Value, other: Value):
        return xp.logical_and(input, other)


@op
class logical_or(logic):
    """Whether at least one is true"""

    def forward(xp, input: Value, other: Value):
        return xp.logical_or(input, other)


@op
class logical_xor(logic):
    """Whether exactly one is true"""

    def forward(xp, input: Value, other: Value):
        return xp.logical_xor(input, other)
