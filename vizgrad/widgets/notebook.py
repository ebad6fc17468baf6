"""A run in a notebook: the same recording, shown live and steered from the page."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar, cast

from vizgrad.trace import wire
from vizgrad.trace.computation import Computation
from vizgrad.trace.message import command
from vizgrad.trace.run import Run

from .base import View
from .curves import Curves
from .dashboard import Dashboard
from .drain import Drain
from .gradients import Gradients
from .graph import Graph
from .memory import Memory
from .model import RunModel
from .rates import Rates
from .stepper import Stepper
from .unseen import Unseen

if TYPE_CHECKING:
    from vizgrad.trace.stepping.stepper import Stepper as Stepping

V = TypeVar("V", bound=View)


class NotebookRun(Run):
    """Shows its dashboard when the block is entered, and leaves a picture of the end in the notebook."""

    def __init__(self, *args: Any, show: bool = True, first: type[View] = Dashboard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._first = first  # the view that is shown when the block is entered
        self.page = RunModel(self)
        self.channel.page = self.page
        self._show = show
        self._views: dict[type[View], View] = {}
        self._heard = False  # a page has spoken
        self._cell: Any = None  # the message that started the cell, for prints of a training thread
        drain = Drain(self.page.model_id, self._hear_drained)
        self.control.fetch = drain
        self.control.idle = lambda: self._idle(drain)

    # --- views

    def dashboard(self) -> Dashboard:
        """Everything at a glance, with Pause, Resume and Stop."""
        return self._view(Dashboard)

    def curves(self) -> Curves:
        """Loss and logged metrics over the steps."""
        return self._view(Curves)

    def rates(self) -> Rates:
        """Learning rates over the steps."""
        return self._view(Rates)

    def gradients(self) -> Gradients:
        """The size of the gradient of every layer over the steps."""
        return self._view(Gradients)

    def memory(self) -> Memory:
        """Bytes by category."""
        return self._view(Memory)

    def graph(self) -> Graph:
        """The computation of one step; ``.to_graphviz()`` gives it to Graphviz."""
        return self._view(Graph)

    def stepper(self) -> Stepper:
        """The program while it is stepped through, one event at a time."""
        return self._view(Stepper)

    def computation(self) -> Computation:
        """The graph that was captured last, to be drawn."""
        return Computation(self._captured())

    def __getattr__(self, name: str) -> Callable[[], View]:
        """``run.<name>()`` shows the view in widgets/<name>.py: a new one needs no line here."""
        if find_spec(f"{__package__}.{name}") is not None:
            module = import_module(f"{__package__}.{name}")
            for kind in vars(module).values():
                if isinstance(kind, type) and issubclass(kind, View) and kind.__module__ == module.__name__:
                    return partial(self._view, kind)
        raise AttributeError(f"a run has no {name!r}; its views are the files in vizgrad/widgets")

    def _view(self, kind: type[V]) -> V:
        if kind not in self._views:
            self._views[kind] = kind(self)
        return cast("V", self._views[kind])

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return self._view(self._first).mime()

    # --- the block

    def _opening(self) -> None:
        if self._show and self._thread is None:
            self._view(self._first).show()

    def _closing(self) -> None:
        for view in self._views.values():
            view.renew()

    def _prepare_thread(self) -> None:
        shell = _shell()
        self._cell = shell.get_parent() if hasattr(shell, "get_parent") else None
        if self._show:
            self._view(self._first).show()

    def _train(self, train: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        shell = _shell()
        if self._cell is not None and hasattr(shell, "set_thread_parent"):
            shell.set_thread_parent(self._cell)  # prints go to the cell that started the training
        super()._train(train, args, kwargs)

    def begin_stepping(self, **settings: Any) -> Stepping:
        """Pause at the next event; shown in a stepper, unless a view that holds one is there already."""
        if settings.get("drive") is None:
            settings["drive"] = Unseen(lambda: self._heard or self._thread is not None)
            if not {Dashboard, Stepper} & self._views.keys():
                self._view(Stepper).show()
        return super().begin_stepping(**settings)

    # --- the page speaks

    def hear(self, command: wire.Command | wire.Ask) -> None:
        """A page has said something.  Runs on any thread, so it only sets fields."""
        self._heard = True
        if threading.current_thread() is not threading.main_thread() and self._thread is None:
            self.control.mode = "subshell"
        super().hear(command)

    def _hear_drained(self, data: dict[str, Any]) -> bool:
        """From the queue of the main shell, where a page's first words wait until it has a subshell."""
        asked = command(data.get("content")) if data.get("method") == "custom" else None
        if asked is None:
            return False
        if self.control.mode == "unknown":
            self.control.mode = "interrupt"
        self.hear(asked)
        return asked.do not in ("hello", "seen")

    def _idle(self, drain: Drain) -> None:
        """In each slice of a pause: see what a page wants that has no other way to tell, or was reloaded."""
        drain()


def _shell() -> Any:
    return sys.modules["IPython"].get_ipython()
