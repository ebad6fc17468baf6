"""Unusual ways to step: complex numbers, recorded steps, sparse gradients, hooks of all optimizers, copies."""

import copy
import pickle

import numpy as np
import pytest

import vizgrad
from tests.alike import draw, ours, same, theirs, torch
from tests.optim.rules import OPTIMIZERS, build, compared, made, precision
from vizgrad import nn, optim
from vizgrad.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook


@pytest.mark.torch
@pytest.mark.parametrize("text", OPTIMIZERS)
def test_complex_numbers_move_as_pairs(text):
    first, gradients = (draw((3, 4, 2), i).view(complex)[..., 0] for i in range(2))
    mine, yours = nn.Parameter(ours(first.T)), torch().nn.Parameter(theirs(first.T))
    have, want = build(optim, text, [mine]), build(torch().optim, text, [yours])
    for step in range(3):
        mine.grad, yours.grad = ours(gradients.T * step), theirs(gradients.T * step)
        have.step(), want.step()
    compared(have, want, [mine], [yours], precision(text))


RECORDED = """
SGD([p], lr=0.1, differentiable=True)
RAdam([p], lr=0.1, weight_decay=0.1, decoupled_weight_decay=True, maximize=True, differentiable=True)
Adagrad([p], lr=0.1, differentiable=True)
Adadelta([p], differentiable=True)
ASGD([p], lr=0.1, t0=1, lambd=0.3, differentiable=True)
""".strip().splitlines()


@pytest.mark.torch
@pytest.mark.parametrize("text", RECORDED)
def test_gradients_flow_through_recorded_steps(text):
    def run(library, made):
        w, x = made(draw((4,), 0), True), made(draw((4,), 1), True)
        p = w.clone()
        optimizer = build(library.optim, text, p)
        for i in range(3):
            p.grad = x * x * (i + 1) + x
            optimizer.step()
        p.sum().backward()
        return p, w.grad, x.grad

    for a, b in zip(run(vizgrad, ours), run(torch(), theirs), strict=True):
        same(a, b, rtol=1e-9, atol=1e-9)


def test_sparse_adam_moves_only_the_rows_of_the_gradient():
    p, q = nn.Parameter(vizgrad.ones(4, 2)), nn.Parameter(vizgrad.ones(2, 2))
    optimizer, dense = optim.SparseAdam([p], lr=0.1), optim.Adam([q], lr=0.1)
    p.grad = vizgrad.ones(4, 2)
    with pytest.raises(RuntimeError, match="does not support dense gradients, please consider Adam instead"):
        optimizer.step()
    gradient = vizgrad.tensor([[1.0, -2.0], [3.0, 0.5]])
    for _ in range(3):
        p.grad, q.grad = vizgrad.sparse_coo_tensor([[0, 2]], gradient, (4, 2)), gradient.clone()
        optimizer.step()
        dense.step()
    np.testing.assert_allclose(p.detach().numpy()[[0, 2]], q.detach().numpy(), rtol=1e-6)
    assert p.tolist()[1] == p.tolist()[3] == [1, 1]


def test_hooks_of_all_optimizers():
    seen = []
    one, two = made()[0], made()[0]
    one.register_step_pre_hook(lambda o, args, kwargs: seen.append("its own"))
    with (
        register_optimizer_step_pre_hook(lambda o, args, kwargs: seen.append(o)),
        register_optimizer_step_post_hook(lambda o, args, kwargs: seen.append("after")),
    ):
        one.step(), two.step()
    one.step()
    assert seen == [one, "its own", "after", two, "after", "its own"]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_a_copy_goes_on_alone(again):
    optimizer, (p,) = made("Adam(p)")
    optimizer.step()
    other = again(optimizer)
    (q,) = other.param_groups[0]["params"]
    assert q is not p
    assert repr(other) == repr(optimizer)
    q.grad = vizgrad.ones(3)
    optimizer.step(), other.step()
    assert q.tolist() == p.tolist()


@pytest.mark.parametrize("settings", [{"foreach": True}, {"differentiable": True}])
def test_fused_goes_with_nothing_else(settings):
    with pytest.raises(RuntimeError, match="`fused`"):
        optim.Adam([nn.Parameter(vizgrad.ones(2))], fused=True, **settings)


@pytest.mark.torch
def test_groups_print_apart():
    def text(library):
        first, second = (library.nn.Parameter(library.ones(2)) for _ in range(2))
        return repr(library.optim.SGD([{"params": [first]}, {"params": [second], "lr": 0.5}], lr=0.1))

    assert text(vizgrad) == text(torch())
