"""``with vizgrad.step(model, optimizer) as s: …``: a block that runs paused."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
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
        last: Callable[[Stepper], None] | None = None,
    ) -> None:
        self.run = run
        self._last = last  # is shown the stepper once more when the block is over
        self._alone = True  # the run is ours
        self._drive, self._budget, self._breaks = drive, budget, breaks

    def __enter__(self) -> Stepper:
        around = current()
        if around is not None and around.model is self.run.model and around.stepping is None:
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
        stepper = self.run.stepping
        if self._alone:
            stopped = self.run.__exit__(kind, error, trace)
        else:
            self.run.end_stepping(error)
            stopped = False
        if self._last is not None and stepper is not None:
            with suppress(Exception):  # last words may not hide what the block raised
                self._last(stepper)
        return stopped


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
    last = None
    if drive is None:
        from .terminal import Terminal

        drive = Terminal(sys.stdin, sys.stdout)
        last = drive.end
    return Session(run, drive=drive, budget=budget, breaks=breaks, last=last)
