"""The binomial distribution: how many of several coins show heads."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.contents.creation import arange

from . import constraints, noise
from .chances import Chances

__all__ = ["Binomial"]


class Binomial(Chances):
    """Whole numbers k from 0 to n = ``total_count``, with the chance n! / (k! (n - k)!) pᵏ (1 - p)ⁿ⁻ᵏ.

    Give ``probs`` p in [0, 1] or ``logits`` = log p/(1 - p); all broadcast, and the batch has their common shape.
    """

    arg_constraints = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    has_enumerate_support = True

    def __init__(
        self, total_count: Any = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        (total,) = self._take(probs, logits, total_count)
        self.total_count = total.to(self._param.dtype)
        super().__init__(self.param_shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """Whole numbers from 0 to total_count."""
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Any:
        return self.total_count * self.probs

    @property
    def mode(self) -> Any:
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self) -> Any:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        return noise.counts(self.total_count, self.probs, self._extended_shape(sample_shape))

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        n, a = self.total_count, self.logits
        ways = (n + 1).lgamma() - (value + 1).lgamma() - (n - value + 1).lgamma()
        return ways + value * a - n * (a.clamp(min=0) + (-a.abs()).exp().log1p())

    def entropy(self) -> Any:
        """A sum over all counts; ``total_count`` must be the same everywhere, else NotImplementedError."""
        values = self._counts("entropy")
        log = self.log_prob(values)
        return -(log.exp() * log).sum(0)

    def enumerate_support(self, expand: bool = True) -> Any:
        values = self._counts("enumerate_support")
        return values.expand((-1, *self._batch_shape)) if expand else values

    def _counts(self, what: str) -> Any:
        n = int(self.total_count.max())
        if not (self.total_count == n).all():
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{what}`.")
        values = arange(1 + n, dtype=self._param.dtype, device=self._param.device)
        return values.view((-1, *(1,) * len(self._batch_shape)))
