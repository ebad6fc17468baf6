"""Solving, in PyTorch's many spellings of the rows in ops/solve.py."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import namespace
from vizgrad.engine.bare import Bare
from vizgrad.engine.errors import LinAlgError
from vizgrad.engine.ops import elementwise, shapes
from vizgrad.engine.ops.decompose import lu_pivots_matrix
from vizgrad.engine.ops.matmul import matmul
from vizgrad.engine.ops.matrices import first_zero_pivot, square, stacked
from vizgrad.engine.ops.solve import (
    fitting,
    linalg_inv,
    linalg_pinv,
    linalg_slogdet,
    linalg_solve,
    linalg_solve_triangular,
)
from vizgrad.engine.ops.spectral import eye_like, linalg_svdvals

from .autocast import whole
from .form import adjoint as mH
from .linalg_norms import matrix_rank, tolerances
from .out import fills_out, result


def _no_info(A: Any) -> Any:
    return Bare._wrap(namespace.of((A.array,)).zeros(A.array.shape[:-2], dtype="i4"))


def _made_safe(A: Any) -> tuple[Any, Any]:
    """The matrices, with the identity for those that are singular, and per matrix which pivot is 0, from 1."""
    xp = namespace.of((A.array,))
    info = Bare._wrap(first_zero_pivot(xp, xp.lu_kernel(A.array)[0]))
    return elementwise.where(_each(info != 0), eye_like(A), A), info


def _each(x: Any) -> Any:
    """One number per matrix, so that it meets all elements of its own."""
    return x.unsqueeze(-1).unsqueeze(-1)


@fills_out
def inv_ex(A: Any, *, check_errors: bool = False) -> Any:
    """The inverse, and per matrix the pivot that is 0; raises only with ``check_errors``."""
    pack = result("linalg_inv_ex", "inverse", "info")
    try:
        return pack(linalg_inv(A), _no_info(A))
    except LinAlgError:
        if check_errors:
            raise
        safe, info = _made_safe(A)
        inverse: Any = linalg_inv(safe)
        return pack(inverse.masked_fill(_each(info != 0), float("inf")), info)


def _is_vector(A: Any, B: Any) -> bool:
    """Whether the right-hand sides of A X = B are one vector, or one for each matrix of a stack."""
    return B.array.ndim == 1 or (A.array.ndim - 1 == B.array.ndim and B.array.shape == A.array.shape[:-1])


@fills_out
@whole("linalg_solve")
def solve(A: Any, B: Any, *, left: bool = True) -> Any:
    """X of A X = B, or of X A = B with ``left=False``; B a matrix, a vector, or a stack of either."""
    square("linalg.solve", A.array)
    if _is_vector(A, B):
        if not left:
            raise RuntimeError(
                "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False."
            )
        column: Any = linalg_solve(A, B.unsqueeze(-1))
        return column.squeeze(-1)
    fitting("linalg.solve", A.array, B.array, left)
    if left:
        return linalg_solve(A, B)
    turned: Any = linalg_solve(A.transpose(-2, -1), B.transpose(-2, -1))
    return turned.transpose(-2, -1)


@fills_out
def solve_ex(A: Any, B: Any, *, left: bool = True, check_errors: bool = False) -> Any:
    """The solution, and per matrix the pivot that is 0; raises only with ``check_errors``."""
    pack = result("linalg_solve_ex", "result", "info")
    try:
        return pack(solve(A, B, left=left), _no_info(A))
    except LinAlgError:
        if check_errors:
            raise
        safe, info = _made_safe(A)
        return pack(solve(safe, B, left=left), info)


@fills_out
def solve_triangular(A: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    """X of A X = B (or X A = B), where A is an upper or a lower triangle."""
    return linalg_solve_triangular(A, B, upper=upper, left=left, unitriangular=unitriangular)


@fills_out
def triangular_solve(
    b: Any, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> Any:
    """X of A X = b with a triangle A, and A; the old form of `linalg.solve_triangular`."""
    pack = result("triangular_solve", "solution", "cloned_coefficient")
    square("triangular_solve", A.array)
    stacked("triangular_solve", b.array, A.array)
    B = A.transpose(-2, -1) if transpose else A
    solution = linalg_solve_triangular(B, b, upper=upper != transpose, unitriangular=unitriangular)
    return pack(solution, A.expand(*solution.array.shape[:-2], *A.array.shape[-2:]).clone())


@fills_out
def cholesky_solve(input: Any, L: Any, upper: bool = False) -> Any:
    """X of A X = B, given the Cholesky factor of A."""
    square("cholesky_solve", L.array)
    stacked("cholesky_solve", input.array, L.array)
    fitting("cholesky_solve", L.array, input.array)
    first, second = (mH(L), L) if upper else (L, mH(L))
    return linalg_solve_triangular(second, linalg_solve_triangular(first, input, upper=False), upper=True)


def _unpacked(LU: Any) -> tuple[Any, Any]:
    k = min(LU.array.shape[-2:])
    low = LU[..., :k]
    return low.tril(-1) + eye_like(low), LU[..., :k, :].triu()


@fills_out
def lu_unpack(LU_data: Any, LU_pivots: Any, unpack_data: bool = True, unpack_pivots: bool = True) -> Any:
    """P, L and U of A = P L U from their compact form; what is not asked for is empty."""
    pack = result("lu_unpack", "P", "L", "U")
    if unpack_pivots and LU_pivots.array.dtype != "i4":
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype."
        )
    empty = LU_data.new_empty(0)
    L, U = _unpacked(LU_data) if unpack_data else (empty, empty)
    return pack(lu_pivots_matrix(LU_pivots, LU_data) if unpack_pivots else empty, L, U)


@fills_out
def linalg_lu_solve(LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False) -> Any:
    """X of A X = B (or X A = B; or with Aᴴ for A), given A's compact LU and its pivots."""
    square("torch.linalg.lu_solve", LU.array)
    stacked("torch.linalg.lu_solve", LU.array, B.array)
    fitting("torch.linalg.lu_solve", LU.array, B.array, left)
    if pivots.array.dtype != "i4":
        raise RuntimeError("linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32")
    if pivots.array.shape != LU.array.shape[:-1]:
        raise RuntimeError(
            "linalg.lu_solve: Number of pivots per batch should be same as the dimension of the matrix, but got "
            f"pivots of shape {list(pivots.array.shape)} for LU of shape {list(LU.array.shape)}"
        )
    if not left:
        return mH(linalg_lu_solve(LU, pivots, mH(B), adjoint=not adjoint))
    P: Any = lu_pivots_matrix(pivots, LU)
    if adjoint:
        y = linalg_solve_triangular(mH(LU), B, upper=False)
        return matmul(P, linalg_solve_triangular(mH(LU), y, upper=True, unitriangular=True))
    y = linalg_solve_triangular(LU, matmul(P.transpose(-2, -1), B), upper=False, unitriangular=True)
    return linalg_solve_triangular(LU, y, upper=True)


