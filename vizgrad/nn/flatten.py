"""Layers that only change the shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vizgrad.engine.tensor import Tensor

from .module import Module

__all__ = ["Flatten", "Unflatten"]


@dataclass(eq=False, repr=False)
class Flatten(Module):
    """Dimensions ``start_dim`` to ``end_dim`` become one: (N, C, H, W) to (N, C·H·W)."""

    start_dim: int = 1
    end_dim: int = -1

    def forward(self, input: Tensor) -> Tensor:
        return input.flatten(self.start_dim, self.end_dim)


@dataclass(eq=False, repr=False)
class Unflatten(Module):
    """Dimension ``dim`` becomes several, of sizes ``unflattened_size``; one of them may be -1."""

    dim: int
    unflattened_size: Sequence[Any]

    def __post_init__(self) -> None:
        size = self.unflattened_size
        if isinstance(self.dim, str):
            raise TypeError(f"unflatten by name is not supported: give the number of dimension {self.dim!r}")
        if not isinstance(size, (tuple, list)):
            raise TypeError(f"unflattened_size must be a tuple of ints, but found type {type(size).__name__}")
        for i, n in enumerate(size):
            if not isinstance(n, int):
                raise TypeError(
                    f"unflattened_size must be tuple of ints, but found element of type {type(n).__name__} "
                    f"at pos {i}"
                )

    def forward(self, input: Tensor) -> Tensor:
        dim = self.dim % input.ndim
        return input.reshape(*input.shape[:dim], *self.unflattened_size, *input.shape[dim + 1 :])
