"""Ways through the graph of nodes, found before a gradient takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .node import Surface


def nodes(targets: Iterable[Any]) -> Iterator[Any]:
    """Every node that gradients for these edges would go through, in no order."""
    ahead, seen = list(targets), set[int]()
    while ahead:
        target = ahead.pop()
        node = target[0] if type(target) is tuple else target
        if isinstance(node, Surface) and id(node) not in seen:
            seen.add(id(node))
            ahead.extend(node.edges)
            yield node


def leading(targets: Iterable[Any], wanted: set[Any]) -> set[Any]:
    """The nodes among these that gradients must go through to reach something wanted."""
    found: set[Any] = set()
    for node in sorted(nodes(targets), key=lambda n: n.number):  # inputs first
        for edge in node.edges:
            if edge is None:
                continue
            source, slot = edge if type(edge) is tuple else (edge, 0)
            inside = isinstance(source, Surface)
            if source in found or (source, slot) in wanted if inside else id(source) in wanted:
                found.add(node)
    return found


def last_uses(targets: Iterable[Any]) -> dict[int, int]:
    """For each leaf, by id, the smallest number of a node that hands it a gradient."""
    last: dict[int, int] = {}
    for node in nodes(targets):
        for edge in node.edges:
            if edge is not None and type(edge) is not tuple and not isinstance(edge, Surface):
                last[id(edge)] = min(node.number, last.get(id(edge), node.number))
    return last
