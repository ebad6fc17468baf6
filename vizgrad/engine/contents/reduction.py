"""What folds dimensions away, orders, accumulates or searches along them."""

from __future__ import annotations

from vizgrad.engine.ops.reduce import amax, amin, argmax, argmin, cumsum, logsumexp, prod
from vizgrad.engine.surface.fold import (
    all,
    allclose,
    any,
    equal,
    log_softmax,
    max,
    mean,
    min,
    norm,
    softmax,
    std,
    sum,
    topk,
    var,
)  # fmt: skip

__all__ = [
    "all", "allclose", "amax", "amin", "any", "argmax", "argmin", "cumsum", "equal", "log_softmax", "logsumexp",
    "max", "mean", "min", "norm", "prod", "softmax", "std", "sum", "topk", "var",
]  # fmt: skip


class Methods:
    """Of a tensor: sums, extremes, statistics, orders."""

    __slots__ = ()

    sum, mean, var, std, prod, norm = sum, mean, var, std, prod, norm
    max, min, amax, amin, argmax, argmin, all, any = max, min, amax, amin, argmax, argmin, all, any
    softmax, log_softmax, logsumexp, cumsum = softmax, log_softmax, logsumexp, cumsum
    allclose, equal, topk = allclose, equal, topk
