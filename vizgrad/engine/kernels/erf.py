"""The error function for whole arrays: NumPy has none, and SciPy is not needed for one function.

float64: W. J. Cody, *Rational Chebyshev Approximations for the Error Function*, 1969.
float32: one rational approximation on [-4, 4], as Eigen and XLA use.  Both are right to the last few bits.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from . import loops

_BLOCK = 16384  # elements at a time, so that some twenty passes over them stay in the fastest cache

# erf(x) = x P(x²) / Q(x²) for |x| <= 0.5; the leading coefficient first
_P = (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
      3.20937758913846947e3)  # fmt: skip
_Q = (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3)
# 1 - erf(x) = exp(-x²) R(x) / S(x) for 0.5 <= x <= 6; beyond, erf(x) rounds to 1
_R = (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
      2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
      1.23033935479799725e3)  # fmt: skip
_S = (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
      3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3)  # fmt: skip
# float32: erf(x) = x U(x²) / V(x²) for |x| <= 4
_U = (-2.72614225801306e-10, 2.77068142495902e-08, -2.10102402082508e-06, -5.69250639462346e-05,
      -7.34990630326855e-04, -2.95459980854025e-03, -1.60960333262415e-02)  # fmt: skip
_V = (-1.45660718464996e-05, -2.13374055278905e-04, -1.68282697438203e-03, -7.37332916720468e-03,
      -1.42647390514189e-02)  # fmt: skip


def of(module: ModuleType) -> Callable[..., Any]:
    """The error function for arrays of this module."""
    return erf if module is np else importlib.import_module("cupyx.scipy.special").erf


def erf(x: np.ndarray) -> np.ndarray:
    """2/√π times the area under exp(-t²) from 0 to x, element by element."""
    x = np.asarray(x)
    wide = np.float64 if x.dtype == np.float64 or x.dtype.kind in "biu" else np.float32
    source = np.ascontiguousarray(x, dtype=wide).reshape(-1)
    y = np.empty_like(source)
    if wide is np.float32 and loops.take(source):
        loops.on_rows(_singles, source, y)
    else:
        block = _double if wide is np.float64 else _single
        for start in range(0, source.size, _BLOCK):
            y[start : start + _BLOCK] = block(source[start : start + _BLOCK])
    y = y.reshape(x.shape)
    return y if x.dtype == wide or x.dtype.kind in "biu" else y.astype(x.dtype)


def _single(x: np.ndarray) -> np.ndarray:
    x = np.minimum(np.maximum(x, np.float32(-4)), np.float32(4))
    square = x * x
    x *= _polynomial(_U, square)
    x /= _polynomial(_V, square)
    return np.minimum(np.maximum(x, np.float32(-1)), np.float32(1))


@loops.loop
def _singles(x, y):
    """`_single` in one pass."""
    number = x.dtype.type
    for i in range(len(x)):
        a = min(max(x[i], number(-4)), number(4))
        square = a * a
        over, under = number(_U[0]), number(_V[0])
        for c in _U[1:]:
            over = over * square + number(c)
        for c in _V[1:]:
            under = under * square + number(c)
        y[i] = min(max(a * over / under, number(-1)), number(1))


def _double(x: np.ndarray) -> np.ndarray:
    size = np.abs(x)
    small = np.minimum(size, 0.5)
    small *= small
    near = x * _polynomial(_P, small) / _polynomial(_Q, small)
    if not np.any(size > 0.5):
        return near
    large = np.minimum(size, 6.0)
    far = np.copysign(1 - np.exp(-large * large) * _polynomial(_R, large) / _polynomial(_S, large), x)
    return np.where(size > 0.5, far, near)


def _polynomial(coefficients: tuple[float, ...], x: np.ndarray) -> np.ndarray:
    y = np.full_like(x, coefficients[0])
    for c in _numbers(coefficients, x.dtype):
        np.multiply(y, x, y)
        np.add(y, c, y)
    return y


@lru_cache
def _numbers(coefficients: tuple[float, ...], kind: np.dtype[Any]) -> list[np.ndarray]:
    """All but the first as arrays of no dimensions, which NumPy adds in half the time of its own scalars."""
    return [np.array(c, kind) for c in coefficients[1:]]
