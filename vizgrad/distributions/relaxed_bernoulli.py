"""Coins with gradients: numbers between 0 and 1 that are nearly 0 or 1."""

from __future__ import annotations

from typing import Any

from . import constraints, noise
from .chances import Chances
from .transformed_distribution import TransformedDistribution
from .transforms import SigmoidTransform
from .utils import broadcast_all, clamp_probs

__all__ = ["LogitRelaxedBernoulli", "RelaxedBernoulli"]


class LogitRelaxedBernoulli(Chances):
    """(logit p + logistic noise) / temperature, whose sigmoid is a relaxed coin.

    C. J. Maddison, A. Mnih & Y. W. Teh, *The Concrete Distribution: A Continuous Relaxation of Discrete Random
    Variables*, 2017; E. Jang, S. Gu & B. Poole, *Categorical Reparameterization with Gumbel-Softmax*, 2017.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self.temperature = temperature
        self._take(probs, logits)
        super().__init__(self.param_shape, validate_args=validate_args)

    def rsample(self, sample_shape: Any = ()) -> Any:
        p = clamp_probs(self.probs.expand(self._extended_shape(sample_shape)))
        u = noise.inside(p, p.shape)
        return (u.log() - (-u).log1p() + p.log() - (-p).log1p()) / self.temperature

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        logits, value = broadcast_all(self.logits, value)
        d = logits - value * self.temperature
        return self.temperature.log() + d - 2 * d.exp().log1p()


class RelaxedBernoulli(TransformedDistribution):
    """Numbers in (0, 1) that come near coins of chance p as ``temperature`` > 0 falls.

    ``temperature``: a tensor.  Give ``probs`` p or ``logits`` = log p/(1 - p), of the batch's shape.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, temperature: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)

    @property
    def temperature(self) -> Any:
        """How far samples may be from 0 and 1."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Any:
        """Log-odds of the coins."""
        return self.base_dist.logits

    @property
    def probs(self) -> Any:
        """Chances of the coins."""
        return self.base_dist.probs
