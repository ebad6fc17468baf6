"""Making a module whose numbers will be loaded anyway."""

# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import inspect
from typing import Any

from vizgrad.nn.module import Module

__all__ = ["skip_init"]


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """``module_cls(*args, **kwargs)`` whose numbers may be anything: PyTorch saves the time of drawing them."""
    if not (isinstance(module_cls, type) and issubclass(module_cls, Module)):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    return module_cls(*args, **kwargs)
