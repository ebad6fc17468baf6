"""The run's end of the line to the page: one ipywidgets model, whose state is data and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from vizgrad.trace.message import command

from .comms import keep_on_subshell
from .jupyter import Widget

if TYPE_CHECKING:
    from .notebook import NotebookRun

MODULE, VERSION = "vizgrad", "^0.1.0"


class RunModel(Widget):
    """Carries updates to the page and commands back.  It is a sink of the publisher."""

    _model_name = traitlets.Unicode("RunModel").tag(sync=True)
    _model_module = traitlets.Unicode(MODULE).tag(sync=True)
    _model_module_version = traitlets.Unicode(VERSION).tag(sync=True)

    run = traitlets.Unicode("").tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)

    def __init__(self, run: NotebookRun) -> None:
        self._listener = run
        super().__init__(run=run.id, title=run.title)
        keep_on_subshell(self.comm)

    def send(self, message: dict[str, Any], points: bytes) -> None:
        """Send an update, with its points as the one buffer."""
        super().send(message, [points] if points else None)

    def set_state(self, sync_data: Any) -> None:
        """A page may not change what the run is called."""

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:
        """Runs on a subshell's thread: nothing but plain attributes may be touched."""
        asked = command(content)
        if asked is not None:
            self._listener.hear(asked)
