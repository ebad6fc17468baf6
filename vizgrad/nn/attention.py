"""Which of its ways PyTorch computes attention in: names that are accepted here, where there is one way."""

# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from enum import IntEnum
from typing import Any

__all__ = [
    "SDPBackend",
    "activate_flash_attention_impl",
    "current_flash_attention_impl",
    "list_flash_attention_impls",
    "register_flash_attention_impl",
    "restore_flash_attention_impl",
    "sdpa_kernel",
]


class SDPBackend(IntEnum):
    """PyTorch's ways to compute `scaled_dot_product_attention`; all give the same numbers."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4

    def __str__(self) -> str:
        return f"SDPBackend.{self.name}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


@contextlib.contextmanager
def sdpa_kernel(backends: Any, set_priority: bool = False) -> Generator[dict[str, Any]]:
    """Attention is computed by these backends inside a ``with`` block: checked, and without effect here."""
    if not isinstance(backends, (list, SDPBackend)):
        raise AssertionError(
            "Backend must be an instance of SDPBackend or a list of SDPBackend instances, got "
            f"{type(backends).__name__}"
        )
    yield {}


_known: dict[str, Callable[..., Any]] = {}
_active: dict[str, Any] = {"name": None, "handle": None}


def register_flash_attention_impl(impl: str, *, register_fn: Callable[..., Any]) -> None:
    """Make ``impl`` known: ``register_fn`` is called when it is activated."""
    _known[impl] = register_fn


def activate_flash_attention_impl(impl: str) -> None:
    """Call what was registered as ``impl``; what it does to attention is its own affair."""
    if impl not in _known:
        raise ValueError(f"Unknown flash attention impl {impl!r}. Available implementations: {list(_known)}")
    restore_flash_attention_impl()
    _active.update(name=impl, handle=_known[impl]())


def list_flash_attention_impls() -> list[str]:
    """The names that were registered."""
    return sorted(_known)


def current_flash_attention_impl() -> str | None:
    """The name that is active, or None."""
    return _active["name"]


def restore_flash_attention_impl() -> None:
    """Take back what the active implementation did."""
    if _active["handle"] is not None:
        _active["handle"].remove()
    _active.update(name=None, handle=None)
