"""Solving with matrices: systems of equations, inverses, determinants, the exponential.

Gradients: Giles, *An extended collection of matrix derivative results for forward and reverse mode automatic
differentiation*, 2008, unless a row says otherwise.
"""

from __future__ import annotations

from numpy import errstate
from numpy.linalg import LinAlgError as ArrayError

from vizgrad.engine.errors import LinAlgError
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.matrices import adjoint, first_zero_pivot, square, stacked
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value


class solving(Formula):
    """Matrices in the last two dimensions; those before them are stretched."""

    out = True
    broadcasts = True


def singular(xp, name, A, verb):
    """The error for a matrix that has no inverse, saying which one and which pivot is 0."""
    pivots = first_zero_pivot(xp, xp.lu_kernel(A)[0]).reshape(-1)
    bad = int((pivots != 0).argmax())
    pivot = int(pivots[bad]) or 1
    which = f"(Batch element {bad}): " if A.ndim > 2 else ""
    return LinAlgError(
        f"{name}: {which}The diagonal element {pivot} is zero, the {verb} could not be completed because the "
        "input matrix is singular."
    )


@op
class linalg_inv(solving):
    """A⁻¹, with A A⁻¹ = 1"""

    samples = (Sample((3, 3)), Sample((2, 3, 3)))
    shape = staticmethod(shapes.same)
    formula = "x⁻¹"

    def forward(xp, A: Value):
        square("linalg.inv", A)
        try:
            with xp.raising():
                return xp.linalg.inv(A)
        except ArrayError:
            raise singular(xp, "linalg.inv", A, "inversion") from None

    def d_A(xp, g, y):
        back = adjoint(xp, y)
        return -xp.matmul(xp.matmul(back, g), back)


@op
class linalg_solve(solving):
    """X of A X = B; A (*, n, n), B (*, n, k)"""

    samples = (Sample((3, 3), (3, 2)), Sample((2, 3, 3), (3, 2)), Sample((3, 3), (2, 3, 2)))
    formula = "A⁻¹ B"
    formulas = {"A": "-A⁻ᵀ g Xᵀ", "B": "A⁻ᵀ g"}

    def forward(xp, A: Value, B: Value):
        square("linalg.solve", A)
        stacked("linalg.solve", A, B)
        fitting("linalg.solve", A, B)
        try:
            with xp.raising():
                return xp.linalg.solve(A, B)
        except ArrayError:
            raise singular(xp, "torch.linalg.solve", A, "solve") from None

    def d_A(xp, g, A, y):
        return -xp.matmul(xp.rule("linalg_solve")(adjoint(xp, A), g), adjoint(xp, y))

    def d_B(xp, g, A):
        return xp.rule("linalg_solve")(adjoint(xp, A), g)


def fitting(name, A, B, left=True):
    """Raise unless a system with A takes right-hand sides of B's shape."""
    if A.shape[-1] != B.shape[-2 if left else -1]:
        raise RuntimeError(
            f"{name}: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} "
            f"({A.shape[-2]}x{A.shape[-1]} and {B.shape[-2]}x{B.shape[-1]})"
        )


@op
class linalg_solve_triangular(solving):
    """X of A X = B (or X A = B with ``left=False``), where A is an upper or lower triangle

    What is beyond the triangle is not read; with ``unitriangular`` the diagonal counts as ones.
    """

    samples = (
        Sample((3, 3), (3, 2), upper=True, low=0.5, high=2.0),
        Sample((2, 3, 3), (4, 3), upper=False, left=False, low=0.5, high=2.0),
        Sample((3, 3), (2, 3, 2), upper=False, unitriangular=True),
    )
    formula = "A⁻¹ B"
    formulas = {"A": "-triangle(A⁻ᵀ g Xᵀ)", "B": "A⁻ᵀ g"}

    def forward(xp, A: Value, B: Value, *, upper: bool, left: bool = True, unitriangular: bool = False):
        square("linalg.solve_triangular", A)
        stacked("linalg.solve_triangular", A, B)
        fitting("linalg.solve_triangular", A, B, left)
        if left:
            return xp.triangle_kernel(A, B, upper, unitriangular)
        turned = xp.triangle_kernel(xp.swapaxes(A, -1, -2), xp.swapaxes(B, -1, -2), not upper, unitriangular)
        return xp.swapaxes(turned, -1, -2)

    def d_A(xp, g, A, y, upper, left, unitriangular):
        gB = _through_triangle(xp, g, A, upper, left, unitriangular)
        gA = -(xp.matmul(gB, adjoint(xp, y)) if left else xp.matmul(adjoint(xp, y), gB))
        return xp.triu(gA, int(unitriangular)) if upper else xp.tril(gA, -int(unitriangular))

    def d_B(xp, g, A, upper, left, unitriangular):
        return _through_triangle(xp, g, A, upper, left, unitriangular)


