"""Each optimizer of the list, beside PyTorch's: 20 steps on the same gradients, parameters and memory equal."""

import copy
import warnings

import numpy as np
import pytest

import vizgrad
from tests.alike import draw, numbers, ours, same, theirs, torch
from tests.optim.rules import MATRICES, OPTIMIZERS, SHAPES, build, compared, made, precision
from vizgrad import nn, optim
from vizgrad.engine import watch


@pytest.mark.torch
@pytest.mark.parametrize("text", OPTIMIZERS + MATRICES)
def test_same_as_torch(text):
    shapes = [(5, 4), (3, 7)] if text.startswith("Muon") else SHAPES
    first = [draw(s, i) for i, s in enumerate(shapes)]
    mine = [nn.Parameter(ours(a)) for a in first]
    yours = [torch().nn.Parameter(theirs(a)) for a in first]
    have, want = build(optim, text, mine), build(torch().optim, text, yours)
    for step in range(20):
        for i, (a, b) in enumerate(zip(mine, yours, strict=True)):
            g = draw(shapes[i], 100 * step + i)
            a.grad, b.grad = ours(g), theirs(g)
        have.step(), want.step()
    compared(have, want, mine, yours, precision(text))
    groups, theirs_ = have.state_dict()["param_groups"], want.state_dict()["param_groups"]
    assert [list(g.items()) for g in groups] == [list(g.items()) for g in theirs_]
    assert repr(have) == repr(want)


@pytest.mark.torch
@pytest.mark.parametrize(
    "text", [t for t in [*OPTIMIZERS, "Adafactor(p)"] if t.endswith("(p)") or "momentum" in t]
)
def test_state_comes_from_torch_and_goes_back(text):
    """What PyTorch has saved is loaded here, training goes on, and PyTorch loads the result."""
    a = draw((4, 3), 0)
    mine, yours, back = nn.Parameter(ours(a)), *(torch().nn.Parameter(theirs(a)) for _ in range(2))
    have, want, third = build(optim, text, [mine]), *(build(torch().optim, text, [p]) for p in (yours, back))

    def steps(optimizer, p, made, seeds):
        for seed in seeds:
            p.grad = made(draw((4, 3), seed))
            optimizer.step()

    def translated(state, made):
        memory = {i: {k: made(numbers(v)) for k, v in m.items()} for i, m in state["state"].items()}
        return {"state": memory, "param_groups": state["param_groups"]}

    steps(want, yours, theirs, range(5))
    mine.data.copy_(ours(numbers(yours)))
    have.load_state_dict(translated(want.state_dict(), ours))
    steps(have, mine, ours, range(5, 10))
    back.data.copy_(theirs(numbers(mine)))
    third.load_state_dict(translated(have.state_dict(), theirs))
    steps(third, back, theirs, range(10, 15))
    steps(want, yours, theirs, range(5, 15))
    same(back, yours, rtol=precision(text), atol=precision(text) / 100)


REFUSED = {
    "SGD(p, lr=-1)": "Invalid learning rate: -1",
    "SGD(p, nesterov=True)": "Nesterov momentum requires",
    "Adam(p, betas=(1.0, 0.9))": "Invalid beta parameter at index 0: 1.0",
    "Adadelta(p, rho=2)": "Invalid rho value: 2",
    "Adagrad(p, lr_decay=-1)": "Invalid lr_decay value",
    "RMSprop(p, momentum=-1)": "Invalid momentum value",
    "Adam(p, lr=vizgrad.ones(2))": "Tensor lr must be 1-element",
    "Adam(p, lr=vizgrad.tensor(0.1), foreach=True)": "lr as a Tensor is not supported",
    "Adam(p, betas=(0.9, vizgrad.tensor(0.9)))": "betas must be either both floats or both Tensors",
    "Adamax(p, betas=(0.0, 1.0))": "Invalid beta parameter at index 1: 1.0",
    "NAdam(p, momentum_decay=-0.2)": "Invalid momentum_decay value: -0.2",
    "RAdam(p, weight_decay=-1)": "Invalid weight_decay value: -1",
    "Rprop(p, etas=(1.0, 0.5))": "Invalid eta values: 1.0, 0.5",
    "Adafactor(p, eps=(-1e-30, 1e-3))": "epsilon1 should be >= 0",
    "Adafactor(p, d=0.0)": "Clipping threshold d should be >= 1",
    "Adafactor(p, beta2_decay=0.8)": "beta2_decay should be <= 0",
    "Muon(p)": "Muon only supports 2D parameters",
    "Muon(p, adjust_lr_fn='arbitrary')": "Adjust learning rate function arbitrary is not supported",
    "SparseAdam(p, lr=0)": "Invalid learning rate: 0",
    "LBFGS([{'params': p}, {'params': [q]}])": "doesn't support per-parameter options",
}


