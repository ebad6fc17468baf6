"""``torch.Stream`` and ``torch.Event``: queues of work on whichever device there is.

On a GPU they are those of `vizgrad.cuda`.  On the CPU work is done when a call returns, so nothing is ever waited for.
"""

from __future__ import annotations

import time
from types import ModuleType
from typing import Any

from vizgrad import cpu, cuda
from vizgrad.engine import device as _device


def _place(device: Any) -> _device.device:
    if device is None:
        return _device.device("cuda", cuda.current_device()) if cuda.is_available() else _device.CPU
    return _device.device("cuda", device) if isinstance(device, int) else _device.device(device)


class Stream:
    """A queue of work on a device: the current GPU unless one is named, else the CPU."""

    def __new__(cls, device: Any = None, *, priority: int = 0) -> Any:
        place = _place(device)
        if place.type == "cuda":
            return cuda.Stream(place, priority)
        return object.__new__(cls)

    device, device_index, stream_id = _device.CPU, -1, 0
    device_type = 0

    def query(self) -> bool:
        """Whether all work is done: yes."""
        return True

    def synchronize(self) -> None:
        """All work is done."""

    def wait_event(self, event: Any) -> None:
        """Nothing is left to wait for."""

    def wait_stream(self, stream: Any) -> None:
        """Nothing is left to wait for."""

    def record_event(self, event: Event | None = None) -> Event:
        """A mark after the work given so far: now."""
        mark: Event = Event("cpu") if event is None else event
        mark.record(self)
        return mark

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream)

    def __hash__(self) -> int:
        return hash(Stream)

    def __repr__(self) -> str:
        return "torch.Stream device_type=cpu, device_index=-1, stream_id=0"


class Event:
    """A mark in the work of a device; with ``enable_timing`` the milliseconds between two can be read."""

    def __new__(
        cls,
        device: Any = None,
        *,
        enable_timing: bool = False,
        blocking: bool = False,
        interprocess: bool = False,
    ) -> Any:
        place = _place(device)
        if place.type == "cuda":
            return cuda.Event(enable_timing, blocking, interprocess)
        event = object.__new__(cls)
        event._at = None
        event._timed = enable_timing
        return event

    device, event_id = _device.CPU, 0
    _at: float | None
    _timed: bool

    def record(self, stream: Any = None) -> None:
        """Put the mark here: now."""
        self._at = time.perf_counter()

    def wait(self, stream: Any = None) -> None:
        """Nothing is left to wait for."""

    def query(self) -> bool:
        """Whether the work before the mark is done: yes."""
        return True

    def synchronize(self) -> None:
        """The work before the mark is done."""

    def elapsed_time(self, other: Event) -> float:
        """Milliseconds from this mark to the other."""
        if not (self._timed and other._timed):
            raise ValueError("Both events must be created with argument 'enable_timing=True'.")
        if self._at is None or other._at is None:
            raise ValueError("Both events must be recorded before calculating elapsed time.")
        return (other._at - self._at) * 1000

    def __repr__(self) -> str:
        return "torch.Event device_type=cpu, device_index=-1, event_flag=0, event_id=0"


def get_device_module(device: Any = None) -> ModuleType:
    """``torch.cuda`` for a GPU, ``torch.cpu`` for the CPU; for the device that is there if none is named."""
    return cuda if _place(device).type == "cuda" else cpu
