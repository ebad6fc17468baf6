"""First gradients that can be differentiated again because PyTorch's can, although theirs are constants.

PyTorch computes the gradients of an activation, a convolution, a pooling, a normalization or a loss in one step that
takes all its inputs, so each has the history of all of them: the gradient of relu by x leads back to x, where its own
gradient is zero.  Ours are formulas; one that reads no tensor with a history gives a constant.
"""

from __future__ import annotations

from typing import Any

from vizgrad.engine import namespace, tape
from vizgrad.engine.bare import Bare
from vizgrad.engine.op import TABLE

from .node import class_of

# The families of such ops, by the modules that they are declared in.
_ROOM = "vizgrad.engine.ops."
TOGETHER = frozenset(
    _ROOM + name
    for name in ("activation", "conv", "conv_transpose", "loss", "normalize", "pad", "pool", "pool_average")
)


class _Constant(tape.Node):
    """Leads back to what a constant gradient was computed beside; every gradient through it is zero."""

    __slots__ = ()

    def gradients(self, grads: list[Any], create_graph: bool) -> list[Any]:
        from vizgrad.engine.backward import like

        g = grads[0]
        xp = namespace.of((getattr(g, "array", g),))
        zeros = [xp.zeros(*like(target)) for target in self.edges]
        return [Bare._wrap(z) for z in zeros] if create_graph else zeros


def joined(node: Any, dx: Any) -> Any:
    """A constant gradient of this node, with the history that PyTorch gives it."""
    if node.op.family.__module__ not in TOGETHER:
        return dx
    out = Bare._wrap(dx.array)
    out.memory = dx.memory
    clone = TABLE["clone"]
    kind = class_of(_Constant, node.op.backward_name.replace("Backward0", "BackwardBackward0"))
    out.node = kind(clone, [edge for edge in node.edges if edge is not None], {})
    out.node.like, out.tracked = (out.array.shape, out.array.dtype), True
    return out
