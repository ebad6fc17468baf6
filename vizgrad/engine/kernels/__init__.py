"""Fast ways to compute what a formula says, per array module: found through ``xp`` like any other function.

`EXTRAS` names functions that NumPy or CuPy lacks, or has in a slower form: ``xp.special_erf`` asks here
first.  Each entry makes the function for one array module.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from . import (
    bessel,
    erf,
    exponential,
    factor,
    gamma,
    gamma_incomplete,
    gamma_slope,
    gauss,
    ldl,
    orthogonal,
    power,
    product,
    reduce,
    scatter,
    strided,
)

EXTRAS: dict[str, Callable[[ModuleType], Callable[..., Any]]] = {
    "special_erf": erf.of,
    "add_at": scatter.add_at,
    "add_rows": scatter.add_rows,
    "reduce_at": scatter.reduce_at,
    "neutral": scatter.neutral,
    "restrided": strided.restrided,
    "power": power.of,
    **reduce.ROWS,
    **gauss.ROWS,
    **gamma.ROWS,
    **gamma_incomplete.ROWS,
    **gamma_slope.ROWS,
    **bessel.ROWS,
    **orthogonal.ROWS,
    **product.ROWS,
    **factor.ROWS,
    **ldl.ROWS,
    **exponential.ROWS,
    "conj": lambda _: (
        lambda a: a.conjugate()
    ),  # of real arrays the array itself, where NumPy's function copies
}
