"""What is done to each row of a matrix: sums, products, the largest number, and one number for a whole row."""

from __future__ import annotations

from typing import Any

import numpy as np


class Spread:
    """Σ column[i] · line[j] over pairs of a column and a line, written into given memory.

    As a product of matrices: faster than broadcasting, which begins anew at every row.  There are two lines at least,
    the second perhaps of zeros, because NumPy's product with one is slow.
    """

    def __init__(self, rows: int, *lines: np.ndarray) -> None:
        self.right = np.zeros((max(2, len(lines)), len(lines[0])), dtype=lines[0].dtype)
        for at, line in zip(self.right, lines, strict=False):
            at[:] = line
        self.left = np.zeros((rows, len(self.right)), dtype=self.right.dtype)

    def __call__(self, out: np.ndarray, *columns: Any) -> np.ndarray:
        left = self.left[: len(out)]
        for i, column in enumerate(columns):
            left[:, i] = column
        return np.matmul(left, self.right, out=out)


def sums(x: Any) -> np.ndarray:
    """Σ x along the last dimension, which stays as size 1.  A product with ones is the fastest way."""
    n = x.shape[-1]
    if n == 1:
        return x
    if not x.flags.c_contiguous:
        return x.sum(axis=-1, keepdims=True)
    return (x.reshape(-1, n) @ np.ones(n, dtype=x.dtype)).reshape(*x.shape[:-1], 1)


def dots(a: Any, b: Any) -> np.ndarray:
    """Σ a · b along the last dimension, which stays as size 1."""
    return a * b if a.shape[-1] == 1 else np.vecdot(a, b)[..., None]


def tops(xp: Any, x: Any) -> Any:
    """The largest number along the last dimension, which stays as size 1.

    Of short rows NumPy finds the place of the largest number faster than the number.
    """
    n = x.shape[-1]
    if xp.module.__name__ != "numpy" or not 0 < n <= 256 or not x.flags.c_contiguous:
        return xp.max(x, axis=-1, keepdims=True)
    rows = x.reshape(-1, n)
    return rows[xp.arange(len(rows)), rows.argmax(1)].reshape(*x.shape[:-1], 1)
