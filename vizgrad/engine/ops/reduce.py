"""Ops that fold dimensions away, and their relatives that normalize along them."""

from __future__ import annotations

from typing import Any

import numpy

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.kernels import blocks
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import lanes, shapes
from vizgrad.engine.ops.samples import FOLD, Sample
from vizgrad.engine.ops.words import Dim, Value

_FLOAT32 = numpy.dtype("f4")
_SMALL = 1 << 16  # bytes of an array that stays in the cache as it is


class reduction(Formula):
    """``dim`` is an int, several, or None for all; ``keepdim`` leaves a 1 in its place."""

    ordered = True
    shape = staticmethod(shapes.reduced)
    out = True
    exact = True  # 16-bit floats are widened here, where the accumulator is chosen


class along(Formula):
    """Normalizing along one dimension; the shape stays."""

    ordered = True
    shape = staticmethod(shapes.same)
    out = True
    samples = (
        Sample((3, 4), dim=-1),
        Sample((3, 4), dim=0),
        Sample((2, 3, 4), dim=1),
        Sample((), dim=0),
    )


def narrow(x):
    """Whether sums of these numbers need more digits than they have themselves."""
    return x.dtype.itemsize == 2 and x.dtype.kind in "fV"


def wide(x):
    """16-bit floats as float32, anything else as it is."""
    return x.astype(_FLOAT32) if narrow(x) else x


def totalled(fold, x, axis, keepdims=False, dtype=None):
    """Fold with PyTorch's accumulators: int64 for whole numbers, float32 for 16-bit floats, or ``dtype``."""
    kind = x.dtype
    if dtype is None and kind.kind in "fc" and kind.itemsize > 2:  # the common case
        return fold(x, axis=axis, keepdims=keepdims)
    wanted = (
        _dtype.numpy_of(dtype) if dtype is not None else _dtype.int64.numpy if kind.kind in "biu" else kind
    )
    inside = _FLOAT32 if wanted.itemsize == 2 and wanted.kind in "fV" else wanted
    if kind.kind == "V" or not numpy.can_cast(kind, inside, "same_kind"):
        x = (x.real if kind.kind == "c" and inside.kind != "c" else x).astype(inside)
    y = fold(x, axis=axis, keepdims=keepdims, dtype=inside)
    return y if inside is wanted else y.astype(wanted)


def floating(name, x):
    """Raise unless the array, or the dtype asked for, is of a kind that can be divided."""
    kind = x.dtype if hasattr(x, "dtype") else _dtype.numpy_of(x)
    if kind.kind not in "fcV":
        raise RuntimeError(
            f"{name}(): could not infer output dtype. Input dtype must be either a floating point or complex "
            f"dtype. Got: {kind}; convert with .float() first"
        )


def _not_for_complex(name, x):
    if x.dtype.kind == "c":
        raise NotImplementedError(f"{name}(): complex numbers have no order; compare .abs() or .real instead")


@op
class sum(reduction):
    """Add the elements along ``dim`` (all of them when ``dim`` is None), as ``dtype`` if one is given"""

    samples = FOLD
    formula = "Σ x"
    formulas = {"input": "g, stretched to the shape of x"}

    def forward(xp, input: Value, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None):
        return totalled(xp.sum, input, None if dim is None else shapes.axis(input, dim), keepdim, dtype)

    def d_input(xp, g, input_shape, dim):
        return xp.broadcast_to(xp.reshape(g, shapes.with_ones(input_shape, dim)), input_shape)


@op
class nansum(reduction):
    """Add the elements along ``dim``, those that are not a number left out"""

    samples = FOLD
    formula = "Σ x where x is a number"
    formulas = {"input": "g where x is a number, else 0"}

    def forward(xp, input: Value, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None):
        if input.dtype.kind == "c":
            raise RuntimeError("nansum(): complex numbers are not supported; sum .real and .imag apart")
        if input.dtype.kind in "fV":
            input = xp.where(xp.isnan(input), input.dtype.type(0), input)
        return totalled(xp.sum, input, shapes.axis(input, dim), keepdim, dtype)

    def d_input(xp, g, input, dim):
        g = xp.broadcast_to(xp.reshape(g, shapes.with_ones(input.shape, dim)), input.shape)
        return xp.where(xp.isnan(input), xp.zeros_like(g), g)


@op
class mean(reduction):
    """The average along ``dim``"""

    samples = FOLD
    formula = "Σ x / n"
    formulas = {"input": "g / n, stretched to the shape of x"}

    def forward(xp, input: Value, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None):
        floating("mean", input if dtype is None else dtype)
        n = shapes.count(input.shape, dim)

        def average(x, axis, keepdims, dtype=None):
            y = xp.sum(x, axis=axis, keepdims=keepdims, dtype=dtype)
            return y / y.dtype.type(n)

        return totalled(average, input, shapes.axis(input, dim), keepdim, dtype)

    def d_input(xp, g, input_shape, dim):
        g = xp.reshape(g, shapes.with_ones(input_shape, dim)) / shapes.count(input_shape, dim)
        return xp.broadcast_to(g, input_shape)


