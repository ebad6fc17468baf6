"""The F-distribution of Fisher and Snedecor."""

from __future__ import annotations

import math
from typing import Any

from . import constraints, noise
from .distribution import Distribution
from .utils import broadcast_all, tiny_of

__all__ = ["FisherSnedecor"]


class FisherSnedecor(Distribution):
    """The ratio (c₁/df1) / (c₂/df2) of two chi-squared numbers.

    ``df1`` and ``df2`` > 0: numbers or tensors that broadcast; the batch has their common shape.
    """

    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        self.df1, self.df2 = broadcast_all(df1, df2)
        super().__init__(self.df1.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """NaN for df2 ≤ 2."""
        n = self.df2.masked_fill(self.df2 <= 2, math.nan)
        return n / (n - 2)

    @property
    def mode(self) -> Any:
        """NaN for df1 ≤ 2."""
        m = (self.df1 - 2) / self.df1
        return (m * self.df2 / (self.df2 + 2)).masked_fill(self.df1 <= 2, math.nan)

    @property
    def variance(self) -> Any:
        """NaN for df2 ≤ 4."""
        n = self.df2.masked_fill(self.df2 <= 4, math.nan)
        return 2 * n**2 * (self.df1 + n - 2) / (self.df1 * (n - 2) ** 2 * (n - 4))

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        a, b = 0.5 * self.df1, 0.5 * self.df2
        above = noise.log_gamma(a, shape) - a.log()
        below = noise.log_gamma(b, shape) - b.log()
        ratio = (above - below).exp()
        return ratio.clamp(min=tiny_of(ratio))

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        a, b, ratio = 0.5 * self.df1, 0.5 * self.df2, self.df1 / self.df2
        norm = (a + b).lgamma() - a.lgamma() - b.lgamma() + a * ratio.log()
        return norm + (a - 1) * value.log() - (a + b) * (ratio * value).log1p()
