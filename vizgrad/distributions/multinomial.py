"""The multinomial distribution: how often each of K choices was made."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.contents.creation import arange, zeros
from vizgrad.engine.surface.grad_mode import no_grad

from . import constraints
from .binomial import Binomial
from .categorical import Categorical
from .distribution import Distribution
from .utils import broadcast_all

__all__ = ["Multinomial"]


class Multinomial(Distribution):
    """Vectors (…, K) of counts xₖ with the sum n, with the chance n! Π pₖ^xₖ / xₖ!.

    ``total_count``: n, a whole number.  Give ``probs`` ≥ 0 (…, K), which are divided by their sum, or
    ``logits`` (…, K), of which softmax makes the chances.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    total_count: int

    def __init__(
        self, total_count: int = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        self._binomial = Binomial(total_count=total_count, probs=self.probs)
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._categorical = self._categorical.expand(batch_shape)
        return new

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """Counts with a sum of at most total_count."""
        return constraints.multinomial(self.total_count)

    @property
    def logits(self) -> Any:
        """Logarithms of the chances."""
        return self._categorical.logits

    @property
    def probs(self) -> Any:
        """The chances, of sum 1."""
        return self._categorical.probs

    @property
    def param_shape(self) -> Any:
        """The shape of ``probs`` and ``logits``."""
        return self._categorical.param_shape

    @property
    def mean(self) -> Any:
        return self.probs * self.total_count

    @property
    def variance(self) -> Any:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            picked = self._categorical.sample((self.total_count, *sample_shape))
            counts = zeros(
                self._extended_shape(sample_shape), dtype=self.probs.dtype, device=self.probs.device
            )
            picked = picked.movedim(0, -1)
            return counts.scatter_add_(-1, picked, counts.new_ones(picked.shape))

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        logits, value = broadcast_all(self.logits, value)
        ways = (value.sum(-1) + 1).lgamma() - (value + 1).lgamma().sum(-1)
        return ways + _times(value, logits).sum(-1)

    def entropy(self) -> Any:
        n = self.total_count
        counts = arange(n + 1, dtype=self.probs.dtype, device=self.probs.device)
        counts = counts.view((-1, *(1,) * len(self.param_shape)))
        chances = self._binomial.log_prob(counts).exp()
        ways = (chances * (counts + 1).lgamma()).sum((0, -1))
        return n * self._categorical.entropy() - math.lgamma(n + 1) + ways


def _times(count: Any, log: Any) -> Any:
    """Count · log, and 0 where 0 meets -∞."""
    return count * log.masked_fill((count == 0) & (log == -math.inf), 0.0)
