"""Norms of vectors and matrices, and what is measured with them: condition and rank."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import elementwise, reduce, shapes
from vizgrad.engine.ops.solve import linalg_inv
from vizgrad.engine.ops.spectral import linalg_eigvalsh, linalg_svdvals
from vizgrad.engine.ops.statistics import linalg_vector_norm

from .autocast import whole
from .convert import to
from .out import fills_out

_INF = float("inf")


@fills_out
def vector_norm(x: Any, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """(Σ |x|ᵖ)^(1/p) over the dimensions ``dim``, or over all elements, for p = ``ord``."""
    if dtype is not None:
        _check_dtype("linalg.vector_norm", x, dtype)
        x = to(x, dtype)
    if not isinstance(ord, (int, float)):
        raise RuntimeError(
            f"linalg.vector_norm: Expected a non-complex scalar as the order of norm, got {ord!r}"
        )
    return linalg_vector_norm(x, ord, tuple(dim) if isinstance(dim, list) else dim, keepdim)


def _check_dtype(name: str, x: Any, dtype: Any) -> None:
    have, want = _dtype.of(x.array), dtype
    if want.rank < 2:
        raise RuntimeError(f"{name}: dtype should be floating point or complex. Got {want}")
    if have.is_complex != want.is_complex and have.rank > 1:
        raise RuntimeError(f"{name}: the input is {have}; dtype should be of the same kind, but got {want}")
    if have.rank > 1 and have.itemsize > want.itemsize:
        raise RuntimeError(
            f"{name}: the dtype of the input ({have}) should be convertible without narrowing to {want}"
        )


@fills_out
@whole("linalg_matrix_norm")
def matrix_norm(
    A: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """The size of matrices, by ``ord``.

    "fro" √Σ|a|²; "nuc" the sum of singular values, 2 and -2 the largest and smallest of them; 1 and -1 the largest
    and smallest sum of a column of |a|, inf and -inf of a row.
    """
    if A.array.dtype.kind in "iub":
        raise RuntimeError(
            f"linalg.matrix_norm: Expected a floating point or complex tensor as input. Got {_dtype.of(A.array)}"
        )
    if A.array.ndim < 2:
        raise RuntimeError(
            f"linalg.matrix_norm: The input tensor A must have at least 2 dimensions, got {A.array.ndim}"
        )
    if dtype is not None:
        _check_dtype("linalg.matrix_norm", A, dtype)
        A = to(A, dtype)
    dim = tuple(dim)
    if len(dim) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim}")
    rows, columns = (shapes.at(d, A.array.ndim) for d in dim)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({dim[0]}, {dim[1]})")
    if ord == "fro":
        return linalg_vector_norm(A, 2, (rows, columns), keepdim)
    if ord in ("nuc", 2, -2):
        y = _of_singular_values(A, ord, rows, columns)
        return y.unsqueeze(min(rows, columns)).unsqueeze(max(rows, columns)) if keepdim else y
    if isinstance(ord, str) or abs(ord) not in (1, _INF):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    inner, outer = (rows, columns) if abs(ord) == 1 else (columns, rows)
    if not keepdim and inner < outer:
        outer -= 1
    return _extreme(linalg_vector_norm(A, 1, inner, keepdim), ord, outer, keepdim)


def _of_singular_values(A: Any, ord: Any, rows: int, columns: int) -> Any:
    others = [d for d in range(A.array.ndim) if d not in (rows, columns)]
    S = linalg_svdvals(A.permute(*others, rows, columns))
    if ord == "nuc":
        return S.sum(-1)
    return _extreme(S, ord, -1, False)


def _extreme(x: Any, ord: float, dim: int, keepdim: bool) -> Any:
    """The largest along ``dim`` (0 of none at all) or, for negative ``ord``, the smallest."""
    if ord < 0:
        return reduce.amin(x, dim, keepdim)
    return reduce.amax(x, dim, keepdim) if x.array.shape[dim] else x.sum(dim, keepdim)


@fills_out
@whole("norm")
def norm(A: Any, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """A matrix norm where ``dim`` names two dimensions (or the tensor has two), else a vector norm."""
    two = isinstance(dim, (tuple, list)) and len(dim) == 2
    if dim is not None and not isinstance(dim, int) and not 1 <= len(dim) <= 2 and ord is not None:
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dim)}")
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    if dim is None and A.array.ndim not in (1, 2):
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. "
            f"Got {A.array.ndim}D."
        )
    if two or (dim is None and A.array.ndim == 2):
        return matrix_norm(A, ord, (0, 1) if dim is None else dim, keepdim, dtype=dtype)
    if isinstance(ord, str):
        raise RuntimeError(f"linalg.norm: order {ord!r} is for matrices, but dim is {dim}")
    return vector_norm(A, ord, dim, keepdim, dtype=dtype)


@fills_out
def cond(A: Any, p: Any = None) -> Any:
    """How much solving with A may enlarge errors: ‖A‖ ‖A⁻¹‖, for p = 2 the ratio of singular values."""
    if A.array.ndim < 2:
        raise RuntimeError(
            f"linalg.cond: The input tensor A must have at least 2 dimensions, got {A.array.ndim}"
        )
    if p is None or p in (2, -2):
        S = linalg_svdvals(A)
        largest, smallest = S[..., 0], S[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    if isinstance(p, str) and p not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    if A.array.shape[-1] != A.array.shape[-2]:
        raise RuntimeError(
            f"linalg.cond: A must be batches of square matrices, but they are {A.array.shape[-2]} by "
            f"{A.array.shape[-1]} matrices"
        )
    if not A.array.size:
        return A.abs().sum((-2, -1))
    from .linalg_solve import inv_ex

    if not A.tracked:
        inverse, info = inv_ex(A)
        y = matrix_norm(A, p) * matrix_norm(inverse, p)
        return y if not info.any() else y.masked_fill(info != 0, _INF)
    return matrix_norm(A, p) * matrix_norm(linalg_inv(A), p)


def tolerances(A: Any, atol: Any, rtol: Any) -> tuple[Any, Any]:
    """From which size on singular values count: the larger of ``atol`` and ``rtol`` times the largest one.

    ``rtol`` is by default the rounding of as many numbers as A has rows or columns, or 0 where ``atol`` is given.
    """
    usual = (2.0**-23 if A.array.real.dtype.itemsize == 4 else 2.0**-52) * max(A.array.shape[-2:])
    if rtol is None and isinstance(atol, Bare):
        rtol = elementwise.where(atol > 0, 0.0, usual)  # type: ignore[operator]
    elif rtol is None:
        rtol = 0.0 if atol else usual
    return 0.0 if atol is None else atol, rtol


@fills_out
def matrix_rank(
    A: Any, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Any:
    """How many singular values (of Hermitian matrices: eigenvalues) are larger than the tolerance."""
    from vizgrad.engine.ops.matrices import square, stacked

    stacked("torch.linalg.matrix_rank", A.array)
    if hermitian:
        square("torch.linalg.matrix_rank", A.array)
    for t in (tol, atol, rtol):
        if isinstance(t, Bare) and t.array.dtype.kind == "c":
            raise RuntimeError("torch.linalg.matrix_rank: tol tensor of complex type is not supported.")
    A = A.detach()
    S: Any = linalg_eigvalsh(A).abs() if hermitian else linalg_svdvals(A)
    atol, rtol = tolerances(A, atol if tol is None else tol, rtol if tol is None else 0.0)
    largest = elementwise.maximum(S[..., :1], S[..., -1:])
    least, part = (t.unsqueeze(-1) if isinstance(t, Bare) else S.new_tensor(t) for t in (atol, rtol))  # type: ignore[attr-defined]
    bound: Any = elementwise.maximum(largest * part, least)
    return (bound < S).sum(-1)