@fills_out
def lu_solve(b: Any, LU_data: Any, LU_pivots: Any) -> Any:
    """X of A X = b, given A's compact LU; the old form of `linalg.lu_solve`."""
    return linalg_lu_solve(LU_data, LU_pivots, b)


def logdet(input: Any) -> Any:
    """Log det A: -inf where it is 0, NaN where it is negative."""
    sign, size = linalg_slogdet(input)
    if sign.array.dtype.kind == "c":
        return size + sign.log()
    return size.masked_fill(sign == -1, float("nan"))


@fills_out
def slogdet(input: Any) -> Any:
    """The determinant's sign and the logarithm of its size."""
    return result("slogdet", "sign", "logabsdet")._make(linalg_slogdet(input))


@fills_out
def pinv(A: Any, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Any:
    """The pseudo-inverse; singular values up to the larger of ``atol`` and ``rtol`` · the largest count as 0."""
    stacked("linalg.pinv", A.array)
    atol, rtol = tolerances(A, atol, rtol if rcond is None else rcond)
    return linalg_pinv(A, atol, rtol, hermitian)


@whole("pinverse")
def pinverse(input: Any, rcond: Any = 1e-15) -> Any:
    """The pseudo-inverse; singular values up to ``rcond`` · the largest count as 0."""
    return pinv(input, rcond)


@fills_out
def lstsq(A: Any, B: Any, rcond: Any = None, *, driver: str | None = None) -> Any:
    """X for which A X comes closest to B; squared errors, rank and singular values where the driver has them.

    Drivers are LAPACK's names: "gels" (full rank), "gelsy" (default), "gelsd", "gelss".
    """
    pack = result("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
    driver = driver or "gelsy"
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(
            f"torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss), got {driver}"
        )
    stacked("torch.linalg.lstsq", A.array)
    vector = _is_vector(A, B)
    b = B.unsqueeze(-1) if vector else B
    m, n = A.array.shape[-2:]
    if b.array.shape[-2] != m:
        raise RuntimeError(
            f"torch.linalg.lstsq: input.size(-2) should match other.size(-2), but they are {m} and {b.array.shape[-2]}"
        )
    if A.array.dtype != B.array.dtype:
        raise RuntimeError(
            f"torch.linalg.lstsq: Expected input and other to have the same dtype, but got {A.dtype} and {B.dtype}"
        )
    shapes.broadcast(A.array.shape[:-2], b.array.shape[:-2])
    solution: Any = matmul(pinv(A, rtol=rcond), b)
    values = linalg_svdvals(A.detach())
    rank = values.new_empty(0).long()
    full = True
    if driver != "gels":
        rank = matrix_rank(A, rtol=rcond)
        full = bool((rank == n).all())
    residuals = solution.reshape(solution.array.size)[:0].abs()
    if m > n and full and driver != "gelsy":
        off = matmul(A, solution) - b
        residuals = (off * off.conj()).sum(-2)
        residuals = residuals.real if residuals.array.dtype.kind == "c" else residuals
    solution = solution.squeeze(-1) if vector else solution
    return pack(solution, residuals, rank, values if driver in ("gelsd", "gelss") else values.new_empty(0))


@fills_out
def tensorinv(A: Any, ind: int = 2) -> Any:
    """The inverse of ``tensordot(A, ·, ind)``: A's first ``ind`` dimensions count as rows."""
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    rows, columns = A.array.shape[:ind], A.array.shape[ind:]
    if shapes.product(rows) != shapes.product(columns):
        raise RuntimeError(
            f"Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{shapes.product(columns)} != {shapes.product(rows)}"
        )
    n = shapes.product(rows)
    inverse: Any = linalg_inv(A.reshape(n, n))
    return inverse.reshape(*columns, *rows)


@fills_out
def tensorsolve(A: Any, B: Any, dims: Any = None) -> Any:
    """X of ``tensordot(A, X, X.ndim)`` = B; ``dims`` of A go to its end first."""
    if dims is not None:
        gone = [shapes.at(d, A.array.ndim) for d in dims]
        A = A.permute(*(d for d in range(A.array.ndim) if d not in gone), *gone)
    shape = A.array.shape[B.array.ndim :]
    n = shapes.product(shape)
    if n != shapes.product(A.array.shape[: B.array.ndim]):
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == "
            f"prod(self.shape[:other.ndim]), but got {n} != {shapes.product(A.array.shape[: B.array.ndim])}"
        )
    x: Any = linalg_solve(A.reshape(n, n), B.reshape(n, 1))
    return x.reshape(*shape)
