"""``torch.version``: which version this is."""

from __future__ import annotations

from typing import Any

from vizgrad import __version__ as __version__

debug = False
git_version = "Unknown"
hip: str | None = None
xpu: str | None = None


def __getattr__(name: str) -> Any:
    if name == "cuda":  # CuPy's, asked for when somebody wants to know; None without a GPU
        from vizgrad.engine import device

        if not device.cuda_count():
            return None
        number = device.cupy().cuda.runtime.runtimeGetVersion()
        return f"{number // 1000}.{number % 1000 // 10}"
    raise AttributeError(f"module 'vizgrad.version' has no attribute {name!r}")
