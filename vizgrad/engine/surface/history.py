"""A tensor's history: who needs gradients, and who wants to see them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here

from . import hooks
from .complain import complain
from .handle import RemovableHandle

LEAVES_ONLY = "you can only change requires_grad flags of leaf variables."
_COMPUTED = (
    " If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = "
    "var.detach()."
)


def requires_grad_(self: Any, requires_grad: bool = True) -> Any:
    """Ask for the gradient of this leaf."""
    if requires_grad and self.array.dtype.kind not in "fcV":
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    if not requires_grad and self.grad_fn is not None:
        raise RuntimeError(LEAVES_ONLY + _COMPUTED)
    if requires_grad and self.memory.inferred and not here.inference:
        raise RuntimeError(
            "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
        )
    self.tracked = bool(requires_grad) or self.node is not None
    return self


def set_requires_grad(self: Any, value: bool) -> None:
    """What ``x.requires_grad = value`` does."""
    if self.grad_fn is not None:
        raise RuntimeError(LEAVES_ONLY + ("" if value else _COMPUTED))
    if value and self.array.dtype.kind not in "fcV":
        raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
    requires_grad_(self, value)


def is_inference(self: Any) -> bool:
    """Whether this tensor was made in inference mode."""
    return self.memory.inferred


def version(self: Any) -> int:
    """How often this tensor's memory was written to in place."""
    if self.memory.inferred:
        raise RuntimeError("Inference tensors do not track version counter.")
    return self.memory.version


def detach(self: Any) -> Any:
    """The same memory, without history."""
    x = Bare._wrap(self.array)
    x.memory = self.memory
    return x


def detach_(self: Any) -> Any:
    self.node, self.slot, self.tracked = None, 0, False
    return self


def replace_data(self: Any, other: Any) -> None:
    category = self.memory.category
    self.array, self.memory = other.array, other.memory.borrow() if other.memory.kept else other.memory
    if self.memory.category != category and not self.memory.kept:
        self.memory.become(category)


def register_hook(self: Any, hook: Callable[[Any], Any]) -> RemovableHandle:
    """Call ``hook`` with this tensor's gradient when it is computed; what it returns replaces the gradient."""
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    return hooks.add(self, 0, hook) if self.node is None else hooks.add(self.node, self.slot, hook)


def register_post_accumulate_grad_hook(self: Any, hook: Callable[[Any], None]) -> RemovableHandle:
    """Call ``hook(self)`` each time after a gradient was added to this leaf's ``.grad``."""
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if self.node is not None:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    return hooks.add(self, "after", hook)


class _Retain:
    """A hook that stores the gradient of a tensor that is not a leaf, after all others had their say."""

    last = True

    def __init__(self, x: Any) -> None:
        self.x = weakref.ref(x)

    def __call__(self, g: Any) -> None:
        x = self.x()
        if x is not None:
            x.gradient = g if x.gradient is None else x.gradient + g


def retain_grad(self: Any) -> None:
    """Store the gradient of this tensor too, although it is not a leaf."""
    if not self.requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if self.node is not None and not retains_grad(self):
        register_hook(self, _Retain(self))


def gradient(self: Any) -> Any:
    """What ``x.grad`` answers; warns where it stays None, and a newcomer would not know why."""
    g = self.gradient
    if g is None and self.node is not None and not retains_grad(self):
        complain(
            "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed, and backward() puts nothing "
            "there: call .retain_grad() on it before backward(), or ask the leaf that it was computed from"
        )
    return g


def set_gradient(self: Any, value: Any = None) -> None:
    """What ``x.grad = value`` does."""
    if value is not None:
        if not isinstance(value, Bare) and not getattr(value, "is_sparse", False):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
            )
        if value is self:
            raise RuntimeError("can't assign Variable as its own grad")
        _same_form(self, value)
    self.gradient = value


def _same_form(x: Any, g: Any) -> None:
    if g.dtype != x.dtype:
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{g.dtype}' to a tensor with dtype '{x.dtype}'. The "
            "gradient must match the tensor's dtype; write .to(x.dtype)"
        )
    if g.shape != x.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(g.shape)}' to a tensor of size '{list(x.shape)}'. Please "
            "ensure that the gradient and the tensor are the same size"
        )


def retains_grad(self: Any) -> bool:
    return bool(_retaining(self))


def _retaining(self: Any) -> list[int]:
    """The numbers of the hooks, one at most, that store this tensor's gradient."""
    kept = self.node.hooks.get(self.slot, {}) if self.node is not None and self.node.hooks else {}
    return [number for number, h in kept.items() if isinstance(h, _Retain) and h.x() is self]


def rejoin(self: Any, node: Any, slot: int) -> None:
    """Give a tensor another node, after a write in place: what stores its gradient comes along, other hooks stay."""
    before, numbers = self.node, _retaining(self)
    hook = [before.hooks[self.slot].pop(number) for number in numbers]
    self.node, self.slot, self.tracked = node, slot, True
    if hook:
        register_hook(self, hook[0])
