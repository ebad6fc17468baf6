"""Ops that fold dimensions away, and their relatives that normalize along them."""

from __future__ import annotations

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import FOLD, Sample
from vizgrad.engine.ops.words import Dim, Value


class reduction(Formula):
    """``dim`` is an int, several, or None for all; ``keepdim`` leaves a 1 in its place."""

    shape = staticmethod(shapes.reduced)


class along(Formula):
    """Normalizing along one dimension; the shape stays."""

    shape = staticmethod(shapes.same)
    promotes = "float"
    samples = (Sample((3, 4), dim=-1), Sample((3, 4), dim=0), Sample((2, 3, 4), dim=1))


def narrow(x):
    """Whether sums of these numbers need more digits than they have themselves."""
    return x.dtype.itemsize == 2 and x.dtype.kind in "fV"


def narrowly(fold, x, axis, keepdims):
    """Fold with float32 inside where the numbers are narrower; the result has their own dtype."""
    if not narrow(x):
        return fold(x, axis=axis, keepdims=keepdims)
    return fold(x.astype("f4"), axis=axis, keepdims=keepdims).astype(x.dtype)


@op
class sum(reduction):
    """Add the elements along ``dim`` (all of them when ``dim`` is None)"""

    samples = FOLD
    formula = "Σ x"
    formulas = {"input": "g, stretched to the shape of x"}

    def forward(xp, input: Value, dim: Dim = None, keepdim: bool = False):
        return narrowly(xp.sum, input, shapes.axis(input, dim), keepdim)

    def d_input(xp, g, input_shape, dim):
        return xp.broadcast_to(xp.reshape(g, shapes.with_ones(input_shape, dim)), input_shape)


@op
class mean(reduction):
    """The average along ``dim``"""

    samples = FOLD
    formula = "Σ x / n"
    formulas = {"input": "g / n, stretched to the shape of x"}

    def forward(xp, input: Value, dim: Dim = None, keepdim: bool = False):
        if input.dtype.kind not in "fcV":
            raise RuntimeError(
                "mean(): could not infer output dtype. Input dtype must be either a floating "
                f"point or complex dtype. Got: {input.dtype}; convert with .float() first"
            )
        n = shapes.count(input.shape, dim)
        axis = shapes.axis(input, dim)
        return narrowly(lambda x, axis, keepdims: xp.sum(x, axis=axis, keepdims=keepdims) / x.dtype.type(n),
                        input, axis, keepdim)  # fmt: skip

    def d_input(xp, g, input_shape, dim):
        g = xp.reshape(g, shapes.with_ones(input_shape, dim)) / shapes.count(input_shape, dim)
        return xp.broadcast_to(g, input_shape)


@op
class amax(reduction):
    """The largest element along ``dim``; equal ones share the gradient"""

    samples = FOLD
    formulas = {"input": "g where x = y, shared among equals, else 0"}

    def forward(xp, input: Value, dim: Dim = (), keepdim: bool = False):
        return xp.max(input, axis=shapes.axis(input, dim), keepdims=keepdim)

    def d_input(xp, g, input, y, dim):
        return _to_the_chosen(xp, g, input, y, dim)


@op
class amin(reduction):
    """The smallest element along ``dim``; equal ones share the gradient"""

    samples = FOLD
    formulas = {"input": "g where x = y, shared among equals, else 0"}

    def forward(xp, input: Value, dim: Dim = (), keepdim: bool = False):
        return xp.min(input, axis=shapes.axis(input, dim), keepdims=keepdim)

    def d_input(xp, g, input, y, dim):
        return _to_the_chosen(xp, g, input, y, dim)


def _to_the_chosen(xp, g, input, y, dim):
    ones = shapes.with_ones(input.shape, dim)
    chosen = xp.equal(input, xp.reshape(y, ones))
    share = xp.reshape(g, ones) / xp.sum(chosen, axis=shapes.axis(input, dim), keepdims=True)
    return xp.where(chosen, share, xp.zeros_like(input))


@op
class argmax(Formula):
    """The index of the largest element, over all elements or along ``dim``"""

    def forward(xp, input: Value, dim: int | None = None, keepdim: bool = False):
        return xp.argmax(input, axis=dim, keepdims=keepdim)


@op
class argmin(Formula):
    """The index of the smallest element, over all elements or along ``dim``"""

    def forward(xp, input: Value, dim: int | None = None, keepdim: bool = False):
        return xp.argmin(input, axis=dim, keepdims=keepdim)


@op
class softmax(along):
    """Turn scores into probabilities: eˣ / Σ eˣ, computed without overflow"""

    def forward(xp, input: Value, dim: int):
        e = xp.exp(input - xp.max(input, axis=dim, keepdims=True))
        return e / xp.sum(e, axis=dim, keepdims=True)

    def d_input(xp, g, y, dim):
        return y * (g - xp.sum(g * y, axis=dim, keepdims=True))


