"""Walking back: from a loss to the gradients of everything that it was computed from."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Sequence
from typing import Any

from . import errors, namespace, watch
from .bare import Bare
from .local import here
from .ops import shapes
from .storage import GRADIENTS
from .surface import hooks, paths, tied
from .tape import SPENT, Node

SECOND_TIME = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)


class Walk:
    """One backward pass.

    Without ``create_graph`` gradients are bare arrays; with it they are tensors and the pass itself is recorded.
    ``wanted``: the edges asked for (autograd.grad, ``inputs=``); None means every leaf.
    """

    def __init__(self, *, create_graph: bool, retain_graph: bool, wanted: Any, store: bool) -> None:
        self.create_graph = create_graph
        self.retain_graph = retain_graph
        self.store = store  # into .grad, as backward() does
        self.roots: list[tuple[Any, Any]] = []  # the edges that it begins at, and their gradients
        self.asked: Any = None  # the edges that somebody asked for, in that order
        self.found: dict[Any, Any] = {}  # key of a wanted edge -> its gradient
        self.wanted = None if wanted is None else {key_of(target) for target in wanted}
        self.leading: Any = None  # the nodes that lead to something wanted; None: all that there are
        self.pending: dict[int, tuple[Node, list[Any]]] = {}
        self.order: list[int] = []  # a heap of negated node numbers
        self.now: Any = None  # the node that is being walked through
        self.held: dict[int, Any] = {}  # leaves with hooks, and what has arrived of their gradients
        self.last: Any = None  # of leaves, the number of the last node that a gradient may come from

    def run(self, roots: list[tuple[Any, Any]]) -> None:
        """Walk the nodes newest first: a node is numbered after all its inputs, so that order is safe."""
        if self.wanted is not None:
            self.leading = paths.leading([target for target, _ in roots], self.wanted)
        for target, grad in roots:
            self._pass(target, grad)
        while self.order:
            self.now, grads = node, grads = self.pending.pop(-heapq.heappop(self.order))
            if node.hooks or self.wanted:
                self._observe(node, grads)
            if self.leading is not None and node not in self.leading:
                continue
            if here.watchers:
                watch.tell("on_node", node, grads)
            if node.hooks:
                grads = hooks.before(node, grads, tensors=self.create_graph)
            results = self.input_gradients(node, grads)
            if node.hooks:
                results = hooks.after(node, results, grads, tensors=self.create_graph)
            if here.watchers:
                watch.tell("on_node_end", node, grads, results)
            for target, dx in zip(node.edges, results):  # noqa: B905 - strict costs, and they fit
                if target is not None and dx is not None:
                    self._pass(target, dx)
            if not self.retain_graph and node.kept is not None and node.op.frees:
                node.kept = SPENT
            if self.held:
                self._release(node.number)
        self._release(0)

    def leads(self, target: Any) -> bool:
        """Whether a gradient that goes there is needed."""
        if target is None or self.wanted is None:
            return target is not None
        return (
            key_of(target) in self.wanted or (target[0] if type(target) is tuple else target) in self.leading
        )

    def _pass(self, target: Any, dx: Any) -> None:
        """Hand a gradient to where an edge leads."""
        if isinstance(target, Bare):
            if self.wanted is None or self.leads(target):
                self._leaf(target, dx)
            return
        node, slot = target if type(target) is tuple else (target, 0)
        met = self.pending.get(node.number)
        if met is not None:
            grads = met[1]
            grads[slot] = dx if grads[slot] is None else grads[slot] + dx
            return
        grads = [None] * (len(node.op.outputs) or 1)
        grads[slot] = dx
        self.pending[node.number] = node, grads
        heapq.heappush(self.order, -node.number)

    def _observe(self, node: Node, grads: list[Any]) -> None:
        """Hooks may look at the gradient of a node's output or replace it; whoever asked for it gets it."""
        passing = self.leading is None or node in self.leading
        for slot, g in enumerate(grads):
            if passing:  # as in PyTorch: who asked sees hooks only where the walk ends
                self._find((node, slot), g)
            if g is not None and node.hooks and node.hooks.get(slot):
                g = grads[slot] = hooks.on_gradient(node.hooks[slot], g, tensors=self.create_graph)
            if not passing:
                self._find((node, slot), g)

    def _find(self, key: Any, g: Any) -> None:
        if self.wanted and key in self.wanted and g is not None:
            before = self.found.get(key)
            self.found[key] = g if before is None else before + g

    def _leaf(self, x: Any, dx: Any) -> None:
        if x.hooks:  # they see the whole gradient: wait for its other parts
            if self.last is None:
                self.last = paths.last_uses([self.now, *(node for node, _ in self.pending.values())])
            before = self.held.get(id(x))
            self.held[id(x)] = x, dx if before is None else before[1] + dx
        else:
            self._find(id(x), dx)
            if self.store:
                accumulate(x, dx)

    def _release(self, number: int) -> None:
        """The hooks of leaves that nothing more will arrive at, now that this node is done."""
        for key in [k for k in self.held if self.last.get(k, number) >= number]:
            x, g = self.held.pop(key)
            g = hooks.on_gradient(x.hooks.get(0, {}), g, tensors=self.create_graph)
            self._find(key, g)
            if self.store:
                hooks.around(x, g, accumulate, tensors=self.create_graph)

    def input_gradients(self, node: Node, grads: list[Any]) -> list[Any]:
        """What a node makes of the gradients of its outputs.  RuntimeError if what it kept was freed or changed."""
        if node.kept is SPENT:
            raise RuntimeError(SECOND_TIME)
        if node.gradients is not None:
            return node.gradients(grads, self.create_graph)
        op, names = node.op, saved(node, tensors=self.create_graph)
        flowing = next((g for g in grads if g is not None), None)
        if flowing is None:  # hooks may take all gradients away
            return [None] * len(node.edges)
        if op.shares:
            names = {**names, "shared": {}}
        xp = namespace.GRAPH if self.create_graph else namespace.of((flowing,))
        given = tuple(grads) if op.outputs else (grads[0],)
        if op.variadic:
            gradient = op.gradients[0]
            assert gradient is not None
            return list(gradient.formula(xp, *given, *[names[n] for n in gradient.reads]))
        results: list[Any] = []
        every = self.wanted is None
        for target, gradient in zip(node.edges, op.gradients):  # noqa: B905 - strict costs, and they fit
            if gradient is None or target is None or not (every or self.leads(target)):
                results.append(None)
                continue
            dx = gradient.formula(xp, *given, *[names[n] for n in gradient.reads])
            if dx is not None:
                dx = _fitted(xp, dx, *like(target))
                if self.create_graph and not (dx.tracked or dx.is_sparse):
                    dx = tied.joined(node, dx)
            if dx is not None and dx is flowing and not self.create_graph and isinstance(target, Bare):
                dx = dx.copy()  # two leaves must not end up with one gradient array
            results.append(dx)
        return results


