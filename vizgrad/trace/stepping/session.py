"""``with vizgrad.step(model, optimizer) as s: …``: a block that runs paused."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from vizgrad.trace.run import Run, current

from .recording import BUDGET
from .stepper import Stepper


class Session:
    """Enters a run and its stepper together; inside the block of a run that is on, only the stepper."""

    def __init__(
        self,
        run: Run,
        *,
        drive: Callable[[Stepper], None] | None = None,
        budget: int = BUDGET,
        breaks: Any = (),
    ) -> None:
        self.run = run
        self._alone = True  # the run is ours
        self._drive, self._budget, self._breaks = drive, budget, breaks

    def __enter__(self) -> Stepper:
        around = current()
        if around is not None and around.model is self.run.model and around.stepper is None:
            self.run, self._alone = around, False
        else:
            self.run.__enter__()
        stepper = self.run.begin_stepping(drive=self._drive, budget=self._budget, stays=True)
        for one in self._breaks:
            stepper.break_if(one) if callable(one) or one in ("nan", "zero") else stepper.break_at(op=one)
        return stepper

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not self._alone:
            self.run.end_stepping(error)
            return False
        return self.run.__exit__(kind, error, trace)


def unattended() -> Callable[[Stepper], None] | None:
    """With ``VIZGRAD_STEP=continue`` in the environment nobody is there to step: what drives then only goes on."""
    wanted = os.environ.get("VIZGRAD_STEP", "")
    if wanted not in ("", "continue"):
        raise ValueError(
            f"VIZGRAD_STEP={wanted!r}: only VIZGRAD_STEP=continue is known, for when nobody is there"
        )
    return Stepper.go if wanted else None


def step(
    model: Any,
    optimizer: Any = None,
    *,
    title: str | None = None,
    drive: Callable[[Stepper], None] | None = None,
    budget: int = BUDGET,
    breaks: Any = (),
    to: Any = None,
) -> Session:
    """Step through a block in plain Python: in a terminal, or by ``drive``."""
    drive = drive or unattended()
    run = Run(model, optimizer, title=title, to=to)
    run.control.mode = "none"
    if drive is None:
        from .terminal import Terminal

        drive = Terminal(sys.stdin, sys.stdout)
    return Session(run, drive=drive, budget=budget, breaks=breaks)
