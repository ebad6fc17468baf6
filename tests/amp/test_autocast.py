"""autocast as a block: where casts are recorded, kept and undone; GradScaler's rules against PyTorch's."""

import copy
import pickle
import threading
import warnings

import numpy as np
import pytest

import vizgrad
from tests.alike import torch
from vizgrad.engine.surface.autocast import state


def test_gradients_come_back_in_the_weights_own_type():
    layer = vizgrad.nn.Linear(4, 3)
    x = vizgrad.randn(5, 4, requires_grad=True)
    with vizgrad.autocast("cpu"):
        y = layer(x)
        loss = vizgrad.nn.functional.mse_loss(y, vizgrad.zeros(5, 3))
    assert y.dtype is vizgrad.bfloat16
    assert loss.dtype is vizgrad.float32
    loss.backward()
    assert {t.grad.dtype for t in (layer.weight, layer.bias, x)} == {vizgrad.float32}
    exact = 2 / 15 * (x.detach() @ layer.weight.detach().t() + layer.bias.detach()).t() @ x.detach()
    np.testing.assert_allclose(layer.weight.grad.numpy(), exact.numpy(), rtol=0.05, atol=0.02)


def test_a_weight_is_cast_once_for_each_outermost_block():
    w, x = vizgrad.randn(4, 4, requires_grad=True), vizgrad.randn(2, 4)

    def casts(**settings):
        seen = []

        class Watcher(vizgrad.engine.watch.Watcher):
            def on_op(self, op, inputs, out, settings):
                if op.name == "cast" and inputs[0] is w:
                    seen.append(op)

        with vizgrad.engine.watch.watching(Watcher()), vizgrad.autocast("cpu", **settings):
            x @ w
            with vizgrad.autocast("cpu", **settings):
                x @ w
            x @ w
        return len(seen)

    assert casts() == casts() == 1
    assert casts(cache_enabled=False) == 3
    assert not state.cache


def test_a_kept_cast_is_not_stale():
    w, x = vizgrad.ones(2, 2, requires_grad=True), vizgrad.ones(1, 2)
    with vizgrad.autocast("cpu"):
        with vizgrad.no_grad():
            before = x @ w
        assert (
            x @ w
        ).requires_grad  # a cast that was made without history is not used where history is wanted
        with vizgrad.no_grad():
            w.mul_(3)
        assert ((x @ w) == 3 * before).all()


def test_blocks_nest_and_hold_for_one_thread():
    m = vizgrad.ones(2, 2)
    found = []
    with vizgrad.autocast("cpu"):
        with vizgrad.autocast("cpu", enabled=False):
            assert (m @ m).dtype is vizgrad.float32
            with vizgrad.autocast("cpu", dtype=vizgrad.float16):
                assert (m @ m).dtype is vizgrad.float16
        other = threading.Thread(target=lambda: found.append((m @ m).dtype))
        other.start()
        other.join()
        assert (m @ m).dtype is vizgrad.bfloat16
        assert (m.double() @ m.double()).dtype is vizgrad.float64  # asked for on purpose
    assert found == [vizgrad.float32]
    assert (m @ m).dtype is vizgrad.float32
    with pytest.raises(ZeroDivisionError), vizgrad.autocast("cpu"):
        raise ZeroDivisionError
    assert not vizgrad.is_autocast_enabled("cpu")


def test_as_a_decorator_it_may_call_itself():
    @vizgrad.autocast("cpu")
    def halve(x, n):
        return x @ x if n == 0 else halve(x @ x, n - 1)

    assert halve(vizgrad.eye(2), 2).dtype is vizgrad.bfloat16
    assert not vizgrad.is_autocast_enabled("cpu")


def test_a_custom_function_is_cast_whole():
    class Product(vizgrad.autograd.Function):
        @staticmethod
        @vizgrad.amp.custom_fwd(device_type="cpu", cast_inputs=vizgrad.float32)
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a @ b

        @staticmethod
        @vizgrad.amp.custom_bwd(device_type="cpu")
        def backward(ctx, g):
            assert not vizgrad.is_autocast_enabled("cpu")
            a, b = ctx.saved_tensors
            return g @ b.t(), a.t() @ g

    a = vizgrad.eye(3, dtype=vizgrad.bfloat16, requires_grad=True)
    with vizgrad.autocast("cpu"):
        y = Product.apply(a, a)
        y.sum().backward()
    assert y.dtype is vizgrad.float32
    assert a.grad.dtype is vizgrad.bfloat16
    assert Product.apply(a, a).dtype is vizgrad.bfloat16


