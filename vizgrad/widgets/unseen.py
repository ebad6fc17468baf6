"""Stepping in a notebook whose page does not answer: another editor, or one without the extension.

The program would wait for ever for a click that cannot come.  After a while it goes on as text, by the input line that
every notebook has; where there is none either (nobody is there), it goes on without pausing.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vizgrad.trace.stepping.stepper import Stepper

PATIENCE = 20.0  # seconds: a page that is there has spoken long before


class Unseen:
    """What drives a stepper while no page does.  ``seen``: whether one has ever spoken."""

    def __init__(self, seen: Callable[[], bool], now: Callable[[], float] = time.monotonic) -> None:
        self._seen, self._now = seen, now
        self._since: float | None = None
        self._text: Callable[[Stepper], None] | None = None

    def __call__(self, stepper: Stepper) -> None:
        """Called at a pause, again and again, for as long as nothing is asked."""
        if self._seen():
            return
        if self._since is None:
            self._since = self._now()
        if self._text is None and self._now() - self._since > PATIENCE:
            self._text = self._as_text()
        if self._text is not None:
            try:
                self._text(stepper)
            except Exception as error:
                if type(error).__name__ != "StdinNotImplementedError":
                    raise
                print(
                    "VizGrad: no page answers and nobody can type here, so the block runs on without pausing."
                )
                stepper.go()

    def _as_text(self) -> Callable[[Stepper], None]:
        from vizgrad.trace.stepping.terminal import Terminal

        print("VizGrad: no page answers here, so this goes on as text; in JupyterLab the view has buttons.")
        return Terminal(Line(), sys.stdout)


class Line(io.StringIO):
    """The notebook's input line, as a file that is read line by line."""

    def isatty(self) -> bool:
        """What is typed can be seen."""
        return True

    def readline(self, size: int | None = -1, /) -> str:
        """Ask for a line."""
        return input() + "\n"
