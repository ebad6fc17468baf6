"""The Dirichlet distribution: chances of K choices, themselves drawn."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.contents.creation import zeros_like
from vizgrad.engine.contents.picking import where
from vizgrad.engine.contents.special import xlogy

from . import constraints, noise
from .exp_family import ExponentialFamily
from .utils import tiny_of

__all__ = ["Dirichlet"]


class Dirichlet(ExponentialFamily):
    """Vectors of K numbers ≥ 0 whose sum is 1, with a density in proportion to Π xₖ^(concentrationₖ - 1).

    ``concentration`` > 0: (…, K).  A sample is K gamma samples divided by their sum, and gradients flow through
    these.
    """

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Any, validate_args: bool | None = None) -> None:
        if concentration.dim() < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        shape = concentration.shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.concentration / self.concentration.sum(-1, True)

    @property
    def mode(self) -> Any:
        """Where all of a vector are below 1 no value is likeliest: then 1 at the first of them."""
        above = (self.concentration - 1).clamp(min=0)
        mode = above / above.sum(-1, True)
        flat = (self.concentration < 1).all(-1, keepdim=True)
        corner = zeros_like(above)
        corner[..., 0] = 1
        return where(flat, corner, mode)

    @property
    def variance(self) -> Any:
        total = self.concentration.sum(-1, True)
        return self.concentration * (total - self.concentration) / (total**2 * (total + 1))

    def rsample(self, sample_shape: Any = ()) -> Any:
        value = noise.log_gamma(self.concentration, self._extended_shape(sample_shape)).softmax(-1)
        return value.clamp(min=tiny_of(value))

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        a = self.concentration
        return xlogy(a - 1, value).sum(-1) + a.sum(-1).lgamma() - a.lgamma().sum(-1)

    def entropy(self) -> Any:
        a, total, k = self.concentration, self.concentration.sum(-1), self.concentration.shape[-1]
        rest = (k - total) * total.digamma() + ((a - 1) * a.digamma()).sum(-1)
        return a.lgamma().sum(-1) - total.lgamma() - rest

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return (self.concentration,)

    def _log_normalizer(self, x: Any) -> Any:
        return x.lgamma().sum(-1) - x.sum(-1).lgamma()
