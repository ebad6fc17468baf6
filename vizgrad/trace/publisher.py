"""The one voice of this process: at most 20 updates a second over all runs and pages, the latest state wins.

A run's `Channel` collects what changed since the last update into one message.  The publisher lets the
channels speak in turn, one in each slot of 50 ms, so that a page is never flooded however many runs there
are.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from . import wire
from .history import History
from .message import to_json
from .warn import warn

SLOT = 0.05  # seconds between two updates, at least
SHARE = 40  # and never so often that speaking costs more than a fortieth of the time
HEARTBEAT = 2.0  # a status at least that often while a run is active
SILENCE = 3.0  # without a word from the page, updates may be getting lost
KEYFRAME_GAP, LONGEST_GAP = 2.0, 4.0  # then everything is sent again, this far apart, doubling


class Sink(Protocol):
    """Takes updates: a page, a file, a list in a test."""

    def send(self, message: dict[str, Any], points: bytes) -> None: ...


class Speaker(Protocol):
    """What a channel needs to know of its run."""

    id: str
    title: str
    history: History

    @property
    def status(self) -> wire.Status: ...
    @property
    def acked(self) -> int: ...
    @property
    def active(self) -> bool: ...


class Channel:
    """One run's way out.  ``page`` is sent keyframes when it needs them, ``logs`` every change once.

    ``hear_hello`` and ``hear_seen`` are called from any thread and only set fields; the rest runs inside the
    publisher's lock.
    """

    def __init__(self, speaker: Speaker, page: Sink | None = None, logs: tuple[Sink, ...] = ()) -> None:
        self.speaker = speaker
        self.page = page
        self.logs = list(logs)
        self.seq = -1
        self.spoke = self._heard = 0.0
        self._hello = False
        self._next_keyframe, self._gap = 0.0, KEYFRAME_GAP
        self._said: Any = None

    def open(self, now: float) -> None:
        """Called when the publisher takes the channel in."""
        self._heard = now

    def hear_hello(self, now: float) -> None:
        """A page has appeared: it needs everything."""
        self._hear(now)
        self._hello = True

    def hear_seen(self, now: float) -> None:
        """A page is alive and keeps up."""
        self._hear(now)

    def _hear(self, now: float) -> None:
        self._heard, self._gap = now, KEYFRAME_GAP

    def _wants_keyframe(self, now: float, *, last: bool) -> bool:
        if self.page is None:
            return False
        silent = now - self._heard > SILENCE and (last or now >= self._next_keyframe)
        return self._hello or silent

    def speak(self, now: float, *, last: bool = False) -> bool:
        """Send what there is to say; False if there is nothing.  ``last``: the run is over, say it anyway."""
        status, acked = self.speaker.status, self.speaker.acked
        parts, points = self.speaker.history.take()
        said = (status.state, status.mode, status.every, status.note, acked, self.speaker.title)
        keyframe = self._wants_keyframe(now, last=last)
        due = parts or last or self._hello or said != self._said
        if not due and not (self.speaker.active and (keyframe or now - self.spoke >= HEARTBEAT)):
            return False
        self.seq += 1
        self.spoke, self._said = now, said
        self._send(self.logs, self._update(status, acked, parts, keyframe=False), points)
        if self.page is not None:
            if keyframe:
                self._hello = False
                self._next_keyframe = now + self._gap
                self._gap = min(2 * self._gap, LONGEST_GAP)
                parts, points = self.speaker.history.everything()
            self._send([self.page], self._update(status, acked, parts, keyframe=keyframe), points)
        return True

    def _update(
        self, status: wire.Status, acked: int, parts: list[wire.Part], *, keyframe: bool
    ) -> wire.Update:
        speaker = self.speaker
        return wire.Update(
            wire.VERSION, speaker.id, speaker.title, self.seq, keyframe, acked, (status, *parts)
        )

    def _send(self, sinks: list[Sink], update: wire.Update, points: bytes) -> None:
        message: dict[str, Any] = to_json(update) if sinks else {}
        for sink in tuple(sinks):
            try:
                sink.send(message, points)
            except Exception as error:
                self._drop(sink)
                warn(f"{type(sink).__name__} raised {type(error).__name__}: {error}; it gets no more updates")

    def _drop(self, sink: Sink) -> None:
        if sink is self.page:
            self.page = None
        else:
            self.logs.remove(sink)


class Publisher:
    """Lets channels speak.  Its lock guards the list of channels, the next slot and all speaking."""

    def __init__(
        self,
        *,
        threaded: bool = True,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.now, self._sleep, self._threaded = now, sleep, threaded
        self._forget()

    def _forget(self) -> None:
        """Begin anew; also in a forked child, where the thread does not exist and the pages are not ours."""
        self._lock = threading.RLock()
        self._channels: list[Channel] = []
        self._slot = 0.0
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, channel: Channel) -> None:
        """Let a run speak until it is over."""
        with self._lock:
            if channel not in self._channels:
                channel.open(self.now())
                self._channels.append(channel)
            if self._threaded and self._thread is None:
                self._thread = threading.Thread(target=self._work, name="vizgrad publisher", daemon=True)
                self._thread.start()
        self.poke()

    def poke(self) -> None:
        """There is something to say.  Costs a third of a microsecond."""
        self._wake.set()
        if not self._threaded and self.now() >= self._slot:
            self.tick()

    def flush(self, channel: Channel) -> None:
        """The run is over: say the last words in the next slot, whatever they are."""
        with self._lock:
            self._await_slot()
            channel.speak(self.now(), last=True)
            self._slot = self.now() + SLOT
            if channel in self._channels:
                self._channels.remove(channel)

    def tick(self) -> bool:
        """Let one channel speak: the one that has waited longest.  False if none has anything to say."""
        with self._lock:
            now, began = self.now(), time.thread_time()
            for channel in sorted(self._channels, key=lambda c: c.spoke):
                if channel.speak(now):
                    self._slot = now + max(SLOT, SHARE * (time.thread_time() - began))
                    return True
                if not channel.speaker.active:
                    self._channels.remove(channel)
            return False

    def _await_slot(self) -> None:
        wait = self._slot - self.now()
        if wait > 0:
            self._sleep(min(wait, SLOT))

    def _turn(self) -> bool:
        """Wait for the next slot and use it; False if nobody has anything to say."""
        self._await_slot()
        with self._lock:
            return self.now() < self._slot or self.tick()  # somebody else may have used the slot meanwhile

    def _work(self) -> None:
        """The thread: in each slot one update, asleep when nothing happens, gone when no run is left."""
        while True:
            self._wake.wait(HEARTBEAT / 4)
            self._wake.clear()
            while self._turn():
                pass
            with self._lock:
                if not self._channels:
                    self._thread = None
                    return


PUBLISHER = Publisher(threaded=sys.platform != "emscripten")  # a browser's Python has no threads

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=PUBLISHER._forget)  # pyright: ignore[reportPrivateUsage]
