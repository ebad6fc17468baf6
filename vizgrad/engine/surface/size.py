"""torch.Size: the shape of a tensor."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from functools import partial
from typing import Any

from vizgrad.engine.ops import shapes


class Size(tuple[int, ...]):
    """The shape of a tensor: a tuple of whole numbers that prints as PyTorch's."""

    __slots__ = ()
    __module__ = "vizgrad"  # where users find it

    def __new__(cls, sizes: Iterable[Any] = ()) -> Size:
        return tuple.__new__(cls, _whole(sizes))

    def numel(self) -> int:
        """How many elements a tensor of this size has."""
        return shapes.product(self)

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __getitem__(self, index: Any) -> Any:
        part = tuple.__getitem__(self, index)
        return known(part) if isinstance(index, slice) else part

    def __add__(self, other: Any) -> Size:
        return Size(tuple.__add__(self, other))

    def __radd__(self, other: Any) -> Size:
        return Size(tuple(other) + tuple(self))

    def __mul__(self, times: Any) -> Size:
        return known(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __reduce__(self) -> Any:
        return Size, (tuple(self),)


def _whole(sizes: Iterable[Any]) -> list[int]:
    found = []
    for i, n in enumerate(sizes):
        try:
            found.append(operator.index(n))
        except TypeError:
            raise TypeError(
                f"torch.Size() takes an iterable of 'int' (item {i} is '{type(n).__name__}')"
            ) from None
    return found


known = partial(tuple.__new__, Size)  # of numbers that are whole already: nothing is looked at
