"""The negative binomial distribution: successes before several failures."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.contents.creation import poisson
from vizgrad.engine.contents.picking import where
from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.nn.functional.activation import logsigmoid

from . import constraints, noise
from .chances import Chances

__all__ = ["NegativeBinomial"]


class NegativeBinomial(Chances):
    """Whole numbers k ≥ 0 with the chance Γ(k + r) / (k! Γ(r)) pᵏ (1 - p)ʳ, where r = ``total_count``.

    How many trials of chance p succeed before r have failed; r ≥ 0 may be any number.  Give ``probs`` p in
    [0, 1) or ``logits`` = log p/(1 - p); all broadcast, and the batch has their common shape.
    """

    arg_constraints = {
        "total_count": constraints.greater_than_eq(0),
        "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }
    support = constraints.nonnegative_integer

    def __init__(
        self, total_count: Any, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        (total,) = self._take(probs, logits, total_count)
        self.total_count = total.to(self._param.dtype)
        super().__init__(self.param_shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.total_count * self.logits.exp()

    @property
    def mode(self) -> Any:
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0)

    @property
    def variance(self) -> Any:
        return self.mean / (-self.logits).sigmoid()

    def sample(self, sample_shape: Any = ()) -> Any:
        """A Poisson number whose rate is itself drawn, from a gamma distribution."""
        with no_grad():
            shape = self._extended_shape(sample_shape)
            rate = noise.log_gamma(self.total_count, shape).exp() * self.logits.exp()
            return poisson(rate)

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        r = self.total_count
        both = r * logsigmoid(-self.logits) + value * logsigmoid(self.logits)
        ways = (r + value).lgamma() - (1 + value).lgamma() - r.lgamma()
        return both + where(r + value == 0, 0.0, ways)
