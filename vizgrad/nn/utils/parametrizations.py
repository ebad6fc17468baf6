"""Ready-made parametrizations: weights of a fixed direction and length, of norm 1, or orthogonal."""

# pyright: reportPrivateUsage=false, reportUnnecessaryIsInstance=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from typing import Any

from vizgrad.engine.contents import products
from vizgrad.engine.ops.join import cat
from vizgrad.engine.surface import create, fold
from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.surface.kinds import finfo
from vizgrad.engine.surface.linalg_solve import solve
from vizgrad.engine.tensor import Tensor
from vizgrad.nn import functional as F
from vizgrad.nn.module import Module

from . import parametrize
from .spectral_norm import as_matrix, natural_dim
from .weight_norm import norm_except_dim, weight_of

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

MAPS = ("matrix_exp", "cayley", "householder")


def _weight(module: Module, name: str) -> Tensor:
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


def _is_orthogonal(q: Any) -> bool:
    n, k = q.shape[-2:]
    unit = create.eye(k, dtype=q.dtype, device=q.device)
    return fold.allclose(q.mH @ q, unit.expand(*q.shape[:-2], k, k), atol=10.0 * n * finfo(q.dtype).eps)


def _orthogonalized(a: Any) -> Any:
    """The orthogonal factor of ``a``, chosen so that it is ``a`` itself where that is orthogonal."""
    q, r = products.qr(a)
    return q * r.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


class _Orthogonal(Module):
    """An orthogonal matrix from one without constraints, by one of three maps, times ``base``."""

    base: Tensor | None

    def __init__(self, weight: Tensor, orthogonal_map: str, *, use_trivialization: bool = True) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape, self.orthogonal_map, self.based = weight.shape, orthogonal_map, use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Any) -> Any:
        turned = x.shape[-2] < x.shape[-1]
        x = x.mT if turned else x
        q = self._by_reflections(x) if self.orthogonal_map == "householder" else self._by_rotation(x)
        if self.based and self.base is not None:
            q = self.base @ q
        return q.mT if turned else q

    def _by_rotation(self, x: Any) -> Any:
        """exp(A), or (1 - A/2)⁻¹ (1 + A/2), of the skew-symmetric A that the lower triangle of ``x`` makes."""
        n, k = x.shape[-2:]
        x = x.tril()
        if n != k:
            zeros = create.zeros((*x.shape[:-1], n - k), dtype=x.dtype, device=x.device)
            x = cat([x, zeros], -1)
        a = x - x.mH
        if self.orthogonal_map == "matrix_exp":
            q: Any = products.matrix_exp(a)
        else:
            unit = create.eye(n, dtype=a.dtype, device=a.device)
            q = solve(unit - a * 0.5, unit + a * 0.5)
        return q[..., :k]

    @staticmethod
    def _by_reflections(x: Any) -> Any:
        """The product of the reflections whose normals stand below the diagonal, with the diagonal's signs."""
        a = x.tril(-1)
        tau = 2.0 / (1.0 + (a * a).sum(-2))
        q: Any = products.householder_product(a, tau)
        return q * x.diagonal(dim1=-2, dim2=-1).detach().trunc().unsqueeze(-2)

    @no_grad()
    def right_inverse(self, q: Any) -> Any:
        """What the map turns into ``q``."""
        if q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {q.shape}."
            )
        turned = q.shape[-2] < q.shape[-1]
        tall = q.mT if turned else q
        if not self.based:
            found = self._reflections_of(tall)
            return found.mT if turned else found
        self.base = self._completed(tall)
        start = create.zeros_like(q)
        start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return start

    def _reflections_of(self, q: Any) -> Any:
        if self.orthogonal_map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                "use_trivialization=False."
            )
        a, tau = products.geqrf(q)
        diagonal: Any = a.diagonal(dim1=-2, dim2=-1)
        signs = diagonal.sign()
        diagonal.copy_(signs.masked_fill(tau == 0.0, 0.0) - signs.masked_fill(tau != 0.0, 0.0))
        return a

    @staticmethod
    def _completed(q: Any) -> Any:
        """A square orthogonal matrix whose first columns are those of ``q``, made orthogonal if need be."""
        n, k = q.shape[-2:]
        if n == k:
            return q.clone() if _is_orthogonal(q) else _orthogonalized(q)
        more = create.randn(*q.shape[:-2], n, n - k, dtype=q.dtype, device=q.device)
        return _orthogonalized(cat([q, more], -1))


def orthogonal(
    module: Module,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
) -> Module:
    """Keep a matrix orthogonal: ``QᵀQ = 1`` for as many columns (or rows) as there are fewer of

    ``orthogonal_map``: "matrix_exp", "cayley" or "householder"; without ``use_trivialization`` the map is not
    multiplied with a fixed orthogonal matrix.  Lezcano-Casado, *Trivializations for Gradient-Based Optimization on
    Manifolds*, 2019.
    """
    weight = _weight(module, name)
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.shape[-2] == weight.shape[-1] or weight.is_complex()
        orthogonal_map = "matrix_exp" if square else "householder"
    if orthogonal_map not in MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    made = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return parametrize.register_parametrization(module, name, made, unsafe=True)


class _WeightNorm(Module):
    """``g v / ‖v‖``, from a length g and a direction v."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Any:
        return weight_of(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Any, Any]:
        """Length and direction of a weight."""
        return norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int = 0) -> Module:
    """Learn a weight's length and direction apart: ``w = g v / ‖v‖``, one g for each index of ``dim`` (None: one)

    The two are ``parametrizations.weight.original0`` (g) and ``original1`` (v).
    Salimans & Kingma, *Weight Normalization*, 2016, equation 2.
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def rename(state_dict: Any, prefix: str, *rest: Any) -> None:
        """Files of the older nn.utils.weight_norm have other keys."""
        for i, letter in enumerate("gv"):
            old = f"{prefix}{name}_{letter}"
            if old in state_dict:
                state_dict[f"{prefix}parametrizations.{name}.original{i}"] = state_dict.pop(old)

    module._register_load_state_dict_pre_hook(rename)
    return module


class _SpectralNorm(Module):
    """A weight divided by its largest singular value, which power iteration follows."""

    def __init__(self, weight: Any, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim, self.eps = dim % ndim, eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = as_matrix(weight.detach(), self.dim)
            for letter, size in zip("uv", matrix.shape, strict=True):
                start = create.randn(size, dtype=weight.dtype, device=weight.device)
                self.register_buffer(f"_{letter}", F.normalize(start, dim=0, eps=eps))
            self._iterate(matrix, 15)

    @no_grad()
    def _iterate(self, matrix: Any, times: int) -> None:
        for _ in range(times):
            self._u.copy_(F.normalize(matrix @ self._v, dim=0, eps=self.eps))
            self._v.copy_(F.normalize(matrix.mH @ self._u, dim=0, eps=self.eps))

    def forward(self, weight: Any) -> Any:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._iterate(matrix.detach(), self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()
        return weight / (u.conj() * (matrix @ v)).sum()

    def right_inverse(self, value: Tensor) -> Tensor:
        """The weight itself: only its length is lost."""
        return value


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    """Divide a weight by its largest singular value, so that the layer stretches no input by more than 1

    The weight is a matrix whose rows are the indices of ``dim`` (0, but 1 for transposed convolutions).
    Miyato et al., *Spectral Normalization for Generative Adversarial Networks*, 2018, algorithm 1.
    """
    weight = _weight(module, name)
    made = _SpectralNorm(weight, n_power_iterations, natural_dim(module) if dim is None else dim, eps)
    return parametrize.register_parametrization(module, name, made)
