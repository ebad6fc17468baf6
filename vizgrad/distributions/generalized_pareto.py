"""The generalized Pareto distribution: how far numbers exceed a high bound."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.contents.picking import where

from . import constraints, noise
from .distribution import Distribution
from .utils import broadcast_all

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Distribution):
    """Numbers with P(> x) = (1 + k z)^(-1/k), where z = (x - loc)/scale and k = ``concentration``; exp(-z) for k = 0.

    ``loc``, ``scale`` > 0 and ``concentration``: numbers or tensors that broadcast.  For k < 0 no number exceeds
    loc - scale/k.  J. R. M. Hosking & J. R. Wallis, *Parameter and quantile estimation for the generalized Pareto
    distribution*, 1987.
    """

    arg_constraints = {
        "loc": constraints.real,
        "scale": constraints.positive,
        "concentration": constraints.real,
    }
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From loc up, or to loc - scale/k where k is negative."""
        short, k = self.concentration < 0, self._safe
        return constraints.interval(self.loc, where(short, self.loc - self.scale / k, math.inf))

    @property
    def _straight(self) -> Any:
        return self.concentration == 0

    @property
    def _safe(self) -> Any:
        return where(self._straight, 1.0, self.concentration)

    def _log_above(self, value: Any) -> Any:
        """Log P(> value)"""
        z, k = (value - self.loc) / self.scale, self._safe
        straight = -z + self.concentration * z**2 / 2  # 0 for k = 0, but its slope by k is not
        return where(self._straight, straight, -(k * z).log1p() / k)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(noise.even(self.loc, self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        return (1 + self.concentration) * self._log_above(value) - self.scale.log()

    def log_survival_function(self, value: Any) -> Any:
        """The logarithm of the chance of more than ``value``."""
        self._checked(value)
        return self._log_above(value)

    def log_cdf(self, value: Any) -> Any:
        """The logarithm of `cdf`."""
        self._checked(value)
        return (-self._log_above(value).exp()).log1p()

    def cdf(self, value: Any) -> Any:
        return self.log_cdf(value).exp()

    def icdf(self, value: Any) -> Any:
        log, k = (-value).log1p(), self._safe
        straight = -log + self.concentration * log**2 / 2
        return self.loc + self.scale * where(self._straight, straight, (-k * log).expm1() / k)

    @property
    def mean(self) -> Any:
        """NaN for concentration ≥ 1."""
        there = self.concentration < 1
        return where(there, self.loc + self.scale / (1 - where(there, self.concentration, 0.0)), math.nan)

    @property
    def variance(self) -> Any:
        """NaN for concentration ≥ 1/2."""
        there = self.concentration < 0.5
        k = where(there, self.concentration, 0.0)
        return where(there, self.scale**2 / ((1 - k) ** 2 * (1 - 2 * k)), math.nan)

    @property
    def mode(self) -> Any:
        return self.loc

    def entropy(self) -> Any:
        return self.scale.log() + self.concentration + 1
