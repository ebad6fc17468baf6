"""``torch.backends.cudnn``: switches that programs set before training on a GPU.

Our convolutions are not cuDNN's: the switches are kept for programs that read them, and change nothing.
"""

from __future__ import annotations

import contextlib
from typing import Any

from .flags import changed

enabled = True
benchmark = False
benchmark_limit: int | None = None
deterministic = False
allow_tf32 = True
fp32_precision = "tf32"


def is_available() -> bool:
    """Whether cuDNN computes: never here."""
    return False


def version() -> int | None:
    """The version of cuDNN; None, because there is none."""
    return None


def is_acceptable(tensor: Any) -> bool:
    """Whether cuDNN could compute with this tensor: never here."""
    return False


def flags(
    enabled: bool | None = False,
    benchmark: bool | None = False,
    benchmark_limit: int | None = 10,
    deterministic: bool | None = False,
    allow_tf32: bool | None = True,
    fp32_precision: str | None = "none",
) -> contextlib.AbstractContextManager[None]:
    """These switches inside a ``with``."""
    return changed(
        __name__,
        enabled=enabled,
        benchmark=benchmark,
        benchmark_limit=benchmark_limit,
        deterministic=deterministic,
        allow_tf32=allow_tf32,
        fp32_precision=fp32_precision,
    )
