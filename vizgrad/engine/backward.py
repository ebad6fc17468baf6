"""Walking back: from a loss to the gradients of everything that it was computed from."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

from . import alias, errors, namespace, watch
from .bare import Bare
from .local import here
from .ops import shapes
from .storage import GRADIENTS
from .tape import SPENT, Node, edge

_SECOND_TIME = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)


class Walk:
    """One backward pass.

    Without ``create_graph`` gradients are bare arrays; with it they are tensors and the pass itself is recorded.
    ``wanted``: the tensors asked for (autograd.grad, ``inputs=``); None means every leaf.
    """

    def __init__(
        self, *, create_graph: bool, retain_graph: bool, wanted: Sequence[Any] | None, store: bool
    ) -> None:
        self.create_graph = create_graph
        self.retain_graph = retain_graph
        self.store = store  # into .grad, as backward() does
        self.found: dict[Any, Any] = {}  # key of a wanted tensor -> its gradient
        self.wanted = None if wanted is None else {_key(x): x for x in wanted}
        self.pending: dict[int, tuple[Node, list[Any]]] = {}
        self.order: list[int] = []  # a heap of negated node numbers

    def run(self, roots: list[tuple[Any, Any]]) -> None:
        """Walk the nodes newest first: a node is numbered after all its inputs, so that order is safe."""
        for root, grad in roots:
            alias.refresh(root)
            self._pass(edge(root), grad)
        while self.order:
            node, grads = self.pending.pop(-heapq.heappop(self.order))
            self._observe(node, grads)
            if here.watchers:
                watch.tell("on_node", node, grads)
            for target, dx in zip(node.edges, self._input_gradients(node, grads), strict=True):
                if target is not None and dx is not None:
                    self._pass(target, dx)
            if not (self.retain_graph or self.create_graph) and node.kept is not None:
                node.kept = SPENT

    def _pass(self, target: Any, dx: Any) -> None:
        """Hand a gradient to where an edge leads."""
        if isinstance(target, Bare):
            self._leaf(target, dx)
            return
        node, slot = target if type(target) is tuple else (target, 0)
        if node.number in self.pending:
            grads = self.pending[node.number][1]
            grads[slot] = dx if grads[slot] is None else grads[slot] + dx
            return
        grads = [None] * (len(node.op.outputs) or 1)
        grads[slot] = dx
        self.pending[node.number] = node, grads
        heapq.heappush(self.order, -node.number)

    def _observe(self, node: Node, grads: list[Any]) -> None:
        """Hooks may look at the gradient of a node's output or replace it; whoever asked for it gets it."""
        if node.hooks:
            for slot, hooks in node.hooks.items():
                if grads[slot] is not None:
                    grads[slot] = self._hooked(hooks, grads[slot])
        if self.wanted:
            for slot, g in enumerate(grads):
                self._find((node, slot), g)

    def _hooked(self, hooks: list[Any], g: Any) -> Any:
        for hook in tuple(hooks):
            given = g if isinstance(g, Bare) else Bare._wrap(g)
            answer = hook(given)
            if answer is not None:
                g = answer if self.create_graph else answer.array
        return g

    def _find(self, key: Any, g: Any) -> None:
        if self.wanted and key in self.wanted and g is not None:
            before = self.found.get(key)
            self.found[key] = g if before is None else before + g

    def _leaf(self, x: Any, dx: Any) -> None:
        if x.hooks:
            dx = self._hooked(x.hooks, dx)
        if self.wanted is not None:
            self._find(id(x), dx)
        if self.store and (self.wanted is None or id(x) in self.wanted):
            accumulate(x, dx)

    def _input_gradients(self, node: Node, grads: list[Any]) -> list[Any]:
        if node.kept is SPENT:
            raise RuntimeError(_SECOND_TIME)
        op, names = node.op, _names(node, tensors=self.create_graph)
        flowing = next(g for g in grads if g is not None)
        xp = namespace.GRAPH if self.create_graph else namespace.of((flowing,))
        given = tuple(grads) if op.outputs else (grads[0],)
        if op.variadic:
            gradient = op.gradients[0]
            assert gradient is not None
            return list(gradient.formula(xp, *given, *[names[n] for n in gradient.reads]))
        results: list[Any] = []
        for target, gradient in zip(node.edges, op.gradients, strict=True):
            if target is None or gradient is None:
                results.append(None)
                continue
            dx = gradient.formula(xp, *given, *[names[n] for n in gradient.reads])
            if dx is not None:
                dx = _fitted(xp, dx, *_like(target))
            if dx is not None and dx is flowing and not self.create_graph and isinstance(target, Bare):
                dx = dx.copy()  # two leaves must not end up with one gradient array
            results.append(dx)
        return results


