"""A custom Function is seen as any op is: by watchers, in the graph, by its rule."""

from __future__ import annotations

import vizgrad
from vizgrad.engine import watch
from vizgrad.trace import graph


class Cube(vizgrad.autograd.Function):
    """x times x times x"""

    @staticmethod
    def forward(ctx, x, scale):
        y = x * x
        ctx.save_for_backward(x, y)
        ctx.scale = scale
        return x * y * scale

    @staticmethod
    def backward(ctx, g):
        _, y = ctx.saved_tensors
        return 3 * g * y * ctx.scale, None


class Notes(watch.Watcher):
    def __init__(self):
        self.ops, self.nodes = [], []

    def on_op(self, op, inputs, out, settings):
        if out.node is not None:
            self.ops.append((op, inputs, settings, out.node.kept_bytes()))

    def on_node(self, node, grads):
        self.nodes.append(node.op.name)


def test_watchers_see_the_call_the_rule_and_the_way_back():
    x = vizgrad.ones(4, requires_grad=True)
    with watch.watching(Notes()) as notes:
        Cube.apply(x, 2.0).sum().backward()
    (op, inputs, settings, kept), *_ = notes.ops
    assert (op.name, op.inputs, op.keeps, settings) == ("Cube", ("x",), ("x", "saved1"), {"scale": 2.0})
    assert inputs[0] is x
    assert kept > 0
    assert notes.nodes == ["sum", "Cube"]
    rule = graph.rule(op)
    assert rule.op == "Cube"
    assert rule.says == "x times x times x"
    assert rule.gradients == ("∂L/∂x = Cube.backward(g, x, saved1)",)
