"""The Pareto distribution."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.contents.picking import where

from . import constraints
from .exponential import Exponential
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, ExpTransform
from .utils import broadcast_all

__all__ = ["Pareto"]


class Pareto(TransformedDistribution):
    """Numbers above ``scale`` with the density alpha scale^alpha / x^(alpha + 1).

    ``scale`` and ``alpha`` > 0: numbers or tensors that broadcast; the batch has their common shape.
    """

    arg_constraints = {"alpha": constraints.positive, "scale": constraints.positive}

    def __init__(self, scale: Any, alpha: Any, validate_args: bool | None = None) -> None:
        self.scale, self.alpha = broadcast_all(scale, alpha)
        base = Exponential(self.alpha, validate_args=validate_args)
        steps = [ExpTransform(), AffineTransform(0, self.scale)]
        super().__init__(base, steps, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From scale up."""
        return constraints.greater_than_eq(self.scale)

    @property
    def mean(self) -> Any:
        """∞ for alpha ≤ 1."""
        finite = self.alpha > 1
        a = where(finite, self.alpha, 2.0)
        return where(finite, a * self.scale / (a - 1), math.inf)

    @property
    def mode(self) -> Any:
        return self.scale

    @property
    def variance(self) -> Any:
        """∞ for alpha ≤ 2."""
        finite = self.alpha > 2
        a = where(finite, self.alpha, 3.0)
        return where(finite, self.scale**2 * a / ((a - 1) ** 2 * (a - 2)), math.inf)

    def entropy(self) -> Any:
        return (self.scale / self.alpha).log() + 1 + 1 / self.alpha
