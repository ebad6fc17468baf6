"""The normal distribution of vectors."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.contents.creation import eye
from vizgrad.engine.contents.shaping import broadcast_shapes
from vizgrad.engine.surface.linalg_decompose import linalg_cholesky as cholesky
from vizgrad.engine.surface.linalg_solve import solve_triangular

from . import constraints, noise
from .distribution import Distribution
from .utils import HALF_LOG_2PI, lazy_property

__all__ = ["MultivariateNormal"]


def squared_lengths(scale_tril: Any, x: Any) -> Any:
    """|L⁻¹x|² of vectors (…, n), for lower triangular matrices (…, n, n)."""
    n = x.shape[-1]
    if scale_tril.dim() == 2:  # one matrix: all vectors are the columns of one right side
        flat = solve_triangular(scale_tril, x.reshape(-1, n).mT, upper=False)
        return flat.square().sum(0).reshape(x.shape[:-1])
    return solve_triangular(scale_tril, x.unsqueeze(-1), upper=False).squeeze(-1).square().sum(-1)


def half_log_det(scale_tril: Any) -> Any:
    """Half the log-determinant of L Lᵀ."""
    return scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def inverse_of_square(scale_tril: Any) -> Any:
    """(L Lᵀ)⁻¹"""
    one = eye(scale_tril.shape[-1], dtype=scale_tril.dtype, device=scale_tril.device)
    inverse = solve_triangular(scale_tril, one, upper=False)
    return inverse.mT @ inverse


def tril_of_inverse(precision: Any) -> Any:
    """The lower triangular L with L Lᵀ = P⁻¹, from one factorization of P with rows and columns reversed."""
    upper = cholesky(precision.flip((-2, -1))).flip((-2, -1)).mT
    one = eye(precision.shape[-1], dtype=precision.dtype, device=precision.device)
    return solve_triangular(upper, one, upper=False)


class MultivariateNormal(Distribution):
    """Vectors around ``loc`` (…, n), with the density exp(-½ (x - μ)ᵀ Σ⁻¹ (x - μ)) / √det(2πΣ).

    Give one of ``covariance_matrix`` Σ, ``precision_matrix`` Σ⁻¹, and ``scale_tril``, the lower triangular L
    with L Lᵀ = Σ, which is what is computed with: each (…, n, n).
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self,
        loc: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        name, matrix = one_matrix(covariance_matrix, precision_matrix, scale_tril)
        batch = broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self.loc = loc.expand((*batch, loc.shape[-1]))
        setattr(self, name, matrix.expand((*batch, *matrix.shape[-2:])))
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        self._unbroadcasted_scale_tril = tril_from(name, matrix)

    @lazy_property
    def scale_tril(self) -> Any:
        """L, with L Lᵀ the covariance."""
        return self._unbroadcasted_scale_tril.expand(self._matrix_shape)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """Σ = L Lᵀ"""
        L = self._unbroadcasted_scale_tril
        return (L @ L.mT).expand(self._matrix_shape)

    @lazy_property
    def precision_matrix(self) -> Any:
        """Σ⁻¹"""
        return inverse_of_square(self._unbroadcasted_scale_tril).expand(self._matrix_shape)

    @property
    def _matrix_shape(self) -> tuple[int, ...]:
        return (*self._batch_shape, *self._event_shape, *self._event_shape)

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        return self._unbroadcasted_scale_tril.square().sum(-1).expand(self._extended_shape())

    def rsample(self, sample_shape: Any = ()) -> Any:
        z = noise.bell(self.loc, self._extended_shape(sample_shape))
        return self.loc + (self._unbroadcasted_scale_tril @ z.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        L = self._unbroadcasted_scale_tril
        half = 0.5 * squared_lengths(L, value - self.loc)
        return -half - half_log_det(L) - self._event_shape[0] * HALF_LOG_2PI

    def entropy(self) -> Any:
        n = self._event_shape[0]
        H = n * (0.5 + HALF_LOG_2PI) + half_log_det(self._unbroadcasted_scale_tril)
        return H.expand(self._batch_shape)


def one_matrix(
    covariance_matrix: Any, precision_matrix: Any, scale_tril: Any, error: type[Exception] = ValueError
) -> tuple[str, Any]:
    """The matrix that was given, and its name; ``error`` unless it is one, ValueError below two dimensions."""
    three = {
        "covariance_matrix": covariance_matrix,
        "precision_matrix": precision_matrix,
        "scale_tril": scale_tril,
    }
    given = [(name, matrix) for name, matrix in three.items() if matrix is not None]
    if len(given) != 1:
        raise error(f"Exactly one of {' or '.join(three)} may be specified, but got {len(given)}.")
    name, matrix = given[0]
    if matrix.dim() < 2:
        raise ValueError(f"{name} must be at least two-dimensional, with optional leading batch dimensions")
    return name, matrix


def tril_from(name: str, matrix: Any) -> Any:
    """L of the matrix that was given."""
    if name == "scale_tril":
        return matrix
    return cholesky(matrix) if name == "covariance_matrix" else tril_of_inverse(matrix)
