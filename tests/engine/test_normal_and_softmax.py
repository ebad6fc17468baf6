"""The kernels of normalization and attention beside PyTorch and their formulas, and the threads that share them."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import vizgrad
import vizgrad.nn.functional as ours
from vizgrad.engine.kernels import loops, normal, normal_loops, softmax, threads
from vizgrad.engine.namespace import NUMPY
from vizgrad.engine.ops import attention


def test_without_numba_numpy_computes(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba.core", None)
    assert loops.available.__wrapped__() is False


def test_loops_are_compiled_also_where_nothing_can_be_kept(monkeypatch):
    numba = pytest.importorskip("numba", reason="loops are compiled by Numba")
    njit, asked = numba.njit, []

    def without_a_folder(*functions, **settings):
        if "nogil" in settings:  # ours; Numba calls it for itself too
            asked.append(settings.get("cache", False))
            if asked[-1]:
                raise RuntimeError("cannot cache function: no locator available")
        return njit(*functions, **settings)

    monkeypatch.setattr(numba, "njit", without_a_folder)
    sums, y = loops._compiled.__wrapped__(normal_loops.sums.__wrapped__), np.zeros((2, 3))
    sums(np.ones((3, 4)), np.full((3, 4), 2.0), *y)
    assert asked == [True, False]
    np.testing.assert_array_equal(y, [[4] * 3, [8] * 3])


@pytest.mark.torch
@pytest.mark.usefixtures("by")
@pytest.mark.parametrize("name", ["layer_norm", "batch_norm", "group_norm"])
@pytest.mark.parametrize("level", [0.0, 1.0, 300.0])
def test_normalization_of_large_means_keeps_its_digits(name, level):
    """The mean is left in where that costs nothing, and subtracted first where it would."""
    import torch

    r = np.random.default_rng(0)
    x = (r.standard_normal((8, 16, 12, 12)) + level).astype("f4")
    w, b = r.standard_normal((2, 12 if name == "layer_norm" else 16)).astype("f4")
    calls = {
        "layer_norm": lambda f: lambda x, w, b: f.layer_norm(x, (12,), w, b),
        "batch_norm": lambda f: lambda x, w, b: f.batch_norm(x, None, None, w, b, True),
        "group_norm": lambda f: lambda x, w, b: f.group_norm(x, 4, w, b),
    }
    ts = [torch.tensor(a.astype("f8"), requires_grad=True) for a in (x, w, b)]
    y = calls[name](torch.nn.functional)(*ts)
    (y * y * y).sum().backward()
    tensors = [vizgrad.tensor(a, requires_grad=True) for a in (x, w, b)]
    mine = calls[name](ours)(*tensors)
    (mine * mine * mine).sum().backward()
    near = 1e-5 if level < 100 else 2e-4  # float32 holds fewer digits of 300 ± 1
    for got, right in zip([mine, *(t.grad for t in tensors)], [y, *(t.grad for t in ts)], strict=True):
        right = right.detach().numpy()
        np.testing.assert_allclose(got.detach().numpy(), right, rtol=near, atol=near * abs(right).max())


KINDS = ("bfloat16", "float16", "float32", "float64", "int64", "complex64")
NORMALIZED: dict[str, Callable[..., Any]] = {
    "layer": lambda f, x, w, c: f.layer_norm(x, (3,), w, w),
    "group": lambda f, x, w, c: f.group_norm(x, 3, c, c),
    "instance": lambda f, x, w, c: f.instance_norm(x, None, None, c, c),
    "batch": lambda f, x, w, c: f.batch_norm(x, None, None, c, c, True),
    "batch of one kind": lambda f, x, w, c: f.batch_norm(x, None, None, None, None, True),
    "afterwards": lambda f, x, w, c: f.batch_norm(x, c.detach(), c.detach(), c, c),
    "rms": lambda f, x, w, c: f.rms_norm(x, (3,), w),
}


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:Mismatch dtype")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NORMALIZED)
def test_kinds_of_numbers_in_a_normalization(name, kind):
    """The input's dtype leads: of the result, of its gradient, and of what the parameters may be."""
    import torch

    for other in KINDS if name != "rms" else KINDS[:4]:
        found = []
        for t in (torch, vizgrad):
            x = t.linspace(0, 5, 72).reshape(4, 6, 3).to(getattr(t, kind)).requires_grad_("float" in kind)
            w, c = (t.ones(n, dtype=getattr(t, other)).requires_grad_("float" in other) for n in (3, 6))
            try:
                y = NORMALIZED[name](t.nn.functional, x, w, c)
                if "float" in kind:
                    (y * y).sum().backward()
            except (RuntimeError, NotImplementedError) as error:
                found.append(type(error))
            else:
                found.append([str(part.dtype) for part in (y, x.grad, w.grad, c.grad) if part is not None])
        right, got = found
        assert got == right or (isinstance(got, type) and issubclass(got, right)), other