@op
class log_softmax(along):
    """Turn scores into log-probabilities: x - log Σ eˣ, computed without overflow"""

    def forward(xp, input: Value, dim: int):
        x = input - xp.max(input, axis=dim, keepdims=True)
        return x - xp.log(xp.sum(xp.exp(x), axis=dim, keepdims=True))

    def d_input(xp, g, y, dim):
        return g - xp.exp(y) * xp.sum(g, axis=dim, keepdims=True)


@op
class logsumexp(reduction):
    """log Σ eˣ along ``dim``, computed without overflow"""

    samples = (Sample((3, 4), dim=1), Sample((2, 3, 4), dim=(0, 2)), Sample((3, 4), dim=0, keepdim=True))
    promotes = "float"
    formula = "log Σ exp(x)"
    formulas = {"input": "g · exp(x - y)"}

    def forward(xp, input: Value, dim: Dim, keepdim: bool = False):
        axis = shapes.axis(input, dim)
        top = xp.max(input, axis=axis, keepdims=True)
        top = xp.where(xp.isfinite(top), top, xp.zeros_like(top))
        y = xp.log(xp.sum(xp.exp(input - top), axis=axis, keepdims=True)) + top
        return y if keepdim else xp.reshape(y, shapes.reduced(input.shape, dim=dim))

    def d_input(xp, g, input, y, dim):
        ones = shapes.with_ones(input.shape, dim)
        return xp.reshape(g, ones) * xp.exp(input - xp.reshape(y, ones))


@op
class var(reduction):
    """The variance along ``dim``: Σ (x - mean)² / (n - correction)"""

    samples = (
        Sample((3, 4)),
        Sample((3, 4), dim=0),
        Sample((2, 3, 4), dim=(0, 2), correction=0, keepdim=True),
    )
    formula = "Σ (x - mean(x))² / (n - correction)"
    formulas = {"input": "g · 2 · (x - mean(x)) / (n - correction)"}

    def forward(xp, input: Value, dim: Dim = None, *, correction: float = 1, keepdim: bool = False):
        axis = shapes.axis(input, dim)
        n = shapes.count(input.shape, dim)
        centred = input - xp.sum(input, axis=axis, keepdims=True) / n
        squares = xp.sum(centred * xp.conj(centred), axis=axis, keepdims=keepdim).real
        return squares / squares.dtype.type(max(n - correction, 0))

    def d_input(xp, g, input, dim, correction):
        axis = shapes.axis(input, dim)
        n = shapes.count(input.shape, dim)
        centred = input - xp.mean(input, axis=axis, keepdims=True)
        return xp.reshape(g, shapes.with_ones(input.shape, dim)) * 2 * centred / (n - correction)


@op
class cumsum(Formula):
    """Running totals along ``dim``"""

    samples = (Sample((3, 4), dim=0), Sample((3, 4), dim=-1))
    shape = staticmethod(shapes.same)

    def forward(xp, input: Value, dim: int):
        shapes.at(dim, input.ndim)
        return xp.cumsum(input, axis=dim) if input.ndim else input.copy()

    def d_input(xp, g, dim):
        flip = xp.rule("flip")
        return flip(xp.cumsum(flip(g, (dim,)), axis=dim), (dim,))


@op
class prod(reduction):
    """The product of the elements along ``dim``"""

    samples = (Sample((3, 4), low=0.3, high=1.5), Sample((3, 4), dim=1, low=0.3, high=1.5))
    formula = "Π x"
    formulas = {"input": "g · (the product of the others)"}

    def forward(xp, input: Value, dim: int | None = None, keepdim: bool = False):
        return xp.prod(input, axis=dim, keepdims=keepdim)

    def d_input(xp, g, input, dim):
        zero = input == 0  # beside one zero only the zero itself has a slope; beside two, nothing has
        rest = xp.where(zero, xp.ones_like(input), input)
        product = xp.prod(rest, axis=dim, keepdims=True)
        zeros = xp.sum(zero, axis=shapes.axis(input, dim), keepdims=True)
        none = xp.zeros_like(input)
        others = xp.where(
            zero, xp.where(zeros == 1, product + none, none), xp.where(zeros == 0, product / rest, none)
        )
        return xp.reshape(g, shapes.with_ones(input.shape, dim)) * others


@op
class all(reduction):
    """Whether every element is true"""

    def forward(xp, input: Value, dim: Dim = None, keepdim: bool = False):
        return xp.all(input, axis=shapes.axis(input, dim), keepdims=keepdim)


@op
class any(reduction):
    """Whether at least one element is true"""

    def forward(xp, input: Value, dim: Dim = None, keepdim: bool = False):
        return xp.any(input, axis=shapes.axis(input, dim), keepdims=keepdim)
