"""Special functions in PyTorch's spellings of the rows in ops/special.py."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.ops import special

from .inplace import inplace_of
from .out import fills_out


@fills_out
def polygamma(n: int, input: Any) -> Any:
    """The slope of log Γ(x), differentiated ``n`` times more."""
    return special.polygamma(input, n)


def polygamma_method(self: Any, n: int) -> Any:
    """The slope of log Γ(x), differentiated ``n`` times more."""
    return special.polygamma(self, n)


polygamma_ = inplace_of(polygamma_method, "polygamma")


@fills_out
def mvlgamma(input: Any, p: int) -> Any:
    """Log Γ of dimension p: p (p - 1)/4 log π + Σ lgamma(x - j/2) for j = 0 … p - 1."""
    if p < 1:
        raise RuntimeError(f"p has to be greater than or equal to 1, but got {p}")
    total = special.lgamma(input)
    for j in range(1, p):
        total = total + special.lgamma(input - j / 2)
    return total + p * (p - 1) / 4 * math.log(math.pi)


mvlgamma_ = inplace_of(mvlgamma)
