"""Matrix products through BLAS: narrow floats by way of float32, a stack against one matrix as one product."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

_FAST = (numpy.dtype("f4"), numpy.dtype("f8"))
_float32, _float64 = _FAST


def of(module: ModuleType) -> Callable[[Any, Any], Any]:
    """``matmul`` for one array module."""

    def matmul(a: Any, b: Any) -> Any:
        kind = a.dtype
        if a.ndim == b.ndim == 2 and (kind is _float32 or kind is _float64):
            return a.dot(b)  # less than half of what ``@`` costs for small matrices
        if kind.itemsize == 2 and kind.kind in "fV":  # sums of narrow numbers need more digits
            return matmul(a.astype(_float32), b.astype(_float32)).astype(kind)
        if b.ndim == 2 and a.ndim > 2 and a.size:
            return matmul(a.reshape(-1, a.shape[-1]), b).reshape(*a.shape[:-1], b.shape[-1])
        return a @ b

    return matmul


ROWS = {"matmul": of}
