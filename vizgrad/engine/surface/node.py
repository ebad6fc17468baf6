"""What users can ask of a node of the graph: ``tensor.grad_fn``."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from . import hooks
from .called import named
from .handle import RemovableHandle

SAVED = "_saved_"
_OURS = {"self": "input", "result": "y"}  # PyTorch's names of operands, where ours differ


class Surface:
    """PyTorch's names on a node; `tape.Node` has the contents."""

    __slots__ = ()

    op: Any
    edges: list[Any]
    settings: dict[str, Any]

    def name(self) -> str:
        """``AddBackward0``: the op, and that this is its way back."""
        return type(named(self)).__name__

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """For each input, the node that its gradient goes to and the output of that node that it was.

        A leaf's is an AccumulateGrad; (None, 0) stands for an input without a gradient.
        """
        return tuple(_next(edge) for edge in self.edges)

    def register_hook(self, fn: Callable[[tuple[Any, ...], tuple[Any, ...]], Any]) -> RemovableHandle:
        """Call ``fn(grad_inputs, grad_outputs)`` after this node; what it returns replaces grad_inputs."""
        return hooks.add(self, "post", fn)

    def register_prehook(self, fn: Callable[[tuple[Any, ...]], Any]) -> RemovableHandle:
        """Call ``fn(grad_outputs)`` before this node; what it returns replaces them."""
        return hooks.add(self, "pre", fn)

    @property
    def metadata(self) -> dict[str, Any]:
        """A dictionary for whatever users want to note."""
        notes: Any = self
        if notes.hooks is None:
            notes.hooks = {}
        return notes.hooks.setdefault("metadata", {})

    def __getattr__(self, name: str) -> Any:
        if not name.startswith(SAVED):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        from vizgrad.engine import backward

        wanted = name.removeprefix(SAVED)
        wanted = wanted if wanted in self.op.keeps else _OURS.get(wanted, wanted)
        if wanted not in self.settings and wanted not in self.op.keeps:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        node: Any = self
        return backward.saved(node, tensors=True)[wanted]

    def __dir__(self) -> list[str]:
        theirs: dict[Any, str] = {ours: name for name, ours in _OURS.items()}
        kept = [*self.op.keeps, *self.settings]
        return [*super().__dir__(), *(SAVED + theirs.get(name, str(name)) for name in kept)]

    def __repr__(self) -> str:
        return f"<{self.name()} object at 0x{id(self):x}>"


def _next(edge: Any) -> tuple[Any, int]:
    if edge is None:
        return None, 0
    if type(edge) is tuple:
        return named(edge[0]), edge[1]
    return (named(edge), 0) if isinstance(edge, Surface) else (hooks.AccumulateGrad(edge), 0)


@lru_cache(maxsize=4096)
def class_of(base: type, name: str) -> type:
    """The class of one op's nodes, so that ``type(y.grad_fn).__name__`` says which op it was."""
    return type(name, (base,), {"__slots__": ()})
