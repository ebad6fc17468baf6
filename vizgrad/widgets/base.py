"""What every view has in common.  Drawing happens in the page; here is only a name and a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from .comms import keep_on_subshell
from .jupyter import DOMWidget, display, widget_serialization
from .model import MODULE, VERSION, RunModel
from .snapshot import bundle

if TYPE_CHECKING:
    from .notebook import NotebookRun

MOST_HANDLES = 8  # outputs of one view that are renewed at the end of the run


class View(DOMWidget):
    """A live view of a run.  A subclass says its name and what it shows."""

    view = ""

    _model_module = traitlets.Unicode(MODULE).tag(sync=True)
    _model_module_version = traitlets.Unicode(VERSION).tag(sync=True)
    _view_module = traitlets.Unicode(MODULE).tag(sync=True)
    _view_module_version = traitlets.Unicode(VERSION).tag(sync=True)
    run = traitlets.Instance(RunModel).tag(sync=True, **widget_serialization)

    def __init__(self, source: NotebookRun) -> None:
        self._source = source
        self._handles: list[Any] = []
        super().__init__(run=source.page, _model_name=f"{self.view}Model", _view_name=f"{self.view}View")
        keep_on_subshell(self.comm)
        keep_on_subshell(self.layout.comm)

    def set_state(self, sync_data: Any) -> None:
        """A page may not change anything here."""

    def mime(self) -> dict[str, Any]:
        """What an output holds: the live view, what is needed to draw it again, a picture, a sentence."""
        live: dict[str, Any] = super()._repr_mimebundle_() or {}
        return {**live, **bundle(self._source, self.view)}

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return self.mime()

    def show(self) -> None:
        """Display under an id of its own, so that the output can be renewed when the run is over."""
        handle = display(self.mime(), raw=True, display_id=True)
        if handle is not None:
            self._handles = [*self._handles[1 - MOST_HANDLES :], handle]

    def _ipython_display_(self) -> None:
        self.show()

    def renew(self) -> None:
        """Leave in the notebook what the run has come to, for whoever opens it without a kernel."""
        for handle in self._handles:
            handle.update(self.mime(), raw=True)

    def __repr__(self) -> str:
        return f"<{self.view.lower()} of {self._source!r}>"
