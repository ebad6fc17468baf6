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


def test_a_tangent_of_another_precision_is_kept_as_it_is_and_computed_with_in_the_tensors():
    x, v = vizgrad.tensor([1.0, 2.0], dtype=vizgrad.float64), vizgrad.tensor([1.0, 0.5])
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, v)
        assert forward_ad.unpack_dual(dual).tangent is v
        found = forward_ad.unpack_dual(dual * dual).tangent
        assert found.dtype is vizgrad.float64
        assert found.tolist() == [2, 2]
        with pytest.raises(RuntimeError, match="tangent of a real tensor is real"):
            forward_ad.make_dual(x, v.to(vizgrad.complex64))


def test_a_dual_tensor_prints_its_tangent():
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(vizgrad.ones(2), vizgrad.tensor([3.0, 4.0]))
        assert repr(dual) == "tensor([1., 1.], tangent=tensor([3., 4.]))"
        assert repr(dual[1] * 2) == "tensor(2., tangent=8.0)"
    assert repr(dual) == "tensor([1., 1.])"
