"""``torch.autograd``: gradients on request, and the modes they are recorded in."""

from __future__ import annotations

from vizgrad.autograd import forward_ad
from vizgrad.autograd.function import Function
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
    "Function",
    "Variable",
    "backward",
    "enable_grad",
    "forward_ad",
    "grad",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
]
