"""Matrices taken apart by what they stretch: eigenvectors and singular vectors.

Gradients: Giles, *An extended collection of matrix derivative results for forward and reverse mode automatic
differentiation*, 2008; where numbers must differ (λⱼ - λᵢ), equal ones make gradients infinite, as in PyTorch.
"""

from __future__ import annotations

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.decompose import factoring
from vizgrad.engine.ops.matrices import adjoint, square, stacked
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value


def columns(v):
    """Numbers, one per column, so that they multiply the columns of a matrix."""
    return v[..., None, :]


def rows(v):
    """Numbers, one per row, so that they multiply the rows of a matrix."""
    return v[..., None]


@op
class eye_like(Formula):
    """The identity, as large as the matrices of x"""

    exact = True

    def forward(xp, input: Value):
        return xp.eye(input.shape[-2], input.shape[-1], dtype=input.dtype)


@op
class linalg_eigh(factoring):
    """A = V diag(λ) Vᴴ of a symmetric or Hermitian A, of which one triangle is read; λ real, rising

    Giles 2008, section 3.1; the part of g that changes no subspace is left out.
    """

    outputs = ("eigenvalues", "eigenvectors")
    named = "linalg_eigh"
    formula = "λ, V with A = V diag(λ) Vᵀ"
    formulas = {"A": "V [diag(g) + Vᵀ gV / (λⱼ - λᵢ)] Vᵀ"}

    def forward(xp, A: Value, UPLO: str = "L"):
        triangle("linalg.eigh", A, UPLO)
        values, vectors = xp.linalg.eigh(A, UPLO.upper())
        return values, vectors

    def d_A(xp, g, gV, eigenvalues, eigenvectors):
        V = eigenvectors
        VH = adjoint(xp, V)
        if gV is None:
            return xp.matmul(V * columns(g), VH)
        turn = xp.matmul(VH, gV)
        apart = columns(eigenvalues) - rows(eigenvalues) + eye_of(xp, eigenvalues)
        inner = (turn - adjoint(xp, turn)) / 2 / apart
        left = xp.matmul(V, inner)
        return xp.matmul(left if g is None else left + V * columns(g), VH)


def triangle(name, A, UPLO):
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    square(name, A)


def eye_of(xp, v):
    """The identity for as many rows as there are numbers in ``v``: keeps a difference with itself from being 0."""
    return xp.eye_like(columns(v) - rows(v))


@op
class linalg_eigvalsh(Formula):
    """The eigenvalues of a symmetric or Hermitian matrix, rising"""

    out = True
    formula = "λ with A v = λ v"
    formulas = {"A": "V diag(g) Vᵀ"}

    def forward(xp, A: Value, UPLO: str = "L"):
        triangle("linalg.eigvalsh", A, UPLO)
        return xp.linalg.eigvalsh(A, UPLO.upper())

    def d_A(xp, g, A, UPLO):
        _, V = xp.rule("linalg_eigh")(A, UPLO)
        return xp.matmul(V * columns(g), adjoint(xp, V))


@op
class linalg_eig(factoring):
    """A V = V diag(λ) of a square A; complex even where A is real

    Boeddeker et al., *On the computation of complex-valued gradients*, 2017, with columns of length 1.
    """

    outputs = ("eigenvalues", "eigenvectors")
    named = "linalg_eig"
    formula = "λ, V with A = V diag(λ) V⁻¹"
    formulas = {"A": "V⁻ᴴ [diag(g) + (Vᴴ gV - Vᴴ V diag(Re Vᴴ gV)) / conj(λⱼ - λᵢ)] Vᴴ"}

    def forward(xp, A: Value):
        square("linalg.eig", A)
        if not bool(xp.isfinite(A).all()):
            raise RuntimeError("torch.linalg.eig: input tensor should not contain infs or NaNs.")
        values, vectors = xp.linalg.eig(A)
        kind = (A.dtype.type(0) + 1j).dtype if A.dtype.kind != "c" else A.dtype
        kind = "c8" if A.dtype.itemsize == 4 else kind
        return values.astype(kind), vectors.astype(kind)

    def d_A(xp, g, gV, eigenvalues, eigenvectors):
        V = eigenvectors
        VH = adjoint(xp, V)
        solve = xp.rule("linalg_solve")
        if gV is None:
            return solve(VH, rows(g) * VH)
        turn = xp.matmul(VH, gV)
        along = xp.sum(xp.conj(V) * gV, axis=-2)
        inner = turn - xp.matmul(VH, V * columns(along + xp.conj(along)) / 2)
        apart = columns(eigenvalues) - rows(eigenvalues)
        apart = xp.conj(apart) + xp.eye_like(apart)
        inner = inner * (1 - xp.eye_like(inner)) / apart
        inner = xp.matmul(inner, VH)
        return solve(VH, inner if g is None else inner + rows(g) * VH)


