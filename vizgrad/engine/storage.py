"""Storage: the memory behind a tensor, shared with its views; and what nodes keep of it for backward.

What it is used for is counted in bytes only while somebody wants to know (surface/counting.py): a tensor that nobody
watches pays nothing for it.
"""

from __future__ import annotations

from typing import Any

CATEGORIES = ("parameters", "gradients", "saved", "optimizer", "other")
PARAMETERS, GRADIENTS, SAVED, OPTIMIZER, OTHER = range(5)

counters = 0  # how many want to know of new storages: see surface/counting.py


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
            from .surface import counting

            counting.count_in(self)

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

    Three tuples in the order of ``op.keeps``.
    """

    __slots__ = ("storages", "values", "versions")

    def __init__(self, values: list[Any], storages: list[Storage]) -> None:
        self.values = tuple(values)
        self.storages = tuple(storages)
        self.versions = tuple(s.version for s in storages)
        for s in storages:
            s.kept = True
        if counters:
            from .surface import counting

            counting.hold(self)

    def swap(self, i: int, value: Any, storage: Storage) -> None:
        """Hold another value in the place of the i-th."""
        release = getattr(self, "release", None)  # of those that are counted
        if release is not None:
            release()
        self.values = (*self.values[:i], value, *self.values[i + 1 :])
        self.storages = (*self.storages[:i], storage, *self.storages[i + 1 :])
        self.versions = (*self.versions[:i], storage.version, *self.versions[i + 1 :])
        storage.kept = True
        if release is not None:
            from .surface import counting

            counting.hold(self)
