"""Products made of rows: outer and inner ones, of many matrices, over chosen dimensions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.index import ones_like
from vizgrad.engine.ops.join import stack
from vizgrad.engine.ops.matmul import matmul, mm
from vizgrad.engine.ops.solve import linalg_cross, linalg_inv
from vizgrad.engine.ops.spectral import eye_like

from .autocast import whole
from .out import fills_out


@fills_out
def inner(input: Any, other: Any) -> Any:
    """Σ over the last dimension of both: the dot product of vectors."""
    if not input.array.ndim or not other.array.ndim:
        return input * other
    if input.array.shape[-1] != other.array.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.array.shape)} and {list(other.array.shape)}"
        )
    return _contracted(input, other, [input.array.ndim - 1], [other.array.ndim - 1])


@fills_out
@whole("tensordot")
def tensordot(a: Any, b: Any, dims: Any = 2) -> Any:
    """Σ over several dimensions of both.

    ``dims``: how many (the last of ``a`` with the first of ``b``), or two lists, or a tensor of two rows.
    """
    if isinstance(dims, Bare):
        dims = dims.tolist()  # type: ignore[attr-defined]
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.array.ndim, b.array.ndim):
            raise RuntimeError(
                f"tensordot expects dims < ndim_a or ndim_b, but got {dims} and {a.array.ndim}D, {b.array.ndim}D"
            )
        dims = list(range(a.array.ndim - dims, a.array.ndim)), list(range(dims))
    of_a, of_b = ([d] if isinstance(d, int) else list(d) for d in dims)
    if len(of_a) != len(of_b):
        raise RuntimeError("both dimension lists should have same length")
    of_a = [shapes.at(d, a.array.ndim) for d in of_a]
    of_b = [shapes.at(d, b.array.ndim) for d in of_b]
    return _contracted(a, b, of_a, of_b)


def _contracted(a: Any, b: Any, of_a: list[int], of_b: list[int]) -> Any:
    """One product of matrices, after the dimensions to be summed were put next to each other."""
    if a.array.dtype != b.array.dtype:
        raise RuntimeError(
            f"both inputs should have same dtype, but they are {_dtype.of(a.array)} and {_dtype.of(b.array)}"
        )
    for i, j in zip(of_a, of_b, strict=True):
        n, m = a.array.shape[i], b.array.shape[j]
        if n != m and 1 not in (n, m):
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {n} in dim {i} and second has size {m} "
                f"in dim {j}"
            )
        if n != m:  # a single slice meets each: add the many up first
            kind = _dtype.of(a.array)
            a, b = (a.sum(i, True, dtype=kind), b) if m == 1 else (a, b.sum(j, True, dtype=kind))
    left = [i for i in range(a.array.ndim) if i not in of_a]
    right = [j for j in range(b.array.ndim) if j not in of_b]
    shape_a, shape_b = a.array.shape, b.array.shape
    n = shapes.product([shape_a[i] for i in of_a])
    rows, columns = [shape_a[i] for i in left], [shape_b[j] for j in right]
    first = a.permute(*left, *of_a).reshape(shapes.product(rows), n)
    second = b.permute(*of_b, *right).reshape(n, shapes.product(columns))
    return mm(first, second).reshape(*rows, *columns)


@fills_out
def kron(input: Any, other: Any) -> Any:
    """A copy of ``other`` for each element of ``input``, multiplied with it, in a grid."""
    n = max(input.array.ndim, other.array.ndim)
    a, b = ((1,) * (n - x.array.ndim) + x.array.shape for x in (input, other))
    spread = input.reshape(tuple(size for i in a for size in (i, 1)))
    spread = spread * other.reshape(tuple(size for j in b for size in (1, j)))
    return spread.reshape(tuple(i * j for i, j in zip(a, b, strict=True)))


@whole("chain_matmul")
def chain_matmul(*matrices: Any, out: Any = None) -> Any:
    """The product of several matrices, in the order that needs the fewest multiplications."""
    matrices = tuple(matrices[0]) if len(matrices) == 1 and not isinstance(matrices[0], Bare) else matrices
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    for m in matrices:
        if m.array.ndim != 2:
            raise RuntimeError(f"Tensor dimension is {m.array.ndim}, expected 2 instead.")
    return matrices[0] if len(matrices) == 1 else multi_dot(matrices, out=out)


@fills_out
@whole("linalg_multi_dot")
def multi_dot(tensors: Sequence[Any]) -> Any:
    """The product of several matrices in the cheapest order; the first and the last may be vectors.

    Cormen et al., *Introduction to Algorithms*, chapter 15.2.
    """
    parts = list(tensors)
    if len(parts) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(parts)}")
    _check_chain(parts)
    row, column = parts[0].array.ndim == 1, parts[-1].array.ndim == 1
    if row:
        parts[0] = parts[0].unsqueeze(0)
    if column:
        parts[-1] = parts[-1].unsqueeze(1)
    sizes = [p.array.shape[0] for p in parts] + [parts[-1].array.shape[1]]
    for left, right in itertools.pairwise(parts):
        if left.array.shape[1] != right.array.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors with shapes {list(left.array.shape)} and {list(right.array.shape)} "
                "cannot be multiplied"
            )
    y = _product(parts, _splits(sizes), 0, len(parts) - 1)
    y = y.squeeze(-1) if column else y
    return y.squeeze(0) if row else y


def _check_chain(parts: list[Any]) -> None:
    for i, p in enumerate(parts):
        allowed = (1, 2) if i in (0, len(parts) - 1) else (2,)
        if p.array.ndim not in allowed:
            raise RuntimeError(f"multi_dot(): tensor {i} must be {allowed[-1]}D but got {p.array.ndim}D")
        if p.array.dtype != parts[0].array.dtype:
            raise RuntimeError(
                "multi_dot(): all tensors must have be the same dtype but got "
                f"{_dtype.of(parts[0].array)} and {_dtype.of(p.array)}"
            )


def _splits(sizes: list[int]) -> dict[tuple[int, int], int]:
    """For each stretch of the chain, after which matrix to part it so that the products are cheapest."""
    n = len(sizes) - 1
    cost = {(i, i): 0 for i in range(n)}
    split: dict[tuple[int, int], int] = {}
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length - 1
            choices = [
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)
            ]
            cost[i, j], split[i, j] = min(choices)
    return split


def _product(parts: list[Any], split: dict[tuple[int, int], int], i: int, j: int) -> Any:
    if i == j:
        return parts[i]
    k = split[i, j]
    return mm(_product(parts, split, i, k), _product(parts, split, k + 1, j))


@fills_out
@whole("cross")
def cross(input: Any, other: Any, dim: Any = None) -> Any:
    """The cross product along ``dim``, or along the first dimension of size 3."""
    if dim is None:
        sizes = input.array.shape
        if 3 not in sizes:
            raise RuntimeError("no dimension of size 3 in input")
        dim = sizes.index(3)
    return linalg_cross(input, other, dim=dim)


@fills_out
@whole("linalg_vecdot")
def vecdot(x: Any, y: Any, *, dim: int = -1) -> Any:
    """Σ conj(x) y along ``dim``."""
    for v in (x, y):
        if v.array.dtype.kind in "iub":
            raise RuntimeError(
                f"linalg.vecdot: Expected a floating point or complex tensor as input. Got {_dtype.of(v.array)}"
            )
    if x.array.dtype != y.array.dtype:
        raise RuntimeError(
            f"linalg.vecdot: Expected x and y to have the same dtype, but they are {_dtype.of(x.array)} and "
            f"{_dtype.of(y.array)}"
        )
    return (x.conj() * y).sum(dim)


@fills_out
def matrix_power(input: Any, n: int) -> Any:
    """A A … A, ``n`` times, by squaring; of the inverse where ``n`` is negative."""
    if input.array.ndim < 2 or input.array.shape[-1] != input.array.shape[-2]:
        raise RuntimeError(
            "linalg.matrix_power: A must be batches of square matrices, but it has shape "
            f"{list(input.array.shape)}"
        )
    if n == 0:
        return input.tril(-input.array.shape[-1]) + eye_like(input)
    x, n = (linalg_inv(input), -n) if n < 0 else (input, n)
    y: Any = None
    while n:
        if n & 1:
            y = x if y is None else matmul(y, x)
        n >>= 1
        x = matmul(x, x) if n else x
    return y.clone() if y is input else y


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of each number of a vector as a row: x^(N-1) … x, 1, or rising."""
    if x.array.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    n = x.array.shape[0] if N is None else N
    if n < 0:
        raise RuntimeError("N must be non-negative.")
    y = _powers(x, n)
    return y if increasing else y.flip(-1)


def linalg_vander(x: Any, *, N: int | None = None) -> Any:
    """The powers 1, x, x² … x^(N-1) of each number, along a new last dimension."""
    if x.array.dtype.kind == "b":
        raise RuntimeError(
            "linalg.vander supports floating point, complex, and integer tensors, but got Bool"
        )
    n = x.array.shape[-1] if N is None and x.array.ndim else N
    if n is None or n <= 1:
        raise RuntimeError(f"N must be greater than 1, but it is {n}")
    return _powers(x if x.array.ndim else x.unsqueeze(0), n)


def _powers(x: Any, n: int) -> Any:
    x = x.long() if x.array.dtype.kind in "iub" else x
    powers = [ones_like(x)]
    while len(powers) < n:
        powers.append(powers[-1] * x)
    return stack(powers, dim=-1) if n else x.unsqueeze(-1)[..., :0]


def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """The diagonals of matrices in the last two dimensions: a view."""
    return A.diagonal(offset, dim1, dim2)
