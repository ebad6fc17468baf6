"""``torch.autograd``: gradients on request, and the modes they are recorded in."""

from __future__ import annotations

from vizgrad.engine.surface.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)
from vizgrad.engine.surface.request import backward, grad
from vizgrad.engine.tensor import Tensor as Variable

__all__ = [
    "Variable",
    "backward",
    "enable_grad",
    "grad",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
]