@op
class linalg_eigvals(Formula):
    """The eigenvalues of a square matrix, complex"""

    out = True
    formula = "λ with A v = λ v"
    formulas = {"A": "V⁻ᴴ diag(g) Vᴴ"}

    def forward(xp, A: Value):
        square("linalg.eigvals", A)
        if not bool(xp.isfinite(A).all()):
            raise RuntimeError("torch.linalg.eigvals: input tensor should not contain infs or NaNs.")
        return xp.linalg.eigvals(A).astype("c8" if A.real.dtype.itemsize == 4 else "c16")

    def d_A(xp, g, A):
        _, V = xp.rule("linalg_eig")(A)
        VH = adjoint(xp, V)
        return xp.rule("linalg_solve")(VH, rows(g) * VH)


@op
class linalg_svd(factoring):
    """A = U diag(S) Vᴴ: orthonormal columns, falling numbers ≥ 0, orthonormal rows

    Townsend, *Differentiating the singular value decomposition*, 2016; of full matrices, only the first columns
    that belong to singular values carry gradients.
    """

    samples = (Sample((3, 3), full_matrices=False), Sample((2, 4, 3), full_matrices=False))
    outputs = ("U", "S", "Vh")
    named = "linalg_svd"
    formula = "U, S, Vᵀ with A = U diag(S) Vᵀ"
    formulas = {
        "A": "U [(skew(Uᵀ gU) S + S skew(Vᵀ gV)) / (Sⱼ² - Sᵢ²) + diag(gS)] Vᵀ + (1 - U Uᵀ) gU S⁻¹ Vᵀ + …"
    }

    def forward(xp, A: Value, full_matrices: bool = True):
        stacked("linalg.svd", A)
        U, S, Vh = xp.linalg.svd(A, full_matrices)
        return U, S, Vh

    def d_A(xp, gU, gS, gVh, U, S, Vh):
        k = S.shape[-1]
        U, Vh = U[..., :k], Vh[..., :k, :]
        gU, gVh = None if gU is None else gU[..., :k], None if gVh is None else gVh[..., :k, :]
        UH, V = adjoint(xp, U), adjoint(xp, Vh)
        squares = columns(S * S) - rows(S * S) + eye_of(xp, S)
        inner, left, right = 0, None, None
        if gU is not None:
            turn = xp.matmul(UH, gU)
            left = (gU - xp.matmul(U, turn)) / columns(S)
            turn = turn - adjoint(xp, turn)
            inner = turn / squares * columns(S)
            if gVh is not None:  # what is left of a common phase
                inner = inner + turn * xp.eye_like(turn) / (2 * columns(S))
        if gVh is not None:
            turn = xp.matmul(gVh, V)
            right = (gVh - xp.matmul(turn, Vh)) / rows(S)
            turn = adjoint(xp, turn) - turn
            inner = inner + rows(S) * (turn / squares)
        y = xp.matmul(U, inner) if gU is not None or gVh is not None else 0
        y = xp.matmul(y if gS is None else y + U * columns(gS), Vh)
        y = y if left is None else y + xp.matmul(left, Vh)
        return y if right is None else y + xp.matmul(U, right)


@op
class linalg_svdvals(Formula):
    """The singular values of a matrix, falling"""

    samples = (Sample((3, 3)), Sample((2, 3, 4)))
    out = True
    formula = "S with A = U diag(S) Vᵀ"
    formulas = {"A": "U diag(g) Vᵀ"}

    def forward(xp, A: Value):
        stacked("linalg.svdvals", A)
        return xp.linalg.svd(A, False, False)

    def d_A(xp, g, A):
        U, _, Vh = xp.rule("linalg_svd")(A, False)
        return xp.matmul(U * columns(g), Vh)
