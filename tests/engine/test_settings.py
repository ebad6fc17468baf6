"""Process-wide settings, lesser facts about tensors, comparisons and checkpoints: beside PyTorch's."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

import vizgrad
from vizgrad.backends import threads
from vizgrad.utils import checkpoint as again


def test_threads_are_those_of_the_blas():
    before = vizgrad.get_num_threads()
    try:
        vizgrad.set_num_threads(2)
        if threads._blas():
            assert vizgrad.get_num_threads() == 2
    finally:
        vizgrad.set_num_threads(before)
    for wrong in (0, "2"):
        with pytest.raises(RuntimeError, match="set_num_threads expects"):
            vizgrad.set_num_threads(wrong)


def test_compile_changes_nothing():
    @vizgrad.compile(fullgraph=True, mode="max-autotune")
    def twice(x):
        return x * 2

    assert twice(vizgrad.ones(2)).tolist() == [2, 2]
    layer = vizgrad.nn.Linear(2, 2)
    assert vizgrad.compile(layer) is layer
    with pytest.raises(RuntimeError, match="Either mode or options"):
        vizgrad.compile(layer, mode="default", options={})


def test_warnings_each_time():
    with warnings.catch_warnings():
        vizgrad.set_warn_always(True)
        assert vizgrad.is_warn_always_enabled()
        vizgrad.set_warn_always(False)
        assert not vizgrad.is_warn_always_enabled()


def test_switches_of_a_library_are_given_back():
    cudnn = vizgrad.backends.cudnn
    with cudnn.flags(benchmark=True, deterministic=None):
        assert cudnn.benchmark
        assert not cudnn.deterministic
    assert not cudnn.benchmark
    with pytest.raises(AttributeError, match="Unknown attribute"):
        vizgrad.backends.cuda.matmul.allow_tf23 = True


@pytest.mark.torch
@pytest.mark.parametrize(
    "ask",
    [
        lambda t: t.ones(2, 3, 4, 5).contiguous(memory_format=t.channels_last).dim_order(),
        lambda t: t.ones(2).apply_(lambda x: x + 1),
        lambda t: t.ones(2).map_(t.ones(1) * 4, lambda a, b: a - b),
        lambda t: t.ones(2).map2_(t.ones(2) * 4, t.ones(2), lambda a, b, c: a - b - c),
        lambda t: t.arange(-3.0, 3).hardshrink(1.5),
        lambda t: t.arange(-3.0, 3).prelu(t.tensor([0.5])),
        lambda t: t.sign(t.tensor([float("nan"), -2.0, 0.0])),
        lambda t: [t.ones(2).is_cpu, t.ones(2).is_mps, t.ones(2).get_device(), t.ones(2).is_pinned()],
        lambda t: [t.is_nonzero(t.tensor(2)), t.typename(t.ones(2)), t.ones(2, dtype=t.uint8).is_signed()],
        lambda t: t.sqrt_(t.ones(2) * 4),
        lambda t: t.ones(2)[:, t.newaxis],
        lambda t: t.ones(2, requires_grad=True).apply_(abs),
        lambda t: t.is_nonzero(t.ones(2)),
        lambda t: t.ones(2).as_subclass(int),
        lambda t: t.zeros(2, layout="strided"),
        lambda t: [t.get_float32_matmul_precision(), t.are_deterministic_algorithms_enabled()],
        lambda t: t.set_deterministic_debug_mode("sometimes"),
        lambda t: t.Event(enable_timing=True).query() and t.Stream("cpu").query(),
        lambda t: t.accelerator.is_available() or t.backends.mps.is_available(),
    ],
)
def test_lesser_facts_as_pytorch(ask):
    import torch

    try:
        expected = ask(torch)
    except (RuntimeError, TypeError) as error:
        with pytest.raises(type(error)):
            ask(vizgrad)
    else:
        mine = ask(vizgrad)
        assert str(mine) == str(expected)


PAIRS = [
    lambda t: (t.tensor([1.0, 2.0, 3.0]), t.tensor([1.0, 2.5, 4.0])),
    lambda t: (t.tensor([1, 2, 3]), t.tensor([1, 2, 5])),
    lambda t: (t.tensor([1.0, 2.0]), t.tensor([1.0, 2.0 + 1e-6])),
    lambda t: (t.tensor([[1.0, float("nan")]]), t.tensor([[1.0, float("nan")]])),
    lambda t: (t.tensor([1 + 1j]), t.tensor([2 + 0j])),
    lambda t: (t.tensor([True, False]), t.tensor([True, True])),
    lambda t: (t.tensor(1.0), t.tensor(2.0)),
    lambda t: (t.ones(2), t.ones(3)),
    lambda t: (t.ones(2), t.ones(2, dtype=t.float64)),
    lambda t: ({"a": [t.ones(1), 2]}, {"a": [t.ones(1), 3]}),
    lambda t: ({"a": 1}, {"b": 1}),
    lambda t: ([1, 2], [1]),
    lambda t: (1.0, 1.0 + 1e-9),
    lambda t: (1, 1.0),
    lambda t: (None, 3),
    lambda t: (True, False),
    lambda t: ("a", "a"),
    lambda t: (t.ones(2), [1.0, 1.0]),
    lambda t: (np.array([1.0, 2.0]), np.array([1.0, 3.0])),
]


@pytest.mark.torch
@pytest.mark.parametrize(
    "settings", [{}, {"rtol": 0.0, "atol": 0.0}, {"rtol": 0.5, "atol": 1, "equal_nan": True}]
)
@pytest.mark.parametrize("pair", PAIRS)
def test_assert_close_says_what_pytorch_says(pair, settings):
    import torch

    try:
        torch.testing.assert_close(*pair(torch), **settings)
    except (AssertionError, TypeError) as error:
        with pytest.raises(type(error), match=f"^{re.escape(str(error))}$"):
            vizgrad.testing.assert_close(*pair(vizgrad), **settings)
    else:
        vizgrad.testing.assert_close(*pair(vizgrad), **settings)


def test_made_tensors_are_in_their_range():
    make = vizgrad.testing.make_tensor
    for kind in ("bool", "uint8", "int16", "float16", "bfloat16", "float64", "complex64"):
        x = make(
            40, 3, dtype=getattr(vizgrad, kind), device="cpu", exclude_zero=kind != "bool", noncontiguous=True
        )
        assert x.shape == (40, 3)
        assert not x.is_contiguous()
        size = x.abs() if kind != "bool" else x
        assert float(size.max()) <= 9 * 2**0.5
        assert kind == "bool" or (x != 0).all()
    with pytest.raises(ValueError, match="must be less than"):
        make(2, dtype=vizgrad.int64, device="cpu", low=3, high=3)


def _run(lib, again, ways):
    x = lib.arange(8.0, dtype=lib.float64).reshape(2, 4).div(8).requires_grad_()
    w = lib.arange(12.0, dtype=lib.float64).reshape(3, 4).div(10).requires_grad_()
    calls = []

    def part(x):
        calls.append(1)
        h = lib.nn.functional.dropout((x @ w.t()).sin(), 0.5)
        return (h * h).exp(), h.tanh()

    lib.manual_seed(1)
    y = part(x) if ways is None else again.checkpoint(part, x, **ways)
    after = lib.rand(2)
    (y[0].sum() + (y[1] ** 2).sum()).backward()
    return x.grad.tolist(), w.grad.tolist(), after.tolist(), len(calls)


@pytest.mark.parametrize("ways", [{"use_reentrant": True}, {"use_reentrant": False},
                                  {"use_reentrant": False, "early_stop": False}])  # fmt: skip
def test_checkpoint_computes_again_with_the_same_random_numbers(ways):
    *expected, once = _run(vizgrad, again, None)
    *found, twice = _run(vizgrad, again, ways)
    assert found == expected
    assert (once, twice) == (1, 2)


def test_checkpoint_keeps_only_its_inputs():
    from vizgrad.autograd.graph import saved_tensors_hooks

    kept = []

    def chain(x):
        for _ in range(5):
            x = x.sin().exp()
        return x

    x = vizgrad.ones(3, requires_grad=True)
    with saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        y = again.checkpoint(chain, x, use_reentrant=False)
    assert not kept
    (slope,) = vizgrad.autograd.grad(y.sum(), x, create_graph=True)
    (bend,) = vizgrad.autograd.grad(slope.sum(), x)
    plain = chain(x)
    (expected,) = vizgrad.autograd.grad(plain.sum(), x, create_graph=True)
    assert slope.tolist() == expected.tolist()
    assert bend.tolist() == vizgrad.autograd.grad(expected.sum(), x)[0].tolist()


def test_checkpoint_notices_what_differs():
    calls = []

    def unlike(x):
        calls.append(1)
        return x.exp().exp() if len(calls) == 1 else x.exp()

    x = vizgrad.ones(2, requires_grad=True)
    with pytest.raises(again.CheckpointError, match="different number of tensors"):
        again.checkpoint(unlike, x, use_reentrant=False).sum().backward()
    y = x * 1
    out = again.checkpoint(vizgrad.exp, y, use_reentrant=False)
    y.detach().zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()
    with pytest.raises(RuntimeError, match="use_reentrant=True"):
        vizgrad.autograd.grad(again.checkpoint(vizgrad.exp, x, use_reentrant=True).sum(), x)


@pytest.mark.parametrize("segments", [1, 2, 3, 4])
def test_checkpoint_sequential_equals_the_layers(segments):
    layers = vizgrad.nn.Sequential(*(vizgrad.nn.Linear(3, 3) for _ in range(5)))
    x = vizgrad.ones(2, 3, requires_grad=True)
    expected = vizgrad.autograd.grad(layers(x).sum(), x)[0]
    y = again.checkpoint_sequential(layers, segments, x, use_reentrant=False)
    assert vizgrad.autograd.grad(y.sum(), x)[0].tolist() == expected.tolist()


IN_NUMPYS_WORDS = """
t.stack((x, x), axis=-1)
t.concat((x, x), axis=1)
x.max(axis=1, keepdims=True).indices
x.std(axis=1, keepdims=True)
x.var(axis=0)
x.cumsum(axis=1)
x.cummax(axis=0).values
x.logsumexp(axis=1, keepdims=True)
t.softmax(x, axis=1)
x.log_softmax(axis=0)
x.sort(axis=1).values
x.argsort(axis=1)
x.topk(2, axis=1).values
x.median(axis=1).values
x.squeeze(axis=0)
t.unsqueeze(x, axis=0)
x.chunk(2, axis=1)[0]
x.unbind(axis=1)[0]
x.gather(axis=1, index=i)
x.index_select(axis=1, index=i[0])
x.narrow(axis=1, start=0, length=1)
x.scatter(axis=1, index=i, value=0.0)
x.diff(axis=1)
x.quantile(0.5, axis=1)
x.count_nonzero(axis=1)
x.repeat_interleave(2, axis=1)
t.var_mean(x, axis=1)[0]
t.fft.fft(x, axis=0)
t.linalg.norm(x, axis=1)
x.swapaxes(axis0=0, axis1=1)
x.max(dim=0, axis=0)
x.unsqueeze()
x.cumsum(dtype=t.float64)
""".strip().splitlines()


@pytest.mark.torch
@pytest.mark.parametrize("text", IN_NUMPYS_WORDS)
def test_axis_and_keepdims_mean_dim_and_keepdim(text):
    import torch

    def told(t):
        x, i = t.tensor([[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]), t.tensor([[0, 1], [1, 0]])
        try:
            return repr(eval(text, {"t": t, "x": x, "i": i}))
        except TypeError:
            return "TypeError"

    assert told(vizgrad) == told(torch)
