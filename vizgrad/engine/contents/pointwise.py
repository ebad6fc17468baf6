"""What treats every element alike."""

# ruff: noqa: F401 - names are imported to be found here
from __future__ import annotations

from vizgrad.engine.ops import activation as _activation
from vizgrad.engine.ops import compare as _compare
from vizgrad.engine.ops import elementwise as _elementwise
from vizgrad.engine.ops.activation import erf, expm1, log1p, relu, sigmoid, tanh
from vizgrad.engine.ops.compare import (
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    ceil,
    eq,
    floor,
    floor_divide,
    ge,
    gt,
    isfinite,
    isinf,
    isnan,
    le,
    logical_not,
    lt,
    ne,
    remainder,
    round,
)  # fmt: skip
from vizgrad.engine.ops.elementwise import (
    abs,
    add,
    clamp,
    conj,
    cos,
    div,
    exp,
    log,
    maximum,
    minimum,
    mul,
    neg,
    pow,
    reciprocal,
    rsqrt,
    sign,
    sin,
    sqrt,
    square,
    sub,
    where,
)  # fmt: skip
from vizgrad.engine.surface.inplace import inplace as _inplace

multiply, subtract, divide, clip, negative, absolute = mul, sub, div, clamp, neg, abs

__all__ = [
    "abs", "absolute", "add", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "ceil", "clamp", "clip",
    "conj", "cos", "div", "divide", "eq", "erf", "exp", "expm1", "floor", "floor_divide", "ge", "gt", "isfinite",
    "isinf", "isnan", "le", "log", "log1p", "logical_not", "lt", "maximum", "minimum", "mul", "multiply", "ne",
    "neg", "negative", "pow", "reciprocal", "relu", "remainder", "round", "rsqrt", "sigmoid", "sign", "sin",
    "sqrt", "square", "sub", "subtract", "tanh", "where",
]  # fmt: skip


class Methods:
    """Of a tensor: arithmetic, functions, comparisons, and their forms that write in place."""

    __slots__ = ()

    add, sub, mul, div, pow, neg, abs, sign = add, sub, mul, div, pow, neg, abs, sign
    multiply, subtract, divide, negative, absolute = multiply, subtract, divide, negative, absolute
    conj, maximum, minimum, clamp, clip = conj, maximum, minimum, clamp, clip
    exp, log, sqrt, rsqrt, reciprocal, square, sin, cos = exp, log, sqrt, rsqrt, reciprocal, square, sin, cos
    expm1, log1p, erf, relu, sigmoid, tanh = expm1, log1p, erf, relu, sigmoid, tanh
    eq, ne, lt, le, gt, ge = eq, ne, lt, le, gt, ge
    isnan, isinf, isfinite, floor, ceil, round = isnan, isinf, isfinite, floor, ceil, round
    logical_not, floor_divide, remainder = logical_not, floor_divide, remainder

    add_, sub_, mul_, div_ = map(_inplace, (add, sub, mul, div))
    pow_, neg_, clamp_, exp_ = map(_inplace, (pow, neg, clamp, exp))
    sqrt_, relu_, sigmoid_, tanh_ = map(_inplace, (sqrt, relu, sigmoid, tanh))
