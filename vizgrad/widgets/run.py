"""What the front door offers: `watch`, `step` and `replay`.  Nothing of Jupyter is imported before it is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vizgrad.trace.publisher import Sink
    from vizgrad.trace.run import Run
    from vizgrad.trace.stepping.session import Session
    from vizgrad.trace.stepping.stepper import Stepper

    from .snapshot import Replay

__all__ = ["replay", "step", "watch"]


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


def step(
    model: Any,
    optimizer: Any = None,
    *,
    title: str | None = None,
    drive: Callable[[Stepper], None] | None = None,
    budget: int = 256 * 2**20,
    breaks: Any = (),
    to: str | Path | Sink | None = None,
) -> Session:
    """Run a block paused: ``with vizgrad.step(model, optimizer) as s: …``.

    The program waits before each op of the forward pass, each node of the backward pass and each parameter's
    update.  In a notebook the view steers it, in a terminal the keyboard, elsewhere ``drive``: a function that is
    called with ``s`` at each pause and asks for what comes next, as ``s.step()`` does.  ``budget``: bytes of
    values that may be held for looking back.  ``breaks``: ops to pause at, "nan", or functions of a tensor.  With
    ``VIZGRAD_STEP=continue`` in the environment nobody is there to step, and the block runs without waiting.
    """
    if in_notebook():
        from vizgrad.trace.stepping.session import Session, unattended

        from .notebook import NotebookRun
        from .stepper import Stepper as View

        run = NotebookRun(model, optimizer, title=title, to=to, first=View, show=drive is None)
        return Session(run, drive=drive or unattended(), budget=budget, breaks=breaks)
    from vizgrad.trace.stepping.session import step

    return step(model, optimizer, title=title, drive=drive, budget=budget, breaks=breaks, to=to)


def replay(path: str | Path) -> Replay:
    """Show a run that was recorded with ``watch(…, to=path)``."""
    from .snapshot import Replay

    return Replay(path)


def in_notebook() -> bool:
    """Whether an IPython kernel runs this: there is a page that can show widgets."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
