"""What answers with true or false, and what works on the bits of whole numbers."""

from __future__ import annotations

from vizgrad.engine.ops.bitwise import (
    bitwise_and,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    gcd,
    lcm,
)
from vizgrad.engine.ops.compare import (
    eq,
    ge,
    gt,
    isclose,
    isfinite,
    isinf,
    isnan,
    isneginf,
    isposinf,
    isreal,
    le,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    lt,
    ne,
    signbit,
)
from vizgrad.engine.surface.inplace import inplace as _inplace

greater, greater_equal, less, less_equal, not_equal = gt, ge, lt, le, ne

__all__ = [
    "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor",
    "eq", "gcd", "ge", "greater", "greater_equal", "gt", "isclose", "isfinite", "isinf", "isnan",
    "isneginf", "isposinf", "isreal", "lcm", "le", "less", "less_equal", "logical_and", "logical_not",
    "logical_or", "logical_xor", "lt", "ne", "not_equal", "signbit",
]  # fmt: skip


class Methods:
    """Of a tensor: comparisons, tests, logic, bits, and their forms that write in place."""

    __slots__ = ()

    eq, ne, lt, le, gt, ge = eq, ne, lt, le, gt, ge
    eq_, ne_, lt_, le_, gt_, ge_ = map(_inplace, (eq, ne, lt, le, gt, ge))
    not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge
    not_equal_, less_, less_equal_, greater_, greater_equal_ = ne_, lt_, le_, gt_, ge_
    isclose, isnan, isinf, isfinite, isposinf, isneginf = isclose, isnan, isinf, isfinite, isposinf, isneginf
    isreal, signbit = isreal, signbit

    logical_not, logical_and, logical_or, logical_xor = logical_not, logical_and, logical_or, logical_xor
    logical_not_, logical_and_ = map(_inplace, (logical_not, logical_and))
    logical_or_, logical_xor_ = map(_inplace, (logical_or, logical_xor))
    bitwise_not, bitwise_and, bitwise_or, bitwise_xor = bitwise_not, bitwise_and, bitwise_or, bitwise_xor
    bitwise_not_, bitwise_and_ = map(_inplace, (bitwise_not, bitwise_and))
    bitwise_or_, bitwise_xor_ = map(_inplace, (bitwise_or, bitwise_xor))
    bitwise_left_shift, bitwise_right_shift, gcd, lcm = bitwise_left_shift, bitwise_right_shift, gcd, lcm
    bitwise_left_shift_, bitwise_right_shift_ = map(_inplace, (bitwise_left_shift, bitwise_right_shift))
    gcd_, lcm_ = map(_inplace, (gcd, lcm))
