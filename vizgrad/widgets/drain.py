"""Where no subshell reaches a busy kernel: takes our messages out of the queue of the main shell.

While a cell runs, nobody serves that queue.  The page sends its command and then interrupts the kernel; the
run looks here before it takes the interrupt for a stop.  While it is paused it looks every 50 ms, and answers
what a page that was reloaded asks first, so that its views come back to life.  All other messages are handed
on in their order, to be handled when the cell is over.  This uses private parts of ipykernel (6 and 7), so
whatever goes wrong means: nothing found.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

QUESTIONS = ("kernel_info_request", "comm_info_request")  # answering them changes nothing
Hear = Callable[[dict[str, Any]], bool]  # whether it asks for something; a page's sign of life does not


class Drain:
    """The main shell's queue, for the messages of one comm."""

    def __init__(self, comm_id: str, hear: Hear) -> None:
        self._comm_id, self._hear = comm_id, hear
        self._broken = False

    def __call__(self) -> bool:
        """Handle what is there for us; whether anything was asked for."""
        if self._broken or threading.current_thread() is not threading.main_thread():
            return False
        try:
            return self._take(_kernel())
        except Exception:  # another ipykernel than we know: an interrupt means stop, then
            self._broken = True
            return False

    def _take(self, kernel: Any) -> bool:
        import zmq

        stream = _stream(kernel)
        # All that is private is looked up before a message leaves the queue, so that none can be lost.
        receive, later = stream.socket.recv_multipart, kernel.io_loop.add_callback
        handle, callback, publish = stream._run_callback, stream._recv_callback, kernel._publish_status
        found = False
        while True:
            try:
                frames = receive(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return found
            message, sender = self._ours(kernel, frames)
            if message is None:
                later(handle, callback, frames)  # the main loop gets to it when the cell is over
                continue
            kind = message["header"]["msg_type"]
            if kind in QUESTIONS:
                publish("busy", "shell", parent=message)
                _answer(kernel, kind, sender, message)
            else:
                found = self._hear(message["content"]["data"]) or found
            with suppress(Exception):
                publish("idle", "shell", parent=message)  # or the page would wait for an answer

    def _ours(self, kernel: Any, frames: list[Any]) -> tuple[dict[str, Any] | None, Any]:
        """The message if it is for us, and who sent it.  Only then is it read for good: that may happen once."""
        if len(frames) < 6:
            return None, None  # ipykernel's own note to itself
        session = kernel.session
        try:
            sender, rest = session.feed_identities(frames, copy=False)
            kind, content = session.unpack(rest[1].bytes)["msg_type"], session.unpack(rest[4].bytes)
            if kind not in QUESTIONS and (kind != "comm_msg" or content["comm_id"] != self._comm_id):
                return None, None
            return cast("dict[str, Any]", session.deserialize(rest, content=True, copy=False)), sender
        except Exception:  # not a message that we can read: its rightful reader will say so
            return None, None


def _answer(kernel: Any, kind: str, sender: Any, message: Any) -> None:
    """Let the kernel itself answer: its handlers of these questions wait for nothing."""
    channel = getattr(kernel, "shell_channel_thread", None)
    stream = (
        kernel.shell_stream if channel is None else channel.manager.get_subshell_to_shell_channel_socket(None)
    )
    answer = getattr(kernel, kind)(stream, sender, message)
    if hasattr(answer, "send"):  # a coroutine, which comes to its end at once
        with suppress(StopIteration):
            answer.send(None)


def _kernel() -> Any:
    return sys.modules["IPython"].get_ipython().kernel


def _stream(kernel: Any) -> Any:
    """What feeds the main shell: a pair of sockets between threads in ipykernel 7, its own socket before."""
    channel = getattr(kernel, "shell_channel_thread", None)
    return kernel.shell_stream if channel is None else channel.manager._shell_channel_to_main.to_stream
