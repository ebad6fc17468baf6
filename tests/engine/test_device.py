"""The GPU path without a GPU: a stand-in array module whose arrays refuse NumPy.

What holds for it holds for CuPy as far as the engine is concerned: formulas reach the module of their operands,
nothing falls back to NumPy in silence, gradients stay on the device.
"""

from __future__ import annotations

import types

import numpy as np
import pytest

import vizgrad
from vizgrad.engine import namespace
from vizgrad.engine.bare import Bare


class Away(np.ndarray):
    """An array on an imaginary device: NumPy's own functions must not be handed one."""

    device = types.SimpleNamespace(id=0)

    def __array_function__(self, func, types, args, kwargs):
        raise TypeError(f"numpy.{func.__name__} was called with an array of another device")

    def get(self):
        return np.asarray(self.view(np.ndarray))


def away(x):
    """The array on the imaginary device; scalars too, as CuPy keeps them there."""
    return np.asarray(x).view(Away)


def module():
    """A module like CuPy: its functions take and give arrays of the device."""

    def lend(function):
        def call(*args, **settings):
            here = [a.view(np.ndarray) if isinstance(a, Away) else a for a in args]
            if here and isinstance(here[0], (list, tuple)):
                here[0] = [a.view(np.ndarray) if isinstance(a, Away) else a for a in here[0]]
            y = function(*here, **settings)
            return away(y) if isinstance(y, (np.ndarray, np.generic)) else y

        return call

    fake = types.ModuleType("away")
    for name in dir(np):
        value = getattr(np, name)
        setattr(fake, name, lend(value) if callable(value) and not isinstance(value, type) else value)
    return fake


@pytest.fixture
def device():
    namespace.register(Away, module())
    yield away
    del namespace._spaces[Away]


def on(device, x, grad=True):
    t = Bare._wrap(device(x))
    return t.requires_grad_() if grad else t


def test_a_network_runs_and_learns_on_it(device):
    r = np.random.default_rng(0)
    x, w, b = r.normal(size=(5, 4)), r.normal(size=(3, 4)), r.normal(size=3)
    grads = []
    for make in (device, np.asarray):
        tx, tw, tb = (on(make, a.copy()) for a in (x, w, b))
        y = vizgrad.nn.functional.linear(tx, tw, tb).relu()
        loss = -(y.log_softmax(-1)[:, 0]).mean() + (tw * tw).sum() * 0.1 + tx.reshape(-1).exp().mean()
        loss.backward()
        grads.append([tx.grad.array, tw.grad.array, tb.grad.array])
    for far, near in zip(*grads, strict=True):
        assert isinstance(far, Away)
        np.testing.assert_allclose(far.get(), near, rtol=1e-12)


def test_devices_do_not_mix_in_silence(device):
    with pytest.raises(RuntimeError, match="same device"):
        on(device, np.ones(3)) + vizgrad.ones(3, dtype=vizgrad.float64)


def test_without_a_gpu_cuda_answers_sensibly():
    if vizgrad.cuda.is_available():
        assert vizgrad.cuda.device_count() > 0
        return
    assert vizgrad.cuda.device_count() == 0
    assert vizgrad.cuda.memory_allocated() == 0
    with pytest.raises(RuntimeError, match=r"CuPy|driver"):
        vizgrad.ones(1, device="cuda")
