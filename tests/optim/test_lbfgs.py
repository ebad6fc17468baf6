"""LBFGS beside PyTorch's: the same calls of the closure, with the same losses."""

import numpy as np
import pytest

import vizgrad
from tests.alike import draw, numbers, ours, same, theirs, torch
from tests.optim.rules import build
from vizgrad import nn, optim

LBFGS = """
LBFGS(p)
LBFGS(p, lr=0.3, max_iter=5, history_size=2)
LBFGS(p, line_search_fn="strong_wolfe")
LBFGS(p, lr=30, line_search_fn="strong_wolfe", max_iter=8, max_eval=40)
LBFGS(p, lr=1e-4, line_search_fn="strong_wolfe", max_iter=3)
""".strip().splitlines()


@pytest.mark.torch
@pytest.mark.parametrize("text", LBFGS)
def test_lbfgs_goes_where_torch_goes(text):
    """Rosenbrock's valley in six dimensions: the same losses, at each of the same calls, also after loading."""

    def run(library, made):
        p = [library.nn.Parameter(made(draw(s, 3))) for s in ((2, 2), (2,))]
        optimizer, losses = build(library.optim, text, p), []

        def closure():
            optimizer.zero_grad()
            x = library.cat([q.reshape(-1) for q in p])
            loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
            loss.backward()
            losses.append(loss.item())
            return loss

        for _ in range(4):
            optimizer.step(closure)
            saved, optimizer = optimizer.state_dict(), build(library.optim, text, p)
            optimizer.load_state_dict(saved)
        return losses, saved["state"][0]

    (have, mine), (want, yours) = run(vizgrad, ours), run(torch(), theirs)
    np.testing.assert_allclose(have, want, rtol=1e-6)
    assert set(mine) == set(yours)
    same(mine["d"], yours["d"], rtol=1e-5)
    assert mine["func_evals"] == yours["func_evals"] == len(have)


@pytest.mark.torch
def test_lbfgs_state_comes_from_torch():
    """Vectors, 0-dimensional tensors and numbers of PyTorch's state are taken as they are."""

    def closure_of(p, optimizer):
        def closure():
            optimizer.zero_grad()
            loss = ((p**2 - 1) ** 2 + p).sum()
            loss.backward()
            return loss

        return closure

    made = [torch().nn.Parameter(theirs(draw((3,), 1))), nn.Parameter(ours(draw((3,), 1)))]
    want, have = torch().optim.LBFGS(made[:1], 0.1, 3), optim.LBFGS(made[1:], 0.1, 3)
    want.step(closure_of(made[0], want))

    def translated(value):
        if isinstance(value, list):
            return [translated(v) for v in value]
        return ours(numbers(value)) if isinstance(value, torch().Tensor) else value

    saved = want.state_dict()
    state = {i: {k: translated(v) for k, v in m.items()} for i, m in saved["state"].items()}
    made[1].data.copy_(ours(numbers(made[0])))
    have.load_state_dict({"state": state, "param_groups": saved["param_groups"]})
    want.step(closure_of(made[0], want)), have.step(closure_of(made[1], have))
    same(made[1], made[0], rtol=1e-9)
