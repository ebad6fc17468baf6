"""The normal (Gaussian) distribution."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.ops.special import ndtr, ndtri

from . import constraints, noise
from .exp_family import ExponentialFamily
from .utils import HALF_LOG_2PI, broadcast_all

__all__ = ["Normal"]


class Normal(ExponentialFamily):
    """Numbers around ``loc``, spread by ``scale``: density exp(-½ ((x - loc)/scale)²) / (scale √2π).

    ``loc`` and ``scale`` > 0: numbers or tensors that broadcast; the batch has their common shape.
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def stddev(self) -> Any:
        return self.scale

    @property
    def variance(self) -> Any:
        return self.scale**2

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.loc + noise.bell(self.loc, self._extended_shape(sample_shape)) * self.scale

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        return -0.5 * ((value - self.loc) / self.scale) ** 2 - self.scale.log() - HALF_LOG_2PI

    def cdf(self, value: Any) -> Any:
        self._checked(value)
        return ndtr((value - self.loc) / self.scale)

    def icdf(self, value: Any) -> Any:
        return self.loc + self.scale * ndtri(value)

    def entropy(self) -> Any:
        return 0.5 + HALF_LOG_2PI + self.scale.log()

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return self.loc / self.scale**2, -0.5 / self.scale**2

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        return -0.25 * x**2 / y + 0.5 * (-math.pi / y).log()
