"""How far numbers are spread, and how large they are together: variance, standard deviation, norms."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.op import op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import FOLD, Sample
from vizgrad.engine.ops.words import Dim, Value

from .reduce import reduction, wide


class spread(reduction):
    """From the mean, over n - ``correction``: 1 estimates a population's spread from a sample of it."""

    samples = (
        Sample((3, 4)),
        Sample((3, 4), dim=0),
        Sample((2, 3, 4), dim=(0, 2), correction=0, keepdim=True),
    )


def _variance(xp, name, x, dim, correction, keepdim):
    if x.dtype.kind not in "fcV":
        raise RuntimeError(
            f"{name}: std and var only support floating point and complex dtypes, not {x.dtype}"
        )
    axis, n = shapes.axis(x, dim), shapes.count(x.shape, dim)
    x = wide(x)
    centred = x - xp.sum(x, axis=axis, keepdims=True) / x.dtype.type(n)
    total = _squares(xp, centred, axis, keepdim)
    return total / total.dtype.type(max(n - correction, 0))


def _squares(xp, x, axis, keepdim):
    """Σ |x|²"""
    if x.dtype.kind == "c":
        return xp.sum(xp.square(x.real) + xp.square(x.imag), axis=axis, keepdims=keepdim)
    return xp.sum_of_squares(x, axis, keepdim)


def _to_each(xp, g, input, dim, correction):
    centred = input - xp.mean(input, axis=shapes.axis(input, dim), keepdims=True)
    n = shapes.count(input.shape, dim) - correction
    scale = 2 / n if n > 0 else xp.inf
    return xp.reshape(g, shapes.with_ones(input.shape, dim)) * (centred * scale)


@op
class var(spread):
    """The variance along ``dim``: Σ (x - mean)² / (n - correction)"""

    formula = "Σ (x - mean(x))² / (n - correction)"
    formulas = {"input": "g · 2 · (x - mean(x)) / (n - correction)"}

    def forward(xp, input: Value, dim: Dim = None, *, correction: float = 1, keepdim: bool = False):
        y = _variance(xp, "var", input, dim, correction, keepdim)
        return y.astype(input.dtype) if input.dtype.itemsize == 2 else y

    def d_input(xp, g, input, dim, correction):
        return _to_each(xp, g, input, dim, correction)


@op
class std(spread):
    """The standard deviation along ``dim``: the root of the variance"""

    formula = "√(Σ (x - mean(x))² / (n - correction))"
    formulas = {"input": "g · (x - mean(x)) / ((n - correction) · y), 0 where y = 0"}

    def forward(xp, input: Value, dim: Dim = None, *, correction: float = 1, keepdim: bool = False):
        y = xp.sqrt(_variance(xp, "std", input, dim, correction, keepdim))
        return y.astype(input.dtype) if input.dtype.itemsize == 2 else y

    def d_input(xp, g, input, y, dim, correction):
        flat = y == 0  # all equal: the slope is taken as 0
        g = xp.where(flat, xp.zeros_like(y), g / xp.where(flat, xp.ones_like(y), 2 * y))
        return _to_each(xp, g, input, dim, correction)


@op
class linalg_vector_norm(reduction):
    """(Σ |x|ᵖ)^(1/p) with p = ``ord``; the largest |x| for ∞, the smallest for -∞, how many are not 0 for 0"""

    samples = (
        *FOLD,
        Sample((3, 4), ord=1),
        Sample((3, 4), ord=3, dim=0),
        Sample((2, 3, 4), ord=0.5, dim=(0, 2), low=0.2, keepdim=True),
        Sample((3, 4), ord=float("inf"), dim=1),
        Sample((3, 4), ord=1.5, low=0.2),
        Sample((3, 4), ord=0.5, low=0.2),
        Sample((3, 4), ord=-2, low=0.2),
    )
    formula = "(Σ |x|ᵖ)^(1/p)"
    formulas = {"input": "g · x · |x|^(p - 2) / y^(p - 1)"}

    def forward(
        xp, input: Value, ord: float = 2, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None
    ):
        x, kind = _measurable(input, dtype)
        axis = shapes.axis(x, dim)
        if (ord < 0 or ord == float("inf")) and any_empty(x.shape, axis):
            raise RuntimeError(
                f"linalg.vector_norm cannot compute the {ord} norm on an empty tensor because the operation "
                "does not have an identity"
            )
        y = _norm(xp, wide(x), ord, axis, keepdim)
        return y.astype(kind, copy=False)

    def d_input(xp, g, input, y, ord, dim):
        ones = shapes.with_ones(input.shape, dim)
        return _norm_slope(xp, xp.reshape(g, ones), input, xp.reshape(y, ones), ord, shapes.axis(input, dim))


def any_empty(shape, axis):
    return not all(shape[d] for d in axis)


def _measurable(x, dtype):
    """The operand in the dtype to compute with, and the (real) dtype of its norm."""
    if dtype is None and x.dtype.kind == "f":  # the common case
        return x, x.dtype
    have = _dtype.of(x)
    if have.rank < 2:
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {have.legacy}"
        )
    if dtype is not None:
        want = _dtype.by_name(dtype.name)
        if want.rank != have.rank or _dtype.promote_types(have, want) is not want:
            raise RuntimeError(
                f"linalg.vector_norm: the dtype of the input ({have.legacy}) should be convertible without "
                f"narrowing to the specified dtype ({want.legacy})"
            )
        x = x.astype(want.numpy)
    return x, x.real.dtype if x.dtype.kind == "c" else x.dtype


def _norm(xp, x, p, axis, keepdim):
    if p == 2:
        return xp.sqrt(_squares(xp, x, axis, keepdim))
    if p == 0:
        return xp.sum(x != 0, axis=axis, keepdims=keepdim, dtype=x.real.dtype)
    size = xp.absolute(x)
    if p in (float("inf"), -float("inf")):
        return (xp.max if p > 0 else xp.min)(size, axis=axis, keepdims=keepdim)
    if p == 1:
        return xp.sum(size, axis=axis, keepdims=keepdim)
    return xp.power(xp.sum(xp.power(size, p), axis=axis, keepdims=keepdim), 1 / p)


def _norm_slope(xp, g, x, y, p, axis):
    """PyTorch's choices where there is no slope: 0 at 0; equal largest ones share."""
    zero = xp.zeros_like(x)
    if p == 0:
        return zero
    if p == 2:
        return xp.where(y == 0, zero, x * (g / xp.where(y == 0, xp.ones_like(y), y)))
    size = xp.absolute(x)
    at_zero, sign = size == 0, xp.rule("sgn")(x)
    if p == 1:
        return g * sign
    if p in (float("inf"), -float("inf")):
        chosen = (size == y) | ((size != size) & (y != y))
        return xp.where(chosen, sign * (g / xp.sum(chosen, axis=axis, keepdims=True, dtype=g.dtype)), zero)
    if p < 1:
        part = xp.where(at_zero, zero, sign * xp.power(xp.where(at_zero, xp.ones_like(size), size), p - 1))
        return part * (g * xp.power(y, 1 - p))
    part = sign * xp.power(size, p - 1) if p < 2 else x * xp.power(size, p - 2)
    none = y == 0
    return part * xp.where(none, xp.zeros_like(y), g / xp.power(xp.where(none, xp.ones_like(y), y), p - 1))
