"""Matrices taken apart by elimination: Cholesky, LU, QR, LDL.

Gradients: Giles, *An extended collection of matrix derivative results for forward and reverse mode automatic
differentiation*, 2008; for complex matrices and rectangular ones as each row says.
"""

from __future__ import annotations

from numpy.linalg import LinAlgError as ArrayError

from vizgrad.engine.errors import LinAlgError
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.matrices import adjoint, first_zero_pivot, square, stacked
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value


class factoring(Formula):
    """One matrix, or a stack of them, to several."""

    out = True


def checked(xp, name, info, what):
    """Raise for the first matrix of a stack whose ``info`` is not 0."""
    if info.size and bool(info.any()):
        bad = int(xp.argmax(info.ravel() != 0))
        which = f"(Batch element {bad}): " if info.ndim else ""
        raise LinAlgError(f"{name}: {which}{what.format(int(info.ravel()[bad]))}")


_INDEFINITE = (
    "The factorization could not be completed because the input is not positive-definite "
    "(the leading minor of order {} is not positive-definite)."
)


@op
class linalg_cholesky_ex(factoring):
    """A = L Lᴴ with L lower triangular, of a positive definite A; ``info`` is the minor that is not positive, or 0

    Only one triangle of A is read: the lower one, or with ``upper`` the other, and then A = Lᴴ L.
    Murray, *Differentiation of the Cholesky decomposition*, 2016.
    """

    outputs = ("L", "info")
    named = "linalg_cholesky_ex"
    formula = "L with A = L Lᵀ"
    formulas = {"A": "L⁻ᵀ Φ L⁻¹, Φ the symmetric part of the lower triangle of Lᵀ g, its diagonal halved"}

    def forward(xp, A: Value, *, upper: bool = False, check_errors: bool = False):
        square("linalg.cholesky", A)
        lower = adjoint(xp, A) if upper else A
        try:
            with xp.raising():
                y, info = xp.linalg.cholesky(lower), xp.zeros(A.shape[:-2], dtype="i4")
        except ArrayError:
            y, info = xp.cholesky_kernel(lower)
            if check_errors:
                checked(xp, "linalg.cholesky", info, _INDEFINITE)
        return adjoint(xp, y) if upper else y, info

    def d_A(xp, g, g_info, L, upper):
        if upper:
            g, L = adjoint(xp, g), adjoint(xp, L)
        phi = xp.matmul(adjoint(xp, L), g)
        phi = (xp.tril(phi) + xp.tril(phi, -1)) / 2
        phi = (phi + adjoint(xp, phi)) / 2
        left = xp.rule("linalg_solve_triangular")(adjoint(xp, L), phi, upper=True)
        return xp.rule("linalg_solve_triangular")(L, left, upper=False, left=False)


@op
class linalg_lu_factor_ex(factoring):
    """P A = L U by elimination with row exchanges; L (its diagonal is 1) and U in one matrix

    ``pivots`` holds, from 1, the row that each row was exchanged with; ``info`` the first pivot that is 0, or 0.
    """

    samples = (Sample((3, 3)), Sample((2, 3, 5)), Sample((5, 3)))
    outputs = ("LU", "pivots", "info")
    named = "linalg_lu_factor_ex"
    formula = "L and U with A = P L U"
    formulas = {"A": "P L⁻ᵀ [tril(Lᵀ g) + triu(g Uᵀ)] U⁻ᵀ"}

    def forward(xp, A: Value, *, pivot: bool = True, check_errors: bool = False):
        stacked("linalg.lu_factor", A)
        LU, pivots = xp.lu_kernel(A, pivot)
        info = first_zero_pivot(xp, LU)
        if check_errors:
            checked(xp, "torch.linalg.lu_factor", info, "U[{0},{0}] is zero and using it on lu_solve would result "
                    "in a division by zero.")  # fmt: skip
        return LU, pivots, info

    def d_A(xp, g, g_pivots, g_info, LU, pivots):
        m, n = LU.shape[-2:]
        k = min(m, n)
        solve = xp.rule("linalg_solve_triangular")
        L, U = xp.tril(LU[..., :k], -1), xp.triu(LU[..., :k, :])
        square_L, square_U = L[..., :k, :], U[..., :k]
        LH, UH = adjoint(xp, square_L), adjoint(xp, square_U)
        gL, gU = xp.tril(g[..., :k], -1), xp.triu(g[..., :k, :])
        further = None
        if n > k:  # the columns on the right are L⁻¹ times those of A
            further = solve(LH, gU[..., k:], upper=True, unitriangular=True)
            gL = gL - xp.tril(xp.matmul(further, adjoint(xp, U[..., k:])), -1)
        if m > k:  # the rows below are those of A times U⁻¹
            further = solve(UH, gL[..., k:, :], upper=False, left=False)
            gU = gU - xp.triu(xp.matmul(adjoint(xp, L[..., k:, :]), further))
        # the strict triangle of L times g: L's ones add g itself, whose lower triangle counts
        inner = xp.tril(gL[..., :k, :] + xp.matmul(LH, gL[..., :k, :]), -1)
        inner = inner + xp.triu(xp.matmul(gU[..., :k], UH))
        gA = solve(LH, solve(UH, inner, upper=False, left=False), upper=True, unitriangular=True)
        if n > k:
            gA = xp.concatenate([gA, further], axis=-1)
        if m > k:
            gA = xp.concatenate([gA, further], axis=-2)
        return xp.matmul(xp.rule("lu_pivots_matrix")(pivots, LU), gA)


