"""``torch.utils.swap_tensors``: two tensors become each other, for everyone who holds them."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.bare import Bare

__all__ = ["swap_tensors"]

FIELDS = (
    "array",
    "memory",
    "gradient",
    "node",
    "slot",
    "tracked",
    "alias",
    "hooks",
    "__dict__",
    "__class__",
)


def swap_tensors(t1: Any, t2: Any) -> None:
    """Exchange numbers, history, gradient, class and attributes: an optimizer that holds t1 now holds t2's."""
    for name, t in (("t1", t1), ("t2", t2)):
        if not isinstance(t, Bare):
            raise TypeError(f"swap_tensors: {name} must be a Tensor, but got {type(t).__name__}")
    for field in FIELDS:
        first, second = getattr(t1, field), getattr(t2, field)
        setattr(t1, field, second)
        setattr(t2, field, first)
