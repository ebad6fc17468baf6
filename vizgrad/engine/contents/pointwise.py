"""What treats every element alike: arithmetic, functions, rounding, complex numbers.  (Comparisons: comparison.py.)"""

from __future__ import annotations

from vizgrad.engine.ops.activation import relu, sigmoid, tanh
from vizgrad.engine.ops.complex import (
    angle,
    complex,
    conj,
    conj_physical,
    imag,
    polar,
    real,
    sgn,
    view_as_complex,
    view_as_real,
)
from vizgrad.engine.ops.elementwise import (
    abs,
    add,
    exp,
    log,
    mul,
    neg,
    pow,
    reciprocal,
    rsqrt,
    sign,
    sqrt,
    sub,
)
from vizgrad.engine.ops.exponential import (
    exp2,
    expm1,
    frexp,
    log1p,
    log2,
    log10,
    logaddexp,
    logaddexp2,
    nextafter,
)
from vizgrad.engine.ops.mix import addcdiv, addcmul, clamp_max, clamp_min, fmax, fmin, lerp
from vizgrad.engine.ops.rounding import (
    ceil,
    copysign,
    floor,
    floor_divide,
    fmod,
    frac,
    heaviside,
    nan_to_num,
    remainder,
    round,
    trunc,
)
from vizgrad.engine.ops.trigonometric import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    deg2rad,
    hypot,
    rad2deg,
    sin,
    sinh,
    tan,
)
from vizgrad.engine.surface import pointwise as _pointwise
from vizgrad.engine.surface.inplace import inplace as _inplace
from vizgrad.engine.surface.inplace import inplace_of as _inplace_of
from vizgrad.engine.surface.pointwise import (
    clamp,
    div,
    float_power,
    is_conj,
    ldexp,
    maximum,
    minimum,
    positive,
    resolve,
    rsub,
    square,
)
from vizgrad.engine.surface.respelt import numpys_words as _numpys_words

absolute, negative, multiply, subtract, divide, true_divide, clip = abs, neg, mul, sub, div, div, clamp
arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh = acos, acosh, asin, asinh, atan, atan2, atanh
fix, resolve_conj, resolve_neg, is_neg = trunc, resolve, resolve, is_conj

__all__ = [
    "abs", "absolute", "acos", "acosh", "add", "addcdiv", "addcmul", "angle", "arccos", "arccosh", "arcsin",
    "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "clamp",
    "clamp_max", "clamp_min", "clip", "complex", "conj", "conj_physical", "copysign", "cos", "cosh",
    "deg2rad", "div", "divide", "exp", "exp2", "expm1", "fix", "float_power", "floor", "floor_divide",
    "fmax", "fmin", "fmod", "frac", "frexp", "heaviside", "hypot", "imag", "is_conj", "is_neg", "ldexp",
    "lerp", "log", "log1p", "log2", "log10", "logaddexp", "logaddexp2", "maximum", "minimum", "mul",
    "multiply", "nan_to_num", "neg", "negative", "nextafter", "polar", "positive", "pow", "rad2deg", "real",
    "reciprocal", "relu", "remainder", "resolve_conj", "resolve_neg", "round", "rsqrt", "rsub", "sgn",
    "sigmoid", "sign", "sin", "sinh", "sqrt", "square", "sub", "subtract", "tan", "tanh", "true_divide",
    "trunc", "view_as_complex", "view_as_real",
]  # fmt: skip

_numpys_words(globals())


class Methods:
    """Of a tensor: arithmetic, functions, and their forms that write in place."""

    __slots__ = ()

    add, sub, mul, div, pow, neg, abs, sign, sgn = add, sub, mul, div, pow, neg, abs, sign, sgn
    add_, sub_, mul_, div_, pow_ = *map(_inplace, (add, sub, mul)), _pointwise.div_, _inplace(pow)
    neg_, abs_, sign_, sgn_ = map(_inplace, (neg, abs, sign, sgn))
    multiply, subtract, divide, true_divide, negative, absolute = mul, sub, div, div, neg, abs
    multiply_, subtract_, divide_, true_divide_, negative_, absolute_ = mul_, sub_, div_, div_, neg_, abs_
    positive, ldexp, ldexp_ = positive, ldexp, _inplace_of(ldexp)
    float_power, float_power_ = float_power, _pointwise.float_power_
    addcmul, addcdiv, lerp = addcmul, addcdiv, lerp
    addcmul_, addcdiv_, lerp_ = map(_inplace, (addcmul, addcdiv, lerp))

    maximum, minimum, fmax, fmin = maximum, minimum, fmax, fmin
    clamp, clamp_min, clamp_max = clamp, clamp_min, clamp_max
    clamp_, clamp_min_, clamp_max_ = _inplace_of(clamp), _inplace(clamp_min), _inplace(clamp_max)
    clip, clip_ = clamp, clamp_

    exp, exp2, expm1, log, log2, log10, log1p = exp, exp2, expm1, log, log2, log10, log1p
    exp_, exp2_, expm1_ = map(_inplace, (exp, exp2, expm1))
    log_, log2_, log10_, log1p_ = map(_inplace, (log, log2, log10, log1p))
    logaddexp, logaddexp2, frexp = logaddexp, logaddexp2, frexp
    sqrt, rsqrt, reciprocal, square = sqrt, rsqrt, reciprocal, square
    sqrt_, rsqrt_, reciprocal_, square_ = *map(_inplace, (sqrt, rsqrt, reciprocal)), _inplace_of(square)
    relu, sigmoid, tanh = relu, sigmoid, tanh
    relu_, sigmoid_, tanh_ = map(_inplace, (relu, sigmoid, tanh))

    sin, cos, tan, sinh, cosh, hypot = sin, cos, tan, sinh, cosh, hypot
    sin_, cos_, tan_, sinh_, cosh_, hypot_ = map(_inplace, (sin, cos, tan, sinh, cosh, hypot))
    asin, acos, atan, atan2 = asin, acos, atan, atan2
    asin_, acos_, atan_, atan2_ = map(_inplace, (asin, acos, atan, atan2))
    asinh, acosh, atanh = asinh, acosh, atanh
    asinh_, acosh_, atanh_ = map(_inplace, (asinh, acosh, atanh))
    arcsin, arccos, arctan, arctan2, arcsinh, arccosh, arctanh = asin, acos, atan, atan2, asinh, acosh, atanh
    arcsin_, arccos_, arctan_, arctan2_ = asin_, acos_, atan_, atan2_
    arcsinh_, arccosh_, arctanh_ = asinh_, acosh_, atanh_
    deg2rad, rad2deg = deg2rad, rad2deg
    deg2rad_, rad2deg_ = map(_inplace, (deg2rad, rad2deg))

    floor, ceil, trunc, round, frac = floor, ceil, trunc, round, frac
    floor_, ceil_, trunc_, round_, frac_ = map(_inplace, (floor, ceil, trunc, round, frac))
    fix, fix_ = trunc, trunc_
    floor_divide, remainder, fmod = floor_divide, remainder, fmod
    floor_divide_, remainder_, fmod_ = map(_inplace, (floor_divide, remainder, fmod))
    copysign, heaviside, nan_to_num, nextafter = copysign, heaviside, nan_to_num, nextafter
    copysign_, heaviside_, nan_to_num_, nextafter_ = map(
        _inplace, (copysign, heaviside, nan_to_num, nextafter)
    )

    angle, conj, conj_physical, resolve_conj, resolve_neg = angle, conj, conj_physical, resolve, resolve
    conj_physical_, is_conj, is_neg = _inplace(conj_physical), is_conj, is_conj
