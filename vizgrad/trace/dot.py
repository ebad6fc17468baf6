"""The computation for Graphviz: a ``graphviz.Digraph`` to keep, change and print; SVG by whatever is there.

Every text that a user could have chosen (names of modules and parameters, source lines) goes through `safe`:
a label in angle brackets would otherwise be read as HTML, and a backslash as a command.
"""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from . import wire
from .clean import clean
from .drawing import TINTS, standalone
from .fold import label_of, path_of, shape_of
from .svg import CATEGORY, QUIET, TEXT

if TYPE_CHECKING:
    from graphviz import Digraph  # pyright: ignore[reportMissingTypeStubs]

Engine = Literal["auto", "dot", "pygraphviz", "own"]
INSTALL = 'pip install "vizgrad[graphviz]"'
TIMEOUT = 10  # seconds; Graphviz's time grows steeply with size
LIMITS = {"nslimit": "2", "nslimit1": "2", "mclimit": "0.5"}  # rounds of its search: enough, and bounded
# Runs in a process of its own, because a layout within ours could not be interrupted.
PYGRAPHVIZ = (
    "import sys, pygraphviz\n"
    "g = pygraphviz.AGraph(string=sys.stdin.read())\n"
    "g.layout('dot')\n"
    "sys.stdout.buffer.write(g.draw(format='svg'))\n"
)
BOX = {"shape": "box", "style": "rounded,filled", "fillcolor": "white"}
PILL = {"shape": "box", "style": "rounded,filled", "height": "0.24", "margin": "0.12,0.03"}
SLANTED = {"shape": "polygon", "sides": "4", "skew": "0.35", "style": "filled", "height": "0.3"}
STYLES: dict[wire.NodeKind, dict[str, str]] = {
    "op": {**BOX, "color": QUIET},
    "loss": {**BOX, "color": TEXT, "peripheries": "2"},
    "parameter": {**PILL, "fillcolor": "#e0eef6", "color": CATEGORY["parameters"]},
    "buffer": {**PILL, "fillcolor": "#eaf6fd", "color": CATEGORY["buffer"]},
    "input": {**SLANTED, "fillcolor": "#fcf1dc", "color": CATEGORY["input"]},
    "constant": {**SLANTED, "fillcolor": "#eff0f0", "color": CATEGORY["other"]},
}


class GraphvizError(RuntimeError):
    """Graphviz, or the Python package that speaks to it, is not there or gave up."""


def safe(text: object, most: int = 80) -> str:
    """A text as Graphviz will show it, character by character: no HTML-like label, no escape."""
    graphviz = _graphviz()
    return graphviz.nohtml(graphviz.escape(clean(text, most)))


def _graphviz() -> Any:
    try:
        return importlib.import_module("graphviz")
    except ImportError:
        raise GraphvizError(f"The Python package graphviz is not installed: {INSTALL} brings it.") from None


def to_graphviz(graph: wire.Graph) -> Digraph:
    """The graph as a ``graphviz.Digraph``: one cluster a layer, ``digraph.source`` is DOT."""
    graphviz = _graphviz()
    font = {"fontname": "Helvetica,Arial,sans-serif", "fontsize": "11"}
    drawn = _digraph(graphviz)(
        "vizgrad",
        graph_attr={"rankdir": "TB", "ranksep": "0.32", "tooltip": " ", **font, **LIMITS},
        node_attr={"height": "0.35", "margin": "0.12,0.06", **font},
        edge_attr={"color": QUIET, "arrowsize": "0.7"},
    )
    ids = {node.id for node in graph.nodes}
    titles = {layer.path: layer for layer in graph.layers}
    _cluster(drawn, graph.nodes, (), titles)
    for node in graph.nodes:
        for source in node.inputs:
            if source in ids:
                drawn.edge(f"n{source}", f"n{node.id}")
    if graph.omitted:
        drawn.node("omitted", f"{graph.omitted} more nodes", shape="plaintext")
    return drawn