@op
class prod(reduction):
    """The product of the elements along ``dim``"""

    samples = (
        Sample((3, 4), low=0.3, high=1.5),
        Sample((3, 4), dim=1, low=0.3, high=1.5),
        Sample((4,), dim=0, keepdim=True),
    )
    formula = "Π x"
    formulas = {"input": "g · (the product of the others)"}

    def forward(xp, input: Value, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None):
        if dim is not None and not isinstance(dim, int):
            raise TypeError(f"prod(): argument 'dim' must be int, not {type(dim).__name__}")
        return totalled(xp.prod, input, shapes.axis(input, dim), keepdim, dtype)

    def d_input(xp, g, input, dim):
        return xp.reshape(g, shapes.with_ones(input.shape, dim)) * xp.conj(lanes.others(xp, input, dim))


class peak(reduction):
    """The most extreme element; equal ones share the gradient."""

    samples = FOLD
    formulas = {"input": "g where x = y, shared among equals, else 0"}


@op
class amax(peak):
    """The largest element along ``dim``; equal ones share the gradient"""

    def forward(xp, input: Value, dim: Dim = (), keepdim: bool = False):
        return extreme(xp.max, "amax", input, dim, keepdim)

    def d_input(xp, g, input, y, dim):
        y = xp.reshape(y, shapes.with_ones(input.shape, dim))
        return shared(xp, g, input, input == y, dim)


@op
class amin(peak):
    """The smallest element along ``dim``; equal ones share the gradient"""

    def forward(xp, input: Value, dim: Dim = (), keepdim: bool = False):
        return extreme(xp.min, "amin", input, dim, keepdim)

    def d_input(xp, g, input, y, dim):
        y = xp.reshape(y, shapes.with_ones(input.shape, dim))
        return shared(xp, g, input, input == y, dim)


def extreme(fold, name, x, dim, keepdim):
    _not_for_complex(name, x)
    if isinstance(dim, bool):
        raise TypeError(f"{name}(): argument 'dim' must be tuple of ints, not bool")
    axis = shapes.axis(x, dim)
    if not x.size:
        not_over_nothing(name, x.shape, axis if dim not in (None, ()) else None)
    if x.dtype.kind == "V":
        return fold(wide(x), axis=axis, keepdims=keepdim).astype(x.dtype)
    return fold(x, axis=axis, keepdims=keepdim)


def not_over_nothing(name, shape, axis):
    """Raise where an extreme is asked of no elements at all; ``axis`` is None for all dimensions."""
    if axis is None:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
            "Specify the reduction dim with the 'dim' argument."
        )
    for d in axis:
        if shape[d] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


def shared(xp, g, input, chosen, dim):
    """The gradient in equal parts to the chosen elements of each lane; NaN where none could be chosen."""
    ones = shapes.with_ones(input.shape, dim)
    number = xp.sum(chosen, axis=shapes.axis(input, dim), keepdims=True, dtype=g.dtype)
    return xp.where(chosen, xp.reshape(g, ones), xp.zeros_like(input)) / number


def to_the_chosen(xp, g, input, y):
    """The gradient in equal parts to the elements that the one result ``y`` came from, be it a number or not."""
    return shared(xp, g, input, (input == y) | ((input != input) & (y != y)), None)


class position(Formula):
    """Where along ``dim``, or among all elements counted row by row, an extreme is: the first of equals."""

    out = True
    exact = True

    @staticmethod
    def shape(input, dim=None, keepdim=False):
        return shapes.reduced(input, dim=dim, keepdim=keepdim)


@op
class argmax(position):
    """The index of the largest element, over all elements or along ``dim``"""

    def forward(xp, input: Value, dim: int | None = None, keepdim: bool = False):
        return _found(xp.argmax, "argmax", input, dim, keepdim)


@op
class argmin(position):
    """The index of the smallest element, over all elements or along ``dim``"""

    def forward(xp, input: Value, dim: int | None = None, keepdim: bool = False):
        return _found(xp.argmin, "argmin", input, dim, keepdim)


def _found(find, name, x, dim, keepdim):
    if x.dtype.kind in "bc":
        kind = "bool" if x.dtype.kind == "b" else "complex"
        raise RuntimeError(f"{name}(): does not support {kind} input")
    if dim is not None and (isinstance(dim, bool) or not isinstance(dim, int)):
        raise TypeError(f"{name}(): argument 'dim' must be int, not {type(dim).__name__}")
    if dim is None and not x.size:
        raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
    axis = None if dim is None else shapes.at(dim, x.ndim)
    if not x.size:
        not_over_nothing(name, x.shape, (axis,))
    x = wide(x) if x.dtype.kind == "V" else x
    return find(x, axis=axis if x.ndim else None, keepdims=keepdim)


