"""Distributions that take either chances ``probs`` or their logarithms ``logits``."""

from __future__ import annotations

from typing import Any

from .distribution import Distribution
from .utils import broadcast_all, lazy_property, logits_to_probs, probs_to_logits

EITHER = "Either `probs` or `logits` must be specified, but not both."


class Chances(Distribution):
    """One of the two is given; the other one is computed from it when asked for.

    ``is_binary``: log-odds log p/(1 - p) of single chances, not logarithms of chances that sum to 1.
    """

    is_binary = True
    has_probs: bool  # which of the two was given

    def _take(self, probs: Any, logits: Any, *beside: Any) -> tuple[Any, ...]:
        """Keep the given one, in one shape with ``beside``; ValueError unless exactly one is there."""
        if (probs is None) == (logits is None):
            raise ValueError(EITHER)
        self.has_probs = probs is not None
        given, *rest = broadcast_all(probs if self.has_probs else logits, *beside)
        self._keep(given)
        return tuple(rest)

    def _keep(self, given: Any) -> None:
        setattr(self, "probs" if self.has_probs else "logits", given)

    @property
    def _param(self) -> Any:
        return self.probs if self.has_probs else self.logits

    @property
    def param_shape(self) -> Any:
        """The shape of ``probs`` and ``logits``."""
        return self._param.shape

    def _new(self, *args: Any, **kwargs: Any) -> Any:
        return self._param.new(*args, **kwargs)

    @lazy_property
    def logits(self) -> Any:
        """Logarithms of the chances, or of the odds."""
        return probs_to_logits(self.probs, is_binary=self.is_binary)

    @lazy_property
    def probs(self) -> Any:
        """The chances."""
        return logits_to_probs(self.logits, is_binary=self.is_binary)


class Choices(Chances):
    """Chances of K choices in the last dimension, normalized when they come in."""

    is_binary = False

    def _take(self, probs: Any, logits: Any, *beside: Any) -> tuple[Any, ...]:
        if (probs is None) == (logits is None):
            raise ValueError(EITHER)
        given = probs if logits is None else logits
        name = "probs" if logits is None else "logits"
        if given.dim() < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        self.has_probs = logits is None
        self._keep(
            given / given.sum(-1, keepdim=True)
            if self.has_probs
            else given - given.logsumexp(-1, keepdim=True)
        )
        return beside