@pytest.mark.parametrize("text", REFUSED)
def test_refuses(text):
    with pytest.raises(ValueError, match=REFUSED[text]):
        made(text)


def test_refuses_what_is_no_parameter():
    with pytest.raises(ValueError, match="empty parameter list"):
        optim.SGD([])
    with pytest.raises(TypeError, match="should be an iterable"):
        optim.SGD(vizgrad.ones(3))
    with pytest.raises(TypeError, match="can only optimize Tensors"):
        optim.SGD([1.0])
    with pytest.raises(ValueError, match="non-leaf"):
        optim.SGD([nn.Parameter(vizgrad.ones(3)) * 2])
    p = nn.Parameter(vizgrad.ones(3))
    with pytest.raises(ValueError, match="more than one parameter group"):
        optim.SGD([{"params": [p]}, {"params": [p]}])


def test_groups_have_settings_of_their_own():
    a, b = (nn.Parameter(vizgrad.ones(2)) for _ in range(2))
    a.grad = b.grad = vizgrad.ones(2)
    optimizer = optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.1)
    optimizer.step()
    assert a.tolist() == pytest.approx([0.9, 0.9])
    assert b.tolist() == [0.5, 0.5]


def test_named_parameters_keep_their_names():
    net = nn.Linear(2, 1)
    assert optim.SGD(net.named_parameters()).param_groups[0]["param_names"] == ["weight", "bias"]


def test_closure_is_run_with_gradients():
    p = nn.Parameter(vizgrad.tensor([2.0]))
    optimizer = optim.SGD([p], lr=0.25)

    def closure():
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with vizgrad.no_grad():
        assert float(optimizer.step(closure)) == 4.0
    assert p.tolist() == [1.0]


def test_zero_grad():
    optimizer, (p,) = made()
    optimizer.zero_grad(set_to_none=False)
    assert p.grad.tolist() == [0, 0, 0]
    optimizer.zero_grad()
    assert p.grad is None


def test_a_written_parameter_is_noticed():
    """Going back through a graph that used the old value is an error that names the step."""
    optimizer, (p,) = made()
    loss = (p * p).sum()
    optimizer.step()
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation(.|\n)*SGD\.step"):
        loss.backward()


def test_watchers_are_told_once_after_all_have_moved():
    optimizer, params = made(n=2)
    seen = []

    class Look(watch.Watcher):
        def on_step(self, told):
            seen.append((told, [p.tolist()[0] for p in params]))

    with watch.watching(Look()):
        optimizer.step()
    assert [told for told, _ in seen] == [optimizer]
    assert seen[0][1] == pytest.approx([0.9, 0.9])


def test_memory_counts_as_optimizer_state():
    from vizgrad.engine.storage import OPTIMIZER
    from vizgrad.engine.surface.counting import counting

    with counting() as totals:
        before = totals[OPTIMIZER]
        optimizer, _ = made("Adam(p)")
        optimizer.step()
        assert totals[OPTIMIZER] - before == 2 * 12 + 4
        del optimizer
        assert totals[OPTIMIZER] == before


def test_a_rule_in_the_style_of_the_house():
    """``start`` and ``update`` are all it takes; new arrays may be returned instead of written in place."""

    class Heavy(optim.Optimizer):
        def __init__(self, params, lr=0.1, friction=0.5):
            super().__init__(params, {"lr": lr, "friction": friction})

        @staticmethod
        def start(xp, p):
            return {"speed": xp.zeros_like(p)}

        @staticmethod
        def update(xp, p, g, m, *, lr, friction):
            m["speed"] = friction * m["speed"] + g
            return p - lr * m["speed"]

    p = nn.Parameter(vizgrad.ones(2))
    optimizer = Heavy([p])
    for _ in range(2):
        p.grad = vizgrad.ones(2)
        optimizer.step()
    assert p.tolist() == pytest.approx([1 - 0.1 - 0.15] * 2)
    assert optimizer.state[p]["speed"].tolist() == [1.5, 1.5]
    assert optimizer.formula() == "speed′ = friction · speed + g\np′ = p - lr · speed′"


