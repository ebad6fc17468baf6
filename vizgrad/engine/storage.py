"""Storage: the memory behind a tensor, shared with its views, counted by what it is used for."""

from __future__ import annotations

from typing import Any

CATEGORIES = ("parameters", "gradients", "saved", "optimizer", "other")
PARAMETERS, GRADIENTS, SAVED, OPTIMIZER, OTHER = range(5)

_totals = [0, 0, 0, 0, 0]


def totals() -> list[int]:
    """Bytes in use now, by category.  The list itself is live: read it, do not write to it."""
    return _totals


class Storage:
    """One allocation.  It counts itself in when it is made and out when the last tensor lets go of it.

    Memory that exists only because a node keeps it for backward counts as "saved" for as long as it is kept.
    """

    __slots__ = ("category", "nbytes", "savers", "version", "written")

    written: str  # where it was last written to while a node kept it; unset, at no cost, until then

    def __init__(self, nbytes: int, category: int = OTHER) -> None:
        self.nbytes = nbytes
        self.category = category
        self.version = 0  # grows with every in-place write
        self.savers = 0  # nodes that keep this memory for backward
        _totals[category] += nbytes

    def __del__(self, _totals: list[int] = _totals) -> None:
        # A default, because at exit the module's own names may be gone before the last tensor.
        _totals[self.category] -= self.nbytes

    def become(self, category: int) -> None:
        """Count this memory under another category from now on."""
        _totals[self.category] -= self.nbytes
        self.category = category
        _totals[category] += self.nbytes

    def borrow(self) -> Borrowed:
        """The same memory with a version number of its own: what ``Tensor.data`` stands on."""
        return Borrowed(self)


class Borrowed(Storage):
    """Memory that another storage counts; held so that it stays alive."""

    __slots__ = ("lender",)

    def __init__(self, lender: Storage) -> None:
        super().__init__(0, lender.category)
        self.lender: Any = lender
