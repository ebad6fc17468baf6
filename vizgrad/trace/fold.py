"""Makes a computation small enough to read: layers below a depth become one mark each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from . import wire
from .clean import clean

MarkKind = Literal["op", "parameter", "buffer", "input", "constant", "loss", "layer"]
DEEPEST = 12  # layers nested deeper than this are folded whatever else


@dataclass(frozen=True, slots=True)
class Mark:
    """One shape of the drawing: a node, or a folded layer with everything in it."""

    id: int
    kind: MarkKind
    name: str
    detail: str  # shape of the output, or the class of a folded layer
    path: tuple[str, ...]  # titles of the layers around it, outermost first
    inputs: tuple[int, ...]


def shape_of(sizes: Iterable[int]) -> str:
    """64×32×3×3; "scalar" where there is none."""
    return "×".join(map(str, sizes)) or "scalar"


def path_of(layer: str) -> tuple[str, ...]:
    """The layers around a node, outermost first: "block.conv1" is ("block", "conv1")."""
    return tuple(layer.split(".", DEEPEST - 1)) if layer else ()


def label_of(node: wire.Node) -> str:
    """What to write on a node; a parameter inside its layer's frame need not repeat the layer's name."""
    name = node.name or node.op or node.kind
    if node.layer:
        name = name.removeprefix(f"{node.layer}.") or name
    return clean(name, 80)


def fold(graph: wire.Graph, depth: int) -> list[Mark]:
    """The nodes of the graph with every layer below ``depth`` folded into one mark, in order of creation."""
    kinds = {layer.path: layer.kind for layer in graph.layers}
    stands: dict[int, int] = {}  # node id -> id of the mark that stands for it
    folded: dict[tuple[str, ...], int] = {}
    members: dict[int, list[wire.Node]] = {}
    for node in graph.nodes:
        path = path_of(node.layer)
        own = folded.setdefault(path[: depth + 1], node.id) if len(path) > depth else node.id
        stands[node.id] = own
        members.setdefault(own, []).append(node)
    names = {own: path for path, own in folded.items()}
    return [_mark(own, nodes, names.get(own), stands, kinds) for own, nodes in members.items()]


def _mark(
    own: int,
    nodes: list[wire.Node],
    layer: tuple[str, ...] | None,
    stands: dict[int, int],
    kinds: dict[str, str],
) -> Mark:
    sources = dict.fromkeys(stands[i] for node in nodes for i in node.inputs if i in stands)
    inputs = tuple(source for source in sources if source != own)
    if layer is None:
        node = nodes[0]
        return Mark(own, node.kind, label_of(node), shape_of(node.shape), path_of(node.layer), inputs)
    kind = kinds.get(".".join(layer), "")
    return Mark(own, "layer", clean(layer[-1], 80), clean(kind, 80), layer[:-1], inputs)


def foldings(graph: wire.Graph, most: int) -> Iterator[tuple[list[Mark], int]]:
    """Foldings with at most ``most`` marks, the most detailed first, each with the number of marks left out.

    Only the last one, with every layer folded, leaves marks out, and only if there are too many even so.
    """
    deepest = max((len(path_of(node.layer)) for node in graph.nodes), default=0)
    for depth in range(deepest, -1, -1):
        marks = fold(graph, depth)
        if len(marks) <= most or depth == 0:
            yield marks[:most], max(0, len(marks) - most)
