"""Every row of the op table says what it does to its samples, and its gradients stand the measuring."""

from __future__ import annotations

import re

import numpy as np
import pytest

import vizgrad
import vizgrad.distributions  # it has rows of its own, and is loaded when first used
from vizgrad.engine import backward as walking
from vizgrad.engine import op as ops
from vizgrad.engine import watch
from vizgrad.trace.stepping import explain

ROWS = {name: row for name, row in ops.TABLE.items() if name == row.name and row.samples}


class Look(watch.Watcher):
    strict = True

    def __init__(self):
        self.calls, self.nodes = [], []

    def on_op(self, op, inputs, out, settings):
        self.calls.append((op, inputs, settings, out))

    def on_node_end(self, node, grads, results):
        kept = {} if node.gradients is not None else dict(walking.saved(node, tensors=False))
        self.nodes.append((node.op, kept, node.settings, list(grads), list(results)))


LOOK = Look()


@pytest.fixture(scope="module", autouse=True)
def _watching():  # once for all: to begin watching, the engine counts every tensor that there is
    with watch.watching(LOOK):
        yield


def looked(run):
    LOOK.__init__()
    y = run()
    ys = [p for p in (y if isinstance(y, tuple) else (y,)) if p.tracked]
    if ys:
        like = [np.cos(np.arange(p.numel()) + 1.0).reshape(p.array.shape) for p in ys]
        vizgrad.autograd.backward(ys, [vizgrad.tensor(g).to(p.dtype) for g, p in zip(like, ys, strict=True)])
    return LOOK


def tensors(arrays):
    return [
        vizgrad.tensor(x, requires_grad=x.dtype.kind == "f") if isinstance(x, np.ndarray) else x
        for x in arrays
    ]


def of(text, **named):
    """What is said of the last op of ``text``, and of its node."""
    given = {k: vizgrad.tensor(v, dtype=vizgrad.float64, requires_grad=True) for k, v in named.items()}
    look = looked(lambda: eval(text, {"vg": vizgrad, **given}))
    op, inputs, settings, out = look.calls[-1]
    node = next(node for node in look.nodes if node[0] is op)
    return explain.forward(op, inputs, settings, out), explain.backward(*node), (inputs, settings, node)


@pytest.mark.parametrize("name", ROWS)
def test_every_row(name):
    row = ROWS[name]
    for sample in row.samples:
        look = looked(lambda sample=sample: row.function(*tensors(sample.arrays()), **sample.settings))
        calls = [call for call in look.calls if call[0].name == name]
        op, inputs, settings, out = calls[0]
        said = explain.forward(op, inputs, settings, out)
        assert said.formulas[0].partition(" = ")[2]
        assert said.shapes.split(" → ")[1].count("×") == sum(
            max(0, y.ndim - 1) for y in (out if isinstance(out, tuple) else (out,))[:8]
        )
        assert not re.search("<|object at", said.formulas[0].replace(" < ", ""))
        for node in look.nodes:
            said = explain.backward(*node)
            assert len(said.formulas) == sum(dx is not None for dx in node[4]) or node[0].variadic
            assert all("∂L/∂" in line and "object at" not in line for line in said.formulas)
            assert " → " in said.shapes
            if node[0].name == name:
                check = explain.check(op, inputs, settings, node[3], node[4])
                small = sum(x.numel() for x in inputs if isinstance(x, vizgrad.Tensor)) <= 64
                assert check == "" or float(re.fullmatch("finite differences agree to (.*)", check)[1]) < 1e-5
                assert bool(check) == small, (sample, check)