def _through_triangle(xp, g, A, upper, left, unit):
    solve = xp.rule("linalg_solve_triangular")
    return solve(adjoint(xp, A), g, upper=not upper, left=left, unitriangular=unit)


@op
class cholesky_inverse(solving):
    """The inverse of A = L Lᴴ (of A = Lᴴ L with ``upper``), given L"""

    formula = "(L Lᵀ)⁻¹"
    formulas = {"L": "-y (g + gᵀ) y L"}

    def forward(xp, L: Value, upper: bool = False):
        square("cholesky_inverse", L)
        half = xp.triangle_kernel(L, xp.eye(L.shape[-1], dtype=L.dtype), upper, False)
        return half @ adjoint(xp, half) if upper else adjoint(xp, half) @ half

    def d_L(xp, g, L, y, upper):
        both = xp.matmul(xp.matmul(y, g + adjoint(xp, g)), y)
        return -xp.matmul(L, both) if upper else -xp.matmul(both, L)


@op
class linalg_det(solving):
    """The determinant: by how much A stretches volumes"""

    samples = (Sample((3, 3)), Sample((2, 2, 2)))
    formula = "det A"
    formulas = {"A": "g · det(A) A⁻ᵀ"}

    def forward(xp, A: Value):
        square("linalg.det", A)
        with errstate(over="ignore"):  # a float32 of this size is infinite, as in PyTorch
            return xp.linalg.det(A)

    def d_A(xp, g, A):
        return g[..., None, None] * xp.conj(xp.linalg_cofactors(A))


@op
class linalg_cofactors(solving):
    """det(A) A⁻ᵀ, also where A has no inverse: the slope of the determinant"""

    samples = (Sample((3, 3)), Sample((2, 2, 2)))
    formula = "det(A) A⁻ᵀ"
    formulas = {"A": "Σ(g · y) A⁻ᵀ - A⁻ᵀ gᵀ y"}

    def forward(xp, A: Value):
        det = xp.linalg.det(A)
        if bool((det != 0).all()):
            return det[..., None, None] * xp.swapaxes(xp.linalg.inv(A), -1, -2)
        U, S, Vh = xp.linalg.svd(A)
        others = xp.where(xp.eye(S.shape[-1], dtype=bool), 1, S[..., None, :]).prod(-1)
        sign = (xp.linalg.det(U) * xp.linalg.det(Vh))[..., None, None]
        return (sign * xp.conj((U * others[..., None, :]) @ Vh)).astype(A.dtype)

    def d_A(xp, g, A, y):
        inverse = adjoint(xp, xp.rule("linalg_inv")(A))
        C = xp.conj(y)
        along = xp.sum(xp.sum(g * C, axis=-1, keepdims=True), axis=-2, keepdims=True)
        return along * inverse - xp.matmul(inverse, xp.matmul(xp.swapaxes(g, -1, -2), C))


@op
class linalg_slogdet(solving):
    """The determinant's sign (a number on the unit circle, of complex matrices) and the logarithm of its size"""

    samples = (Sample((3, 3)), Sample((2, 2, 2)))
    outputs = ("sign", "logabsdet")
    named = "linalg_slogdet"
    formula = "sign det A, log |det A|"
    formulas = {"A": "g A⁻ᵀ"}

    def forward(xp, A: Value):
        square("linalg.slogdet", A)
        sign, size = xp.linalg.slogdet(A)
        return sign, size

    def d_A(xp, g_sign, g, A, sign):
        if g_sign is not None:
            turn = xp.conj(g_sign) * sign
            turn = (turn - xp.conj(turn)) / 2  # of real matrices, the sign does not move
            g = -turn if g is None else g - turn
        return g[..., None, None] * adjoint(xp, xp.rule("linalg_inv")(A))


