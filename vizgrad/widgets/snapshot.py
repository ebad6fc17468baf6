"""What a notebook keeps of a view: enough to draw it again without a kernel, a picture, and a sentence."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from vizgrad.trace import wire
from vizgrad.trace.figure import figure
from vizgrad.trace.files import Recording
from vizgrad.trace.history import History
from vizgrad.trace.message import to_json

from . import picture

if TYPE_CHECKING:
    from plotly.graph_objects import Figure  # pyright: ignore[reportMissingTypeStubs]

MIME = "application/vnd.vizgrad.run+json"
MOST_BYTES = 195_000  # of one view in a saved notebook, with a little room for what surrounds it
SIZES = ((1024, 5000), (512, 1000), (256, 500), (128, 300), (96, 200), (64, 100), (48, 50), (32, 25), (16, 0))
GROUPS = {
    "Curves": ("metric",),
    "Rates": ("rate",),
    "Memory": ("memory",),
    "Graph": ("steps",),
    "Stepper": ("steps",),
}
NOT_MEASURES = ("metric", "rate", "memory", "steps")


class Source(Protocol):
    """A run or a recording."""

    history: History

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def status(self) -> wire.Status: ...


def keyframe(source: Source, view: str, points: int, nodes: int) -> tuple[wire.Update, bytes]:
    """All that one view shows, each curve in at most so many points, the graph in at most so many nodes."""
    parts, data = source.history.everything(points, lambda group: _shows(view, group))
    kept: list[wire.Part] = [source.status]
    for part in parts:
        if isinstance(part, wire.Graph):
            if view in ("Dashboard", "Graph", "Stepper"):
                kept.append(_first(part, nodes))
        elif isinstance(part, wire.Events):
            last = part.events[-max(16, nodes) :]
            kept.append(wire.Events(last[0].number if last else part.first, last))
        elif not isinstance(part, wire.Memory) or view in ("Dashboard", "Memory"):
            kept.append(part)
    return wire.Update(wire.VERSION, source.id, source.title, 0, True, 0, tuple(kept)), data


def _shows(view: str, group: str) -> bool:
    if view == "Gradients":
        return group not in NOT_MEASURES
    return view not in GROUPS or group in GROUPS[view]


def _first(graph: wire.Graph, most: int) -> wire.Graph:
    """The beginning of a graph, with the layers and rules that it mentions."""
    if len(graph.nodes) <= most:
        return graph
    nodes = graph.nodes[:most]
    ops = {node.op for node in nodes}
    paths = {path for node in nodes for path in _ancestors(node.layer)}
    return replace(
        graph,
        nodes=nodes,
        rules=tuple(rule for rule in graph.rules if rule.op in ops),
        layers=tuple(layer for layer in graph.layers if layer.path in paths),
        omitted=graph.omitted + len(graph.nodes) - most,
    )


def _ancestors(path: str) -> Iterator[str]:
    words = path.split(".")
    return (".".join(words[:n]) for n in range(len(words) + 1))


def bundle(source: Source, view: str) -> dict[str, Any]:
    """The mime types of one view: data, a picture, a sentence; together at most 200 kB in the file."""
    update, data = keyframe(source, view, 512, 1000)
    html = picture.html(view, update, data)
    words = picture.summary(view, update, data)
    room = MOST_BYTES - len(html.encode()) - len(words.encode())
    saved: dict[str, Any] = {}
    for points, nodes in SIZES:
        saved = _saved(source, view, *keyframe(source, view, points, nodes))
        if _size(saved) <= room:
            break
    return {MIME: saved, "text/html": html, "text/plain": words}


def _saved(source: Source, view: str, update: wire.Update, data: bytes) -> dict[str, Any]:
    return {
        "version": wire.VERSION,
        "view": view,
        "run": source.id,
        "title": source.title,
        "update": to_json(update),
        "data": base64.b64encode(data).decode("ascii"),
    }


def _size(saved: dict[str, Any]) -> int:
    """Bytes in the file: Jupyter writes one item a line and indents each by its depth."""
    text = json.dumps(saved, indent=1)
    return len(text) + 6 * text.count("\n")


class Replay:
    """A recorded run.  Displayed in a notebook it shows the dashboard; ``view`` gives another view of it."""

    def __init__(self, path: str | Path, view: str = "Dashboard") -> None:
        self.recording = Recording(path)
        self._path, self._view = path, view

    def view(self, name: str) -> Replay:
        """The same run in another view: Curves, Rates, Gradients, Memory, Graph."""
        if name not in picture.BODIES:
            raise LookupError(f"no view is called {name!r}: there are {', '.join(picture.BODIES)}")
        other = Replay.__new__(Replay)
        other.recording, other._path, other._view = self.recording, self._path, name
        return other

    def figure(self, what: str = "loss", **options: Any) -> Figure:
        """The curve or group of curves of that name as a plotly figure."""
        parts, points = self.recording.history.everything(4096)
        return figure(what, parts, points, **options)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return bundle(self.recording, self._view)

    def __repr__(self) -> str:
        update, data = keyframe(self.recording, self._view, 512, 1000)
        return picture.summary(self._view, update, data)