@op
class lu_pivots_matrix(Formula):
    """The permutation P of A = P L U, from the exchanges of rows and a matrix as tall as A"""

    exact = True

    def forward(xp, pivots: Value, like: Value):
        return xp.pivot_kernel(pivots, like.shape[-2], like.dtype)


@op
class linalg_qr(factoring):
    """A = Q R: orthonormal columns times an upper triangle

    mode "reduced", "complete" (Q is square) or "r" (Q is left out, and no gradient).
    Roberts & Roberts, *QR and LQ decomposition matrix backpropagation algorithms*, 2020.
    """

    samples = (Sample((3, 3)), Sample((2, 5, 3)), Sample((3, 5)))
    outputs = ("Q", "R")
    named = "linalg_qr"
    formula = "Q, R with A = Q R"
    formulas = {"A": "[g + Q sym(R gRᵀ - gᵀ Q)] R⁻ᵀ"}

    def forward(xp, A: Value, mode: str = "reduced"):
        if mode not in ("reduced", "complete", "r"):
            raise RuntimeError(
                f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
            )
        stacked("linalg.qr", A)
        if mode == "r":
            return xp.empty(0, dtype=A.dtype), xp.linalg.qr(A, "r")
        Q, R = xp.linalg.qr(A, mode)
        return Q, R

    def d_A(xp, gQ, gR, Q, R, mode):
        m, k, n = Q.shape[-2], Q.shape[-1], R.shape[-1]
        if mode == "r":
            raise RuntimeError(
                "The derivative of linalg.qr depends on Q, which is not computed when mode='r'."
            )
        if mode == "complete" and m > n:
            raise RuntimeError(
                "The QR decomposition is not differentiable when mode='complete' and nrows > ncols"
            )
        right = None
        if n > m and gR is not None:  # the columns on the right: R there is Qᴴ A
            right = xp.matmul(Q, gR[..., k:])
            more = xp.matmul(xp.matmul(Q, R[..., k:]), adjoint(xp, gR[..., k:]))
            gQ, gR = more if gQ is None else gQ + more, gR[..., :k]
        square_R = R[..., :k]
        inner = 0 if gR is None else xp.matmul(gR, adjoint(xp, square_R))
        if gQ is not None:
            inner = inner - xp.matmul(adjoint(xp, Q), gQ)
        inner = xp.triu(inner)
        inner = inner + adjoint(xp, inner)
        inner = inner - xp.tril(xp.triu(inner)) / 2
        gA = xp.matmul(Q, inner)
        gA = gA if gQ is None else gA + gQ
        gA = xp.rule("linalg_solve_triangular")(adjoint(xp, square_R), gA, upper=False, left=False)
        if n == k:
            return gA
        return xp.concatenate([gA, xp.zeros_like(R[..., :m, k:]) if right is None else right], axis=-1)


@op
class geqrf(factoring):
    """QR as Householder's reflections: R in the upper triangle, the reflections' vectors below, ``tau`` their sizes"""

    outputs = ("a", "tau")
    named = "geqrf"

    def forward(xp, input: Value):
        stacked("torch.geqrf", input)
        h, tau = xp.linalg.qr(input, "raw")
        return xp.swapaxes(h, -1, -2).copy(), tau


@op
class linalg_ldl_factor_ex(factoring):
    """A = L D Lᵀ (Lᴴ if ``hermitian``) of a symmetric A, in LAPACK's compact form; the lower triangle is read"""

    outputs = ("LD", "pivots", "info")
    named = "linalg_ldl_factor_ex"

    def forward(xp, A: Value, *, hermitian: bool = False, check_errors: bool = False):
        square("torch.linalg.ldl_factor_ex", A)
        LD, pivots, info = xp.ldl_kernel(A, hermitian)
        if check_errors:
            checked(xp, "torch.linalg.ldl_factor_ex", info, "The diagonal element {} of D is zero, so that it "
                    "cannot be solved with.")  # fmt: skip
        return LD, pivots, info


@op
class linalg_ldl_solve(Formula):
    """x of A x = B, from the compact form of `linalg_ldl_factor_ex`"""

    out = True

    def forward(xp, LD: Value, pivots: Value, B: Value, *, hermitian: bool = False):
        square("torch.linalg.ldl_solve", LD)
        stacked("torch.linalg.ldl_solve", LD, B)
        if LD.shape[-1] != B.shape[-2]:
            raise RuntimeError(
                f"linalg.ldl_solve: Expected B to have {LD.shape[-1]} rows, but it has {B.shape[-2]}"
            )
        if pivots.dtype.kind not in "iu":
            raise RuntimeError(f"linalg.ldl_solve: Expected pivots to be integers. Got {pivots.dtype}")
        if pivots.shape != LD.shape[:-1]:
            raise RuntimeError(
                f"linalg.ldl_solve: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with "
                f"shape {list(pivots.shape)} instead of {list(LD.shape[:-1])}"
            )
        return xp.ldl_solve_kernel(LD, pivots, B, hermitian)
