"""The gamma distribution: how long until several things have happened."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.contents.special import igamma, xlogy

from . import constraints, noise
from .exp_family import ExponentialFamily
from .utils import broadcast_all, tiny_of

__all__ = ["Gamma"]


class Gamma(ExponentialFamily):
    """Positive numbers with the density rateᵃ xᵃ⁻¹ exp(-rate x) / Γ(a), where a = ``concentration``.

    ``concentration`` > 0 and ``rate`` > 0: numbers or tensors that broadcast; the batch has their common shape.
    Gradients of samples: Figurnov, Mohamed & Mnih, *Implicit Reparameterization Gradients*, 2018.
    """

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.concentration / self.rate

    @property
    def mode(self) -> Any:
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Any:
        return self.concentration / self.rate**2

    def rsample(self, sample_shape: Any = ()) -> Any:
        log = noise.log_gamma(self.concentration, self._extended_shape(sample_shape))
        value = log.exp() / self.rate
        return value.clamp(min=tiny_of(value))

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        a, rate = self.concentration, self.rate
        return xlogy(a, rate) + xlogy(a - 1, value) - rate * value - a.lgamma()

    def cdf(self, value: Any) -> Any:
        self._checked(value)
        return igamma(self.concentration, self.rate * value)

    def entropy(self) -> Any:
        a = self.concentration
        return a - self.rate.log() + a.lgamma() + (1 - a) * a.digamma()

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return self.concentration - 1, -self.rate

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        return (x + 1).lgamma() - (x + 1) * (-y).log()
