"""``torch.cpu.amp.autocast``, deprecated: `torch.amp.autocast` says the device."""

from __future__ import annotations

import warnings

from vizgrad.amp import autocast_mode
from vizgrad.engine.dtype import bfloat16, dtype

__all__ = ["autocast"]


class autocast(autocast_mode.autocast):  # noqa: N801 - the name that programs know
    """``torch.amp.autocast("cpu", …)``."""

    def __init__(self, enabled: bool = True, dtype: dtype = bfloat16, cache_enabled: bool = True) -> None:
        warnings.warn(
            "`torch.cpu.amp.autocast(args...)` is deprecated. Please use `torch.amp.autocast('cpu', args...)` "
            "instead.",
            FutureWarning,
            stacklevel=2,
        )
        super().__init__("cpu", enabled=enabled, dtype=dtype, cache_enabled=cache_enabled)
