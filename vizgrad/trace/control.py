"""Pause, resume, stop: from a page, from Ctrl-C, carried out on the training thread where it does no harm."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, Literal

from vizgrad.engine.local import here
from vizgrad.engine.watch import Watcher

from . import wire
from .clock import Clock

EAGER = 0.0005  # seconds after which a thread that waits for Python's lock gets it, while nothing is computed
SLICE = 0.05  # seconds; a pause looks up that often, so that interrupts and drained commands get through


class Stop(BaseException):
    """Ends a training loop at a safe point.  The run that raised it swallows it."""

    def __init__(self, control: Control) -> None:
        super().__init__("stopped on request")
        self.control = control


def _nothing() -> bool:
    return False


class Control(Watcher):
    """Looks at one plain flag at each op, each backward node and each step.

    Three threads meet here without a lock, by one rule: whoever asks first writes what it wants, then raises
    ``flag``; the training thread first lowers ``flag``, then reads what is wanted.  A wish that arrives in
    between raises the flag again, so none is lost.  All fields are single values, and reading or writing one
    is atomic. A lock could not be used: the handler of an interrupt runs in the middle of anything, also of a
    locked block.
    """

    def __init__(self, clock: Clock, tell: Callable[[], None] = lambda: None) -> None:
        self.flag = False
        self.state: wire.State = "waiting"
        self.mode: wire.Mode = "unknown"
        self.acked = 0
        self.fetch: Callable[[], bool] = (
            _nothing  # takes commands out of a queue nobody serves; True if there were any
        )
        self.idle: Callable[[], None] = lambda: None  # called in each slice of a pause
        self._clock, self._tell = clock, tell
        self.step: Callable[[], object] = lambda: None  # begins to step, on the training thread
        self._wants_pause = self._wants_stop = self._wants_step = self._interrupted = False
        self._wake = threading.Event()
        self._backward = 0  # passes we are inside of
        self._old_handler: Any = None

    # --- asking, on any thread

    def apply(self, command: wire.Command) -> None:
        """Do what a page asks.  Only sets fields: it may run on a thread where nothing else is allowed."""
        if command.do in ("pause", "resume", "stop"):
            self.ask(command.do)
        if command.do != "seen":
            self.acked = command.seq
        self._tell()

    def ask(self, verb: wire.Verb | Literal["step"]) -> None:
        """Pause, resume, stop or step at the next safe point."""
        if verb == "stop":
            self._wants_stop = True
        else:
            self._wants_pause = verb == "pause"
            self._wants_step = verb == "step"
        self.flag = True
        self._wake.set()

    # --- answering, on the training thread

    def on_op(self, op: Any, inputs: Any, out: Any, settings: Any) -> None:
        if self.flag:
            # Without gradients and outside every layer, somebody may be moving parameters by hand.
            self._attend(may_stop=not self._backward and bool(here.grad or here.layers))

    def on_node(self, node: Any, grads: Any) -> None:
        if self.flag:
            self._attend(may_stop=False)

    def on_backward(self, root: Any) -> None:
        self._backward += 1

    def on_backward_end(self, root: Any) -> None:
        self._backward = max(0, self._backward - 1)

    def on_step(self, optimizer: Any) -> None:
        if self.flag:
            self._attend(may_stop=not self._backward)

    def _attend(self, *, may_stop: bool) -> None:
        self.flag = False
        self._look_at_interrupt()
        if self._wants_pause and not self._wants_stop:
            self.hold("paused", lambda: not self._wants_pause)
        if self._wants_step and not self._wants_stop:
            self._wants_step = False
            self.step()
        if self._wants_stop:
            if may_stop:
                self._wants_stop = self._wants_pause = False
                raise Stop(self)
            self.flag = True  # ask again at the next safe point

    def hold(self, state: wire.State, done: Callable[[], bool]) -> None:
        """Wait here until ``done``, which is asked 20 times a second and at each `wake`, or until Stop."""
        self.state = state
        self._clock.pause()
        before = sys.getswitchinterval()
        sys.setswitchinterval(EAGER)  # three threads pass one message on; none computes for long
        try:
            while not self._wants_stop and not done():
                self._tell()  # a publisher without a thread has no other occasion to speak
                self._wake.wait(SLICE)
                self._wake.clear()
                self.idle()
                self._look_at_interrupt()
        finally:
            sys.setswitchinterval(before)
            self.state = "live"
            self._clock.resume()
            if state == "paused":  # from one event to the next nothing is said: the next pause says it all
                self._tell()

    def wake(self) -> None:
        """There is something to do for whoever waits."""
        self._wake.set()

    @property
    def stopping(self) -> bool:
        """Whether Stop was asked for and not carried out yet."""
        return self._wants_stop

    def _look_at_interrupt(self) -> None:
        """An interrupt may be a page's knock: then commands wait in the queue.  Otherwise it means stop."""
        if self._interrupted:
            if not self.fetch():
                self._wants_stop = True
            self._interrupted = False

    # --- Ctrl-C

    def catch_interrupts(self) -> None:
        """First interrupt: stop at the next safe point.  Second: at once.  Only on the main thread."""
        if threading.current_thread() is not threading.main_thread():
            return
        old = signal.getsignal(signal.SIGINT)
        if old is not None:  # None: installed by C code, which could not be put back
            self._old_handler = old
            signal.signal(signal.SIGINT, self.interrupt)

    def release_interrupts(self) -> None:
        """Put the old handler back, unless somebody has put in another one meanwhile."""
        if self._old_handler is not None and signal.getsignal(signal.SIGINT) == self.interrupt:
            signal.signal(signal.SIGINT, self._old_handler)
        self._old_handler = None

    def interrupt(self, number: int = 0, frame: Any = None) -> None:
        """What SIGINT does while the run is on."""
        if self._interrupted or self._wants_stop:
            raise KeyboardInterrupt
        self._interrupted = True
        self.flag = True
        self._wake.set()
