"""The handle that every ``register_…_hook`` returns, of tensors, nodes, modules and optimizers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any, ClassVar

__all__ = ["RemovableHandle"]


class RemovableHandle:
    """Takes a hook away again: ``handle.remove()``, or at the end of a ``with`` block.

    The hook is kept in the dictionary ``hooks`` under the handle's ``id``, notes on it in those of ``extra_dict``.
    """

    numbers: ClassVar[count[int]] = count()

    def __init__(self, hooks: dict[int, Any], *, extra_dict: Iterable[dict[int, Any]] = ()) -> None:
        self.id = next(self.numbers)
        self._places = (hooks, *extra_dict)

    def remove(self) -> None:
        for place in self._places:
            place.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()
