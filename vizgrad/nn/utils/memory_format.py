"""Orders of dimensions in memory, which PyTorch can change for speed; here there is one order."""

from __future__ import annotations

from typing import Any

__all__ = ["convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"]


def convert_conv2d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """The module, unchanged: numbers lie in one order here."""
    return module


def convert_conv3d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """The module, unchanged: numbers lie in one order here."""
    return module
