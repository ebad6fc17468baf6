"""The lines of a rule are what the optimizer then does, to the last bit."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

import vizgrad
from tests.optim.rules import MATRICES, OPTIMIZERS
from vizgrad import nn, optim
from vizgrad.trace.stepping import rule


def made(text, shape=(3, 4), kind="f4", steps=0):
    random = np.random.default_rng(len(text))
    p = nn.Parameter(vizgrad.tensor(random.normal(size=shape).astype(kind)))
    optimizer = eval(f"optim.{text.replace('(p', '([p]')}")

    def gradient():
        p.grad = vizgrad.tensor(random.normal(size=shape).astype(kind))

    for _ in range(steps):
        gradient()
        optimizer.step()
    gradient()
    return optimizer, p


def of(optimizer, p, at=(1, 2)):
    return rule.lines(optimizer, p, optimizer.param_groups[0], at)


def text(x):
    return str(x.reshape(-1)[0] if isinstance(x, np.ndarray) else x)


@pytest.mark.parametrize("words", OPTIMIZERS)
@pytest.mark.parametrize("kind", ["f4", "f8", "f2", ml_dtypes.bfloat16], ids=lambda k: np.dtype(k).name)
def test_lines_are_what_the_step_does(words, kind):
    for steps in (0, 1, 2, 7):  # 0: nothing is remembered yet; 7: RAdam trusts its average by then
        optimizer, p = made(words, kind=kind, steps=steps)
        before = {k: v.array.copy() for k, v in optimizer.state.get(p, {}).items() if v is not None}
        lines = of(optimizer, p)
        after = {k: v.array for k, v in optimizer.state.get(p, {}).items() if v is not None}
        assert before.keys() == after.keys()
        assert all((before[k] == after[k]).all() for k in before)
        optimizer.step()
        said = {line.name: line.value for line in lines}
        assert lines[0].name == "g"
        assert len(said) == len(lines)
        assert said["p′"] == text(p.array[1, 2])
        state = optimizer.state.get(p, {})
        for name, x in state.items():
            if name == "step":
                continue
            if x.array.ndim:
                assert said[f"{name}′"] == text(x.array[1, 2]), name
            else:
                assert np.float32(said[f"{name}′"]) == x.array, name


@pytest.mark.parametrize("words", ["Adam(p, weight_decay=0.1)", "SGD(p, momentum=0.9)", "ASGD(p)"])
def test_large_parameters_and_scalars(words):
    for shape, at in (((190, 211), (189, 210)), ((), ()), ((5,), (99,))):
        optimizer, p = made(words, shape, steps=1)
        lines = of(optimizer, p, at)
        optimizer.step()
        assert lines[-1].value == text(p.array[tuple(min(i, n - 1) for i, n in zip(at, shape, strict=True))])


ADAM = """
g = ∂L/∂p
g with decay = g + weight_decay · p
exp_avg′ = exp_avg + (1 - β₁) · (g + weight_decay · p - exp_avg)
exp_avg_sq′ = exp_avg_sq · β₂ + (1 - β₂) · (g + weight_decay · p)²
correction₂ = 1 - β₂^t
size = √(exp_avg_sq′ / (1 - β₂^t)) + ε
correction₁ = 1 - β₁^t
step = lr / (1 - β₁^t) · exp_avg′ / size
p′ = p - step
"""


def test_what_is_said():
    p = nn.Parameter(vizgrad.tensor([0.5, -2.0], dtype=vizgrad.float64))
    optimizer = optim.Adam([p], lr=0.1, betas=(0.5, 0.75), weight_decay=0.5)
    p.grad = vizgrad.tensor([1.0, 4.0], dtype=vizgrad.float64)
    lines = of(optimizer, p, (1,))
    assert [f"{line.name} = {line.formula}" for line in lines] == ADAM.split("\n")[1:-1]
    assert [line.numbers for line in lines] == [
        "",
        "4 + 0.5 · (-2)",
        "0 + (1 - 0.5) · (3 - 0)",
        "0 · 0.75 + (1 - 0.75) · 3²",
        "1 - 0.75^1",
        "√(2.25 / 0.25) + 1e-8",
        "1 - 0.5^1",
        "0.1 / 0.5 · 1.5 / 3",
        "-2 - 0.1",
    ]
    assert [line.value for line in lines[:5]] == ["4.0", "3.0", "1.5", "2.25", "0.25"]
    printed = dict(line.split(" = ", 1) for line in optimizer.formula().splitlines())
    said = {line.name: line.formula for line in lines}
    assert said["exp_avg′"] == printed["exp_avg′"]
    assert said["exp_avg_sq′"] == printed["exp_avg_sq′"]


def test_small_numbers_and_infinite_ones_can_be_read():
    p = nn.Parameter(vizgrad.tensor([3e-7, float("nan")]))
    optimizer = optim.SGD([p], lr=0.25)
    p.grad = vizgrad.tensor([-4e-9, float("-inf")])
    first, second = of(optimizer, p, (0,)), of(optimizer, p, (1,))
    assert first[-1].numbers == "3e-7 - (-1e-9)"
    assert [line.value for line in second] == ["-inf", "-inf", "nan"]
    assert second[-1].numbers == "NaN - (-∞)"


def test_no_lines_where_elements_do_not_move_on_their_own():
    for words in (*MATRICES, "LBFGS(p)", "SGD(p)"):
        optimizer, p = made(words)
        if words == "SGD(p)":
            p.grad = None
        assert of(optimizer, p) == ()

    class Own(optim.SGD):
        def step(self, closure=None):
            """Something else."""

    _, p = made("SGD(p)")
    assert of(Own([p], lr=0.1), p) == ()


def test_a_rule_of_ones_own():
    class Push(optim.Optimizer):
        def __init__(self, params, lr=0.1, friction=0.5):
            super().__init__(params, {"lr": lr, "friction": friction})

        @staticmethod
        def start(xp, p):
            return {"speed": xp.zeros_like(p)}

        @staticmethod
        def update(xp, p, g, m, *, lr, friction):
            push = xp.where(abs(g) > 1, xp.sign(g), g)
            m["speed"] = (1 - friction) * m["speed"] - lr * xp.tanh(push)
            return p + m["speed"]

    class Total(Push):
        @staticmethod
        def update(xp, p, g, m, *, lr, friction):
            return p - lr * g / sum(float(x) for x in g)  # not of one element

    p = nn.Parameter(vizgrad.tensor([1.0, 2.0]))
    p.grad = vizgrad.tensor([-3.0, 0.5])
    optimizer = Push([p])
    lines = of(optimizer, p, (0,))
    assert [line.name for line in lines] == ["g", "push", "speed′", "p′"]
    assert lines[1].formula == "sign(g) if |g| > 1 else g"
    assert lines[2].formula == "(1 - friction) · speed - lr · tanh(push)"
    assert lines[2].numbers == "(1 - 0.5) · 0 - 0.1 · tanh(-1)"
    assert lines[3].formula == "p + speed′"
    optimizer.step()
    assert lines[-1].value == text(p.array[0])
    assert of(Total([p]), p, (0,)) == ()


def test_sparse_gradients_move_the_rows_they_name():
    for kind in (optim.SparseAdam, optim.SGD, optim.Adagrad, optim.Adam):
        table = nn.Embedding(5, 3, sparse=True)
        optimizer = kind(table.parameters(), lr=0.1)
        for _ in range(2):
            optimizer.zero_grad()
            table(vizgrad.tensor([1, 3, 1])).square().sum().backward()
            lines = of(optimizer, table.weight, (1, 2))
            if kind is optim.Adam:  # refuses sparse gradients
                assert lines == ()
                break
            assert of(optimizer, table.weight, (2, 2)) == ()
            optimizer.step()
            assert lines[-1].value == text(table.weight.array[1, 2])


def test_names():
    optimizer, p = made("Adam(p)")
    assert set(rule.names(optimizer, p)) == {"exp_avg", "exp_avg_sq"}
    assert not optimizer.state
    optimizer.step()
    assert rule.names(optimizer, p)["exp_avg"] is optimizer.state[p]["exp_avg"].array
    assert rule.names(*made("SGD(p)")) == {}
    assert rule.names(*made("LBFGS(p)")) == {}
