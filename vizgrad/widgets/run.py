"""What the front door offers: `watch` and `replay`.  Nothing of Jupyter is imported before it is needed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vizgrad.trace.publisher import Sink
    from vizgrad.trace.run import Run

    from .snapshot import Replay

__all__ = ["replay", "watch"]


def watch(
    model: Any,
    optimizer: Any = None,
    scheduler: Any = None,
    *,
    title: str | None = None,
    every: int | None = None,
    show: bool = True,
    to: str | Path | Sink | None = None,
    background: bool = False,
) -> Run:
    """Show a model while it trains, live in a notebook: ``with vizgrad.watch(model, optimizer) as run: …``.

    ``every``: a reading after every so many steps; None: as often as is cheap.  ``to``: also record to a
    file, which `replay` shows again.  ``show``: False for no dashboard.  ``background``: train in a thread,
    started with ``run.background(train, …)``.  Pause, Resume and Stop stand in the dashboard; Ctrl-C once
    means Stop.
    """
    if in_notebook():
        from .notebook import NotebookRun

        return NotebookRun(
            model, optimizer, scheduler, title=title, every=every, show=show, to=to, background=background
        )
    from vizgrad.trace import run

    return run.watch(
        model, optimizer, scheduler, title=title, every=every, show=show, to=to, background=background
    )


def replay(path: str | Path) -> Replay:
    """Show a run that was recorded with ``watch(…, to=path)``."""
    from .snapshot import Replay

    return Replay(path)


def in_notebook() -> bool:
    """Whether an IPython kernel runs this: there is a page that can show widgets."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
