"""The Wishart distribution: covariance matrices."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.contents.creation import arange
from vizgrad.engine.contents.shaping import broadcast_shapes
from vizgrad.engine.contents.special import mvlgamma
from vizgrad.engine.surface.linalg_solve import solve_triangular
from vizgrad.engine.tensor import Tensor

from . import constraints, noise
from .exp_family import ExponentialFamily
from .multivariate_normal import half_log_det, inverse_of_square, one_matrix, tril_from
from .utils import lazy_property

__all__ = ["Wishart"]


class Wishart(ExponentialFamily):
    """Positive definite matrices (…, p, p): sums Σ x xᵀ of ``df`` vectors x from a normal distribution around 0.

    ``df`` > p - 1: a number or a tensor.  Give one of ``covariance_matrix`` Σ, ``precision_matrix`` Σ⁻¹, and
    ``scale_tril``, the lower triangular L with L Lᵀ = Σ: each (…, p, p).  Sampled by Bartlett's decomposition:
    W. B. Smith & R. R. Hocking, *Algorithm AS 53: Wishart Variate Generator*, 1972.
    """

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(
        self,
        df: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        name, matrix = one_matrix(covariance_matrix, precision_matrix, scale_tril, AssertionError)
        p = matrix.shape[-1]
        self.df = df if isinstance(df, Tensor) else matrix.new_tensor(df)
        batch = broadcast_shapes(self.df.shape, matrix.shape[:-2])
        self.df = self.df.expand(batch)
        setattr(self, name, matrix.expand((*batch, p, p)))
        if not (self.df > p - 1).all():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {p - 1}.")
        super().__init__(batch, (p, p), validate_args=validate_args)
        self._unbroadcasted_scale_tril = tril_from(name, matrix)

    @property
    def arg_constraints(self) -> Any:
        """What each parameter obeys: df is above p - 1."""
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self._event_shape[-1] - 1),
        }

    @lazy_property
    def scale_tril(self) -> Any:
        """L, with L Lᵀ = Σ."""
        return self._unbroadcasted_scale_tril.expand(self._extended_shape())

    @lazy_property
    def covariance_matrix(self) -> Any:
        """Σ"""
        L = self._unbroadcasted_scale_tril
        return (L @ L.mT).expand(self._extended_shape())

    @lazy_property
    def precision_matrix(self) -> Any:
        """Σ⁻¹"""
        return inverse_of_square(self._unbroadcasted_scale_tril).expand(self._extended_shape())

    @property
    def _df(self) -> Any:
        return self.df.reshape((*self._batch_shape, 1, 1))

    @property
    def mean(self) -> Any:
        return self._df * self.covariance_matrix

    @property
    def mode(self) -> Any:
        """NaN for df ≤ p + 1."""
        factor = self._df - self.covariance_matrix.shape[-1] - 1
        return factor.masked_fill(factor <= 0, math.nan) * self.covariance_matrix

    @property
    def variance(self) -> Any:
        V = self.covariance_matrix
        diagonal = V.diagonal(dim1=-2, dim2=-1)
        return self._df * (V.square() + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def rsample(self, sample_shape: Any = (), max_try_correction: Any = None) -> Any:
        """A lower triangle of normal numbers, with roots of chi-squared ones on its diagonal, squared.

        ``max_try_correction`` is accepted: matrices are positive definite at once.
        """
        shape, p = self._extended_shape(sample_shape), self._event_shape[-1]
        row = arange(p, dtype=self.df.dtype, device=self.df.device)
        half = (self.df.unsqueeze(-1) - row) / 2
        diagonal = (0.5 * (noise.log_gamma(half, shape[:-1]) + math.log(2))).exp()
        A = noise.bell(self.df, shape).tril(-1) + diagonal.diag_embed()
        LA = self._unbroadcasted_scale_tril @ A
        return LA @ LA.mT

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        p, n = self._event_shape[-1], self.df
        L = self._unbroadcasted_scale_tril
        inside = solve_triangular(L, value, upper=False)
        trace = solve_triangular(L.mT, inside, upper=True).diagonal(dim1=-2, dim2=-1).sum(-1)
        log_det = value.slogdet()[1]
        norm = n * (half_log_det(L) + p * math.log(2) / 2) + mvlgamma(n / 2, p)
        return (n - p - 1) / 2 * log_det - trace / 2 - norm

    def entropy(self) -> Any:
        p, n = self._event_shape[-1], self.df
        row = arange(p, dtype=n.dtype, device=n.device)
        digammas = ((n.unsqueeze(-1) - row) / 2).digamma().sum(-1)
        size = (p + 1) * (half_log_det(self._unbroadcasted_scale_tril) + p * math.log(2) / 2)
        return size + mvlgamma(n / 2, p) - (n - p - 1) / 2 * digammas + n * p / 2

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        p = self._event_shape[-1]
        a = y + (p + 1) / 2
        return a * (-(-2 * x).slogdet()[1] + p * math.log(2)) + mvlgamma(a, p)
