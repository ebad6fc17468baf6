"""What things are called: layers, parameters, buffers of a model, and the user's own source lines."""

from __future__ import annotations

import os
import sys
from types import FrameType
from typing import Any

from . import wire
from .clean import clean

MOST_LAYERS = 2_000  # layers that are described; a model may have more
MOST_MEASURED = 256  # layers that get curves of their own
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class Names:
    """Names by identity.  Refreshed when a step is captured, so layers that are added later are found."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.paths: dict[int, str] = {}  # id of a module -> its dotted path
        self.tensors: dict[
            int, tuple[wire.NodeKind, str]
        ] = {}  # id of a parameter or buffer -> kind and name
        self.measured: list[tuple[str, list[Any]]] = []  # layers with parameters of their own, and those
        self.refresh()

    def refresh(self) -> None:
        """Look at the model again."""
        modules: list[tuple[str, Any]] = list(self._model.named_modules())
        self.paths = {id(module): clean(path) for path, module in modules}
        self.tensors = {id(t): ("buffer", clean(name)) for name, t in self._model.named_buffers()}
        self.tensors |= {id(t): ("parameter", clean(name)) for name, t in self._model.named_parameters()}
        own = ((path, module, list(module.parameters(recurse=False))) for path, module in modules)
        self.measured = [
            (clean(path) or clean(type(module).__name__), [p for p in parameters if hasattr(p, "array")])
            for path, module, parameters in own
            if parameters
        ][:MOST_MEASURED]

    def parameters(self) -> list[tuple[Any, str]]:
        """All parameters and their names."""
        return [(p, clean(name)) for name, p in self._model.named_parameters()]

    def layers(self) -> tuple[wire.Layer, ...]:
        """Every module, described."""
        modules: list[tuple[str, Any]] = list(self._model.named_modules())[:MOST_LAYERS]
        return tuple(
            wire.Layer(clean(path), clean(type(m).__name__), _note(m), _elements(m)) for path, m in modules
        )

    def layer(self, running: list[Any]) -> str:
        """The path of the innermost running module that belongs to the model."""
        for module in reversed(running):
            path = self.paths.get(id(module))
            if path is not None:
                return path
        return ""


def _note(module: Any) -> str:
    try:
        return clean(module.extra_repr())
    except Exception:  # the user's own method; what it says is only decoration
        return ""


def _elements(module: Any) -> int:
    try:
        return sum(int(p.array.size) for p in module.parameters())
    except AttributeError:  # a lazy layer that has not met its first input
        return 0


def user_line(frame: FrameType | None) -> str:
    """Where in the user's code this happens, for people to read."""
    frame = user_frame(frame)
    return f"{file_label(frame.f_code.co_filename)}:{frame.f_lineno}" if frame is not None else ""


def user_frame(frame: FrameType | None) -> FrameType | None:
    """The innermost frame outside VizGrad."""
    while frame is not None and frame.f_code.co_filename.startswith((PACKAGE, "<op ")):
        frame = frame.f_back
    return frame


_files: dict[str, str] = {}


def file_label(name: str) -> str:
    """The file's name, or "cell 4" for a cell of a notebook."""
    known = _files.get(name)
    if known is None:
        if len(_files) > 1000:
            _files.clear()
        known = _files[name] = clean(_cell(name) or os.path.basename(name), 60)
    return known


def _cell(name: str) -> str:
    """IPython compiles each cell under a made-up file name and remembers which one it was."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    numbers: dict[str, int] = getattr(getattr(shell, "compile", None), "_filename_map", {})
    return f"cell {numbers[name]}" if name in numbers else ""
