"""Looking at the graph of a computation, and deciding how what it keeps for backward is kept.

https://pytorch.org/docs/stable/autograd.html#autograd-graph
"""

from __future__ import annotations

import abc
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from vizgrad.engine import alias, tape, watch
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here, set_watchers
from vizgrad.engine.storage import NOTHING
from vizgrad.engine.surface.handle import RemovableHandle
from vizgrad.engine.surface.hooks import AccumulateGrad
from vizgrad.engine.surface.request import GradientEdge, edge

from .multi import register_multi_grad_hook

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


class Node(abc.ABC):
    """What ``tensor.grad_fn`` is: one op that gradients go back through."""

    @abc.abstractmethod
    def name(self) -> str: ...

    @property
    @abc.abstractmethod
    def next_functions(self) -> tuple[tuple[Any, int], ...]: ...

    @abc.abstractmethod
    def register_hook(self, fn: Callable[..., Any]) -> RemovableHandle: ...

    @abc.abstractmethod
    def register_prehook(self, fn: Callable[..., Any]) -> RemovableHandle: ...


Node.register(tape.Node)
Node.register(AccumulateGrad)


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """The place in the graph where the gradient of ``tensor`` arrives: it can stand for it in ``autograd.grad``."""
    if not tensor.requires_grad:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require gradients"
        )
    target = edge(tensor)
    if isinstance(target, Bare):
        return GradientEdge(AccumulateGrad(target), 0)
    return GradientEdge(*(target if type(target) is tuple else (target, 0)))


def increment_version(tensor: Any) -> None:
    """Say that memory was written to behind autograd's back."""
    tensors: Iterable[Any] = (tensor,) if isinstance(tensor, Bare) else tensor
    for x in tensors:
        alias.written(x, "increment_version")


# --- saved tensors


class _Hooks(threading.local):
    """The hooks that are in force on this thread, innermost last."""

    def __init__(self) -> None:
        self.stack: list[tuple[Any, Any]] = []
        self.disabled: str | None = None


_hooks = _Hooks()


class _Packed(tape.Kept):
    """What a node keeps, as a user's hook packed it; unpacked each time it is asked for."""

    __slots__ = ("_order", "_packed", "_unpack")

    def __init__(self, node: Any, inputs: Any, pack: Callable[..., Any], unpack: Callable[..., Any]) -> None:
        kept = node.kept
        self._packed = [(False, value) for value in kept.values]
        reads = [name for gradient in node.op.gradients if gradient for name in gradient.reads]
        # As PyTorch does: in the order in which the gradients ask, and an input as the tensor that it was.
        order = sorted(range(len(kept.values)), key=lambda i: reads.index(node.op.keeps[i]))
        self._order = [i for i in order if hasattr(kept.values[i], "dtype")]
        for i in self._order:
            value = kept.values[i]
            given = next((x for x in inputs if isinstance(x, Bare) and x.array is value), None)
            self._packed[i] = _call(pack, _held(value, kept.storages[i]) if given is None else given)
        self._unpack = unpack
        self.storages = [NOTHING] * len(self._packed)  # hooks may keep anything: no versions are compared
        self.versions = [0] * len(self._packed)

    @property
    def values(self) -> list[Any]:
        values = [value for _, value in self._packed]
        for i in self._order:
            values[i] = self._unpacked(values[i])
        return values

    def _unpacked(self, value: Any) -> Any:
        x = self._unpack(value)
        if not isinstance(x, Bare):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(x).__name__}"
            )
        return x.array

    def swap(self, i: int, value: Any, storage: Any) -> None:
        pack, _ = _hooks.stack[-1]
        self._packed[i] = _call(pack, _held(value, storage))


def _held(value: Any, storage: Any) -> Any:
    x = Bare._wrap(value)
    if storage is not NOTHING:
        x.memory = storage
    return x


def _call(pack: Callable[..., Any], x: Any) -> tuple[bool, Any]:
    recording, here.grad = here.grad, False
    before = x.memory.version
    try:
        with watch.unwatched():
            packed = pack(x)
    finally:
        here.grad = recording
    if x.memory.version != before:
        raise RuntimeError(
            "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook "
            "cannot be modified by in-place operations as this can lead to unexpected side-effects. Please open an "
            "issue if you need to perform in-place operations on the input to a pack hook."
        )
    return True, packed


class _Packer(watch.Watcher):
    """Packs what each new node keeps."""

    strict = True

    def on_op(self, op: Any, inputs: tuple[Any, ...], out: Any, settings: dict[str, Any]) -> None:
        first = out[0] if isinstance(out, tuple) else out
        node = first.node if first is not None else None
        if node is None or node.op is not op or not isinstance(node.kept, tape.Kept):
            return
        if not isinstance(node.kept, _Packed) and _hooks.stack:
            node.kept = _Packed(node, inputs, *_hooks.stack[-1])


_packer = _Packer()


class saved_tensors_hooks:
    """Inside the block, ``pack_hook(tensor)`` decides what is kept for backward; ``unpack_hook`` undoes it there.

    https://pytorch.org/docs/stable/autograd.html#torch.autograd.graph.saved_tensors_hooks
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self) -> None:
        if _hooks.disabled is not None:
            raise RuntimeError(_hooks.disabled)
        if not _hooks.stack:
            set_watchers((*here.watchers, _packer))
        _hooks.stack.append((self.pack_hook, self.unpack_hook))

    def __exit__(self, *_: object) -> None:
        _hooks.stack.pop()
        if not _hooks.stack:
            set_watchers(tuple(w for w in here.watchers if w is not _packer))


class save_on_cpu(saved_tensors_hooks):
    """Keep what backward needs in the computer's memory, and bring it back to the device for backward."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda x: (x.device, x.cpu()), lambda packed: packed[1].to(packed[0]))


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Inside the block, entering `saved_tensors_hooks` raises a RuntimeError with this message."""
    if _hooks.stack:
        raise RuntimeError(error_message)
    before, _hooks.disabled = _hooks.disabled, error_message
    try:
        yield
    finally:
        _hooks.disabled = before


class _Mutation(saved_tensors_hooks):
    """Keeps copies, which nobody can write to."""

    open = True

    def __init__(self) -> None:
        super().__init__(lambda x: x.clone(), self._back)

    def _back(self, x: Any) -> Any:
        if not self.open:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context in which the graph was "
                "originally recorded."
            )
        return x


@contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[Any]:
    """Inside the block, tensors that backward needs may be written to: it uses what they were.

    The walk back must be in the block, too.
    """
    held = _Mutation()
    with held:
        try:
            yield held
        finally:
            held.open = False
