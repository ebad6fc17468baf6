"""The Laplace distribution."""

from __future__ import annotations

from typing import Any

from . import constraints, noise
from .distribution import Distribution
from .utils import broadcast_all, eps_of

__all__ = ["Laplace"]


class Laplace(Distribution):
    """Numbers with the density exp(-|x - loc| / scale) / (2 scale).

    ``loc`` and ``scale`` > 0: numbers or tensors that broadcast; the batch has their common shape.
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.loc

    mode = mean

    @property
    def variance(self) -> Any:
        return 2 * self.scale**2

    @property
    def stddev(self) -> Any:
        return 2**0.5 * self.scale

    def rsample(self, sample_shape: Any = ()) -> Any:
        u = 2 * noise.even(self.loc, self._extended_shape(sample_shape)) - 1
        size = (-u.abs()).clamp(min=eps_of(u) / 2 - 1).log1p()  # of u = -1 the logarithm would be infinite
        return self.loc - self.scale * u.sign() * size

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        return -(2 * self.scale).log() - (value - self.loc).abs() / self.scale

    def cdf(self, value: Any) -> Any:
        self._checked(value)
        d = value - self.loc
        return 0.5 - 0.5 * d.sign() * (-d.abs() / self.scale).expm1()

    def icdf(self, value: Any) -> Any:
        d = value - 0.5
        return self.loc - self.scale * d.sign() * (-2 * d.abs()).log1p()

    def entropy(self) -> Any:
        return 1 + (2 * self.scale).log()
