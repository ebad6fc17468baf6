"""Matrices taken apart, in PyTorch's many spellings of the rows in ops/decompose.py and ops/spectral.py."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.ops.decompose import (
    linalg_cholesky_ex,
    linalg_ldl_factor_ex,
    linalg_lu_factor_ex,
    linalg_qr,
)
from vizgrad.engine.ops.matmul import matmul
from vizgrad.engine.ops.matrices import stacked
from vizgrad.engine.ops.solve import linalg_solve_triangular
from vizgrad.engine.ops.spectral import eye_like, linalg_eigh, linalg_svd

from .form import adjoint as mH
from .linalg_solve import lu_unpack
from .out import fills_out, into, result


@fills_out
def linalg_cholesky(A: Any, *, upper: bool = False) -> Any:
    """L of A = L Lᴴ; raises `LinAlgError` where A is not positive definite."""
    return linalg_cholesky_ex(A, upper=upper, check_errors=True)[0]


@fills_out
def cholesky(input: Any, upper: bool = False) -> Any:
    """L of A = L Lᴴ; the old form of `linalg.cholesky`."""
    return linalg_cholesky_ex(input, upper=upper, check_errors=True)[0]


@fills_out
def linalg_lu_factor(A: Any, *, pivot: bool = True) -> Any:
    """L and U in one matrix, and the pivots."""
    LU, pivots, _ = linalg_lu_factor_ex(A, pivot=pivot, check_errors=False)
    return result("linalg_lu_factor", "LU", "pivots")(LU, pivots)


@fills_out
def linalg_lu(A: Any, *, pivot: bool = True) -> Any:
    """P, L and U of A = P L U."""
    LU, pivots, _ = linalg_lu_factor_ex(A, pivot=pivot)
    P, L, U = lu_unpack(LU, pivots)
    return result("linalg_lu", "P", "L", "U")(P if pivot else A.new_empty(0), L, U)


def lu(A: Any, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """The old form of `linalg.lu_factor`: LU and pivots, and where U is singular if ``get_infos``."""
    LU, pivots, info = linalg_lu_factor_ex(A, pivot=pivot)
    parts = (LU, pivots, info) if get_infos else (LU, pivots)
    if out is None:
        return parts
    return into(out, "lu", (A,), lambda: parts)


@fills_out
def linalg_ldl_factor(A: Any, *, hermitian: bool = False) -> Any:
    """L and D of A = L D Lᵀ in one matrix, and the pivots."""
    LD, pivots, _ = linalg_ldl_factor_ex(A, hermitian=hermitian, check_errors=True)
    return result("linalg_ldl_factor", "LD", "pivots")(LD, pivots)


@fills_out
def qr(input: Any, some: bool = True) -> Any:
    """Q and R; the old form of `linalg.qr`."""
    return result("qr", "Q", "R")._make(linalg_qr(input, "reduced" if some else "complete"))


@fills_out
def svd(input: Any, some: bool = True, compute_uv: bool = True) -> Any:
    """U, S and V (not its transpose); the old form of `linalg.svd`."""
    U, S, Vh = linalg_svd(input, not some)
    pack = result("svd", "U", "S", "V")
    if compute_uv:
        return pack(U, S, mH(Vh))
    *lead, m, n = input.array.shape
    return pack(input.new_zeros((*lead, m, m)), S, input.new_zeros((*lead, n, n)))


def _reflected(input: Any, tau: Any, name: str) -> tuple[Any, Any]:
    """V and T with H₁ H₂ … = 1 - V T Vᴴ.

    Schreiber & Van Loan, *A storage-efficient WY representation for products of Householder transformations*,
    1989; T⁻¹ = diag(1 / tau) + the strict upper triangle of Vᴴ V (Puglisi 1992), so written that tau may be 0.
    """
    stacked(name, input.array)
    k, n = tau.array.shape[-1], input.array.shape[-1]
    if tau.array.dtype != input.array.dtype:
        raise RuntimeError(f"{name}: tau dtype {tau.dtype} does not match input dtype {input.dtype}")
    if tau.array.ndim != input.array.ndim - 1 or tau.array.shape[:-1] != input.array.shape[:-2]:
        raise RuntimeError(
            f"{name}: Expected tau to be of shape {list(input.array.shape[:-2])} and at most {n} long, but it has "
            f"shape {list(tau.array.shape)}"
        )
    if k > n:
        raise RuntimeError(
            f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1], {n} < {k}"
        )
    V = input[..., :k].tril(-1)
    V = V + eye_like(V)
    scaled = tau.unsqueeze(-1) * matmul(mH(V), V).triu(1)
    D = tau.unsqueeze(-1) * eye_like(scaled)
    T = linalg_solve_triangular(scaled, D, upper=True, unitriangular=True)
    return V, T


@fills_out
def householder_product(input: Any, tau: Any) -> Any:
    """The first columns of H₁ H₂ …, each a reflection 1 - tau v vᴴ, v a column of the lower triangle."""
    m, n = input.array.shape[-2:] if input.array.ndim > 1 else (0, 1)
    if m < n:
        raise RuntimeError(
            "torch.linalg.householder_product: input.shape[-2] must be greater than or equal to input.shape[-1], "
            f"but they are {m} and {n}" if input.array.ndim > 1 else
            "torch.linalg.householder_product: input must have at least 2 dimensions."
        )  # fmt: skip
    V, T = _reflected(input, tau, "torch.linalg.householder_product")
    return eye_like(input) - matmul(V, matmul(T, mH(V[..., :n, :])))


@fills_out
def ormqr(input: Any, tau: Any, other: Any, left: bool = True, transpose: bool = False) -> Any:
    """Q C, Qᴴ C, C Q or C Qᴴ, with the square Q that the reflections make."""
    V, T = _reflected(input, tau, "torch.ormqr")
    at = -2 if left else -1
    if other.array.ndim < 2:
        raise RuntimeError("torch.ormqr: other must have at least 2 dimensions.")
    if other.array.dtype != input.array.dtype:
        raise RuntimeError(f"torch.ormqr: Expected other to be {input.dtype}, but got {other.dtype}")
    if other.array.shape[:-2] != input.array.shape[:-2]:
        raise RuntimeError(
            "torch.ormqr: Expected batch dimensions of other to be equal to input.shape[:-2], but got "
            f"{list(other.array.shape)} and {list(input.array.shape)}"
        )
    if other.array.shape[at] != input.array.shape[-2]:
        raise RuntimeError(
            f"torch.ormqr: other.shape[{at}] must be equal to input.shape[-2], but they are "
            f"{other.array.shape[at]} and {input.array.shape[-2]}"
        )
    T = mH(T) if transpose else T
    if left:
        return other - matmul(V, matmul(T, matmul(mH(V), other)))
    return other - matmul(matmul(matmul(other, V), T), mH(V))


def svd_lowrank(A: Any, q: int | None = 6, niter: int | None = 2, M: Any = None) -> Any:
    """About the ``q`` largest singular values and their vectors, through random directions.

    Halko, Martinsson & Tropp, *Finding structure with randomness*, 2011, algorithms 4.4 and 5.1.
    """
    q, niter = 6 if q is None else q, 2 if niter is None else niter
    A = A if M is None else A - M.expand(*A.array.shape)
    m, n = A.array.shape[-2:]
    if m < n:
        U, S, V = svd_lowrank(mH(A), q, niter)
        return V, S, U
    Q = _range(A, q, niter)
    U, S, Vh = linalg_svd(matmul(mH(Q), A), False)
    return matmul(Q, U), S, mH(Vh)


def _range(A: Any, q: int, niter: int) -> Any:
    """Orthonormal columns that span about what A's ``q`` strongest columns span."""
    from .create import randn

    start = randn(A.array.shape[-1], q, dtype=A.dtype, device=A.device)
    Q = linalg_qr(matmul(A, start))[0]
    for _ in range(niter):
        Q = linalg_qr(matmul(mH(A), Q))[0]
        Q = linalg_qr(matmul(A, Q))[0]
    return Q


