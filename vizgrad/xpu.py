"""``torch.xpu``: Intel's GPUs, which are not used here."""

from __future__ import annotations


def is_available() -> bool:
    """Whether there is one that can be used: never here."""
    return False


def device_count() -> int:
    """None."""
    return 0
