"""Powers: the usual exponents without the general power's logarithm, and whole numbers as PyTorch has them."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any


def of(module: ModuleType) -> Callable[..., Any]:
    """``power(x, n)`` for arrays of this module."""
    usual: dict[Any, Callable[[Any], Any]] = {
        2: module.square,
        0.5: module.sqrt,
        3: lambda x: x * x * x,
        -1: module.reciprocal,
    }

    def power(x: Any, n: Any) -> Any:
        if (type(n) is int or type(n) is float) and n in usual and x.dtype.kind in "fc":
            return usual[n](x)
        try:
            return module.power(x, n)
        except ValueError:  # NumPy refuses all negative exponents of whole numbers
            return _inverse(module, x, n)

    return power


def _inverse(module: ModuleType, x: Any, n: Any) -> Any:
    """Whole numbers to whole powers where some are negative: 1/x is 0 unless x is 1 or -1."""
    if not hasattr(n, "dtype"):
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    x = module.asarray(x).astype(n.dtype)
    y = module.power(x, module.where(n < 0, 0, n))
    flipped = module.where(n % 2 == 0, 1, x)
    return module.where(n < 0, module.where(x == 1, 1, module.where(x == -1, flipped, 0)), y).astype(n.dtype)
