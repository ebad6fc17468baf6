"""What folds dimensions away, orders, accumulates or searches along them."""

from __future__ import annotations

from vizgrad.engine.ops import scan as _scan
from vizgrad.engine.ops.reduce import (
    all,
    amax,
    amin,
    any,
    argmax,
    argmin,
    count_nonzero,
    logsumexp,
    mean,
    nansum,
    prod,
    sum,
)  # fmt: skip
from vizgrad.engine.ops.scan import cummax, cummin, cumprod, cumsum, logcumsumexp
from vizgrad.engine.ops.select import argsort, kthvalue, mode, sort, topk
from vizgrad.engine.surface import fold as _fold
from vizgrad.engine.surface.fold import (
    allclose,
    aminmax,
    dist,
    equal,
    log_softmax,
    max,
    median,
    min,
    nanmean,
    nanmedian,
    norm,
    renorm,
    softmax,
    std,
    std_mean,
    var,
    var_mean,
)  # fmt: skip
from vizgrad.engine.surface.inplace import inplace as _inplace
from vizgrad.engine.surface.inplace import inplace_of as _inplace_of

__all__ = [
    "all", "allclose", "amax", "amin", "aminmax", "any", "argmax", "argmin", "argsort", "count_nonzero", "cummax",
    "cummin", "cumprod", "cumsum", "dist", "equal", "kthvalue", "log_softmax", "logcumsumexp", "logsumexp", "max",
    "mean", "median", "min", "mode", "nanmean", "nanmedian", "nansum", "norm", "prod", "renorm", "softmax", "sort",
    "std", "std_mean", "sum", "topk", "var", "var_mean",
]  # fmt: skip


class Methods:
    """Of a tensor: sums, extremes, statistics, orders."""

    __slots__ = ()

    sum, mean, var, std, prod, norm = sum, mean, var, std, prod, norm
    nansum, nanmean, count_nonzero, dist, renorm = nansum, nanmean, count_nonzero, dist, renorm
    max, min, amax, amin, argmax, argmin, all, any = max, min, amax, amin, argmax, argmin, all, any
    aminmax, median, nanmedian, mode = aminmax, median, nanmedian, mode
    softmax, log_softmax, logsumexp = softmax, log_softmax, logsumexp
    cumsum, cumprod, cummax, cummin, logcumsumexp = cumsum, cumprod, cummax, cummin, logcumsumexp
    allclose, equal, topk, sort, argsort, kthvalue = allclose, equal, topk, sort, argsort, kthvalue

    cumsum_, cumprod_ = _inplace(_scan.cumsum), _inplace(_scan.cumprod)
    renorm_ = _inplace_of(_fold.renorm)
