"""Going between PyTorch and VizGrad in tests: the same text, the same numbers, compared."""

from __future__ import annotations

import numpy as np
import pytest

import vizgrad


def torch():
    """PyTorch, or a skip in one line (a failure with VIZGRAD_STRICT=1: see conftest.py)."""
    return pytest.importorskip("torch", exc_type=ImportError)


def numbers(x):
    """The numbers of a tensor of either library."""
    return np.asarray(x.detach().cpu().numpy())


def same(ours, theirs, rtol=1e-9, atol=1e-11, what=""):
    """Fail unless both hold the same shape, dtype and numbers; None equals None."""
    if ours is None or theirs is None:
        assert ours is theirs, f"{what}: {ours} and {theirs}"
        return
    a, b = numbers(ours), numbers(theirs)
    assert a.shape == b.shape, f"{what}: shape {a.shape}, not {b.shape}"
    assert a.dtype == b.dtype, f"{what}: dtype {a.dtype}, not {b.dtype}"
    np.testing.assert_allclose(a, b, rtol=rtol, atol=atol, err_msg=what)


def draw(shape, seed, whole=0):
    """Float64 numbers around 0, or whole numbers below ``whole``."""
    stream = np.random.default_rng(seed)
    return stream.integers(0, whole, shape) if whole else stream.standard_normal(shape)


def ours(array, grad=False):
    x = vizgrad.tensor(array)
    return x.requires_grad_() if grad and x.dtype.is_floating_point else x


def theirs(array, grad=False):
    x = torch().tensor(array)
    return x.requires_grad_() if grad and x.dtype.is_floating_point else x


def copy_weights(source, target):
    """Give a module of ours the weights of PyTorch's, by name."""
    target.load_state_dict({name: ours(numbers(value)) for name, value in source.state_dict().items()})