SAID = [  # op and inputs; forward: formula, shapes, numbers; backward: formulas, shapes, numbers
    (
        "vg.nn.functional.linear(x, W, b)",
        {"x": np.ones((5, 4)), "W": np.ones((3, 4)), "b": np.ones(3)},
        ("y = x @ Wᵀ + b", "5×4 @ (3×4)ᵀ + 3 → 5×3", ""),
        (
            ("∂L/∂x = g @ W", "∂L/∂W = gᵀ @ x", "∂L/∂b = sum(g)"),
            "∂L/∂x: 5×3 @ 3×4 → 5×4; ∂L/∂W: (5×3)ᵀ @ 5×4 → 3×4; ∂L/∂b: sum(5×3) → 3",
            "",
        ),
    ),
    (
        "x * 0.5",
        {"x": [[1, 2], [3, 4]]},
        ("y = a · 0.5", "2×2 · 0.5 → 2×2", "[1 2; 3 4] · 0.5 = [0.5 1; 1.5 2]"),
        (("∂L/∂a = g · 0.5",), "2×2 · 0.5 → 2×2", "[0.54 -0.416; -0.99 -0.654] · 0.5 = [0.27 -0.208; -0.495 -0.327]"),
    ),
    (
        "a * b",
        {"a": [1, -2], "b": 3},
        ("y = a · b", "2 · scalar → 2", "[1 -2] · 3 = [3 -6]"),
        (
            ("∂L/∂a = g · b", "∂L/∂b = g · a, summed to the shape of b"),
            "∂L/∂a: 2 · scalar → 2; ∂L/∂b: 2 · 2, summed → scalar",
            "∂L/∂a = [0.54 -0.416] · 3 = [1.62 -1.25]; ∂L/∂b = [0.54 -0.416] · [1 -2], summed = 1.37",
        ),
    ),
    (
        "x.mean(1)",
        {"x": [[1, 2, 6], [4, 5, 1e-5]]},
        ("y = Σ x / n, with dim=1", "Σ 2×3 / 3 → 2", "Σ [1 2 6; 4 5 1e-5] / 3 = [3 3]"),
        (
            ("∂L/∂x = g / n, stretched to the shape of x",),
            "2 / 3 → 2×3",
            "[0.54 -0.416] / 3 = [0.18 0.18 0.18; -0.139 -0.139 -0.139]",
        ),
    ),
    (
        "vg.nn.functional.conv2d(x, W, stride=2, padding=1)",
        {"x": np.ones((1, 2, 5, 5)), "W": np.ones((3, 2, 3, 3))},
        ("y[o, i] = Σ W[o, c, k] · x[c, i·2 + k - 1]", "x 1×2×5×5, W 3×2×3×3 → 1×3×3×3", ""),
        (
            (
                "∂L/∂x[c, i·2 + k - 1] = Σ W[o, c, k] · g[o, i]",
                "∂L/∂W[o, c, k] = Σ g[o, i] · x[c, i·2 + k - 1]",
            ),
            "∂L/∂x: g 1×3×3×3, W 3×2×3×3 → 1×2×5×5; ∂L/∂W: g 1×3×3×3, x 1×2×5×5 → 3×2×3×3",
            "",
        ),
    ),
    (
        "vg.nn.functional.nll_loss(x, vg.tensor([1, 0]))",
        {"x": [[1, 2], [4, 5]]},
        ("y = -mean(x[t])", "x 2×2, t 2 → scalar", ""),
        (("∂L/∂x = -g / n where j = t, else 0",), "g scalar, t 2 → 2×2", ""),
    ),
    (
        "vg.cat([x, z])",
        {"x": [1, 2], "z": [3]},
        ("y = [x₁, x₂]", "[2, 1] → 3", "[[1 2], [3]] = [1 2 3]"),
        (("∂L/∂[x₁, x₂, …] = [g₁, g₂, …]",), "g 3 → 2, 1", ""),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "given", "forward", "backward"), SAID, ids=[row[0] for row in SAID])
def test_said(text, given, forward, backward):
    there, back, _ = of(text, **given)
    assert (there.formulas[0], *there[1:3]) == forward
    assert back[:3] == backward
    assert there.says
    assert there.says == back.says