@op
class linalg_pinv(solving):
    """The inverse as far as there is one: A⁺ with A A⁺ A = A

    Singular values up to ``atol``, or up to ``rtol`` times the largest, count as 0.
    Golub & Pereyra, *The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
    separate*, 1973.
    """

    samples = (Sample((3, 3)), Sample((2, 4, 3)), Sample((3, 4)))
    formula = "A⁺"
    formulas = {"A": "-A⁺ᵀ g A⁺ᵀ + (1 - A A⁺) gᵀ A⁺ A⁺ᵀ + A⁺ᵀ A⁺ gᵀ (1 - A⁺ A)"}

    def forward(xp, A: Value, atol: Value = 0.0, rtol: Value = 0.0, hermitian: bool = False):
        (square if hermitian else stacked)("linalg.pinv", A)
        U, S, Vh = _singular(xp, A, hermitian)
        size = xp.absolute(S)  # its largest is at one end
        atol, rtol = (xp.asarray(t, dtype=S.dtype)[..., None] for t in (atol, rtol))
        kept = size > xp.maximum(atol, rtol * xp.maximum(size[..., :1], size[..., -1:]))
        inverse = xp.where(kept, 1 / xp.where(kept, S, xp.ones_like(S)), xp.zeros_like(S))
        return adjoint(xp, Vh) * inverse[..., None, :] @ adjoint(xp, U)

    def d_A(xp, g, A, y):
        P, PH, gH = y, adjoint(xp, y), adjoint(xp, g)
        first = xp.matmul(xp.matmul(PH, g), PH)
        second = xp.matmul(xp.matmul(gH, P), PH)
        third = xp.matmul(PH, xp.matmul(P, gH))
        second = second - xp.matmul(A, xp.matmul(P, second))
        return second - first + third - xp.matmul(xp.matmul(third, P), A)


def _singular(xp, A, hermitian):
    if not hermitian:
        return xp.linalg.svd(A, False)
    values, V = xp.linalg.eigh(A)
    return V, values, adjoint(xp, V)


@op
class linalg_matrix_exp(solving):
    """e to the power of a square matrix: 1 + A + A²/2! + …

    Gradient: a corner of the exponential of a matrix twice as large.  Mathias, *A chain rule for matrix functions
    and applications*, 1996, theorem 2.1.
    """

    samples = (Sample((3, 3)), Sample((2, 2, 2)))
    out = False
    formula = "exp(A)"
    formulas = {"A": "the upper right block of exp([[Aᵀ, g], [0, Aᵀ]])"}

    def forward(xp, A: Value):
        wide = A.astype("f4") if A.dtype.kind == "f" and A.dtype.itemsize == 2 else A
        square("linalg.matrix_exp", wide)
        return xp.expm_kernel(wide).astype(A.dtype, copy=False)

    def d_A(xp, g, A):
        n = A.shape[-1]
        back = adjoint(xp, A)
        top = xp.concatenate([back, g], axis=-1)
        bottom = xp.concatenate([xp.zeros_like(back), back], axis=-1)
        return xp.rule("linalg_matrix_exp")(xp.concatenate([top, bottom], axis=-2))[..., :n, n:]


@op
class linalg_cross(solving):
    """The vector upright on two vectors of three numbers along ``dim``, as long as their area is large"""

    samples = (Sample((4, 3), (4, 3)), Sample((3, 2), (3, 1), dim=0))
    promotes = "mixed"
    formula = "a × b"
    formulas = {"input": "b × g", "other": "g × a"}

    def forward(xp, input: Value, other: Value, *, dim: int = -1):
        if input.ndim != other.ndim:
            raise RuntimeError(
                "linalg.cross: inputs must have the same number of dimensions, but they have "
                f"{input.ndim} and {other.ndim}"
            )
        at = shapes.at(dim, input.ndim)
        if input.shape[at] != 3 or other.shape[at] != 3:
            raise RuntimeError(
                f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[at]} and {other.shape[at]}"
            )
        shapes.broadcast(input.shape, other.shape)
        a, b = xp.moveaxis(input, at, 0), xp.moveaxis(other, at, 0)
        parts = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        return xp.stack(parts, axis=at)

    def d_input(xp, g, other, dim):
        return xp.rule("linalg_cross")(xp.conj(other), g, dim=dim)

    def d_other(xp, g, input, dim):
        return xp.rule("linalg_cross")(g, xp.conj(input), dim=dim)