def _key(x: Any) -> Any:
    """What identifies a tensor among the edges of a graph."""
    alias.refresh(x)
    return id(x) if x.node is None else (x.node, x.slot)


def _like(target: Any) -> tuple[tuple[int, ...], Any]:
    """Shape and dtype that a gradient must have to go where the edge leads."""
    if isinstance(target, Bare):
        return target.array.shape, target.array.dtype
    node, slot = target if type(target) is tuple else (target, 0)
    return node.like[slot] if node.op.outputs else node.like


def _names(node: Node, *, tensors: bool) -> dict[str, Any]:
    """What the gradient formulas of this node may ask for, by name."""
    kept = node.kept
    if kept is None:
        return node.settings
    names = node.op.keeps
    for name, value, storage, version in zip(names, kept.values, kept.storages, kept.versions, strict=True):
        if storage is not None and storage.version != version:
            raise errors.modified(node, name, value, storage, version)
    if tensors:
        return node.settings | {n: _tensor(node, n, v) for n, v in zip(names, kept.values, strict=True)}
    return node.settings | dict(zip(names, kept.values, strict=True))


def _tensor(node: Node, name: str, value: Any) -> Any:
    """A kept array as the tensor that it was, joined to its history."""
    if not hasattr(value, "dtype"):
        return value
    op = node.op
    if name in op.inputs:
        target = node.edges[op.inputs.index(name)]
        if isinstance(target, Bare):
            return target
    elif name == "y" or name in op.outputs:
        target = (node, op.outputs.index(name) if op.outputs else 0)
    else:
        target = None
    x = Bare._wrap(value)
    if target is not None:
        x.node, x.slot = target if type(target) is tuple else (target, 0)
        x.tracked = True
    return x


def _fitted(xp: Any, dx: Any, shape: tuple[int, ...], kind: Any) -> Any:
    """Undo broadcasting and promotion: add up over the stretched axes, return to the input's dtype."""
    if dx.shape != shape:
        dx = shapes.unstretched(xp, dx, shape)
    if isinstance(dx, Bare):
        return dx if dx.array.dtype == kind else xp.cast(dx, kind)
    if dx.dtype != kind:
        dx = (dx.real if dx.dtype.kind == "c" and kind.kind != "c" else dx).astype(kind)
    return dx


def accumulate(x: Any, dx: Any) -> None:
    """Add a gradient to a leaf's ``.grad``."""
    if x.grad is None:
        if not isinstance(dx, Bare):
            dx = Bare._wrap(dx if dx.base is None and dx.dtype == x.array.dtype else dx.astype(x.array.dtype))
        dx.storage.become(GRADIENTS)
        x.grad = dx
    elif isinstance(dx, Bare):
        x.grad = x.grad + dx
        x.grad.storage.become(GRADIENTS)
    else:
        x.grad.array += dx
        x.grad.storage.version += 1


def run(
    roots: Sequence[Any],
    grads: Sequence[Any],
    *,
    create_graph: bool = False,
    retain_graph: bool | None = None,
    wanted: Sequence[Any] | None = None,
    store: bool = True,
) -> list[Any]:
    """Walk back from ``roots``; return the gradients of ``wanted``, None where nothing flowed.

    Raises RuntimeError as PyTorch does: no history, a second pass through a freed graph, changed memory.
    """
    for x in roots:
        if not x.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    retain = create_graph if retain_graph is None else retain_graph
    walk = Walk(create_graph=create_graph, retain_graph=retain, wanted=wanted, store=store)
    start = [(x, g if create_graph else g.array) for x, g in zip(roots, grads, strict=True)]
    recording, here.grad = here.grad, create_graph
    if here.watchers:
        watch.tell("on_backward", roots[0])
    try:
        walk.run(start)
    finally:
        here.grad = recording
        if here.watchers:
            watch.tell("on_backward_end", roots[0])
    if wanted is None:
        return []
    found = (walk.found.get(_key(x)) for x in wanted)
    return [g if g is None or isinstance(g, Bare) else Bare._wrap(g) for g in found]