def test_a_function_of_ones_own():
    class Twice(vizgrad.autograd.Function):
        """Two times x."""

        @staticmethod
        def forward(ctx, x, factor):
            ctx.save_for_backward(x)
            return x * factor

        @staticmethod
        def backward(ctx, g):
            return g * 2.5, None  # not what forward says

    there, back, (inputs, _, node) = own(Twice)
    assert there.formulas == ("y = Twice(x)",)
    assert there.shapes == "Twice(3) → 3"
    assert back.formulas == ("∂L/∂x = Twice.backward(g, x)",)
    assert there.says == "Two times x."
    call = {"apply": Twice.apply, "args": (inputs[0], 2.0)}
    assert (
        explain.check(node[0], inputs, call, node[3], node[4])
        == "finite differences differ by 2e-1 at ∂L/∂x[2]"
    )
    right = [2.0 * node[3][0].array]
    assert "agree" in explain.check(node[0], inputs, call, node[3], right)


def own(cls):
    x = vizgrad.tensor([1.0, 2.0, 3.0], dtype=vizgrad.float64, requires_grad=True)
    look = looked(lambda: cls.apply(x, 2.0))
    op, inputs, settings, out = next(call for call in look.calls if call[0].name == cls.__name__)
    op_, _, set_, grads, results = look.nodes[0]
    grads = [vizgrad.tensor(g) if isinstance(g, np.ndarray) else g for g in grads]
    node = (op_, {"x": x.array}, set_, grads, results)
    return explain.forward(op, inputs, settings, out), explain.backward(*node), (inputs, settings, node)


def test_complex_numbers_are_conjugated():
    z = vizgrad.tensor([1 + 2j], requires_grad=True)
    look = looked(lambda: (z * z.detach()).real)
    said = [explain.backward(*node) for node in look.nodes]
    assert said[1].formulas == ("∂L/∂a = g · conj(b)",)
    assert said[1].numbers == "[0.54+0i] · conj([1+2i]) = [0.54-1.08i]"
    assert explain.forward(ops.TABLE["conj"], [z], {}, z.conj()).numbers == "conj([1+2i]) = [1-2i]"


def test_a_node_whose_values_were_freed():
    _, back, (_, settings, node) = of("vg.nn.functional.linear(x, W)", x=[[1.0, 2.0]], W=[[3.0, 4.0]])
    freed = explain.backward(node[0], {}, settings, node[3], node[4])
    assert freed.formulas == back.formulas == ("∂L/∂x = g @ W", "∂L/∂W = gᵀ @ x")
    assert freed.shapes == "∂L/∂x: g 1×1 → 1×2; ∂L/∂W: g 1×1 → 1×2"
    assert back.numbers == "∂L/∂x = [0.54] @ [3 4] = [1.62 2.16]; ∂L/∂W = [0.54]ᵀ @ [1 2] = [0.54 1.08]"
    assert freed.numbers == ""


def test_what_a_check_finds():
    relu, log = ops.TABLE["relu"], ops.TABLE["log"]
    x, g = np.array([[-1.0, 0.0, 2.0]]), np.array([[1.0, 1.0, 1.0]])

    def check(op, x, dx):
        return explain.check(op, [x], {}, [g.astype(x.dtype)], [np.asarray(dx, x.dtype)])

    assert (
        check(relu, x, [[0, 0, 1]])
        == "not smooth here: at x[0, 1] the slope is 0 to one side and 1 to the other"
    )
    assert check(relu, x, [[0, 2, 1]]) == "finite differences differ by 8e-1 at ∂L/∂x[0, 1]"
    assert check(relu, x, [[0, 0, 2]]) == "finite differences differ by 5e-1 at ∂L/∂x[0, 2]"
    assert (
        check(relu, x, [[0, 0, np.nan]])
        == "finite differences give 1 where the gradient is NaN, at ∂L/∂x[0, 2]"
    )
    for kind in ("f4", "f2"):
        assert "agree" in check(log, np.array([[0.3, 2.0, 5.0]], kind), [[1 / 0.3, 0.5, 0.2]])
    assert check(log, np.array([[1, 2, 3]]), [[1, 1, 1]]) == ""
    assert check(log, np.full((1, 65), 2.0), np.full((1, 65), 0.5)) == ""
    assert check(log, np.array([[1j, 2, 3]]), [[1, 1, 1]]) == ""