def lobpcg(
    A: Any, k: Any = None, B: Any = None, X: Any = None, n: Any = None, iK: Any = None, niter: Any = None,
    tol: Any = None, largest: Any = None, method: Any = None, tracker: Any = None, **_: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """The ``k`` largest (or smallest) λ with A x = λ B x, and their x; A symmetric, B positive definite or None.

    Found exactly, through all eigenvectors, not by iteration: ``X``, ``n``, ``iK``, ``niter``, ``tol``, ``method``
    and ``tracker`` change nothing but the default of ``k``.
    """
    m = A.array.shape[-1]
    k = (1 if X is None else X.array.shape[-1]) if k is None else k
    if A.array.shape[-2] != m:
        raise ValueError(f"lobpcg: A must be square, but it is {A.array.shape[-2]}x{m}")
    if m < 3 * k:
        raise ValueError(f"LPBPCG algorithm is not applicable when the number of A rows (={m}) is smaller than 3 x the "
                         f"number of requested eigenpairs (={k})")  # fmt: skip
    if B is None:
        values, vectors = linalg_eigh(A)
    else:
        L = linalg_cholesky(B)
        half = linalg_solve_triangular(L, A, upper=False)
        values, vectors = linalg_eigh(linalg_solve_triangular(mH(L), half, upper=True, left=False))
        vectors = linalg_solve_triangular(mH(L), vectors, upper=True)
    if largest is None or largest:
        values, vectors = values.flip(-1), vectors.flip(-1)
    return values[..., :k], vectors[..., :k]


def pca_lowrank(A: Any, q: int | None = None, center: bool = True, niter: int = 2) -> Any:
    """The ``q`` directions in which the rows of A differ most, as singular vectors of A minus its mean row."""
    m, n = A.array.shape[-2:]
    q = min(6, m, n) if q is None else q
    if not 0 <= q <= min(m, n):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, True) if center else A, q, niter)
