"""One number for all dimensions, or one for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["tuple_of"]


def tuple_of(n: int, value: Any) -> tuple[Any, ...]:
    """``value`` for each of ``n`` dimensions, unless it is already a sequence."""
    return tuple(value) if isinstance(value, Iterable) else (value,) * n
