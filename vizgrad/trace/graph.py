"""The computation of one step, from notes taken while it runs: descriptions only, no tensor is kept alive."""

from __future__ import annotations

import sys
import time
import zlib
from dataclasses import replace
from typing import Any, NamedTuple, cast
from weakref import ref

from vizgrad.engine.local import here
from vizgrad.engine.op import Op
from vizgrad.engine.surface import ink
from vizgrad.engine.watch import Watcher

from . import wire
from .clean import clean
from .memory import Gauge
from .names import Names, user_line

DATA = ("input", "other", "target", "tensors")  # operands of these names come from outside; masks do not
WORDS = {"other": "tensor"}  # for an operand that has no better name
MOST_NODES = 5_000  # sent to the page
MOST_NOTES = 4 * MOST_NODES  # taken in one step


class Note(NamedTuple):
    """One op that ran.  Inputs are numbers of nodes, or places in the list of leaves, below zero."""

    op: Op
    inputs: tuple[int, ...]
    layer: str
    shape: tuple[int, ...]
    dtype: str
    kept_bytes: int
    line: str


class Leaf(NamedTuple):
    """A tensor that was not computed: a parameter, a buffer, an input, a constant."""

    kind: wire.NodeKind
    name: str
    layer: str
    shape: tuple[int, ...]
    dtype: str


