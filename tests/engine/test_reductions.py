"""Reductions, scans, sorts and masks against PyTorch where samples of the table do not reach: the edges."""

from __future__ import annotations

import numpy as np
import pytest

import vizgrad

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]
NAN, INF = float("nan"), float("inf")


def both(function, *arrays, **settings):
    """The function of PyTorch and ours on the same numbers: their results as arrays, side by side."""
    theirs = function(torch, *(torch.from_numpy(np.array(a)) for a in arrays), **settings)
    ours = function(vizgrad, *(vizgrad.from_numpy(np.array(a)) for a in arrays), **settings)
    parts = (list(x) if isinstance(x, tuple) else [x] for x in (theirs, ours))
    return [(t.numpy(), v.array) for t, v in zip(*parts, strict=True)]


def check(function, *arrays, rtol=1e-6, **settings):
    for want, got in both(function, *arrays, **settings):
        assert got.dtype == want.dtype
        np.testing.assert_allclose(got, want, rtol=rtol, atol=1e-6)


WITH_NAN = np.array([[3.0, NAN, 1.0, 2.0], [2.0, 5.0, 5.0, 1.0], [NAN, 4.0, NAN, 4.0]])
ALONG = {
    "max": lambda m, x: m.max(x, 1),
    "min": lambda m, x: m.min(x, 1),
    "argmax": lambda m, x: m.argmax(x, 1),
    "sort": lambda m, x: m.sort(x, dim=1, stable=True),
    "descending": lambda m, x: m.sort(x, descending=True),
    "median": lambda m, x: m.median(x, 1)[0],
    "nanmedian": lambda m, x: m.nanmedian(x, 1)[0],
    "median of all": lambda m, x: m.median(x),
    "nanmedian of all": lambda m, x: m.nanmedian(x),
    "topk": lambda m, x: m.topk(x, 2)[0],
    "smallest": lambda m, x: m.topk(x, 2, largest=False)[0],
    "kthvalue": lambda m, x: m.kthvalue(x, 2)[0],
    "cummax": lambda m, x: m.cummax(x, 1),
    "cummin": lambda m, x: m.cummin(x, 0),
    "nansum": lambda m, x: m.nansum(x, 0),
    "nanmean": lambda m, x: m.nanmean(x, 1),
    "quantile": lambda m, x: m.quantile(x, 0.3, 1),
    "nanquantile": lambda m, x: m.nanquantile(x, 0.3, 0, keepdim=True),
    "unique": lambda m, x: m.unique(x, return_inverse=True, return_counts=True),
    "norm inf": lambda m, x: m.norm(x, INF, 1),
    "logcumsumexp": lambda m, x: m.logcumsumexp(x, 1),
}


@pytest.mark.parametrize("name", ALONG)
def test_what_is_not_a_number(name):
    check(ALONG[name], WITH_NAN)


WHOLE = {
    "sum": lambda m, x: m.sum(x, 0),
    "prod": lambda m, x: m.prod(x, 1),
    "cumsum": lambda m, x: m.cumsum(x, 0),
    "cumprod": lambda m, x: m.cumprod(x, 1),
    "all": lambda m, x: m.all(x, 1),
    "any": lambda m, x: m.any(x),
    "count": lambda m, x: m.count_nonzero(x, 0),
    "diff": lambda m, x: m.diff(x, dim=0),
    "logsumexp": lambda m, x: m.logsumexp(x, 1),
    "amax": lambda m, x: m.amax(x, 1),
    "unique rows": lambda m, x: m.unique(x, dim=0),
}


@pytest.mark.parametrize("kind", ["bool", "uint8", "int8", "int32", "int64"])
@pytest.mark.parametrize("name", WHOLE)
def test_whole_numbers(name, kind):
    check(WHOLE[name], np.array([[1, 0, 3], [2, 2, 1], [1, 0, 3]]).astype(kind))


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_narrow_floats_are_added_up_in_float32(kind):
    ones = vizgrad.ones(5000, dtype=getattr(vizgrad, kind))
    exact = torch.tensor(5000.0).to(getattr(torch, kind)).item()
    assert ones.sum().item() == exact
    assert ones.cumsum(0)[-1].item() == exact
    assert ones.mean().item() == 1
    assert ones.var().item() == 0
    assert ones.softmax(0).sum().item() == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("shape", [(20000,), (300, 700), (3, 5, 7000), (5000, 8), (40, 30, 20)])
