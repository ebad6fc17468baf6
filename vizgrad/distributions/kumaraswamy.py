"""The Kumaraswamy distribution: much like the beta distribution, with simple formulas."""

from __future__ import annotations

import math
from typing import Any

from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, PowerTransform
from .uniform import Uniform
from .utils import EULER, broadcast_all

__all__ = ["Kumaraswamy"]


class Kumaraswamy(TransformedDistribution):
    """Numbers in (0, 1) with the density a b xᵃ⁻¹ (1 - xᵃ)ᵇ⁻¹, where a = concentration1 and b = concentration0.

    Both > 0: numbers or tensors that broadcast; the batch has their common shape.
    """

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1: Any, concentration0: Any, validate_args: bool | None = None) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        zero = self.concentration0.detach() * 0
        base = Uniform(zero, zero + 1, validate_args=validate_args)
        steps = [
            PowerTransform(1 / self.concentration0),
            AffineTransform(1.0, -1.0),
            PowerTransform(1 / self.concentration1),
        ]
        super().__init__(base, steps, validate_args=validate_args)

    def _moment(self, n: int) -> Any:
        """E[xⁿ] = b B(1 + n/a, b)"""
        b, a = self.concentration0, 1 + n / self.concentration1
        return (a.lgamma() + b.lgamma() - (a + b).lgamma()).exp() * b

    @property
    def mean(self) -> Any:
        return self._moment(1)

    @property
    def mode(self) -> Any:
        """NaN where the density has no highest point inside."""
        a, b = self.concentration1, self.concentration0
        bounded = (a < 1) | (b < 1)
        a, b = a.masked_fill(bounded, math.nan), b.masked_fill(bounded, math.nan)
        return ((a - 1) / (a * b - 1)) ** (1 / a)

    @property
    def variance(self) -> Any:
        return self._moment(2) - self.mean**2

    def entropy(self) -> Any:
        a, b = self.concentration1, self.concentration0
        harmonic = (b + 1).digamma() + EULER
        return (1 - 1 / b) + (1 - 1 / a) * harmonic - a.log() - b.log()