@cache
def _digraph(graphviz: Any) -> Any:
    """A ``Digraph`` that a notebook can show without ``dot``: pygraphviz's wheel draws it as well."""

    class Computation(graphviz.Digraph):
        def _repr_mimebundle_(self, *args: Any, **kwargs: Any) -> dict[str, str]:
            try:
                return {"image/svg+xml": _drawn_by_graphviz(self.source), "text/plain": self.source}
            except GraphvizError as error:
                return {"text/plain": f"{error}\n\n{self.source}"}

    return Computation


def _cluster(
    drawn: Any, nodes: Sequence[wire.Node], path: tuple[str, ...], titles: dict[str, wire.Layer]
) -> None:
    """The nodes of one layer, then each layer inside it as a cluster of its own."""
    inner: dict[str, list[wire.Node]] = {}
    for node in nodes:
        where = path_of(node.layer)
        if len(where) > len(path):
            inner.setdefault(where[len(path)], []).append(node)
        else:
            _node(drawn, node)
    for name, members in inner.items():
        here = (*path, name)
        layer = titles.get(".".join(here))
        with drawn.subgraph(name=f"cluster_{members[0].id}_{len(here)}") as cluster:
            tint = TINTS[min(len(path), len(TINTS) - 1)]
            label = safe(f"{name}: {layer.kind}" if layer else name)
            cluster.attr(label=label, tooltip=safe(layer.note if layer else name, 200), labeljust="l")
            cluster.attr(style="rounded,filled", fillcolor=tint, color="#bdbdbd")
            _cluster(cluster, members, here, titles)


def _node(drawn: Any, node: wire.Node) -> None:
    between = r"\n" if node.kind in ("op", "loss") else " "
    label = safe(label_of(node)) + between + safe(shape_of(node.shape))
    kept = f", keeps {', '.join(node.kept)} ({node.kept_bytes} B) for backward" if node.kept else ""
    says = (
        f"{label_of(node)}, {node.dtype} {shape_of(node.shape)}{kept}{f', {node.line}' if node.line else ''}"
    )
    drawn.node(f"n{node.id}", label, tooltip=safe(says, 300), **STYLES[node.kind])


def to_svg(graph: wire.Graph, engine: Engine = "auto") -> str:
    """The graph as SVG.

    ``"dot"`` needs Graphviz on PATH, ``"pygraphviz"`` its wheel, ``"own"`` nothing; ``"auto"`` takes the
    first of these that answers.
    """
    if engine == "own":
        return standalone(graph)
    tries = {"dot": _by_dot, "pygraphviz": _by_pygraphviz}
    if engine != "auto":
        return tries[engine](to_graphviz(graph).source)
    try:
        return _drawn_by_graphviz(to_graphviz(graph).source)
    except GraphvizError:
        return standalone(graph)


def _drawn_by_graphviz(source: str) -> str:
    """By the ``dot`` on PATH, else by the one inside pygraphviz."""
    try:
        return _by_dot(source)
    except GraphvizError:
        return _by_pygraphviz(source)


def _by_dot(source: str) -> str:
    dot = shutil.which("dot")
    if dot is None:
        raise GraphvizError(f'There is no dot on PATH; engine="pygraphviz" does without: {INSTALL}.')
    return _run([dot, "-Tsvg"], source)


def _by_pygraphviz(source: str) -> str:
    if importlib.util.find_spec("pygraphviz") is None:
        raise GraphvizError(f"The Python package pygraphviz is not installed: {INSTALL} brings it.")
    return _run([sys.executable, "-c", PYGRAPHVIZ], source)


def _run(command: list[str], source: str) -> str:
    """SVG from a program that reads DOT."""
    try:
        done = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=TIMEOUT, check=True
        )
    except subprocess.TimeoutExpired:
        raise GraphvizError(f"Graphviz needed more than {TIMEOUT} s for this graph.") from None
    except (OSError, subprocess.CalledProcessError) as error:
        raise GraphvizError(f"Graphviz could not draw this graph: {clean(error)}.") from None
    return done.stdout.decode("utf-8", "replace")
