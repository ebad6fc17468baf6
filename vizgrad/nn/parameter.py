"""Parameter and Buffer: tensors that a module recognizes as its own."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.bare import Bare
from vizgrad.engine.storage import OTHER, PARAMETERS
from vizgrad.engine.surface.about import as_class
from vizgrad.engine.tensor import Tensor

__all__ = ["Buffer", "Parameter"]


class Parameter(Tensor):
    """A tensor that training changes: a module finds it among its attributes, an optimizer moves it.

    It shares memory with ``data`` and has no history of its own.
    """

    __slots__ = ()

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        p: Any = _as(cls, data)
        if p.storage.category == OTHER:
            p.storage.become(PARAMETERS)
        return p.requires_grad_() if requires_grad else p

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        """Nothing is left to do: ``__new__`` shares the memory of ``data``."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        return type(self), (self.detach(), self.requires_grad)


class Buffer(Tensor):
    """A tensor that belongs to a module and is not trained: ``self.mean = nn.Buffer(zeros(3))``."""

    __slots__ = ()
    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Buffer:
        b: Any = _as(cls, data)
        b.persistent = persistent
        return b

    def __init__(self, data: Any = None, *, persistent: bool = True) -> None:
        """Nothing is left to do: ``__new__`` shares the memory of ``data``."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _buffer, (self.detach(), self.persistent)


def _buffer(data: Any, persistent: bool) -> Buffer:
    return Buffer(data, persistent=persistent)


def _as(cls: type, data: Any) -> Any:
    """``data`` (nothing, a tensor, or what makes one) as an instance of ``cls`` without history."""
    if data is None:
        source = Tensor()
    elif isinstance(data, Bare):
        source = data.detach()  # type: ignore[attr-defined]
    else:
        raise TypeError(f"expected a Tensor, but got {type(data).__name__}; write Parameter(tensor(…))")
    source.alias = None
    return as_class(cls, source, requires_grad=False)
