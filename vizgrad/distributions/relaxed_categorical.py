"""Choices with gradients: vectors of sum 1 that are nearly one-hot."""

from __future__ import annotations

import math
from typing import Any

from . import constraints, noise
from .categorical import Categorical
from .distribution import Distribution
from .transformed_distribution import TransformedDistribution
from .transforms import ExpTransform
from .utils import broadcast_all

__all__ = ["ExpRelaxedCategorical", "RelaxedOneHotCategorical"]


class ExpRelaxedCategorical(Distribution):
    """Logarithms of relaxed one-hot vectors: log_softmax((log p + Gumbel noise) / temperature).

    C. J. Maddison, A. Mnih & Y. W. Teh, *The Concrete Distribution: A Continuous Relaxation of Discrete Random
    Variables*, 2017; E. Jang, S. Gu & B. Poole, *Categorical Reparameterization with Gumbel-Softmax*, 2017.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._categorical = Categorical(probs, logits)
        self.temperature = temperature
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._categorical = self._categorical.expand(batch_shape)
        return new

    @property
    def param_shape(self) -> Any:
        """The shape of ``probs`` and ``logits``."""
        return self._categorical.param_shape

    @property
    def logits(self) -> Any:
        """Logarithms of the chances."""
        return self._categorical.logits

    @property
    def probs(self) -> Any:
        """The chances, of sum 1."""
        return self._categorical.probs

    def rsample(self, sample_shape: Any = ()) -> Any:
        gumbel = -noise.waiting(self.logits, self._extended_shape(sample_shape)).log()
        return ((self.logits + gumbel) / self.temperature).log_softmax(-1)

    def log_prob(self, value: Any) -> Any:
        n = self._event_shape[0]
        self._checked(value)
        logits, value = broadcast_all(self.logits, value)
        score = (logits - value * self.temperature).log_softmax(-1).sum(-1)
        norm = (n - 1) * self.temperature.log() + math.lgamma(n)
        return score + norm


class RelaxedOneHotCategorical(TransformedDistribution):
    """Vectors of sum 1 that come near one-hot ones of chances p as ``temperature`` > 0 falls.

    ``temperature``: a tensor.  Give ``probs`` (…, K), which are divided by their sum, or ``logits`` (…, K).
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    @property
    def temperature(self) -> Any:
        """How far samples may be from one-hot vectors."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Any:
        """Logarithms of the chances."""
        return self.base_dist.logits

    @property
    def probs(self) -> Any:
        """The chances, of sum 1."""
        return self.base_dist.probs
