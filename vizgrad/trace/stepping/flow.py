"""The graph of the pass that is under way: it grows by one node with each op, and keeps its shape from pass to pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vizgrad.engine.bare import Bare
from vizgrad.engine.op import TABLE
from vizgrad.trace import wire
from vizgrad.trace.clean import clean
from vizgrad.trace.graph import DATA, MOST_NODES, WORDS, rule, signature
from vizgrad.trace.names import Names

from .event import Moment, Ref


class Flow:
    """Nodes in the order in which they ran.

    While a pass does what the one before it did, the whole graph of that one is shown: what is still to come is known.
    """

    def __init__(self, names: Names, known: wire.Graph | None = None) -> None:
        self._names = names
        self._nodes: list[wire.Node] = []
        self._last = list(known.nodes) if known else []  # of the pass before, as long as this one is the same
        self._made: dict[int, int] = {}  # key of a tensor -> id of the node that gave it
        self._ops: dict[str, Any] = {}
        self._step = 0
        self._omitted = 0
        self._layers = names.layers()
        self.changed = True  # since `graph` was asked for

    def begin(self, step: int) -> None:
        """Another pass begins."""
        self._last, self._nodes, self._made = self._nodes or self._last, [], {}
        self._step, self._omitted = step, 0
        self._layers, self.changed = self._names.layers(), True

    def before(self, moment: Moment, *, drawn: bool) -> int:
        """The id of the node of an op that is about to run."""
        event = moment.event
        if event.inside is not None:
            return event.inside.graph
        if not drawn:
            return -1
        if len(self._nodes) >= MOST_NODES:
            self._omitted += 1
            return -1
        words = moment.op.inputs if not moment.op.variadic else moment.op.inputs[:1] * len(moment.inputs)
        inputs: list[int] = []
        for key, x, word in zip(event.inputs, moment.inputs, words, strict=False):
            if isinstance(key, Ref) and isinstance(x, Bare):
                inputs.append(self._source(key.key, x, word, event.layer))
        self._ops[moment.op.name] = moment.op
        node = wire.Node(
            0, "op", moment.op.name, event.name, event.layer, tuple(inputs), (), "", (), 0, event.line
        )  # fmt: skip
        return self._enter(node)

    def after(self, moment: Moment) -> None:
        """What it gave."""
        event = moment.event
        if event.inside is not None or event.graph < 0 or not moment.outs:
            return
        first = moment.outs[0]
        for key in event.outs:
            self._made[key] = event.graph
        kept = tuple(name for name in moment.op.keeps if not name.endswith("_shape")) if first.node else ()
        before = self._nodes[event.graph]
        self._nodes[event.graph] = after = replace(
            before,
            op=moment.op.name,
            shape=tuple(map(int, first.array.shape)),
            dtype=str(first.array.dtype),
            kept=kept,
            kept_bytes=first.node.kept_bytes() if first.node else 0,
        )
        self._ops[moment.op.name] = moment.op
        self.changed = self.changed or after != before

    def loss(self, number: int) -> None:
        """A backward pass starts from the node with this id."""
        if 0 <= number < len(self._nodes) and self._nodes[number].kind != "loss":
            self._nodes[number] = replace(self._nodes[number], kind="loss")
            self.changed = True

    @property
    def layers(self) -> tuple[wire.Layer, ...]:
        """All modules of the model, as they were when the pass began."""
        return self._layers

    def kept_bytes(self, number: int) -> int:
        """What the op of that node keeps for backward, as it was when it had run."""
        return self._nodes[number].kept_bytes if 0 <= number < len(self._nodes) else 0

    def parameter(self, name: str) -> int:
        """The id of a parameter's node, -1 if it takes no part."""
        return next((n.id for n in self._nodes or self._last if n.kind == "parameter" and n.name == name), -1)

    def graph(self) -> wire.Graph:
        """All nodes so far, and those that are expected."""
        self.changed = False
        nodes = [*self._nodes, *self._last[len(self._nodes) :]]
        ops = [self._ops.get(name) or TABLE.get(name) for name in dict.fromkeys(n.op for n in nodes)]
        rules = tuple(rule(op) for op in ops if op is not None)
        return wire.Graph(signature(nodes), self._step, self._layers, tuple(nodes), rules, self._omitted)

    def _source(self, key: int, x: Any, word: str, layer: str) -> int:
        known = self._made.get(key)
        if known is not None:
            return known
        kind, name = self._names.tensors.get(id(x), (None, ""))
        if kind is None:
            data = x.array.size > 1 and word in DATA
            kind, name = ("input" if data else "constant"), clean(WORDS.get(word, word))
            layer = "" if word in ("input", "target") else layer
        else:
            layer = name.rpartition(".")[0]
        shape = tuple(map(int, x.array.shape))
        node = wire.Node(0, kind, "", name, layer, (), shape, str(x.array.dtype), (), 0, "")
        self._made[key] = number = self._enter(node)
        return number

    def _enter(self, node: wire.Node) -> int:
        number = len(self._nodes)
        node = replace(node, id=number)
        if number < len(self._last) and _alike(node, self._last[number]):
            last = self._last[number]
            node = replace(
                node,
                kind=last.kind,
                shape=last.shape,
                dtype=last.dtype,
                kept=last.kept,
                kept_bytes=last.kept_bytes,
            )
        else:
            self._last, self.changed = [], True
        self._nodes.append(node)
        return number


def _alike(a: wire.Node, b: wire.Node) -> bool:
    kinds = a.kind == b.kind or {a.kind, b.kind} == {"op", "loss"}
    return kinds and (a.op, a.name, a.layer, a.inputs) == (b.op, b.name, b.layer, b.inputs)
