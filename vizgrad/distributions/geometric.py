"""The geometric distribution: failures before the first success."""

from __future__ import annotations

from typing import Any

from vizgrad.nn.functional.loss import binary_cross_entropy_with_logits

from . import constraints, noise
from .chances import Chances
from .utils import broadcast_all

__all__ = ["Geometric"]


class Geometric(Chances):
    """Whole numbers k ≥ 0 with the chance (1 - p)ᵏ p: how often a trial of chance p fails before it succeeds.

    Give ``probs`` in (0, 1] or ``logits`` = log p/(1 - p): a number or a tensor of the batch's shape.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._take(probs, logits)
        super().__init__(self.param_shape, validate_args=validate_args)
        if self._validate_args and self.has_probs and not (self.probs > 0).all():
            raise ValueError(f"Expected parameter probs of distribution {self!r} to be positive")

    @property
    def mean(self) -> Any:
        return 1 / self.probs - 1

    @property
    def mode(self) -> Any:
        return self.probs * 0

    @property
    def variance(self) -> Any:
        return (1 / self.probs - 1) / self.probs

    def sample(self, sample_shape: Any = ()) -> Any:
        p = self.probs.detach()
        return (noise.inside(p, self._extended_shape(sample_shape)).log() / (-p).log1p()).floor()

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        value, p = broadcast_all(value, self.probs)
        p = p.masked_fill((p == 1) & (value == 0), 0.0)  # 0 · log 0 is 0
        return value * (-p).log1p() + self.probs.log()

    def entropy(self) -> Any:
        return binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs
