"""Mixtures of distributions of one family."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.surface.grad_mode import no_grad

from . import constraints
from .categorical import Categorical
from .distribution import Distribution

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    """A sample of component k with the chance that ``mixture_distribution``, a Categorical, gives to k.

    The components are the last batch dimension of ``component_distribution``, of as many as there are choices:
    density Σ pₖ p(x | k).
    """

    arg_constraints: Any = {}

    def __init__(
        self, mixture_distribution: Any, component_distribution: Any, validate_args: bool | None = None
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(
                "The Mixture distribution needs to be a Categorical, "
                f"not a {type(mixture_distribution).__name__}"
            )
        if not isinstance(component_distribution, Distribution):
            raise ValueError(
                "The Component distribution needs to be a Distribution, "
                f"not a {type(component_distribution).__name__}"
            )
        mixture, parts = mixture_distribution, component_distribution
        self._check(mixture, parts)
        self._mixture_distribution, self._component_distribution = mixture, parts
        self._num_component = mixture.logits.shape[-1]
        super().__init__(parts.batch_shape[:-1], parts.event_shape, validate_args=validate_args)

    @staticmethod
    def _check(mixture: Any, parts: Any) -> None:
        batch = parts.batch_shape[:-1]
        for a, b in zip(reversed(mixture.batch_shape), reversed(batch), strict=False):
            if a != 1 and b != 1 and a != b:
                raise ValueError(
                    f"mixture_distribution.batch_shape {mixture.batch_shape} does not fit the components' {batch}"
                )
        k, km = parts.batch_shape[-1], mixture.logits.shape[-1]
        if k != km:
            raise ValueError(
                f"the mixture has {km} components, but component_distribution.batch_shape[-1] is {k}"
            )

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        n = self._num_component
        new._mixture_distribution = self._mixture_distribution.expand(batch_shape)
        new._component_distribution = self._component_distribution.expand((*batch_shape, n))
        return new

    @constraints.dependent_property
    def support(self) -> Any:
        """That of the components."""
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Any:
        """Which component."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Any:
        """The components, in the last batch dimension."""
        return self._component_distribution

    @property
    def _chances(self) -> Any:
        """(batch, K, 1 for each event dimension)"""
        p = self._mixture_distribution.probs
        return p.reshape((*p.shape, *(1,) * len(self._event_shape)))

    @property
    def _axis(self) -> int:
        return -1 - len(self._event_shape)

    @property
    def mean(self) -> Any:
        return (self._chances * self._component_distribution.mean).sum(self._axis)

    @property
    def variance(self) -> Any:
        """What the components vary, and what their means vary."""
        p, means = self._chances, self._component_distribution.mean
        within = (p * self._component_distribution.variance).sum(self._axis)
        between = (p * (means - self.mean.unsqueeze(self._axis)) ** 2).sum(self._axis)
        return within + between

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            chosen = self._mixture_distribution.sample(sample_shape)
            drawn = self._component_distribution.sample(sample_shape)
            chosen = chosen.expand(drawn.shape[: len(sample_shape) + len(self._batch_shape)])
            index = chosen.reshape((*chosen.shape, 1, *(1,) * len(self._event_shape)))
            index = index.expand((*chosen.shape, 1, *self._event_shape))
            return drawn.gather(self._axis, index).squeeze(self._axis)

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        each = self._component_distribution.log_prob(value.unsqueeze(self._axis))
        return (each + self._mixture_distribution.logits.log_softmax(-1)).logsumexp(-1)

    def cdf(self, value: Any) -> Any:
        each = self._component_distribution.cdf(value.unsqueeze(self._axis))
        return (each * self._mixture_distribution.probs).sum(-1)

    def __repr__(self) -> str:
        return f"MixtureSameFamily(\n  {self._mixture_distribution},\n  {self._component_distribution})"