def test_an_optimizer_in_the_style_of_torch():
    """A ``step`` over groups and state, as custom optimizers are written for PyTorch, is watched too."""

    class Sign(optim.Optimizer):
        def __init__(self, params, lr=0.1):
            super().__init__(params, {"lr": lr})

        @vizgrad.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    state["step"] = state.get("step", 0) + 1
                    p.sub_(group["lr"] * p.grad.sign())

    p = nn.Parameter(vizgrad.ones(2))
    p.grad = vizgrad.ones(2)
    optimizer, told = Sign([p]), []
    look = watch.Watcher()
    look.on_step = told.append
    with watch.watching(look):
        optimizer.step()
    assert p.tolist() == pytest.approx([0.9, 0.9])
    assert told == [optimizer]
    assert optimizer.state_dict()["state"] == {0: {"step": 1}}


def test_hooks_around_a_step():
    optimizer, _ = made()
    seen = []
    optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append("before"))
    handle = optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append("after"))
    optimizer.step()
    handle.remove()
    optimizer.step()
    assert seen == ["before", "after", "before"]


def test_loading_refuses_another_shape():
    one, two = made()[0], made(n=2)[0]
    with pytest.raises(ValueError, match="doesn't match the size"):
        one.load_state_dict(two.state_dict())


def test_loaded_memory_is_a_copy():
    optimizer, (p,) = made("Adam(p)")
    optimizer.step()
    saved = copy.deepcopy(optimizer.state_dict())
    other, (q,) = made("Adam(p)")
    other.load_state_dict(optimizer.state_dict())
    other.step()
    assert optimizer.state[p]["step"].item() == saved["state"][0]["step"].item() == 1
    assert other.state[q]["step"].item() == 2


FORMULAS = {
    "SGD(p)": "p′ = p - lr · g",
    "Adam(p)": (
        "exp_avg′ = exp_avg + (1 - β₁) · (g - exp_avg)\n"
        "exp_avg_sq′ = exp_avg_sq · β₂ + (1 - β₂) · g²\n"
        "p′ = p - lr / (1 - β₁^t) · exp_avg′ / (√(exp_avg_sq′ / (1 - β₂^t)) + ε)"
    ),
    "Adafactor(p)": (
        "row_var′ = row_var + t^beta2_decay · (row_mean(g²) - row_var)\n"
        "col_var′ = col_var + t^beta2_decay · (column_mean(g²) - col_var)\n"
        "p′ = p - max(ε₂, rms(p)) · min(lr, 1 / t^0.5) / max(1, rms(g / √maximum(row_var′ @ col_var′ / "
        "maximum(column_mean(row_var′), ε₁), ε₁ · ε₁)) / d) · g / √maximum(row_var′ @ col_var′ / "
        "maximum(column_mean(row_var′), ε₁), ε₁ · ε₁)"
    ),
    "Adagrad(p, maximize=True)": "sum′ = sum + (-g)²\np′ = p - lr · -g / (√sum′ + ε)",
}


@pytest.mark.parametrize("text", [*OPTIMIZERS, "Adafactor(p)", "SparseAdam(p)"])
def test_every_rule_writes_itself_down(text):
    optimizer, _ = made(text)
    assert optimizer.formula().splitlines()[-1].startswith("p′ = p ")


@pytest.mark.parametrize("text", FORMULAS)
def test_formula(text):
    assert made(text)[0].formula() == FORMULAS[text]


def test_blocks_move_as_a_whole_does():
    """A parameter too large for the cache is moved in blocks, with the same result to the last bit."""
    from vizgrad.optim import optimizer as room

    big = np.random.default_rng(0).standard_normal(3 * room.BLOCK + 5).astype("float32")
    results = []
    for elementwise in (True, False):
        kind = type("Mine", (optim.Adam,), {"elementwise": elementwise})
        p = nn.Parameter(vizgrad.tensor(big))
        optimizer = kind([p], lr=0.1, amsgrad=True, weight_decay=0.1)
        for i in range(3):
            p.grad = vizgrad.tensor(big[::-1].copy() * i)
            optimizer.step()
        results.append(p.detach().array.copy())
    assert (results[0] == results[1]).all()


def test_duplicates_are_warned_of():
    p = nn.Parameter(vizgrad.ones(2))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        optim.SGD([p, p])
    assert "duplicate parameters" in str(seen[0].message)
