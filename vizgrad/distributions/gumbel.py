"""The Gumbel distribution: the largest of many numbers."""

from __future__ import annotations

import math
from typing import Any

from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, ExpTransform
from .uniform import Uniform
from .utils import EULER, broadcast_all, eps_of, tiny_of

__all__ = ["Gumbel"]


class Gumbel(TransformedDistribution):
    """Numbers with the density exp(-y - exp(-y)) / scale, where y = (x - loc)/scale.

    ``loc`` and ``scale`` > 0: numbers or tensors that broadcast; the batch has their common shape.
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        low, high = tiny_of(self.loc), 1 - eps_of(self.loc)
        base = Uniform(self.loc.detach() * 0 + low, self.loc.detach() * 0 + high, validate_args=validate_args)
        flip = AffineTransform(0, -1.0)
        steps = [ExpTransform().inv, flip, ExpTransform().inv, AffineTransform(self.loc, -self.scale)]
        super().__init__(base, steps, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.loc + self.scale * EULER

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def stddev(self) -> Any:
        return math.pi / math.sqrt(6) * self.scale

    @property
    def variance(self) -> Any:
        return self.stddev**2

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        y = (self.loc - value) / self.scale
        return y - y.exp() - self.scale.log()

    def cdf(self, value: Any) -> Any:
        self._checked(value)
        return (-((self.loc - value) / self.scale).exp()).exp()

    def icdf(self, value: Any) -> Any:
        return self.loc - self.scale * (-value.log()).log()

    def entropy(self) -> Any:
        return self.scale.log() + (1 + EULER)
