"""Two or three operands in one step: blends, products added on, and limits."""

from __future__ import annotations

import numpy

from vizgrad.engine.op import op

from . import demands
from .elementwise import elementwise
from .samples import Sample
from .words import Value

TRIPLE = (Sample((3, 4), (3, 4), (3, 4), low=0.5, high=2.0), Sample((3, 1), (1, 4), (), low=0.5, high=2.0))
PAIRS = (Sample((3, 4), (3, 4)), Sample((3, 1), (1, 4)))


@op
class lerp(elementwise):
    """a + weight · (b - a): on the way from a to b"""

    samples = (Sample((3, 4), (3, 4), (3, 4)), Sample((3, 1), (1, 4), 0.3), Sample((3, 4), (3, 4), 0.8))
    kinds = demands.SMOOTH
    formula = "a + weight · (b - a)"
    formulas = {"input": "g · (1 - weight)", "end": "g · weight", "weight": "g · (b - a)"}

    def forward(xp, input: Value, end: Value, weight: Value):
        far = xp.absolute(weight) >= 0.5  # from the nearer end, so that weight = 1 gives b exactly
        return xp.where(far, end - (end - input) * (1 - weight), input + weight * (end - input))

    def d_input(xp, g, weight):
        return g * xp.conj(1 - weight)

    def d_end(xp, g, weight):
        return g * xp.conj(weight)

    def d_weight(xp, g, input, end):
        return g * xp.conj(end - input)


@op
class addcmul(elementwise):
    """a + value · b · c"""

    former = ("input value",)
    samples = (*TRIPLE, Sample((3, 4), (3, 4), (3, 4), value=0.3))
    kinds = demands.NUMBERS

    def forward(xp, input: Value, tensor1: Value, tensor2: Value, *, value: float = 1):
        return input + _whole(value, input) * tensor1 * tensor2

    def d_input(xp, g):
        return g

    def d_tensor1(xp, g, tensor2, value):
        return g * value * xp.conj(tensor2)

    def d_tensor2(xp, g, tensor1, value):
        return g * value * xp.conj(tensor1)

    formula = "a + value · b · c"


def _whole(value, input):
    """A scale for whole numbers is cut off to a whole number, as PyTorch does."""
    return numpy.asarray(value).astype(input.dtype)[()] if input.dtype.kind in "iu" else value


@op
class addcdiv(elementwise):
    """a + value · b / c"""

    former = ("input value",)
    samples = (*TRIPLE, Sample((3, 4), (3, 4), (3, 4), value=0.3, low=0.5, high=2.0))
    formula = "a + value · b / c"

    def forward(xp, input: Value, tensor1: Value, tensor2: Value, *, value: float = 1):
        if input.dtype.kind in "biu" and tensor1.dtype.kind in "biu" and tensor2.dtype.kind in "biu":
            raise RuntimeError(
                "Integer division with addcdiv is not supported; use input + value * trunc(tensor1 / tensor2) for "
                "whole results, or make one of them floating"
            )
        return input + value * (tensor1 / tensor2)

    def d_input(xp, g):
        return g

    def d_tensor1(xp, g, tensor2, value):
        return g * value / xp.conj(tensor2)

    def d_tensor2(xp, g, tensor1, tensor2, value):
        return -g * value * xp.conj(tensor1 / (tensor2 * tensor2))


@op
class clamp_min(elementwise):
    """x, but not below ``min``"""

    samples = (*PAIRS, Sample((3, 4), 0.1))
    kinds = demands.REAL

    def forward(xp, input: Value, min: Value):
        return xp.maximum(input, min)

    def d_input(xp, g, input, min):
        return xp.where(input >= min, g, xp.zeros_like(g))

    def d_min(xp, g, input, min):
        return xp.where(input < min, g, xp.zeros_like(g))


@op
class clamp_max(elementwise):
    """x, but not above ``max``"""

    samples = (*PAIRS, Sample((3, 4), 0.1))
    kinds = demands.REAL

    def forward(xp, input: Value, max: Value):
        return xp.minimum(input, max)

    def d_input(xp, g, input, max):
        return xp.where(input <= max, g, xp.zeros_like(g))

    def d_max(xp, g, input, max):
        return xp.where(input > max, g, xp.zeros_like(g))


class ignoring(elementwise):
    """Of two numbers, where a missing one (NaN) does not count."""

    samples = PAIRS
    tensors = "all"
    kinds = demands.REAL


@op
class fmax(ignoring):
    """The larger of a and b; where one is NaN, the other"""

    advice = "fmax not implemented for complex tensors."

    def forward(xp, input: Value, other: Value):
        return xp.fmax(input, other)

    def d_input(xp, g, input, other):
        return xp.where((input >= other) | xp.isnan(other), g, xp.zeros_like(g))

    def d_other(xp, g, input, other):
        return xp.where((input >= other) | xp.isnan(other), xp.zeros_like(g), g)

    formulas = {"input": "g if a ≥ b else 0", "other": "0 if a ≥ b else g"}


@op
class fmin(ignoring):
    """The smaller of a and b; where one is NaN, the other"""

    advice = "fmin not implemented for complex tensors."

    def forward(xp, input: Value, other: Value):
        return xp.fmin(input, other)

    def d_input(xp, g, input, other):
        return xp.where((input <= other) | xp.isnan(other), g, xp.zeros_like(g))

    def d_other(xp, g, input, other):
        return xp.where((input <= other) | xp.isnan(other), xp.zeros_like(g), g)

    formulas = {"input": "g if a ≤ b else 0", "other": "0 if a ≤ b else g"}
