"""Bytes in use by category, counted while somebody wants to know.

Storages and what nodes keep are made uncounted; once somebody asks, those that exist become their counted kinds, and
so does each new one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from vizgrad.engine import storage
from vizgrad.engine.local import here
from vizgrad.engine.storage import NOTHING, OTHER, SAVED, Inferred, Kept, Storage

_totals = [0, 0, 0, 0, 0]
inferring = 0  # threads in inference mode: they want to know of new storages too


class Counted(Storage):
    """A storage whose bytes are in the totals until the last tensor lets go of it."""

    def become(self, category: int) -> None:
        _totals[self.category] -= self.nbytes
        self.category = category
        _totals[category] += self.nbytes

    def __del__(self, _totals: list[int] = _totals) -> None:
        # A default, because at exit the module's own names may be gone before the last tensor.
        _totals[self.category] -= self.nbytes


class CountedKept(Kept):
    """Memory that exists only because a node keeps it counts as "saved" for as long as it is kept."""

    __slots__ = ()

    def release(self) -> None:
        """Let go of what was held."""
        for s in self.storages:
            s.savers -= 1
            if not s.savers and s.category == SAVED:
                s.become(OTHER)

    __del__ = release


def count_in(s: Storage) -> None:
    """Count a storage from now until its end; in inference mode, mark it instead."""
    if inferring and here.inference:
        s.__class__ = Inferred
    elif storage.counters > inferring:
        s.__class__ = Counted
        _totals[s.category] += s.nbytes


def infer(more: int) -> None:
    """One thread more in inference mode, or one less."""
    global inferring
    inferring += more
    storage.counters += more


def hold(kept: Kept) -> None:
    """Count what a node keeps from now until it lets go."""
    kept.__class__ = CountedKept
    kept.storages = tuple(
        Storage(v.nbytes) if s is NOTHING and hasattr(v, "nbytes") else s  # made for this node alone: a mask
        for v, s in zip(kept.values, kept.storages, strict=True)
    )
    for s in kept.storages:
        s.savers += 1
        if s.category == OTHER:
            s.become(SAVED)


def totals() -> list[int]:
    """Bytes in use now, by category, while they are counted.  The list is live: read it, do not write to it."""
    return _totals


@contextmanager
def counting() -> Iterator[list[int]]:
    """Count inside the block; its value is `totals`."""
    count()
    try:
        yield _totals
    finally:
        count(-1)


def count(more: int = 1) -> None:
    """Keep the totals from now on; ``count(-1)`` when they are wanted no longer.

    What exists already is found once, among the objects that Python's collector knows.
    """
    begins = storage.counters == inferring and more > 0
    storage.counters += more
    if begins:
        known = gc.get_objects()
        for s in known:
            if type(s) is Storage:
                count_in(s)
        for kept in known:
            if type(kept) is Kept:
                hold(kept)