def key_of(target: Any) -> Any:
    """What identifies an edge: the node and the number of its output, or a leaf."""
    if isinstance(target, Bare):
        return id(target)
    return target if type(target) is tuple else (target, 0)


def like(target: Any) -> tuple[tuple[int, ...], Any]:
    """Shape and dtype that a gradient must have to go where the edge leads."""
    if isinstance(target, Bare):
        return target.array.shape, target.array.dtype
    if type(target) is not tuple:
        return target.like[0] if target.op.outputs else target.like
    node, slot = target
    return node.like[slot] if node.op.outputs else node.like


def saved(node: Node, *, tensors: bool) -> dict[str, Any]:
    """What the gradient formulas of this node may ask for, by name."""
    kept = node.kept
    if kept is None:
        return node.settings
    names, values = node.op.keeps, kept.values
    for i, (storage, version) in enumerate(zip(kept.storages, kept.versions)):  # noqa: B905 - strict costs
        if storage is not None and storage.version != version:
            raise errors.modified(node, names[i], values[i], storage, version)
    if tensors:
        return node.settings | {n: _tensor(node, n, v) for n, v in zip(names, values, strict=True)}
    found = dict(zip(names, values))  # noqa: B905 - strict costs, and they fit
    return node.settings | found if node.settings else found


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
        return dx if dx.is_sparse or dx.array.dtype == kind else xp.cast(dx, kind)
    if dx.dtype != kind:
        dx = (dx.real if dx.dtype.kind == "c" and kind.kind != "c" else dx).astype(kind)
    return dx


def accumulate(x: Any, dx: Any) -> None:
    """Add a gradient to a leaf's ``.grad``."""
    if x.gradient is None:
        if not isinstance(dx, Bare):
            dx = Bare._wrap(dx if dx.base is None and dx.dtype == x.array.dtype else dx.astype(x.array.dtype))
        dx.memory.become(GRADIENTS)
        x.gradient = dx
    elif isinstance(dx, Bare) or x.gradient.is_sparse:
        x.gradient = x.gradient + (dx if isinstance(dx, Bare) else Bare._wrap(dx))
        x.gradient.memory.become(GRADIENTS)
    else:
        x.gradient.array += dx
        x.gradient.memory.version += 1


def run(
    roots: Sequence[tuple[Any, Any]],
    *,
    create_graph: bool = False,
    retain_graph: bool | None = None,
    wanted: Sequence[Any] | None = None,
    store: bool = True,
    root: Any = None,
) -> list[Any]:
    """Walk back from ``roots``, pairs of an edge and its gradient; return the gradients of the edges ``wanted``.

    None where nothing flowed.  ``root``: the tensor that watchers are told.
    Raises RuntimeError as PyTorch does: a second pass through a freed graph, changed memory.
    """
    retain = create_graph if retain_graph is None else retain_graph
    walk = walker(create_graph=create_graph, retain_graph=retain, wanted=wanted, store=store)
    walk.roots, walk.asked = [(target, g if create_graph else g.array) for target, g in roots], wanted
    recording, here.grad = here.grad, create_graph
    outer, _walking.now = _walking.now, walk
    if here.watchers and root is not None:
        watch.tell("on_backward", root)
    try:
        walk.run(walk.roots)
    finally:
        here.grad = recording
        _walking.now = outer
        if here.watchers and root is not None:
            watch.tell("on_backward_end", root)
    found = [walk.found.get(key_of(target)) for target in wanted or ()]
    return [g if g is None or isinstance(g, Bare) else Bare._wrap(g) for g in found]


class _Walking(threading.local):
    now: Walk | None = None


_walking = _Walking()


def current() -> Walk | None:
    """The backward pass that is running on this thread."""
    return _walking.now


walker: type[Walk] = Walk  # autograd.detect_anomaly puts a more careful one here
