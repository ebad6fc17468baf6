"""``torch.backends.mkldnn``: oneDNN, which has layers for CPUs; ours do not use it."""

from __future__ import annotations


def is_available() -> bool:
    """Whether operators use it: they do not."""
    return False
