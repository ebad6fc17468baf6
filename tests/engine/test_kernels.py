"""The kernels beside what they stand for: the formula, the slow function, or PyTorch."""

from __future__ import annotations

import math

import numpy as np
import pytest

import vizgrad
import vizgrad.nn.functional as ours
from vizgrad.engine.kernels import blocks, erf, scatter
from vizgrad.engine.ops import attention, embedding, normalize


@pytest.mark.usefixtures("by")
def test_erf_is_right_to_the_last_bits():
    x = np.concatenate(
        [np.linspace(-7, 7, 20001), np.geomspace(1e-300, 1, 1001), [0.0, -0.0, np.inf, -np.inf]]
    )
    right = np.array([math.erf(v) for v in x])
    np.testing.assert_allclose(erf.erf(x), right, rtol=1e-15, atol=0)
    np.testing.assert_allclose(erf.erf(x.astype("float32")), right, rtol=1e-6, atol=1e-30)
    assert np.isnan(erf.erf(np.array([np.nan]))).all()
    assert np.isnan(erf.erf(np.full(20000, np.nan, "float32"))).all()
    assert erf.erf(np.array(0.5, dtype="float16")).dtype == np.float16


@pytest.mark.parametrize("rows", [0, 1, 7, 400])
def test_adding_rows(rows):
    r = np.random.default_rng(rows)
    index, values = r.integers(0, 9, rows), r.standard_normal((rows, 3))
    got, right = np.zeros((9, 3)), np.zeros((9, 3))
    scatter.add_rows(np)(got, index, values)
    np.add.at(right, index, values)
    np.testing.assert_allclose(got, right, atol=1e-12)


@pytest.mark.parametrize(
    "index",
    [
        np.array([[0, -1], [2, 2]]),
        (np.array([0, 1, 1]), np.array([2, -1, -1])),
        (np.array([[0], [1]]), np.array([0, 2, 2])),
        (slice(None), np.array([1, 1])),
    ],
    ids=["rows", "points", "stretched", "with a slice"],
)
def test_adding_at_repeated_places(index):
    y, right = np.ones((3, 4)), np.ones((3, 4))
    values = np.random.default_rng(0).standard_normal(y[index].shape)
    scatter.add_at(np)(y, index, values)
    np.add.at(right, index, values)
    np.testing.assert_allclose(y, right, atol=1e-12)


def test_parts_give_what_the_whole_gives():
    x, scale = np.random.default_rng(0).standard_normal((3000, 40)), np.full((3000, 1), 2.0)
    np.testing.assert_array_equal(blocks.each(lambda xp, x, s: x * s + 1, np, x, scale), x * 2 + 1)
    np.testing.assert_allclose(blocks.total(lambda xp, x, s: (x * s).sum(0), np, x, scale), 2 * x.sum(0))


def gradients(f, *arrays):
    xs = [vizgrad.tensor(a, requires_grad=True) for a in arrays]
    y = f(*xs)
    (y * y).sum().backward()
    return [y.array, *(x.grad.array for x in xs)]