class Capture(Watcher):
    """Watches one step, op by op."""

    def __init__(self, names: Names, gauge: Gauge, step: int) -> None:
        self._names, self._gauge, self._step = names, gauge, step
        self._notes: dict[int, Note] = {}  # by number of the node
        self._leaves: list[Leaf] = []
        self._places: dict[int, tuple[Any, int]] = {}  # id of a leaf -> weak reference, place
        self._roots: list[int] = []
        self._missed = 0
        self.cost = 0.0  # seconds spent taking notes

    def on_op(self, op: Op, inputs: tuple[Any, ...], out: Any, settings: dict[str, Any]) -> None:
        start = time.perf_counter()
        first = cast("tuple[Any, ...]", out)[0] if isinstance(out, tuple) else out
        layer = self._names.layer(here.layers)
        self._gauge.look(self._step, layer, "forward")
        node = getattr(first, "node", None)
        if node is not None:
            if len(self._notes) < MOST_NOTES:
                self._note(op, node, inputs, first.array, layer)
            else:
                self._missed += 1
        self.cost += time.perf_counter() - start

    def on_backward(self, root: Any) -> None:
        if root.node is not None:
            self._roots.append(root.node.number)

    def on_node(self, node: Any, grads: list[Any]) -> None:
        note = self._notes.get(node.number)
        self._gauge.look(self._step, note.layer if note else "", "backward")

    def _note(self, op: Op, node: Any, inputs: tuple[Any, ...], array: Any, layer: str) -> None:
        words = op.inputs if not op.variadic else op.inputs[:1] * len(inputs)
        edges: list[Any] = node.edges if len(node.edges) == len(inputs) else [None] * len(inputs)
        sources = tuple(
            self._source(x, word, edge, layer)
            for x, word, edge in zip(inputs, words, edges, strict=False)
            if hasattr(x, "array")
        )
        self._notes[node.number] = Note(
            op,
            sources,
            layer,
            tuple(map(int, array.shape)),
            str(array.dtype),
            node.kept_bytes(),
            user_line(sys._getframe(2)),  # pyright: ignore[reportPrivateUsage]
        )

    def _source(self, x: Any, word: str, edge: Any, layer: str) -> int:
        """Where an input came from: a node, or a leaf."""
        if isinstance(edge, tuple):
            edge = cast("tuple[Any, int]", edge)[0]
        return int(edge.number) if hasattr(edge, "number") else self._leaf(x, word, layer)

    def _leaf(self, x: Any, word: str, layer: str) -> int:
        known = self._places.get(id(x))
        if known is not None and known[0]() is x:
            return known[1]
        kind, name = self._names.tensors.get(id(x), (None, ""))
        array = x.array
        if kind is None:
            data = array.size > 1 and word in DATA
            kind, name = ("input" if data else "constant"), clean(WORDS.get(word, word))
            layer = "" if word in ("input", "target") else layer  # these come from outside, by their name
        else:
            layer = name.rpartition(".")[0]
        self._leaves.append(Leaf(kind, name, layer, tuple(map(int, array.shape)), str(array.dtype)))
        self._places[id(x)] = ref(x), -len(self._leaves)
        return -len(self._leaves)

    # --- from notes to a graph

    @property
    def whole(self) -> bool:
        """Whether a loss was noted, and so everything that led to it."""
        return any(root in self._notes for root in self._roots)

    def nodes(self) -> tuple[list[wire.Node], int]:
        """What led to the losses of the step, inputs first, and how many nodes were left out."""
        needed = self._needed()
        found: list[wire.Node] = []
        ids: dict[int, int] = {}

        def enter(source: int, node: wire.Node) -> None:
            ids[source] = len(found)
            found.append(replace(node, id=len(found)))

        for number in needed:
            note = self._notes[number]
            for source in note.inputs:
                if source not in ids:
                    enter(source, self._leaf_node(source))
            enter(number, self._op_node(number, note, tuple(ids[source] for source in note.inputs)))
        omitted = max(0, len(found) - MOST_NODES)
        return found[:MOST_NODES], omitted + (0 if self.whole else self._missed)

    def _needed(self) -> list[int]:
        """Numbers of the nodes that a loss was computed from, in order; of all if no loss was noted."""
        if not self.whole:
            return sorted(self._notes)
        seen: set[int] = set()
        ahead = list(self._roots)
        while ahead:
            number = ahead.pop()
            if number in self._notes and number not in seen:
                seen.add(number)
                ahead.extend(self._notes[number].inputs)
        return sorted(seen)

    def _leaf_node(self, source: int) -> wire.Node:
        """A leaf, or a value from before this step, as a recurrent network carries it over."""
        if source >= 0:
            return wire.Node(0, "input", "", "from before", "", (), (), "", (), 0, "")
        leaf = self._leaves[-source - 1]
        return wire.Node(0, leaf.kind, "", leaf.name, leaf.layer, (), leaf.shape, leaf.dtype, (), 0, "")

    def _op_node(self, number: int, note: Note, inputs: tuple[int, ...]) -> wire.Node:
        kind: wire.NodeKind = "loss" if number in self._roots else "op"
        op = note.op
        kept = tuple(name for name in op.keeps if not name.endswith("_shape"))
        return wire.Node(
            0,
            kind,
            op.name,
            op.name,
            note.layer,
            inputs,
            note.shape,
            note.dtype,
            kept,
            note.kept_bytes,
            note.line,
        )

    def rules(self, nodes: list[wire.Node]) -> tuple[wire.Rule, ...]:
        """What each op that occurs is, once."""
        ops = {note.op.name: note.op for note in self._notes.values()}
        return tuple(rule(ops[name]) for name in dict.fromkeys(n.op for n in nodes if n.op))


def signature(nodes: list[wire.Node]) -> int:
    """Equal for two steps exactly when their computations have the same shape."""
    parts = [(n.kind, n.op, n.name, n.layer, n.inputs, n.shape, n.dtype) for n in nodes]
    return zlib.crc32(repr(parts).encode("utf-8", "replace"))


_rules: dict[str, wire.Rule] = {}


def rule(op: Op) -> wire.Rule:
    """One sentence, the formula, and the gradients, printed by running the op's own formulas on ink."""
    if op.name not in _rules:
        try:
            forward = ink.forward(op)
            gradients = tuple(f"∂L/∂{name} = {text}" for name, text in ink.gradients(op).items())
        except Exception:  # a row of a user's own may hold anything; the graph is drawn without its formula
            forward, gradients = "", ()
        says = op.doc.splitlines()[0] if op.doc else ""
        _rules[op.name] = wire.Rule(clean(op.name), clean(says), clean(forward), tuple(map(clean, gradients)))
    return _rules[op.name]
