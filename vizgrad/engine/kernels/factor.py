"""Factorings and solves that array modules lack: whole stacks at once, a Python loop over rows or columns only."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

from vizgrad.engine.ops.shapes import product

_BLOCK = 32  # columns worked on one by one before the rest is updated by one product


def raising(xp: ModuleType) -> Callable[[], Any]:
    """A context in which a matrix that cannot be factored is an error, which CuPy must be asked for."""
    if xp is numpy:
        return contextlib.nullcontext
    cupyx = importlib.import_module("cupyx")
    return lambda: cupyx.errstate(linalg="raise")


def lu(xp: ModuleType) -> Callable[..., Any]:
    """``lu_factor(a, pivot)``: L and U in one matrix, and the row (from 1) that each row was exchanged with.

    Right-looking, blocked, with partial pivoting (Golub & Van Loan, *Matrix Computations*, 3.4).
    """

    def factor(a: Any, pivot: bool = True) -> tuple[Any, Any]:
        m, n = a.shape[-2:]
        k = min(m, n)
        y = a.reshape(product(a.shape[:-2]), m, n).copy()
        pivots = xp.broadcast_to(xp.arange(1, k + 1, dtype="i4"), (len(y), k)).copy()
        for start in range(0, k, _BLOCK):
            stop = min(start + _BLOCK, k)
            for j in range(start, stop):
                if pivot:
                    _exchange(xp, y, pivots, j)
                _eliminate(xp, y, j, stop)
            if stop < n:
                top = y[:, start:stop, stop:]
                for i in range(1, stop - start):
                    top[:, i : i + 1] -= y[:, start + i : start + i + 1, start : start + i] @ top[:, :i]
                y[:, stop:, stop:] -= y[:, stop:, start:stop] @ top
        return y.reshape(a.shape), pivots.reshape(*a.shape[:-2], k)

    return factor


def _exchange(xp: ModuleType, y: Any, pivots: Any, j: int) -> None:
    """Bring the largest element of column ``j`` to the diagonal, whole rows along with it."""
    column = y[:, j:, j]
    size = (
        xp.absolute(column.real) + xp.absolute(column.imag)
        if column.dtype.kind == "c"
        else xp.absolute(column)
    )
    best = size.argmax(axis=1) + j
    pivots[:, j] = best + 1
    if len(y) == 1:  # one matrix: no need to gather
        best = int(best[0])
        row = y[0, best].copy()
        y[0, best] = y[0, j]
        y[0, j] = row
        return
    each = xp.arange(len(y))
    row = y[each, best]
    y[each, best] = y[:, j]
    y[:, j] = row


def _eliminate(xp: ModuleType, y: Any, j: int, stop: int) -> None:
    """Column ``j`` becomes multipliers; what it stands for is taken off the rest of the block."""
    pivot = y[:, j, j, None]
    if not pivot.all():
        pivot = xp.where(pivot == 0, xp.ones_like(pivot), pivot)
    y[:, j + 1 :, j] /= pivot
    y[:, j + 1 :, j + 1 : stop] -= y[:, j + 1 :, j, None] * y[:, j, None, j + 1 : stop]


def pivot_matrix(xp: ModuleType) -> Callable[..., Any]:
    """``pivot_matrix(pivots, m, kind)``: the P of A = P L U from LU's exchanges of rows."""

    def matrix(pivots: Any, m: int, kind: Any) -> Any:
        flat = pivots.reshape(product(pivots.shape[:-1]), pivots.shape[-1]) - 1
        order = xp.broadcast_to(xp.arange(m), (len(flat), m)).copy()
        each = xp.arange(len(flat))
        for j in range(flat.shape[1]):
            row = order[each, flat[:, j]]
            order[each, flat[:, j]] = order[:, j]
            order[:, j] = row
        return (order[:, None, :] == xp.arange(m)[:, None]).reshape(*pivots.shape[:-1], m, m).astype(kind)

    return matrix


def solve_triangle(xp: ModuleType) -> Callable[..., Any]:
    """``solve_triangle(a, b, upper, unit)``: A x = b by substitution, halves joined by products.

    Zeros on the diagonal give infinities, as in BLAS; what is beyond the triangle is not looked at.
    """

    def solve(a: Any, b: Any, upper: bool, unit: bool) -> Any:
        lead = (
            numpy.broadcast_shapes(a.shape[:-2], b.shape[:-2])
            if a.shape[:-2] != b.shape[:-2]
            else a.shape[:-2]
        )
        x = xp.empty((*lead, *b.shape[-2:]), dtype=b.dtype)
        x[...] = b
        if not upper:  # seen from its end, a lower triangle is an upper one
            a, x = a[..., ::-1, ::-1], x[..., ::-1, :]
        _substitute(xp, a, x, unit)
        return x if upper else x[..., ::-1, :]

    return solve


def _substitute(xp: ModuleType, a: Any, x: Any, unit: bool) -> None:
    """Overwrite ``x`` with the solution for the upper triangle of ``a``."""
    n = a.shape[-1]
    if n > 2 * _BLOCK:
        top, rest = slice(0, n // 2), slice(n // 2, n)
        _substitute(xp, a[..., rest, rest], x[..., rest, :], unit)
        x[..., top, :] -= a[..., top, rest] @ x[..., rest, :]
        _substitute(xp, a[..., top, top], x[..., top, :], unit)
        return
    a = xp.triu(a, 1) + xp.eye(n, dtype=a.dtype) if unit else xp.triu(a)
    try:  # elimination finds nothing to eliminate in a triangle, so what it does is substitution
        x[...] = xp.linalg.solve(a, x)
    except numpy.linalg.LinAlgError:
        for i in reversed(range(n)):
            row = x[..., i : i + 1, :]
            row -= a[..., i : i + 1, i + 1 :] @ x[..., i + 1 :, :]
            row /= a[..., i : i + 1, i : i + 1]


def cholesky(xp: ModuleType) -> Callable[..., Any]:
    """``cholesky_until(a)``: L as far as it goes, and per matrix the minor (from 1) that is not positive, or 0."""

    def factor(a: Any) -> tuple[Any, Any]:
        n = a.shape[-1]
        y = xp.tril(a).reshape(product(a.shape[:-2]), n, n)
        info = xp.zeros(len(y), dtype="i4")
        for j in range(n):
            y[:, j:, j] -= (y[:, j:, :j] @ xp.conj(y[:, j, :j, None]))[..., 0]
            d = y[:, j, j].real
            info = xp.where((info == 0) & ~(d > 0), j + 1, info).astype("i4")
            y[:, j:, j] /= xp.sqrt(xp.where(d > 0, d, 1))[:, None]
        return y.reshape(a.shape), info.reshape(a.shape[:-2])

    return factor


ROWS = {
    "raising": raising,
    "lu_kernel": lu,
    "pivot_kernel": pivot_matrix,
    "triangle_kernel": solve_triangle,
    "cholesky_kernel": cholesky,
}