def _normalized(xp, name, formula, x, dim):
    """The formula along ``dim``; where that is not the first dimension, part by part, so that it stays in the cache."""
    kind = x.dtype
    if kind.kind != "f":
        raise NotImplementedError(f'"{name}" not implemented for {kind}; give it dtype=torch.float32')
    axis = shapes.at(dim, x.ndim)
    if 0 < x.nbytes < _SMALL and kind is _FLOAT32 and x.ndim:
        return formula(xp, x, axis)
    if not x.size:
        return x.copy()
    if not x.ndim:
        return formula(xp, x.reshape(1), 0).reshape(())
    x = wide(x)
    y = blocks.each(lambda xp, x: formula(xp, x, axis), xp, x) if axis else formula(xp, x, 0)
    return y if y.dtype is kind else y.astype(kind)


def _softmax(xp, x, axis):
    y = x - xp.max(x, axis=axis, keepdims=True)
    xp.exp(y, out=y)
    y /= xp.sum(y, axis=axis, keepdims=True)
    return y


def _log_softmax(xp, x, axis):
    y = x - xp.max(x, axis=axis, keepdims=True)
    y -= xp.log(xp.sum(xp.exp(y), axis=axis, keepdims=True))
    return y


@op
class softmax(along):
    """Turn scores into probabilities: eˣ / Σ eˣ, computed without overflow"""

    formula = "exp(x) / Σ exp(x)"

    def forward(xp, input: Value, dim: int):
        return _normalized(xp, "softmax", _softmax, input, dim)

    def d_input(xp, g, y, dim):
        return y * (g - xp.sum(g * y, axis=dim, keepdims=True))


@op
class log_softmax(along):
    """Turn scores into log-probabilities: x - log Σ eˣ, computed without overflow"""

    formula = "x - log Σ exp(x)"

    def forward(xp, input: Value, dim: int):
        return _normalized(xp, "log_softmax", _log_softmax, input, dim)

    def d_input(xp, g, y, dim):
        return g - xp.exp(y) * xp.sum(g, axis=dim, keepdims=True)


@op
class logsumexp(reduction):
    """log Σ eˣ along ``dim``, computed without overflow"""

    samples = (Sample((3, 4), dim=1), Sample((2, 3, 4), dim=(0, 2)), Sample((3, 4), dim=0, keepdim=True))
    promotes = "float"
    exact = False
    formula = "log Σ exp(x)"
    formulas = {"input": "g · exp(x - y)"}

    def forward(xp, input: Value, dim: Dim, keepdim: bool = False):
        axis, x = shapes.axis(input, dim), wide(input)
        after = shapes.reduced(input.shape, dim=dim, keepdim=keepdim)
        if not x.size:
            return xp.full(after, -xp.inf, dtype=input.dtype)
        top = xp.max(x.real, axis=axis, keepdims=True)
        top = xp.where(xp.isfinite(top), top, xp.zeros_like(top))
        y = xp.log(xp.sum(xp.exp(x - top), axis=axis, keepdims=True)) + top
        return xp.reshape(y, after).astype(input.dtype, copy=False)

    def d_input(xp, g, input, y, dim):
        ones = shapes.with_ones(input.shape, dim)
        return xp.reshape(g, ones) * xp.conj(xp.exp(input - xp.reshape(y, ones)))


class truth(Formula):
    """True or False (1 or 0 for uint8) for all elements, or for those along ``dim``; no gradient."""

    out = True

    @staticmethod
    def shape(input, dim=None, keepdim=False):
        return input if dim == () else shapes.reduced(input, dim=dim, keepdim=keepdim)


@op
class all(truth):
    """Whether every element is true"""

    def forward(xp, input: Value, dim: Dim = None, keepdim: bool = False):
        return _truths(xp.all, input, dim, keepdim)


@op
class any(truth):
    """Whether at least one element is true"""

    def forward(xp, input: Value, dim: Dim = None, keepdim: bool = False):
        return _truths(xp.any, input, dim, keepdim)


def _truths(fold, x, dim, keepdim):
    nothing = dim is not None and not isinstance(dim, int) and len(dim) == 0  # fold no dimension
    y = fold(x, axis=() if nothing else shapes.axis(x, dim), keepdims=keepdim)
    return y.astype(x.dtype) if x.dtype.str == "|u1" else y


@op
class count_nonzero(truth):
    """How many elements differ from 0, along ``dim`` or in all"""

    def forward(xp, input: Value, dim: Dim = None):
        counted, axis = input != 0, shapes.axis(input, dim)
        if len(axis) == input.ndim:
            return xp.asarray(xp.count_nonzero(counted))
        return totalled(xp.sum, counted, axis)