@pytest.mark.torch
@pytest.mark.parametrize("name", ["layer_norm", "rms_norm", "batch_norm", "group_norm", "attention", "gelu"])
def test_large_inputs(name):
    """What is computed a part at a time."""
    import torch

    r = np.random.default_rng(0)
    x = r.standard_normal((64, 16, 10, 10) if name in ("batch_norm", "group_norm") else (8, 60, 300))
    c = r.standard_normal(16 if x.ndim == 4 else 300)
    calls = {
        "layer_norm": (lambda f: lambda x, w, b: f.layer_norm(x, (300,), w, b), [x, c, c]),
        "rms_norm": (lambda f: lambda x, w: f.rms_norm(x, (300,), w), [x, c]),
        "batch_norm": (lambda f: lambda x, w, b: f.batch_norm(x, None, None, w, b, True), [x, c, c]),
        "group_norm": (lambda f: lambda x, w, b: f.group_norm(x, 4, w, b), [x, c, c]),
        "attention": (
            lambda f: lambda q, k, v: f.scaled_dot_product_attention(q, k, v, is_causal=True),
            [x, x, x],
        ),
        "gelu": (lambda f: f.gelu, [x]),
    }
    call, arrays = calls[name]
    ts = [torch.tensor(a, requires_grad=True) for a in arrays]
    y = call(torch.nn.functional)(*ts)
    (y * y).sum().backward()
    for mine, other in zip(gradients(call(ours), *arrays), [y, *(t.grad for t in ts)], strict=True):
        np.testing.assert_allclose(mine, other.detach().numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.torch
@pytest.mark.parametrize(
    "settings", [{"padding_idx": 1}, {"padding_idx": 3, "scale_grad_by_freq": True}], ids=str
)
def test_embedding_settings(settings):
    import torch

    r = np.random.default_rng(0)
    numbers, table, g = r.integers(0, 5, (2, 9)), r.standard_normal((5, 3)), r.standard_normal((2, 9, 3))
    w, t = vizgrad.tensor(table, requires_grad=True), torch.tensor(table, requires_grad=True)
    embedding.embedding(vizgrad.tensor(numbers), w, **settings).backward(vizgrad.tensor(g))
    torch.nn.functional.embedding(torch.tensor(numbers), t, **settings).backward(torch.tensor(g))
    np.testing.assert_allclose(w.grad.array, t.grad.numpy(), rtol=1e-12, atol=1e-12)


def test_embedding_out_of_range():
    with pytest.raises(IndexError, match="index out of range in self"):
        embedding.embedding(vizgrad.tensor([5]), vizgrad.zeros(3, 4))


def test_a_query_that_sees_nothing_gets_nothing():
    seen = vizgrad.tensor([[True, False], [False, False]])
    weights = attention.attention_weights(vizgrad.zeros(1, 2, 2), seen)
    np.testing.assert_array_equal(weights.array, [[[1, 0], [0, 0]]])


def test_gradients_flow_through_mean_and_spread():
    """They are outputs like y: a gradient penalty on them has to reach x."""
    x = vizgrad.tensor(np.random.default_rng(0).standard_normal((4, 3)), requires_grad=True)
    _, mean, rstd = normalize.layer_norm(x, None, None, (3,))
    (mean.sum() + (rstd * rstd).sum()).backward()
    numbers = x.detach().array
    var = numbers.var(axis=1, keepdims=True) + 1e-5
    far = numbers - numbers.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(x.grad.array, 1 / 3 - 2 * far / (3 * var**2), rtol=1e-9)


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_many_ones_in_one_place_add_up_in_float32(kind):
    ones = vizgrad.ones(5120, dtype=getattr(vizgrad, kind))
    index = vizgrad.zeros(5120, dtype=vizgrad.int64)
    start = vizgrad.zeros(2, dtype=ones.dtype)
    assert start.scatter_add(0, index, ones).tolist() == [5120.0, 0.0]
    assert start.index_put((index,), ones, accumulate=True).tolist() == [5120.0, 0.0]
    rows = vizgrad.zeros((2, 1), dtype=ones.dtype).index_add(0, index, ones.reshape(-1, 1))
    assert rows.tolist() == [[5120.0], [0.0]]


@pytest.mark.torch
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_half_precision_adds_up_in_single_precision(dtype):
    import torch

    r = np.random.default_rng(0)
    x, w = r.standard_normal((2, 64, 6, 6)).astype(dtype), r.standard_normal((4, 64, 3, 3)).astype(dtype)
    y = ours.conv2d(vizgrad.tensor(x), vizgrad.tensor(w))
    want = torch.nn.functional.conv2d(torch.tensor(x).float(), torch.tensor(w).float())
    assert y.array.dtype == dtype
    np.testing.assert_allclose(y.array, want.numpy(), rtol=1e-3 if dtype == "float16" else 1e-5, atol=1e-2)
