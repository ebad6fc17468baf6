"""``torch.amp``: training with 16-bit numbers where that is safe, and in 32 bits where it is not."""

from __future__ import annotations

from vizgrad.engine.surface.autocast import is_autocast_available

from . import autocast_mode as autocast_mode
from . import grad_scaler as grad_scaler
from .autocast_mode import autocast, custom_bwd, custom_fwd
from .grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]
