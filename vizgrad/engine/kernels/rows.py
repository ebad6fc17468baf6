"""What is done to each row of a matrix: sums, products, the largest number, and one number for a whole row.

Sums are products with a matrix of two columns: NumPy's with one are slower, and of blocks as large as `blocks.parts`
makes them BLAS computes these without threads of its own, which would be in the way of ours (see threads.py).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

_LONG = 1 << 12  # numbers in a row of ones that is worth keeping


def lefts(grid: Any, *each: Any) -> np.ndarray:
    """Matrices to be multiplied by `right`, each made of numbers for the rows of an array of shape (*grid, n).

    The product with ``right(line)`` is number · line for each row: faster than broadcasting, which begins anew at
    every row.
    """
    columns = np.zeros((len(each), *grid, 2), each[0].dtype)
    for column, numbers in zip(columns, each, strict=True):
        column[..., :1] = numbers
    return columns.reshape(len(each), -1, 2)


def each_row(grid: Any, *each: Any) -> np.ndarray:
    """For each of these, which broadcast to (*grid, 1), a line with a number for every row."""
    lines = np.empty((len(each), *grid, 1), each[0].dtype)
    for line, numbers in zip(lines, each, strict=True):
        line[...] = numbers
    return lines.reshape(len(each), -1)


def right(line: Any) -> np.ndarray:
    """``line`` above zeros."""
    rows = np.zeros((2, line.size), line.dtype)
    rows[0] = line
    return rows


def ones(n: int, kind: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """Ones above zeros, and two columns of ones."""
    return _ones(n, kind.char) if n <= _LONG else (right(np.ones(n, kind)), np.ones((n, 2), kind))


@lru_cache(maxsize=32)
def _ones(n: int, kind: str) -> tuple[np.ndarray, np.ndarray]:
    return right(np.ones(n, kind)), np.ones((n, 2), kind)


def sums(x: Any) -> np.ndarray:
    """Σ x along the last dimension, which stays as size 1."""
    n = x.shape[-1]
    if n == 1:
        return x
    if not x.flags.c_contiguous:
        return x.sum(axis=-1, keepdims=True)
    return (x.reshape(-1, n) @ ones(n, x.dtype)[1])[:, :1].reshape(*x.shape[:-1], 1)


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