@pytest.mark.torch
@pytest.mark.parametrize("kind", ["bool", "int64", "complex64"])
@pytest.mark.parametrize("name", [f"{how}_pool" for how in ("avg", "max", "adaptive_avg", "adaptive_max")])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_kinds_of_numbers_in_a_pooling(name, n, kind):
    import torch

    found = []
    for t in (torch, vizgrad):
        x = t.ones(1, 2, *[4] * n, dtype=getattr(t, kind))
        try:
            found.append(str(getattr(t.nn.functional, f"{name}{n}d")(x, 2).dtype))
        except (RuntimeError, NotImplementedError) as error:
            found.append(type(error))
    assert found[0] == found[1]


@pytest.mark.torch
@pytest.mark.usefixtures("by")
@pytest.mark.parametrize("asked", ["x", "w", "b"])
@pytest.mark.parametrize("shape", [(3, 4, 2), (16, 8, 100)])
def test_gradients_of_a_normalization_can_be_asked_for_one_by_one(asked, shape):
    import torch

    found = []
    for t in (vizgrad, torch):
        r = np.random.default_rng(0)
        arrays = {
            "x": r.standard_normal(shape),
            "w": r.standard_normal(shape[1]),
            "b": r.standard_normal(shape[1]),
        }
        tensors = {n: t.tensor(a, requires_grad=n == asked) for n, a in arrays.items()}
        x, w, b = tensors.values()
        y = t.nn.functional.batch_norm(x, None, None, w, b, True) + t.nn.functional.group_norm(x, 2, w, b)
        y = y + t.nn.functional.layer_norm(x.transpose(1, 2), shape[1:2], w, b).transpose(1, 2)
        (y * y).sum().backward()
        found.append(tensors[asked].grad.numpy())
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("size", [1.0, 1000.0])
@pytest.mark.parametrize("hidden", ["none", "causal", "bool", "number"])
def test_softmax_of_attention(hidden, size):
    """Beside the formula, with scores whose exponentials are numbers and with some whose are not."""
    r = np.random.default_rng(0)
    x = (r.standard_normal((5, 2, 40, 300)) * size).astype("f4")
    mask = None
    if hidden in ("bool", "number"):
        mask = r.random((40, 300)) > 0.5
        mask[3] = False
        mask = mask if hidden == "bool" else np.where(mask, 0, -np.inf).astype("f4")
    got = softmax.weights(x, mask, hidden == "causal", 0.5)
    right = attention._weights(NUMPY, x.astype("f8"), mask, hidden == "causal", 0.5)
    np.testing.assert_allclose(got, right, rtol=2e-5 if size == 1 else 1e-2, atol=1e-6 if size == 1 else 1e-4)
    g = r.standard_normal(x.shape).astype("f4")
    np.testing.assert_allclose(
        softmax.d_scores(g, got, 0.5), attention._d_softmax(NUMPY, g, got) * np.float32(0.5), atol=1e-6
    )


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_threads_share_rows(monkeypatch):
    """What they do not get done is said where it was asked for, and a forked child makes its own."""
    monkeypatch.setattr(threads, "count", lambda: 3)
    monkeypatch.setattr(threads, "_ENOUGH", 10)
    x, names = np.arange(100.0), set()

    def double(share):
        names.add(threading.current_thread().name)
        x[share] *= 2
        return share.start

    shares = threads.parts(100, 100)
    assert threads.run(double, shares) == [0, 33, 66]
    np.testing.assert_array_equal(x, np.arange(100.0) * 2)
    assert names >= {"vizgrad kernels", threading.current_thread().name}

    def fail(share):
        if share.start == 66:
            raise ValueError("the last part")

    with pytest.raises(ValueError, match="the last part"):
        threads.run(fail, shares)
    if not hasattr(os, "fork"):
        return
    child = os.fork()
    if not child:
        os._exit(0 if threads.run(lambda share: share.stop, shares) == [33, 66, 100] else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.usefixtures("by")
def test_shared_rows_give_what_one_thread_gives(monkeypatch):
    r = np.random.default_rng(0)
    x, g = r.standard_normal((2, 1000, 40)).astype("f4")
    w, b = r.standard_normal((2, 1, 40)).astype("f4")
    results = []
    for many in (1, 4):
        monkeypatch.setattr(threads, "count", lambda many=many: many)
        monkeypatch.setattr(threads, "_ENOUGH", 1000)
        y, mean, var = normal.normalized(x, w, b, (), 1e-5)
        shared = {}
        dx = normal.d_normalized(g, x, mean, (var + 1e-5) ** -0.5, w, (), x.shape, shared)
        scores = x.reshape(4, 250, 40)
        results.append([y, dx, shared["weight"], shared["bias"], softmax.weights(scores, None, True, 0.3)])
    for one, four in zip(*results, strict=True):
        np.testing.assert_allclose(one, four, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 2, 3), (2, 3), (4, 2, 3)])
def test_a_bias_without_weights_gets_a_gradient_of_its_own_shape(shape):
    x = vizgrad.randn(*shape, requires_grad=True)
    bias = vizgrad.zeros(2, 3, requires_grad=True)
    g = vizgrad.randn(*shape)
    vizgrad.native_layer_norm(x, (2, 3), None, bias, 1e-5)[0].backward(g)
    np.testing.assert_allclose(bias.grad.array, g.array.reshape(-1, 2, 3).sum(axis=0), rtol=1e-6, atol=1e-6)