@pytest.mark.parametrize("axis", [None, -1, 0, "rest"])
def test_large_sums_by_blocks(shape, axis):
    x = np.random.default_rng(0).standard_normal(shape)
    axis = tuple(range(1, len(shape))) or None if axis == "rest" else axis
    y = vizgrad.from_numpy(x)
    for keep in (False, True):
        np.testing.assert_allclose(y.sum(axis, keep).array, x.sum(axis, keepdims=keep), atol=1e-9)
        np.testing.assert_allclose(
            y.norm(2, axis, keep).array, np.sqrt((x * x).sum(axis, keepdims=keep)), rtol=1e-12
        )
        np.testing.assert_allclose(
            y.var(axis, keepdim=keep).array, x.var(axis, ddof=1, keepdims=keep), rtol=1e-9
        )


@pytest.mark.parametrize("descending", [False, True])
def test_sort_keeps_equals_in_order(descending):
    r = np.random.default_rng(0)
    for x in (
        r.standard_normal((5, 3000)).round(2),
        np.where(r.random((9, 200)) < 0.1, NAN, r.standard_normal((9, 200))),
        r.integers(0, 100000, (3, 5000)),
        np.repeat([[0.0, -0.0, 1.0]], 50, axis=1),
    ):
        for dim in (0, 1):
            want = torch.sort(torch.from_numpy(x), dim=dim, descending=descending, stable=True)
            got = vizgrad.sort(vizgrad.from_numpy(x), dim, descending)
            np.testing.assert_array_equal(got.indices.array, want.indices.numpy())
            np.testing.assert_array_equal(got.values.array, want.values.numpy())


SLOPES = {
    "prod, one zero": (lambda m, x: m.prod(x, 1), [[2.0, 0.0, 3.0], [1.0, 2.0, 3.0]]),
    "prod, two zeros": (lambda m, x: m.prod(x), [[2.0, 0.0, 3.0, 0.0]]),
    "cumprod, zeros": (lambda m, x: m.cumprod(x, 1), [[2.0, 0.0, 3.0, 0.0, 5.0], [1.0, 2.0, 0.5, 3.0, 0.0]]),
    "logcumsumexp, far apart": (lambda m, x: m.logcumsumexp(x, 1), [[1000.0, 0.0, -5.0], [-9.0, 0.0, 9.0]]),
    "std of equals": (lambda m, x: m.std(x, 1), [[2.0, 2.0, 2.0], [1.0, 2.0, 3.0]]),
    "norm at 0": (lambda m, x: m.norm(x, 2, 1), [[0.0, 0.0], [3.0, 4.0]]),
    "norm inf, equals": (lambda m, x: m.norm(x, INF, 1), [[2.0, -2.0, 1.0]]),
    "norm 0.5 at 0": (lambda m, x: m.norm(x, 0.5, 1), [[0.0, 4.0, 1.0]]),
    "amax, equals": (lambda m, x: m.amax(x, 1), [[2.0, 2.0, 1.0]]),
    "max of all, NaN": (lambda m, x: m.max(x), [[2.0, NAN, 1.0, NAN]]),
    "median of all, equals": (lambda m, x: m.median(x), [[2.0, 2.0, 2.0, 1.0]]),
    "cummax, equals": (lambda m, x: m.cummax(x, 1)[0], [[1.0, 3.0, 2.0, 3.0]]),
    "quantile": (lambda m, x: m.quantile(x, 0.4, 1), [[1.0, 3.0, 2.0, 9.0]]),
    "masked softmax": (
        lambda m, x: m.masked.softmax(x, 1, mask=m.tensor([[True, False, True, True]])),
        [[1.0, 3.0, 2.0, 9.0]],
    ),
}


@pytest.mark.parametrize("name", SLOPES)
def test_slopes_at_the_edges(name):
    """First gradients and, through them, second ones."""
    function, numbers = SLOPES[name]

    def slopes(m):
        x = m.tensor(numbers, dtype=m.float64, requires_grad=True)
        y = function(m, x)
        weights = m.arange(1.0, y.numel() + 1, dtype=m.float64).reshape(y.shape)
        (first,) = m.autograd.grad((y * weights).sum(), x, create_graph=True)
        if not first.requires_grad:
            return first.detach(), None
        (second,) = m.autograd.grad((first * first).sum(), x, allow_unused=True)
        return first.detach(), second

    (want, want_second), (got, got_second) = slopes(torch), slopes(vizgrad)
    np.testing.assert_allclose(got.array, want.numpy(), rtol=1e-9, atol=1e-12)
    second = np.zeros_like(got.array) if got_second is None else got_second.array
    expected = np.zeros_like(second) if want_second is None else want_second.numpy(force=True)
    known = ~np.isnan(expected)  # at 0 PyTorch's second slope of a norm is NaN, ours 0
    np.testing.assert_allclose(second[known], expected[known], rtol=1e-9, atol=1e-9)


