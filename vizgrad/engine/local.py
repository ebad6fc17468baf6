"""What is true on this thread only: whether gradients are recorded, who is watching, which layer is running."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .watch import Watcher


class Here(threading.local):
    """One object per thread.  The class attributes are what a new thread starts with."""

    grad = True
    inference = False
    watchers: tuple[Watcher, ...] = ()
    layers: list[Any]

    def __init__(self) -> None:
        self.layers = []  # outermost first; filled only while somebody watches


here = Here()
