"""One hook for the gradients of several tensors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from vizgrad.engine import backward
from vizgrad.engine.surface import paths
from vizgrad.engine.surface.handle import RemovableHandle
from vizgrad.engine.surface.request import edge


class MultiHandle:
    """Takes a hook away from all its tensors."""

    def __init__(self, handles: tuple[RemovableHandle, ...]) -> None:
        self.handles = handles

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()

    def __enter__(self) -> MultiHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def register_multi_grad_hook(
    tensors: Sequence[Any], fn: Callable[..., None], *, mode: str = "all"
) -> MultiHandle:
    """Call ``fn`` once per backward pass: with all the gradients of ``tensors``, or with the first of them.

    ``mode`` "all": with a list, None for tensors that get none in this pass; "any": with one gradient.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    gather = _Gather(list(tensors), fn, mode == "any")
    return MultiHandle(tuple(x.register_hook(gather.hook(i)) for i, x in enumerate(tensors)))


class _Gather:
    """The gradients of one backward pass, until they are complete."""

    def __init__(self, tensors: list[Any], fn: Callable[..., None], first: bool) -> None:
        self.tensors, self.fn, self.first = tensors, fn, first
        self.lock = threading.Lock()
        self.walk: Any = None
        self.missing = 0
        self.grads: list[Any] = []

    def hook(self, i: int) -> Callable[[Any], None]:
        def seen(grad: Any) -> None:
            with self.lock:
                done = self._note(i, grad)
            if done:
                self.fn(grad if self.first else self.grads)

        return seen

    def _note(self, i: int, grad: Any) -> bool:
        walk = backward.current()
        if walk is not self.walk:
            self.walk, self.grads = walk, [None] * len(self.tensors)
            self.missing = 1 if self.first else self._expected(walk)
        self.grads[i] = grad
        self.missing -= 1
        return self.missing == 0

    def _expected(self, walk: Any) -> int:
        """How many of the tensors this pass comes to."""
        inside = set(paths.nodes([target for target, _ in walk.roots]))
        leaves = paths.last_uses([target for target, _ in walk.roots])
        edges = [edge(x) for x in self.tensors]
        return sum(_reached(target, inside, leaves) and walk.leads(target) for target in edges)


def _reached(target: Any, inside: set[Any], leaves: dict[int, int]) -> bool:
    node = target[0] if type(target) is tuple else target
    return node in inside if isinstance(node, paths.Surface) else id(target) in leaves
