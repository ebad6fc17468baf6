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
from vizgrad.engine.ops.search import bincount, hash_tensor, histc, isin
from vizgrad.engine.ops.select import argsort, mode, sort, topk
from vizgrad.engine.surface import fold as _fold
from vizgrad.engine.surface.calculus import cumulative_trapezoid, diff, gradient, trapezoid, trapz
from vizgrad.engine.surface.estimate import (
    corrcoef,
    cov,
    histogram,
    histogramdd,
    nanquantile,
    quantile,
)  # fmt: skip
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
from vizgrad.engine.surface.order import bucketize, kthvalue, msort, searchsorted, unique, unique_consecutive
from vizgrad.engine.surface.respelt import numpys_words as _numpys_words

__all__ = [
    "all", "allclose", "amax", "amin", "aminmax", "any", "argmax", "argmin", "argsort", "bincount",
    "bucketize", "corrcoef", "count_nonzero", "cov", "cummax", "cummin", "cumprod", "cumsum",
    "cumulative_trapezoid", "diff", "dist", "equal", "gradient", "hash_tensor", "histc", "histogram",
    "histogramdd", "isin", "kthvalue", "log_softmax", "logcumsumexp", "logsumexp", "max", "mean", "median",
    "min", "mode", "msort", "nanmean", "nanmedian", "nanquantile", "nansum", "norm", "prod", "quantile",
    "renorm", "searchsorted", "softmax", "sort", "std", "std_mean", "sum", "topk", "trapezoid", "trapz",
    "unique", "unique_consecutive", "var", "var_mean",
]  # fmt: skip

_numpys_words(globals())


class Methods:
    """Of a tensor: sums, extremes, statistics, orders."""

    __slots__ = ()

    sum, mean, var, std, prod, norm = sum, mean, var, std, prod, norm
    nansum, nanmean, count_nonzero, dist, renorm = nansum, nanmean, count_nonzero, dist, renorm
    max, min, amax, amin, argmax, argmin, all, any = max, min, amax, amin, argmax, argmin, all, any
    aminmax, median, nanmedian, mode = aminmax, median, nanmedian, mode
    softmax, log_softmax, logsumexp = softmax, log_softmax, logsumexp
    cumsum, cumprod, cummax, cummin, logcumsumexp = cumsum, cumprod, cummax, cummin, logcumsumexp
    quantile, nanquantile, cov, corrcoef = quantile, nanquantile, cov, corrcoef
    histc, histogram, bincount, diff = histc, histogram, bincount, diff
    msort, isin, unique, unique_consecutive = msort, isin, unique, unique_consecutive
    hash_tensor = hash_tensor
    allclose, equal, topk, sort, argsort, kthvalue = allclose, equal, topk, sort, argsort, kthvalue

    cumsum_, cumprod_ = _inplace(_scan.cumsum), _inplace(_scan.cumprod)
    renorm_ = _inplace_of(_fold.renorm)