WARNINGS = [
    "amp.autocast('cuda')", "amp.autocast('cpu', dtype=t.float32)", "cuda.amp.autocast()", "cuda.amp.GradScaler()",
    "cpu.amp.autocast()", "cpu.amp.GradScaler()", "amp.GradScaler()", "cuda.amp.custom_bwd(lambda ctx: 1)",
    "autocast('meta')", "autocast('foo')", "autocast(3)", "amp.autocast('cpu')(3)",
    "amp.GradScaler('cpu', growth_factor=1)", "amp.GradScaler('cpu', backoff_factor=1)",
    "amp.GradScaler('cpu').update()", "is_autocast_enabled('meta')", "get_autocast_dtype('cpu')",
    "amp.is_autocast_available('cpu')", "is_autocast_cache_enabled()",
]  # fmt: skip


@pytest.mark.torch
@pytest.mark.parametrize("expression", WARNINGS)
def test_warnings_and_errors_as_pytorch(expression):
    if torch().cuda.is_available() or vizgrad.cuda.is_available():
        pytest.skip("what is said where there is no GPU")

    def said(library):
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            try:
                result = eval(f"t.{expression}", {"t": library})
            except Exception as error:
                result = type(error)
        kinds = [w.category for w in found]
        return str(result) if not hasattr(result, "__dict__") or isinstance(result, type) else type(
            result
        ).__name__, kinds

    assert said(vizgrad) == said(torch())


def scaled_steps(library, bad, **settings):
    """Scales, counts and weights over ten steps, whose gradients are infinite at the steps ``bad``."""
    w = library.nn.Parameter(library.tensor([1.0, 2.0]))
    optimizer = library.optim.SGD([w], lr=0.1, momentum=0.9)
    scaler = library.amp.GradScaler("cpu", **settings)
    for step in range(10):
        optimizer.zero_grad()
        scaler.scale((w * w).sum()).backward()
        if step in bad:
            w.grad[0] = float("nan") if step % 2 else float("inf")
        if step % 3 == 0:
            scaler.unscale_(optimizer)
            library.nn.utils.clip_grad_norm_([w], 1.0)
        scaler.step(optimizer)
        scaler.update()
        if step == 5:
            saved = copy.deepcopy(scaler.state_dict())
            scaler = library.amp.GradScaler("cpu")
            scaler.load_state_dict(saved)
        scaler = pickle.loads(pickle.dumps(scaler)) if step == 7 else scaler
        yield scaler.get_scale(), scaler._get_growth_tracker(), *w.tolist()


@pytest.mark.torch
@pytest.mark.parametrize("settings", [
    {"growth_interval": 2}, {"init_scale": 3.3, "growth_factor": 1.7, "backoff_factor": 0.3, "growth_interval": 3},
    {"init_scale": 3e38, "growth_interval": 1},
])  # fmt: skip
@pytest.mark.parametrize("bad", [(), (1, 4, 5)])
def test_the_scale_follows_pytorchs_rules(settings, bad):
    have, want = (list(scaled_steps(library, bad, **settings)) for library in (vizgrad, torch()))
    np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-7)


def misuse(calls):
    w = vizgrad.nn.Parameter(vizgrad.ones(2))
    optimizer, scaler = vizgrad.optim.SGD([w], lr=0.1), vizgrad.amp.GradScaler("cpu", init_scale=8.0)
    scaler.scale(w.sum()).backward()
    for call in calls.split():
        if call == "half":
            w.grad, w.data = None, w.data.half()
            w.grad = w.data.clone()
        elif call == "none":
            w.grad = None
        elif call == "pickle":
            pickle.dumps(scaler)
        elif call == "closure":
            scaler.step(optimizer, closure=lambda: None)
        else:
            getattr(scaler, call)(optimizer)


@pytest.mark.parametrize(("calls", "error"), [
    ("unscale_ unscale_", RuntimeError), ("step step", RuntimeError), ("step unscale_", RuntimeError),
    ("half unscale_", ValueError), ("none step", AssertionError), ("closure", RuntimeError),
    ("unscale_ pickle", AssertionError),
])  # fmt: skip
def test_misuse_is_told(calls, error):
    misuse(" ".join(calls.split()[:-1]))
    with pytest.raises(error):
        misuse(calls)


def test_disabled_it_does_nothing():
    w = vizgrad.nn.Parameter(vizgrad.ones(1))
    optimizer, scaler = vizgrad.optim.SGD([w], lr=0.5), vizgrad.amp.GradScaler("cpu", enabled=False)
    scaler.scale(w.sum()).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    assert (w.item(), scaler.get_scale(), scaler.state_dict(), scaler.is_enabled()) == (0.5, 1.0, {}, False)
    with pytest.raises(RuntimeError, match="empty"):
        vizgrad.amp.GradScaler("cpu").load_state_dict({})


def test_scale_takes_lists_of_tensors():
    scaler = vizgrad.amp.GradScaler("cpu", init_scale=4.0)
    a, (b,) = scaler.scale([vizgrad.ones(1), (vizgrad.ones(1).half(),)])
    assert (a.item(), b.item(), b.dtype) == (4.0, 4.0, vizgrad.float16)
    with pytest.raises(ValueError, match="iterable of Tensors"):
        scaler.scale(3.0)
