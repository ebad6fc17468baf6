"""``torch.cpu``: the CPU asked as a GPU is, for programs that run on either."""

from __future__ import annotations

from typing import Any

from . import amp as amp


def is_available() -> bool:
    """There always is a CPU."""
    return True


def is_initialized() -> bool:
    """Nothing needs to be started."""
    return True


def device_count() -> int:
    """One, however many cores it has."""
    return 1


def current_device() -> str:
    """Its name as a device."""
    return "cpu"


def set_device(device: Any) -> None:
    """There is nothing to choose."""


def synchronize(device: Any = None) -> None:
    """Work on the CPU is done when the call returns."""
