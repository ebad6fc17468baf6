"""Storage: the memory behind a tensor, shared with its views; and what nodes keep of it for backward.

What it is used for is counted in bytes only while somebody wants to know (`count`): a tensor that nobody watches
pays nothing for it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .local import here

CATEGORIES = ("parameters", "gradients", "saved", "optimizer", "other")
PARAMETERS, GRADIENTS, SAVED, OPTIMIZER, OTHER = range(5)

_totals = [0, 0, 0, 0, 0]
counters = 0  # how many want to know of new storages: of the totals, and of inference mode
inferring = 0  # threads in inference mode


class Storage:
    """One allocation: how often it was written to, and what it is used for."""

    # Class attributes, so that a new storage costs one assignment.
    version = 0  # grows with every in-place write
    category = OTHER
    kept = False  # whether a node ever kept this memory for backward
    written = ""  # where it was last written to after that
    savers = 0  # nodes that keep it now: counted with the bytes
    inferred = False  # made in inference mode: never kept for backward, written to only in that mode
    root: Any = None  # the array that is all of it, once it has views

    nbytes: int

    def __init__(self, nbytes: int, category: int = OTHER) -> None:
        self.nbytes = nbytes
        if category != OTHER:
            self.category = category
        if counters:
            count_in(self)

    def become(self, category: int) -> None:
        """Use this memory for another purpose from now on."""
        self.category = category

    def borrow(self) -> Borrowed:
        """The same memory with a version number of its own: what ``Tensor.data`` stands on."""
        return Borrowed(self)


class Borrowed(Storage):
    """Memory that another storage counts; held so that it stays alive."""

    def __init__(self, lender: Storage) -> None:
        self.nbytes = 0
        self.category = lender.category
        self.lender: Any = lender


class Inferred(Storage):
    """Memory that was made in inference mode."""

    inferred = True

    @property
    def kept(self) -> bool:  # type: ignore[override]
        return False

    @kept.setter
    def kept(self, _: bool) -> None:
        raise RuntimeError(
            "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
            "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and "
            "use it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
        )


NOTHING = Borrowed(Storage(0))  # what numbers and shapes stand on


class Kept:
    """What a node holds for backward: the values that its op keeps, and the storages that must not change meanwhile.

    Three lists in the order of ``op.keeps``.
    """

    __slots__ = ("storages", "values", "versions")

    def __init__(self, values: list[Any], storages: list[Storage]) -> None:
        self.values = values
        self.storages = storages
        self.versions = [s.version for s in storages]
        for s in storages:
            s.kept = True
        if counters:
            hold(self)

    def swap(self, i: int, value: Any, storage: Storage) -> None:
        """Hold another value in the place of the i-th."""
        counted = type(self) is CountedKept
        if counted:
            self.__del__()
        self.values[i], self.storages[i], self.versions[i] = value, storage, storage.version
        storage.kept = True
        if counted:
            hold(self)


# --- counting


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

    def __del__(self) -> None:
        for s in self.storages:
            s.savers -= 1
            if not s.savers and s.category == SAVED:
                s.become(OTHER)


def count_in(s: Storage) -> None:
    """Count a storage from now until its end; in inference mode, mark it instead."""
    if inferring and here.inference:
        s.__class__ = Inferred
    elif counters > inferring:
        s.__class__ = Counted
        _totals[s.category] += s.nbytes


def infer(more: int) -> None:
    """One thread more in inference mode, or one less."""
    global counters, inferring
    counters, inferring = counters + more, inferring + more


def hold(kept: Kept) -> None:
    """Count what a node keeps from now until it lets go."""
    kept.__class__ = CountedKept
    for i, s in enumerate(kept.storages):
        if s is NOTHING and hasattr(kept.values[i], "nbytes"):  # made for this node alone: a mask
            s = kept.storages[i] = Storage(kept.values[i].nbytes)
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
    global counters
    begins = counters == 0 and more > 0
    counters += more
    if begins:
        known = gc.get_objects()
        for s in known:
            if type(s) is Storage:
                count_in(s)
        for kept in known:
            if type(kept) is Kept:
                hold(kept)
