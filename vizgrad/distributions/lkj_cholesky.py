"""The LKJ distribution: correlation matrices."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.contents.creation import arange
from vizgrad.engine.surface.grad_mode import no_grad

from . import constraints, noise
from .beta import Beta
from .distribution import Distribution
from .utils import broadcast_all, eps_of

__all__ = ["LKJCholesky"]


class LKJCholesky(Distribution):
    """Lower triangular L (…, dim, dim) such that L Lᵀ is a correlation matrix of density ∝ det^(concentration - 1).

    ``dim``: a whole number from 2; ``concentration`` > 0: a number or a tensor of the batch's shape; 1 makes all
    correlation matrices equally likely.  Sampled by the onion method: D. Lewandowski, D. Kurowicka & H. Joe,
    *Generating random correlation matrices based on vines and extended onion method*, 2009.
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    def __init__(self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None) -> None:
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        super().__init__(self.concentration.shape, (dim, dim), validate_args=validate_args)
        self._beta = self._radii()

    def _radii(self) -> Beta:
        """How long each row is left of the diagonal, squared; the first row has nothing there."""
        k, n = self.concentration, self.dim
        row = arange(n - 1, dtype=k.dtype, device=k.device)
        return Beta(row / 2 + 0.5, k.unsqueeze(-1) + 0.5 * (n - 2) - row / 2, validate_args=False)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        new._beta = self._beta.expand((*batch_shape, self.dim - 1))
        return new

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            length = self._beta.sample(sample_shape).unsqueeze(-1)  # of rows 1, 2, …
            shape = self._extended_shape(sample_shape)
            direction = noise.bell(self.concentration, shape).tril(-1)[..., 1:, :]
            direction = direction / direction.norm(dim=-1, keepdim=True)
            L = self.concentration.new_zeros(shape)
            L[..., 1:, :] = length.sqrt() * direction
            rest = (1 - L.square().sum(-1)).clamp(min=eps_of(L) ** 2)
            return L + rest.sqrt().diag_embed()

    def log_prob(self, value: Any) -> Any:
        """Of the density of L, among lower triangular matrices with rows of length 1."""
        self._checked(value)
        n, k = self.dim, self.concentration
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        order = arange(2, n + 1, dtype=k.dtype, device=k.device)
        powers = 2 * (k - 1).unsqueeze(-1) + n - order
        half = 0.5 * (n - 1)
        a = k + half
        norm = half * math.log(math.pi) + (a - 0.5).mvlgamma(n - 1) - a.lgamma() * (n - 1)
        return (powers * diagonal.log()).sum(-1) - norm
