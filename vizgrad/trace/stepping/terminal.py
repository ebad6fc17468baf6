"""Stepping by the keyboard: prints each pause, reads commands, asks the stepper for what they say."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO

from vizgrad.trace import wire

from . import sheet, typed
from .printing import printer
from .sheet import Say

if TYPE_CHECKING:
    from .stepper import Stepper

PROMPT = "(vizgrad) "


class Terminal:
    """Called by the stepper whenever it has nothing to do; returns once it has asked it for something.

    The end of the input means continue, Ctrl-C means stop.
    """

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        self._in, self._out = stdin, stdout
        self._printer = printer(stdout)
        self._last = "step"
        self._greeted = False
        self._place: Any = None  # what stands on the screen
        self._element: tuple[int, ...] = ()
        self._compared: wire.Difference | None = None

    def __call__(self, s: Stepper) -> None:
        self._print(s)
        before = len(s.asked)
        while len(s.asked) == before and not s.control.stopping:
            try:
                with _interruptible():
                    line = self._read()
            except KeyboardInterrupt:
                self._printer.print([Say("\nstops at the next safe point", "quiet")])
                s.stop()
                return
            if line is None:
                s.go()
                return
            self._obey(s, line)

    def end(self, s: Stepper) -> None:
        """The block is over: where an event raised, what it was given."""
        if s.pause.failed:
            self._printer.print(sheet.pause(s))

    # --- printing

    def _print(self, s: Stepper) -> None:
        """What is new since the last time: a pause, a comparison, a word about what was asked."""
        pause = s.pause
        if not self._greeted:
            self._greeted = True
            self._printer.print([Say("Stepping: s goes on by one event, h lists the commands.", "quiet")])
        self._compare(s)
        place = (pause.at, pause.after, pause.shown, pause.frontier, pause.why)
        element = s.card.element if s.card else ()
        if place != self._place:
            self._printer.print(sheet.pause(s))
        else:
            self._printer.print([*(sheet.rule(s) if element != self._element else []), *sheet.waiting(s)])
        self._place, self._element = place, element
        if pause.note:
            self._printer.print([Say(pause.note, "alarm")])

    def _compare(self, s: Stepper) -> None:
        """A comparison that is new; of one that was printed, what became of it."""
        found = s.difference
        if found is None or found == self._compared:
            return
        old, self._compared = self._compared, found
        if old is not None and replace(old, live=found.live, kept=found.kept, note=found.note) == found:
            self._printer.print([Say(found.note, "note")])
        else:
            self._printer.print(sheet.difference(s))

    # --- reading

    def _read(self) -> str | None:
        """A line, or None at the end of the input."""
        if self._in is sys.stdin and self._out is sys.stdout and self._in.isatty() and self._out.isatty():
            with suppress(ImportError):  # input() then edits lines and remembers them
                import readline  # noqa: F401  # pyright: ignore[reportUnusedImport]
            try:
                return input(PROMPT)
            except EOFError:
                self._out.write("\n")
                return None
        self._out.write(PROMPT)
        self._out.flush()
        line = self._in.readline()
        if not self._in.isatty():  # nobody sees what was typed
            self._out.write(line if line.endswith("\n") else f"{line}\n")
        return line.rstrip("\n") if line else None

    def _obey(self, s: Stepper, line: str) -> None:
        line = line.strip() or self._last
        try:
            command, words = typed.understand(line)
            said = command.act(s, words)
        except ValueError as error:
            self._printer.print([Say(str(error), "alarm")])
            return
        if command.again:
            self._last = line
        if said:
            self._printer.print(said)


@contextmanager
def _interruptible() -> Generator[None]:
    """Meanwhile Ctrl-C gets through at once: the run's own handler would wait for a safe point."""
    old = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or old is None:
        yield  # a handler of C code could not be put back
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, old)
