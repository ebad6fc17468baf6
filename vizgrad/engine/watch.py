"""The one place where the engine can be watched.

The engine asks one question per op, ``if here.watchers``, and that is all it pays when nobody looks.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .local import here, set_watchers
from .surface import counting

if TYPE_CHECKING:
    from .op import Op
    from .tape import Node
    from .tensor import Tensor


class Watcher:
    """Override what you want to see.  Called on the thread that computes: note, do not compute."""

    strict = False  # True: it is part of the computation, and its errors are the program's own
    early = False  # True: it is told before each op, too (`on_begin`), for which ops take their longer way

    def on_begin(
        self, op: Op, inputs: tuple[Any, ...], settings: dict[str, Any], into: Tensor | None
    ) -> None:
        """Run before every op, if ``early``.  ``into``: the tensor whose memory the result will be written to.

        An op that computes first and writes then is told twice, with ``into`` and without.
        """

    def on_failed(self, op: Op) -> None:
        """Run when an op of a user's own, inside of which others ran, raised."""

    def on_op(self, op: Op, inputs: tuple[Any, ...], out: Any, settings: dict[str, Any]) -> None:
        """Run after every op.  ``out`` is a Tensor, or a tuple of them for rows with several outputs."""

    def on_write(self, x: Tensor, out: Tensor) -> None:
        """Run after the result ``out`` of an op was written into ``x`` in place."""

    def on_backward(self, root: Tensor) -> None:
        """Run before a backward pass from ``root``."""

    def on_node(self, node: Node, grads: list[Any]) -> None:
        """Run before each node of a backward pass, with the gradients of its outputs (None: nothing flowed)."""

    def on_node_end(self, node: Node, grads: list[Any], results: list[Any]) -> None:
        """Run after it, with the gradients of its inputs (None: not wanted), before they are handed on."""

    def on_backward_end(self, root: Tensor) -> None:
        """Run after a backward pass, also when it failed."""

    def on_step_begin(self, optimizer: Any) -> None:
        """Run before an optimizer moves its parameters; a closure runs after this."""

    def on_update(self, optimizer: Any, parameter: Tensor, group: dict[str, Any]) -> None:
        """Run before an optimizer moves one parameter by its rule."""

    def on_update_end(self, optimizer: Any, parameter: Tensor, group: dict[str, Any]) -> None:
        """Run after that."""

    def on_step(self, optimizer: Any) -> None:
        """Run after an optimizer has moved all its parameters."""


def tell(moment: str, *facts: Any) -> None:
    """Tell this thread's watchers.  One that raises is removed with a warning; training goes on.

    Exceptions that are no `Exception` (Stop, KeyboardInterrupt) are meant for the training loop and pass.
    """
    for watcher in here.watchers:
        try:
            getattr(watcher, moment)(*facts)
        except Exception as error:
            if watcher.strict:
                raise
            remove(watcher)
            warnings.warn(
                f"{type(watcher).__name__}.{moment} raised {type(error).__name__}: {error}; it watches no longer",
                RuntimeWarning,
                stacklevel=3,
            )


def add(watcher: Watcher) -> None:
    """Let ``watcher`` see what this thread computes from now on."""
    set_watchers((*here.watchers, watcher))
    counting.count()


def remove(watcher: Watcher) -> None:
    """Let it see no more; nothing happens if it did not watch."""
    rest = tuple(w for w in here.watchers if w is not watcher)
    counting.count(len(rest) - len(here.watchers))
    set_watchers(rest)


@contextmanager
def watching(watcher: Watcher) -> Iterator[Watcher]:
    """Let ``watcher`` see every op, gradient and update inside the block."""
    add(watcher)
    try:
        yield watcher
    finally:
        remove(watcher)


@contextmanager
def unwatched() -> Iterator[None]:
    """Compute something that is nobody's business: the engine's own housekeeping."""
    watchers = here.watchers
    set_watchers(())
    try:
        yield
    finally:
        set_watchers(watchers)
