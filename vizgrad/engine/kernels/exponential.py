"""eᴬ of matrices: scaling, a rational approximation, squaring.

Higham, *The scaling and squaring method for the matrix exponential revisited*, 2005, table 2.3 and algorithm 2.3.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from types import ModuleType
from typing import Any

_LARGEST = {8: 5.371920351148152, 4: 3.925724783138660}  # norms up to which the approximation is exact enough
_DEGREE = {8: 13, 4: 7}


def expm(xp: ModuleType) -> Callable[[Any], Any]:
    """``expm(a)`` of a stack of matrices, each scaled by its own power of two."""

    def expm(a: Any) -> Any:
        if not a.size:
            return a.copy()
        width = a.real.dtype.itemsize
        norm = xp.absolute(a).sum(axis=-2).max(axis=-1)
        small = norm <= _LARGEST[width]
        times = xp.where(small, 0, xp.ceil(xp.log2(xp.where(small, 1, norm) / _LARGEST[width])))
        times = xp.where(xp.isfinite(times), times, 0)
        scaled = a * xp.exp2(-times).astype(a.real.dtype)[..., None, None]
        y = _rational(xp, scaled, _DEGREE[width])
        for i in range(int(times.max())):
            y = xp.where((times > i)[..., None, None], y @ y, y)
        return y

    return expm


def _rational(xp: ModuleType, a: Any, q: int) -> Any:
    """The [q/q] Padé approximant of eᴬ: (V - U)⁻¹ (V + U), U the odd and V the even powers."""
    c = [
        factorial(2 * q - j) * factorial(q) / (factorial(2 * q) * factorial(j) * factorial(q - j))
        for j in range(q + 1)
    ]
    square = a @ a
    power = xp.broadcast_to(xp.eye(a.shape[-1], dtype=a.dtype), a.shape)
    odd, even = c[1] * power, c[0] * power
    for j in range(2, q + 1, 2):
        power = power @ square
        even = even + c[j] * power
        if j < q:
            odd = odd + c[j + 1] * power
    odd = a @ odd
    return xp.linalg.solve(even - odd, even + odd)


ROWS = {"expm_kernel": expm}
