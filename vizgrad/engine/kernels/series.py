"""What special functions are computed with: sums of polynomials, ranges, and double precision on the way.

A kernel ``f(m, x, …)`` is written for arrays of float64 of one dimension and the array module ``m``; `of` makes of
it a function for arrays of any shape and floating dtype.  Results are rounded once, at the end: those of narrower
dtypes are right to the last bit or nearly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

_BLOCK = 16384  # elements at a time, so that some hundred passes over them stay in the cache


def of(kernel: Callable[..., Any]) -> Callable[[ModuleType], Callable[..., Any]]:
    """An entry for `EXTRAS`: makes the function for one array module."""

    def made(module: ModuleType) -> Callable[..., Any]:
        def function(*operands: Any) -> Any:
            kind = _kind(operands)
            wide = [module.asarray(x, dtype="f8") for x in operands]
            if len(wide) > 1:
                wide = list(module.broadcast_arrays(*wide))
            shape = wide[0].shape
            flat = [x.reshape(-1) for x in wide]
            if module is not np:
                return kernel(module, *flat).reshape(shape).astype(kind)
            y = np.empty(flat[0].size, kind)
            with np.errstate(all="ignore"):
                for start in range(0, y.size, _BLOCK):
                    part = slice(start, start + _BLOCK)
                    y[part] = kernel(module, *(x[part] for x in flat))
            return y.reshape(shape)

        return function

    return made


def _kind(operands: Sequence[Any]) -> Any:
    """The floating dtype of the operands; numbers have none."""
    kinds = {x.dtype for x in operands if hasattr(x, "dtype") and x.dtype.kind == "f"}
    return np.result_type(*kinds) if kinds else np.dtype("f8")


def pieces(m: Any, operands: Sequence[Any], *cases: tuple[Any, Callable[..., Any]]) -> Any:
    """The first case that holds decides for each element; the last one's condition is True.

    Each function is run only on the elements that are its own: elsewhere its series may not converge.
    """
    y = m.empty_like(operands[0])
    left = m.ones(y.shape, dtype=bool)
    for condition, function in cases:
        here = left if condition is True else left & condition
        if here.all():
            return function(*operands)
        if here.any():
            y[here] = function(*(x[here] for x in operands))
        left = left & ~here
    return y


def polynomial(c: Sequence[float], x: Any) -> Any:
    """Σ c_j xʲ, the highest power first (Horner)."""
    y = c[0] * x + c[1]
    for a in c[2:]:
        y *= x
        y += a
    return y


def chebyshev(c: Sequence[float], t: Any) -> Any:
    """Σ c_j T_j(t) for t in [-1, 1] (Clenshaw)."""
    twice = 2 * t
    last, before = c[-1] + 0 * t, 0 * t
    for a in c[-2:0:-1]:
        now = twice * last
        now -= before
        now += a
        last, before = now, last
    return t * last - before + c[0]
