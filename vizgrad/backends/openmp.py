"""``torch.backends.openmp``: OpenMP, by which loops are shared among threads; ours are not."""

from __future__ import annotations


def is_available() -> bool:
    """Whether operators use it: they do not."""
    return False
