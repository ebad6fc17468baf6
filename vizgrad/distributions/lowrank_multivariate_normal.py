"""The normal distribution of vectors whose covariance is a thin matrix squared, plus a diagonal."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.contents.creation import eye
from vizgrad.engine.contents.shaping import broadcast_shapes
from vizgrad.engine.surface.linalg_decompose import linalg_cholesky as cholesky
from vizgrad.engine.surface.linalg_solve import solve_triangular

from . import constraints, noise
from .distribution import Distribution
from .multivariate_normal import half_log_det, squared_lengths
from .utils import HALF_LOG_2PI, lazy_property

__all__ = ["LowRankMultivariateNormal"]


def capacitance_tril(W: Any, D: Any) -> Any:
    """The Cholesky factor of I + Wᵀ D⁻¹ W, a small matrix (…, m, m)."""
    one = eye(W.shape[-1], dtype=W.dtype, device=W.device)
    return cholesky(W.mT @ (W / D.unsqueeze(-1)) + one)


def log_det(W: Any, D: Any, capacitance: Any) -> Any:
    """Log det(W Wᵀ + D), by the matrix determinant lemma."""
    return 2 * half_log_det(capacitance) + D.log().sum(-1)


def distance(W: Any, D: Any, x: Any, capacitance: Any) -> Any:
    """xᵀ (W Wᵀ + D)⁻¹ x, by Woodbury's identity."""
    inner = (W.mT @ (x / D).unsqueeze(-1)).squeeze(-1)
    return (x.square() / D).sum(-1) - squared_lengths(capacitance, inner)


class LowRankMultivariateNormal(Distribution):
    """Vectors around ``loc`` (…, n), of covariance W Wᵀ + diag(D).

    W = ``cov_factor`` (…, n, m) with m well below n, and D = ``cov_diag`` > 0 (…, n): only m×m matrices are
    factored.
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        if cov_factor.dim() < 2:
            raise ValueError(
                "cov_factor must be at least two-dimensional, with optional leading batch dimensions"
            )
        n = loc.shape[-1]
        if cov_factor.shape[-2] != n:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {n} x m")
        if cov_diag.shape[-1] != n:
            raise ValueError(f"cov_diag must be a batch of vectors with shape ({n},)")
        try:
            batch = broadcast_shapes(loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1])
        except RuntimeError as error:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, "
                f"cov_diag {cov_diag.shape}"
            ) from error
        self.loc, self.cov_diag = loc.expand((*batch, n)), cov_diag.expand((*batch, n))
        self.cov_factor = cov_factor.expand((*batch, *cov_factor.shape[-2:]))
        super().__init__(batch, (n,), validate_args=validate_args)
        self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag = cov_factor, cov_diag
        self._capacitance_tril = capacitance_tril(cov_factor, cov_diag)

    @property
    def mean(self) -> Any:
        return self.loc

    mode = mean

    @lazy_property
    def variance(self) -> Any:
        """The diagonal of the covariance."""
        W, D = self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag
        return (W.square().sum(-1) + D).expand(self._extended_shape())

    def _matrix(self, matrix: Any) -> Any:
        return matrix.expand((*self._extended_shape(), *self._event_shape))

    @lazy_property
    def scale_tril(self) -> Any:
        """The lower triangular L with L Lᵀ the covariance (…, n, n)."""
        return cholesky(self.covariance_matrix)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """W Wᵀ + diag(D): (…, n, n)"""
        W, D = self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag
        return self._matrix(W @ W.mT + D.diag_embed())

    @lazy_property
    def precision_matrix(self) -> Any:
        """Its inverse: (…, n, n)"""
        W, D = self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag
        A = solve_triangular(self._capacitance_tril, W.mT / D.unsqueeze(-2), upper=False)
        return self._matrix((1 / D).diag_embed() - A.mT @ A)

    def rsample(self, sample_shape: Any = ()) -> Any:
        shape = self._extended_shape(sample_shape)
        thin = noise.bell(self.loc, (*shape[:-1], self.cov_factor.shape[-1]))
        wide = noise.bell(self.loc, shape)
        shift = (self._unbroadcasted_cov_factor @ thin.unsqueeze(-1)).squeeze(-1)
        return self.loc + shift + self._unbroadcasted_cov_diag.sqrt() * wide

    def _log_det(self) -> Any:
        return log_det(self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag, self._capacitance_tril)

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        W, D = self._unbroadcasted_cov_factor, self._unbroadcasted_cov_diag
        far = distance(W, D, value - self.loc, self._capacitance_tril)
        return -0.5 * (self._log_det() + far) - self._event_shape[0] * HALF_LOG_2PI

    def entropy(self) -> Any:
        H = 0.5 * self._log_det() + self._event_shape[0] * (0.5 + HALF_LOG_2PI)
        return H.expand(self._batch_shape)
