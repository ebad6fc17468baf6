"""A = L D Lᵀ of symmetric (or Hermitian) matrices that need not be positive definite, and solves with it.

Bunch & Kaufman, *Some stable methods for calculating inertia and solving symmetric linear systems*, 1977, in the
format of LAPACK's sytrf, lower triangle.  Each matrix of a stack chooses its own pivots, so they are done one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

_ALPHA = (1 + 17**0.5) / 8  # bounds the growth of elements the same for steps of one and of two


def factor(xp: ModuleType) -> Callable[..., Any]:
    """``ldl_factor(a, hermitian)``: L and D in one matrix, pivots (negative in pairs), info per matrix."""

    def all_of(a: Any, hermitian: bool) -> tuple[Any, Any, Any]:
        n = a.shape[-1]
        lead = a.shape[:-2]
        y = xp.tril(a).reshape(-1, n, n) if a.size else a.copy()
        pivots = xp.zeros((*lead, n), dtype="i4")
        info = xp.zeros(lead, dtype="i4")
        if a.size:
            flat, marks = pivots.reshape(-1, n), info.reshape(-1)
            for i in range(len(y)):
                marks[i] = _factor_one(xp, y[i], flat[i], hermitian and a.dtype.kind == "c")
        return y.reshape(a.shape), pivots, info

    return all_of


def _factor_one(xp: ModuleType, a: Any, pivots: Any, hermitian: bool) -> int:
    """Factor one matrix in place; return where (from 1) D is singular, or 0."""
    n, k, info = a.shape[0], 0, 0
    while k < n:
        step, p = _choice(xp, a, k)
        last = k + step - 1
        if p != last:
            _swap(xp, a, k, last, p, hermitian)
        rest, block = slice(k + step, n), slice(k, k + step)
        d = xp.tril(a[block, block])
        d = d + (xp.conj(xp.tril(d, -1)) if hermitian else xp.tril(d, -1)).T
        if hermitian:
            d[range(step), range(step)] = xp.diagonal(d).real
        if step == 1 and not d[0, 0]:
            info = info or k + 1
        elif k + step < n:
            column = a[rest, block].copy()
            a[rest, block] = xp.linalg.solve(d.T, column.T).T
            a[rest, rest] -= xp.tril(a[rest, block] @ (xp.conj(column) if hermitian else column).T)
        pivots[block] = p + 1 if step == 1 else -(p + 1)
        k += step
    return info


def _choice(xp: ModuleType, a: Any, k: int) -> tuple[int, int]:
    """Whether the next pivot is one number or a block of two, and which row comes to its end."""
    n = a.shape[0]

    def size(x: Any) -> Any:
        return xp.absolute(x.real) + xp.absolute(x.imag)

    own = float(size(a[k, k]))
    if k == n - 1:
        return 1, k
    below = size(a[k + 1 :, k])
    row = k + 1 + int(below.argmax())
    largest = float(below.max())
    if own >= _ALPHA * largest:
        return 1, k
    beside = float(size(a[row, k:row]).max())
    if row < n - 1:
        beside = max(beside, float(size(a[row + 1 :, row]).max()))
    if own >= _ALPHA * largest * (largest / beside):
        return 1, k
    return (1 if float(size(a[row, row])) >= _ALPHA * beside else 2), row


def _swap(xp: ModuleType, a: Any, k: int, i: int, p: int, hermitian: bool) -> None:
    """Exchange rows and columns ``i`` < ``p`` of the part from ``k`` on, looking at the lower triangle only."""
    a[p + 1 :, [i, p]] = a[p + 1 :, [p, i]]
    between = a[i + 1 : p, i].copy()
    a[i + 1 : p, i] = xp.conj(a[p, i + 1 : p]) if hermitian else a[p, i + 1 : p]
    a[p, i + 1 : p] = xp.conj(between) if hermitian else between
    if hermitian:
        a[p, i] = xp.conj(a[p, i])
    a[[i, p], [i, p]] = a[[p, i], [p, i]]
    if i > k:
        a[[i, p], k] = a[[p, i], k]


def solve(xp: ModuleType) -> Callable[..., Any]:
    """``ldl_solve(ld, pivots, b, hermitian)``: x of A x = b."""

    def all_of(ld: Any, pivots: Any, b: Any, hermitian: bool) -> Any:
        n, columns = b.shape[-2:]
        lead = numpy.broadcast_shapes(ld.shape[:-2], b.shape[:-2])
        x = xp.broadcast_to(b, (*lead, n, columns)).copy()
        if x.size:
            lds = xp.broadcast_to(ld, (*lead, n, n)).reshape(-1, n, n)
            marks = xp.broadcast_to(pivots, (*lead, n)).reshape(-1, n)
            flat = x.reshape(-1, n, columns)
            for i in range(len(flat)):
                _solve_one(xp, lds[i], [int(p) for p in marks[i]], flat[i], hermitian and b.dtype.kind == "c")
        return x

    return all_of


def _solve_one(xp: ModuleType, a: Any, pivots: list[int], b: Any, hermitian: bool) -> None:
    n, k = len(pivots), 0
    done = []
    while k < n:
        step = 1 if pivots[k] > 0 else 2
        last, p, block = k + step - 1, abs(pivots[k]) - 1, slice(k, k + step)
        if p != last:
            b[[last, p]] = b[[p, last]]
        b[k + step :] -= a[k + step :, block] @ b[block]
        d = xp.tril(a[block, block])
        d = d + (xp.conj(xp.tril(d, -1)) if hermitian else xp.tril(d, -1)).T
        b[block] = xp.linalg.solve(d, b[block])
        done.append((k, step, last, p))
        k += step
    for k, step, last, p in reversed(done):
        below = a[k + step :, k : k + step].T
        b[k : k + step] -= (xp.conj(below) if hermitian else below) @ b[k + step :]
        if p != last:
            b[[last, p]] = b[[p, last]]


ROWS = {"ldl_kernel": factor, "ldl_solve_kernel": solve}
