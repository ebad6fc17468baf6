"""The computation of one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import View

if TYPE_CHECKING:
    from graphviz import Digraph  # pyright: ignore[reportMissingTypeStubs]


class Graph(View):
    """Every op of one step, in its layer, with what it keeps for backward."""

    view = "Graph"

    def to_graphviz(self) -> Digraph:
        """The same graph for Graphviz, to keep, change or print."""
        return self._source.computation().to_graphviz()

    def to_svg(self) -> str:
        """The same graph as SVG, drawn by Graphviz if it is there."""
        return self._source.computation().to_svg()
