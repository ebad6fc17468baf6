"""``torch.backends.mps``: Apple's GPUs, which are not used here."""

from __future__ import annotations


def is_built() -> bool:
    """Whether tensors can be on such a GPU: never here."""
    return False


def is_available() -> bool:
    """Whether there is one that can be used: never here."""
    return False


def is_macos13_or_newer(minor: int = 0) -> bool:
    """Asked together with the others: no."""
    return False
