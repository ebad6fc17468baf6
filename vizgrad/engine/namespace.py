"""What ``xp`` means.  Every formula is written once and run with three of them.

`Arrays`: numbers (NumPy or CuPy).  `Graph`: tensors, so that a gradient is itself recorded.  `Symbols` (in
ink.py): ink, so that a formula prints itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType
from typing import Any

import numpy

from . import op as _op
from .kernels import EXTRAS


class Arrays:
    """``xp`` over one array module; names that it lacks are looked up in kernels/ and in the op table."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Any:
        if name in EXTRAS:
            found = EXTRAS[name](self.module)
        else:
            row = _op.TABLE.get(name) if not hasattr(self.module, name) else None
            found = partial(row.forward, self) if row else getattr(self.module, name)
        setattr(self, name, found)  # next time this is a plain attribute
        return found

    def rule(self, name: str) -> Callable[..., Any]:
        """The row ``name`` of our own table, also where the array module has a function of that name."""
        return partial(_op.TABLE[name].forward, self)


class Graph:
    """``xp`` over tensors: the same formulas, recorded, for gradients of gradients."""

    words = {"axis": "dim", "keepdims": "keepdim"}
    names = {
        "swapaxes": "transpose",
        "broadcast_to": "expand",
        "concatenate": "cat",
        "power": "pow",
        "equal": "eq",
        "max": "amax",
        "min": "amin",
    }
    inf = numpy.inf

    def __getattr__(self, name: str) -> Any:
        call = self.rule(self.names.get(name, name))
        setattr(self, name, call)
        return call

    @staticmethod
    def conj(x: Any) -> Any:
        """A number beside tensors has its conjugate at once; a tensor's is recorded."""
        return x.conjugate() if isinstance(x, (int, float, complex)) else _op.TABLE["conj"].function(x)

    def rule(self, name: str) -> Callable[..., Any]:
        call = _op.TABLE[name].function

        def speak_torch(*args: Any, **settings: Any) -> Any:
            return call(*args, **{self.words.get(k, k): v for k, v in settings.items()})

        return speak_torch


NUMPY = Arrays(numpy)
GRAPH = Graph()

_spaces: dict[type, Arrays] = {numpy.ndarray: NUMPY}


def register(array_type: type, module: ModuleType) -> Arrays:
    """Let arrays of this type be computed with by that module: how a device joins (see device.py)."""
    space = _spaces[array_type] = Arrays(module)
    return space


def of(arrays: Iterable[Any]) -> Arrays:
    """The ``xp`` for these operands; numbers and None go with anything."""
    found: Arrays | None = None
    for a in arrays:
        space = _spaces.get(type(a))
        if space is not None and space is not found:
            if found is not None:
                raise RuntimeError(
                    "Expected all tensors to be on the same device, but found at least two devices; "
                    "move them with .to(device) first"
                )
            found = space
    return found or NUMPY
