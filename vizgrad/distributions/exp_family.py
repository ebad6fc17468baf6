"""Exponential families: distributions whose density is h(x) exp(⟨t(x), θ⟩ - F(θ))."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.surface.request import grad

from .distribution import Distribution
from .utils import Unknown, sum_rightmost

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    """Distributions with natural parameters θ = ``_natural_params`` and F(θ) = ``_log_normalizer(*θ)``.

    ``_mean_carrier_measure`` is the average of log h(x).  Entropy and divergence follow from the gradient of F
    alone: F. Nielsen & R. Nock, *Entropies and Cross-entropies of Exponential Families*, 2010.
    """

    _natural_params: Any = Unknown("θ, a tuple of tensors.")
    _log_normalizer: Any = Unknown("F, a method of as many arguments.")
    _mean_carrier_measure: Any = Unknown("The average of log h(x).")

    def entropy(self) -> Any:
        """F(θ) - ⟨θ, ∇F(θ)⟩ - E[log h]"""
        theta = [p.detach().requires_grad_() for p in self._natural_params]
        log_normalizer = self._log_normalizer(*theta)
        slopes = grad(log_normalizer.sum(), theta, create_graph=True)
        result = log_normalizer - self._mean_carrier_measure
        for p, slope in zip(theta, slopes, strict=True):
            extra = (p * slope).dim() - len(self._batch_shape)
            result = result - sum_rightmost(p * slope, extra)
        return result