WRONG = {
    "dim out of range": lambda m, x: m.sum(x, 2),
    "dim twice": lambda m, x: m.amax(x, (0, -2)),
    "mean of whole numbers": lambda m, x: m.mean(x.long()),
    "extreme of nothing": lambda m, x: m.amax(x[:0]),
    "extreme along nothing": lambda m, x: m.max(x[:0], 0),
    "argmax of nothing": lambda m, x: m.argmax(x[:0]),
    "softmax of whole numbers": lambda m, x: m.softmax(x.long(), 0),
    "var of whole numbers": lambda m, x: m.var(x.long()),
    "topk of too many": lambda m, x: m.topk(x, 4),
    "kthvalue, 0th": lambda m, x: m.kthvalue(x, 0),
    "norm of whole numbers": lambda m, x: m.norm(x.long()),
    "norm without identity": lambda m, x: m.norm(x[:0], INF),
    "quantile out of range": lambda m, x: m.quantile(x, 1.5),
    "quantile of nothing": lambda m, x: m.quantile(x[:0], 0.5),
    "bincount below 0": lambda m, x: m.bincount(-m.ones(2, dtype=m.int64)),
    "diff of a scalar": lambda m, x: m.diff(x[0, 0]),
    "logcumsumexp of whole numbers": lambda m, x: m.logcumsumexp(x.long(), 0),
    "max of a number": lambda m, x: m.max(2, x),
    "allclose, two dtypes": lambda m, x: m.allclose(x, x.double()),
    "mask with more dimensions": lambda m, x: m.masked.sum(x, mask=m.ones(1, 2, 3, dtype=m.bool)),
    "trapezoid of a scalar": lambda m, x: m.trapezoid(x[0, 0]),
    "gradient of too few": lambda m, x: m.gradient(x[:1]),
    "renorm of a vector": lambda m, x: m.renorm(x[0], 2, 0, 1.0),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_are_pytorchs(name):
    with pytest.raises(Exception) as theirs:  # noqa: PT011 - which one is the question
        WRONG[name](torch, torch.ones(2, 3))
    with pytest.raises(theirs.type):
        WRONG[name](vizgrad, vizgrad.ones(2, 3))


def test_results_have_names():
    y = vizgrad.tensor([1.0, 3.0, 2.0]).max(0)
    assert repr(y) == repr(torch.tensor([1.0, 3.0, 2.0]).max(0))
    values, indices = vizgrad.empty(0), vizgrad.empty(0, dtype=vizgrad.int64)
    vizgrad.topk(vizgrad.tensor([1.0, 3.0, 2.0]), 2, out=(values, indices))
    assert (values.tolist(), indices.tolist()) == ([3.0, 2.0], [1, 2])


@pytest.mark.parametrize("name", ["sum", "mean", "amax", "argmin", "prod", "any", "nansum"])
def test_numpys_words(name):
    x = np.arange(6.0).reshape(2, 3)
    check(lambda m, x: getattr(m, name)(x, axis=1, keepdims=True), x)
    check(lambda m, x: getattr(x, name)(axis=0), x)


EDGES = np.linspace(0, 1, 12).reshape(3, 4)
LOOKUPS = {
    "lane by lane": lambda m, e, v: m.searchsorted(e, v),
    "after equals": lambda m, e, v: m.searchsorted(e, v, right=True, out_int32=True),
    "buckets": lambda m, e, v: m.bucketize(v, e[0]),
    "histc": lambda m, e, v: m.histc(v, 5, 0.0, 1.0),
    "histogram": lambda m, e, v: m.histogram(v, 4, range=(0.0, 1.0), density=True),
    "histogramdd": lambda m, e, v: m.histogramdd(v, [2] * v.shape[-1])[0],
    "isin": lambda m, e, v: m.isin(e, v, invert=True),
    "cov": lambda m, e, v: m.cov(v, correction=0),
    "corrcoef": lambda m, e, v: m.corrcoef(v),
    "gradient": lambda m, e, v: m.gradient(v, spacing=0.5, edge_order=2, dim=0),
    "trapezoid": lambda m, e, v: m.trapezoid(v, v.cumsum(1)),
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_looking_up_and_estimating(name):
    values = np.concatenate([np.random.default_rng(0).random((3, 5)), EDGES[:, :2]], axis=1)
    check(LOOKUPS[name], EDGES, values)
