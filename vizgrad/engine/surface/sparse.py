"""Making sparse tensors, and multiplying with them.  What they are: sparse_tensor.py."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine import namespace
from vizgrad.engine.bare import Bare

from . import create, data
from .kinds import layout as _layout

sparse_coo = _layout.sparse_coo


def _class() -> Any:
    from .sparse_tensor import SparseTensor  # it is a Tensor, which is not there yet when this file is read

    return SparseTensor


def cat(tensors: Any, dim: int = 0) -> Any:
    """`torch.cat`, found when it is needed."""
    from vizgrad.engine.ops import join

    return join.cat(tensors, dim)


def sparse_coo_tensor(
    indices: Any,
    values: Any = None,
    size: Any = None,
    *,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> Any:
    """A tensor of ``size`` that is 0 but at ``indices`` (sparse dimensions, n): there it is ``values`` (n, …).

    Without ``size`` it is as small as the indices allow.  ``sparse_coo_tensor(size)`` is 0 everywhere.  Places that
    are named twice are added up.  Raises RuntimeError where indices, values and size do not fit.
    """
    if values is None:
        size = create.sized((indices,) if size is None else (size,))
        indices = create.zeros((len(size), 0), dtype=_dtype.int64, device=device)
        values = create.zeros(0, dtype=dtype, device=device)
    at = data.as_tensor(indices, dtype=_dtype.int64, device=device)
    held = data.as_tensor(values, dtype=dtype, device=at.device if device is None else device)
    if requires_grad:
        held = held.detach().clone().requires_grad_()
    if at.ndim != 2:
        raise RuntimeError(f"indices must be sparse_dim x nnz, but got: {list(at.shape)}")
    if not held.ndim or held.shape[0] != at.shape[1]:
        raise RuntimeError(
            f"indices and values must have same nnz, but got nnz from indices: {at.shape[1]}, nnz from values: "
            f"{held.shape[0] if held.ndim else 1}"
        )
    if size is None:
        size = (*_least(at), *held.shape[1:])
    _check(at, held, size := create.sized((size,)))
    return _class()(at, held, size, coalesced=bool(is_coalesced))


def _least(at: Any) -> tuple[int, ...]:
    """The smallest size that has all these places."""
    return tuple(int(n) + 1 for n in at.array.max(1)) if at.shape[1] else (0,) * at.shape[0]


def _check(at: Any, held: Any, size: tuple[int, ...]) -> None:
    sparse, dense = at.shape[0], held.ndim - 1
    if len(size) != sparse + dense:
        raise RuntimeError(
            f"'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {len(size)}, sparse_dim = {sparse}, "
            f"dense_dim = {dense}"
        )
    if tuple(held.shape[1:]) != size[sparse:]:
        raise RuntimeError(
            f"values has incorrect size, expected {[at.shape[1], *size[sparse:]]}, got {list(held.shape)}"
        )
    if at.shape[1]:
        for d, (low, high, n) in enumerate(zip(at.array.min(1), at.array.max(1), size, strict=False)):
            if low < 0:
                raise RuntimeError(f"found negative index {int(low)} for dim {d}")
            if high >= n:
                raise RuntimeError(
                    f"size is inconsistent with indices: for dim {d}, size is {n} but found index {int(high)}"
                )


def to_sparse(self: Any, sparse_dim: int | None = None, *, layout: Any = None, blocksize: Any = None,
              dense_dim: Any = None) -> Any:  # fmt: skip
    """The same numbers without the zeros: the first ``sparse_dim`` dimensions (all) become places."""
    if isinstance(sparse_dim, _layout):
        layout, sparse_dim = sparse_dim, None
    if layout not in (None, sparse_coo) or blocksize is not None:
        raise NotImplementedError(
            "sparse tensors have the layout torch.sparse_coo here; others are not offered"
        )
    n = self.ndim if sparse_dim is None else sparse_dim
    if not 0 < n <= self.ndim:
        raise RuntimeError(f"sparse_dim argument must be in >0 and <={self.ndim}, but is {sparse_dim}")
    xp = namespace.of((self.array,)).module
    there = self.array != 0
    if n < self.ndim:
        there = there.any(axis=tuple(range(n, self.ndim)))
    at = Bare._wrap(xp.stack(xp.nonzero(there)))
    return _class()(at, self[tuple(at)], self.shape, coalesced=True)


def to_dense(self: Any, dtype: Any = None, *, masked_grad: bool | None = None) -> Any:
    """The tensor itself: it is dense.  Of sparse ones, the tensor with all its zeros."""
    return self if dtype is None else self.to(dtype)


def _only_sparse(name: str) -> Any:
    def refuse(self: Any) -> Any:
        raise RuntimeError(f"{name} expected sparse coordinate tensor layout but got Strided")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = "Of sparse tensors only: RuntimeError for a dense one."
    return refuse


coalesce, is_coalesced, indices, values = map(_only_sparse, ("coalesce", "is_coalesced", "indices", "values"))


def sparse_dim(self: Any) -> int:
    """How many dimensions are sparse: none."""
    return 0


def dense_dim(self: Any) -> int:
    """How many dimensions are dense: all."""
    return self.ndim


def mm(mat1: Any, mat2: Any) -> Any:
    """Sparse matrix (n, m) times dense matrix (m, p) or vector (m), or dense times sparse: the result is dense.

    Sparse times sparse is sparse.  Gradients flow to the values of the one and to the other.
    """
    if not mat1.is_sparse:
        return mat1 @ mat2.to_dense()
    if mat2.is_sparse:
        return _both_sparse(mat1, mat2)
    if mat1.ndim != 2 or mat1.dense_dim():
        raise RuntimeError(f"mm: expected a sparse matrix, but got one of size {tuple(mat1.shape)}")
    if mat2.shape[0] != mat1.shape[1]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({'x'.join(map(str, mat1.shape))} and "
            f"{'x'.join(map(str, mat2.shape))})"
        )
    rows, columns = mat1._indices()
    scale = mat1._values().reshape(-1, *(1,) * (mat2.ndim - 1))
    start = create.zeros((mat1.shape[0], *mat2.shape[1:]), dtype=mat2.dtype, device=mat2.device)
    return start.index_add(0, rows, scale * mat2[columns])


def _both_sparse(mat1: Any, mat2: Any) -> Any:
    """Each number of the first meets the row of the second that its column names."""
    if (mat1.sparse_dim(), mat2.sparse_dim(), mat1.dense_dim(), mat2.dense_dim()) != (2, 2, 0, 0):
        raise RuntimeError(
            f"mm: expected two sparse matrices, but got {tuple(mat1.shape)} and {tuple(mat2.shape)}"
        )
    if mat1.shape[1] != mat2.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({'x'.join(map(str, mat1.shape))} and "
            f"{'x'.join(map(str, mat2.shape))})"
        )
    a, b = mat1.coalesce(), mat2.coalesce()
    xp = namespace.of((a.held.array,)).module
    columns, rows = a.at.array[1], b.at.array[0]
    start = xp.searchsorted(rows, columns, side="left")
    ends = xp.cumsum(
        xp.searchsorted(rows, columns, side="right") - start
    )  # of each one's stretch of products
    number = xp.arange(int(ends[-1]) if len(ends) else 0)
    i = xp.searchsorted(ends, number, side="right")
    j = start[i] + number - xp.concatenate((xp.zeros(1, ends.dtype), ends))[i]
    at = Bare._wrap(xp.stack((a.at.array[0][i], b.at.array[1][j])))
    products = a.held[Bare._wrap(i)] * b.held[Bare._wrap(j)]
    return _class()(at, products, (mat1.shape[0], mat2.shape[1])).coalesce()


def addmm(mat: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta · mat + alpha · mat1 @ mat2`` with a sparse mat1."""
    return beta * mat + alpha * mm(mat1, mat2)


def sum(input: Any, dim: Any = None, dtype: Any = None) -> Any:
    """The sum of all numbers of a sparse tensor, or of those along some of its dimensions."""
    return input.sum(dim, dtype=dtype)


def legacy(*args: Any) -> Any:
    """``torch.sparse.FloatTensor(indices, values, size)``, the old spelling of `sparse_coo_tensor`."""
    return sparse_coo_tensor(*args)
