"""The graph of one step, with the ways to draw it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from . import dot, wire

if TYPE_CHECKING:
    from graphviz import Digraph  # pyright: ignore[reportMissingTypeStubs]


class Computation:
    """The graph of one step: as DOT, as SVG, or shown in a notebook."""

    def __init__(self, graph: wire.Graph) -> None:
        self.data = graph

    def to_graphviz(self) -> Digraph:
        """For Graphviz, to keep, change or print."""
        return dot.to_graphviz(self.data)

    def to_svg(self) -> str:
        """As SVG, by Graphviz if it is there, else by ourselves."""
        return dot.to_svg(self.data)

    def _repr_html_(self) -> str:
        picture = base64.b64encode(self.to_svg().encode()).decode("ascii")
        return f'<img alt="Graph of one step" src="data:image/svg+xml;base64,{picture}"/>'

    def __repr__(self) -> str:
        return f"<graph of step {self.data.step}: {len(self.data.nodes)} nodes>"
