"""Forward mode through every op of the table: J v times w must be v times Jᵀ w."""

from __future__ import annotations

import numpy as np
import pytest

import vizgrad
from tests.engine.test_table import SMOOTH, is_float, run, tensors_of, weights_like
from vizgrad.autograd import forward_ad


@pytest.mark.parametrize("recorded", [False, True], ids=["plain", "recorded"])
@pytest.mark.parametrize(("row", "sample"), SMOOTH)
def test_tangents_agree_with_gradients(row, sample, recorded):
    xs = sample.arrays()
    ts = tensors_of(xs)
    places = [
        i for i, t in enumerate(ts) if isinstance(t, vizgrad.Tensor) and t.requires_grad and row.gradients[i]
    ]
    y = run(row, sample, ts)
    w = weights_like(y)
    grads = vizgrad.autograd.grad((y * w).sum(), [ts[i] for i in places], materialize_grads=True)
    stream = np.random.default_rng(0)
    vs = [vizgrad.tensor(stream.standard_normal(xs[i].shape)) for i in places]
    with forward_ad.dual_level():
        duals = tensors_of(xs, grad=recorded)
        for i, v in zip(places, vs, strict=True):
            assert is_float(xs[i])
            duals[i] = forward_ad.make_dual(duals[i], v)
        tangent = forward_ad.unpack_dual(run(row, sample, duals)).tangent
    ours = 0.0 if tangent is None else (tangent * w).sum().item()
    expected = sum((g * v).sum().item() for g, v in zip(grads, vs, strict=True))
    np.testing.assert_allclose(ours, expected, rtol=1e-8, atol=1e-10)
