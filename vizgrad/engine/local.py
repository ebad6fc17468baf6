"""What is true on this thread only: whether gradients are recorded, who is watching, which layer is running."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .watch import Watcher


class Here(threading.local):
    """One object per thread.  The class attributes are what a new thread starts with."""

    grad = True
    inference = False
    watchers: tuple[Watcher, ...] = ()
    cast: Callable[[Any, tuple[Any, ...]], tuple[Any, ...]] | None = None  # autocast: op, inputs -> inputs
    layers: list[Any]

    def __init__(self) -> None:
        self.layers = []  # outermost first; filled only while somebody watches


here = Here()

watching = 0  # watchers on all threads: while there are none, an op need not ask its own thread (a fifth of the cost)
early = (
    0  # threads on which something happens before an op (a cast, a watcher that steps): asked first, likewise
)
_lock = threading.Lock()


def set_watchers(watchers: tuple[Watcher, ...]) -> None:
    """Who watches this thread from now on."""
    global watching, early
    with _lock:
        watching += len(watchers) - len(here.watchers)
        early += sum(w.early for w in watchers) - sum(w.early for w in here.watchers)
    here.watchers = watchers


def set_cast(cast: Callable[[Any, tuple[Any, ...]], tuple[Any, ...]] | None) -> None:
    """What this thread's operands go through before each op, from now on."""
    global early
    with _lock:
        early += (cast is not None) - (here.cast is not None)
    here.cast = cast
