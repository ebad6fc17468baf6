"""What every tensor is made of, below its hundreds of methods: numbers, memory, history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from . import storage as _storage
from .storage import OTHER, Storage
from .surface.counting import count_in

if TYPE_CHECKING:
    from .tape import Node

_new = object.__new__
_ndarray = numpy.ndarray


class Bare:
    """The fields of a tensor.  `tensor.Tensor` adds the surface and no state."""

    __slots__ = (
        "__dict__",
        "__weakref__",
        "alias",
        "array",
        "gradient",
        "hooks",
        "memory",
        "node",
        "slot",
        "tracked",
    )

    is_sparse = False  # see surface/sparse_tensor.py

    array: Any  # the bare NumPy or CuPy array
    memory: Storage  # what it stands on, shared with its views
    gradient: Any  # a tensor, or None: what users see as ``grad``
    node: Node | None  # what computed it; None for leaves.  Of a view, possibly out of date: see alias.py
    slot: int  # which output of the node it is
    tracked: bool  # whether gradients flow through it
    alias: Any  # what is known about its views or its base: see alias.py
    hooks: dict[Any, Any] | None  # a leaf's functions of its gradient: see surface/hooks.py

    @staticmethod
    def _wrap(array: Any, category: int = OTHER) -> Any:
        """A tensor around an array, without copying and without history."""
        if type(array) is not _ndarray and isinstance(array, (numpy.generic, int, float, complex)):
            array = numpy.asarray(array)  # NumPy turns 0-d results into scalars
        s = _new(Storage)  # and not Storage(…): a quarter of what a small op's result costs
        s.nbytes = array.nbytes
        if category != OTHER:
            s.category = category
        if _storage.counters:
            count_in(s)
        x = _new(kind)
        x.array = array
        x.memory = s
        x.gradient = x.node = x.alias = x.hooks = None
        x.slot = 0
        x.tracked = False
        return x


kind: type[Any] = Bare  # the class of new tensors; tensor.py puts Tensor here once it is defined


def become(full: type[Any]) -> None:
    """Make ``full`` the class of every tensor made from now on."""
    global kind
    kind = full
