"""Student's t-distribution."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.contents.picking import where

from . import constraints, noise
from .distribution import Distribution
from .utils import broadcast_all

__all__ = ["StudentT"]


class StudentT(Distribution):
    """loc + scale · z / √(c/df), with z normal and c chi-squared: density ∝ (1 + y²/df)^(-(df + 1)/2).

    Here y = (x - loc)/scale.  ``df`` > 0, ``loc`` and ``scale`` > 0: numbers or tensors that broadcast; the
    batch has their common shape.
    """

    arg_constraints = {"df": constraints.positive, "loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        super().__init__(self.df.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """NaN for df ≤ 1."""
        return self.loc.masked_fill(self.df <= 1, math.nan)

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        """∞ for df ≤ 2, NaN for df ≤ 1."""
        enough = self.df > 2
        n = where(enough, self.df, 3.0)
        variance = where(enough, self.scale**2 * n / (n - 2), math.inf)
        return variance.masked_fill(self.df <= 1, math.nan)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        half = 0.5 * self.df
        shrink = (0.5 * (half.log() - noise.log_gamma(half, shape))).exp()  # √(df / c)
        return self.loc + self.scale * noise.bell(self.loc, shape) * shrink

    def _log_normalizer(self) -> Any:
        half = 0.5 * self.df
        ratio = half.lgamma() - (half + 0.5).lgamma()
        return self.scale.log() + 0.5 * self.df.log() + 0.5 * math.log(math.pi) + ratio

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        y = (value - self.loc) / self.scale
        return -0.5 * (self.df + 1) * (y**2 / self.df).log1p() - self._log_normalizer()

    def entropy(self) -> Any:
        half = 0.5 * (self.df + 1)
        return self._log_normalizer() + half * (half.digamma() - (0.5 * self.df).digamma())
