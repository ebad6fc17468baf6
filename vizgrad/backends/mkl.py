"""``torch.backends.mkl``: Intel's MKL, which NumPy may use when it was built so; ours is NumPy's own BLAS."""

from __future__ import annotations


def is_available() -> bool:
    """Whether operators use it: they do not."""
    return False
