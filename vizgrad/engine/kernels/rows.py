"""Normalization of rows, as matrix products: what ops/normalize.py says of layer_norm, faster.

A number per row times a number per column is a matrix of rank one.  A matrix product makes it faster than
broadcasting does, which begins anew at every row.
"""

from __future__ import annotations

from typing import Any

_CACHE = 1 << 18  # bytes of each operand at a time


class _Spread:
    """column[i] · row[j], as a product of matrices with a second column of zeros (NumPy's for one is slow).

    The result stands in the same memory each time, which several of them may share.
    """

    def __init__(self, xp: Any, row: Any, rows: int, beside: _Spread | None = None) -> None:
        self.xp, self.row, self.right = xp, row, None
        if xp.module.__name__ == "numpy":
            self.right = xp.zeros((2, len(row)), dtype=row.dtype)
            self.right[0] = row
            self.left = xp.zeros((rows, 2), dtype=row.dtype)
            self.room = beside.room if beside else xp.empty((rows, len(row)), dtype=row.dtype)

    def __call__(self, column: Any) -> Any:
        if self.right is None:
            return column[:, None] * self.row
        n = len(column)
        self.left[:n, 0] = column
        return self.xp.module.matmul(self.left[:n], self.right, out=self.room[:n])


def _at_once(xp: Any, x: Any) -> int:
    return min(
        len(x), max(1, _CACHE * len(x) // max(1, x.nbytes)) if xp.module.__name__ == "numpy" else len(x)
    )


def _parts(xp: Any, x: Any) -> list[slice]:
    step = max(1, _at_once(xp, x))
    return [slice(i, min(len(x), i + step)) for i in range(0, len(x), step)]


def dots(xp: Any, a: Any, b: Any) -> Any:
    """Σ a · b along the last dimension."""
    dot = getattr(xp.module, "vecdot", None)
    return dot(a, b) if dot else xp.einsum("...a,...a->...", a, b)


def normalized(xp: Any, x: Any, weight: Any, bias: Any, eps: float) -> tuple[Any, Any, Any]:
    """(x - mean) / √(var + eps) · weight + bias for each row of x (rows, n), the mean and 1 / √(var + eps)."""
    rows, n = x.shape
    one, step = xp.ones(n, dtype=x.dtype), _at_once(xp, x)
    level = _Spread(xp, one, step)
    slope = level if weight is None else _Spread(xp, weight, step, level)
    start = None if bias is None else _Spread(xp, bias, step, level)
    y, mean, rstd = xp.empty_like(x), xp.empty(rows, dtype=x.dtype), xp.empty(rows, dtype=x.dtype)
    for i in _parts(xp, x):
        mean[i] = (x[i] @ one) / n
        far = xp.subtract(x[i], level(mean[i]), out=y[i])
        rstd[i] = (dots(xp, far, far) / n + eps) ** -0.5
        far *= slope(rstd[i])
        if start is not None:
            far += start(xp.ones(len(far), dtype=x.dtype))
    return y, mean, rstd


def d_input(xp: Any, g: Any, x: Any, mean: Any, rstd: Any, weight: Any, shape: Any) -> Any:
    """The gradient by x in ``shape``, when mean and rstd are computed from x itself."""
    n, step = x.shape[1], _at_once(xp, x)
    one = xp.ones(n, dtype=x.dtype)
    level = _Spread(xp, one, step)
    scale = level if weight is None else _Spread(xp, weight, step, level)
    weight = one if weight is None else weight
    whole, room = xp.empty(shape, dtype=x.dtype), xp.empty((step, n), dtype=x.dtype)
    dx = whole.reshape(x.shape)
    for i in _parts(xp, x):
        a, gi = rstd[i], g[i]
        far = xp.subtract(x[i], level(mean[i]), out=room[: len(a)])
        out = xp.multiply(gi, far, out=dx[i])
        slope = (out @ weight) * a * a * a / n
        far *= level(-slope)
        far -= level((gi @ weight) * a / n)
        xp.multiply(gi, scale(a), out=out)
        out += far
    return whole


def d_weight(xp: Any, g: Any, x: Any, mean: Any, rstd: Any) -> Any:
    """The gradient by weight: Σ over rows of g · (x - mean) · rstd."""
    step = _at_once(xp, x)
    one, found = xp.ones(x.shape[1], dtype=x.dtype), xp.zeros(x.shape[1], dtype=x.dtype)
    level, room = _Spread(xp, one, step), xp.empty((step, x.shape[1]), dtype=x.dtype)
    for i in _parts(xp, x):
        far = xp.subtract(x[i], level(mean[i]), out=room[: len(mean[i])])
        far *= g[i]
        found += rstd[i] @ far
    return found


def column_sums(xp: Any, g: Any) -> Any:
    """Σ over rows, as a product with ones."""
    return xp.ones(len(g), dtype=g.dtype) @ g


def tops(xp: Any, x: Any) -> Any:
    """The largest number along the last dimension, which stays as size 1.

    Of short rows NumPy finds the place of the largest number faster than the number.
    """
    n = x.shape[-1]
    if xp.module.__name__ != "numpy" or not 0 < n <= 256 or not x.flags.c_contiguous:
        return xp.max(x, axis=-1, keepdims=True)
    rows = x.reshape(-1, n)
    return rows[xp.arange(len(rows)), rows.argmax(1)].reshape(*x.shape[:-1], 1)
