"""Hooks are the program's own code and run once: what they made of gradients is noted, and given again in a replay.

Only where a replay follows an edit, so that other gradients arrive, hooks are called again: there is no other way to
know what they make of them.
"""

# pyright: reportPrivateUsage=false, reportUnknownArgumentType=false, reportUnknownLambdaType=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine import watch
from vizgrad.engine.bare import Bare
from vizgrad.engine.op import TABLE, Gradient
from vizgrad.engine.surface import hooks

Found = dict[Any, dict[int, Callable[..., Any]]]


class Heard:
    """One node's hooks, and what went through them.  ``keys``: of the tensors that its outputs are."""

    __slots__ = ("arrived", "grads", "hooks", "keys", "results")

    def __init__(self, node: Any, grads: list[Any], keys: list[int | None]) -> None:
        self.hooks: Found = copied(node.hooks)
        self.keys = keys
        self.arrived = _copies(grads)  # after the hooks of tensors
        self.grads: list[Any] = []  # after those before the node
        self.results: list[Any] = []  # after those behind it

    def beside(self, node: Any, grads: list[Any]) -> Heard:
        """The same hooks, on other gradients."""
        other = Heard(node, grads, self.keys)
        other.hooks = self.hooks
        return other

    def ended(self, grads: list[Any], results: list[Any]) -> int:
        """Note what became of the gradients; how many bytes are held for that."""
        self.grads, self.results = _copies(grads), _copies(results)
        return sum(a.nbytes for a in (*self.arrived, *self.grads, *self.results) if a is not None)

    def again(self, node: Any, grads: list[Any]) -> None:
        """Let a node of a replay get and give what the program's did."""
        grads[:] = _copies(self.arrived)
        node.hooks = None
        if self.hooks:
            node.hooks = {
                "pre": {0: lambda _: _tensors(self.grads)},
                "post": {0: lambda _, __: _tensors(self.results)},
            }
        elif is_own(node):
            given = [Gradient(lambda *_, g=g: g if g is None else g.copy(), ()) for g in self.results]
            node.op = _with_gradients(node.op, given)

    def anew(self, node: Any, grads: list[Any], walk: Any, retained: dict[int, Any]) -> None:
        """Call the hooks on other gradients; what tensors were to retain is put into ``retained``."""
        for slot, g in enumerate(grads):
            mine = self.hooks.get(slot, {}) if g is not None else {}
            asked = {k: hook for k, hook in mine.items() if not getattr(hook, "last", False)}
            heard = (
                asked if walk.create_graph else _unwatched(asked)
            )  # what is recorded consists of events, too
            grads[slot] = g = hooks.on_gradient(heard, g, tensors=walk.create_graph)
            key = self.keys[slot] if slot < len(self.keys) else None
            if len(asked) < len(mine) and key is not None:
                retained[key] = g
        node.hooks = {
            when: self.hooks[when] if walk.create_graph else _unwatched(self.hooks[when])
            for when in ("pre", "post")
            if when in self.hooks
        }
        if is_own(node) and not walk.create_graph:
            own = [Gradient(_alone(one.formula), one.reads) for one in node.op.gradients]
            node.op = _with_gradients(node.op, own)


def of(node: Any, grads: list[Any], keys: list[int | None]) -> Heard | None:
    """What to note of a node that is about to be walked through; None if no hooks are concerned."""
    if node.gradients is not None or not (node.hooks or is_own(node)):
        return None
    return Heard(node, grads, keys)


def is_own(node: Any) -> bool:
    """Whether the node itself is there for hooks, those of a module."""
    return node.op.name not in TABLE


def copied(found: Any) -> Found:
    """The same hooks, whatever is added later."""
    return {when: dict(some) for when, some in (found or {}).items() if when != "metadata" and some}


class Leaf:
    """Stands in for the hooks of a leaf, in a replay's walk that nothing has changed: it only says that it was here."""

    def __init__(self, settled: set[int], key: int) -> None:
        self._settled, self._key = settled, key

    def __call__(self, g: Any) -> None:
        self._settled.add(self._key)


def for_leaf(found: Found, *, watched: bool) -> Found:
    """The hooks of a leaf, to be called on another gradient; not those that look at its ``.grad`` afterwards."""
    some = {when: found[when] for when in (0, "pre") if when in found}
    return some if watched else {when: _unwatched(hooks) for when, hooks in some.items()}


def _unwatched(some: dict[int, Callable[..., Any]]) -> dict[int, Callable[..., Any]]:
    return {k: _alone(hook) for k, hook in some.items()}


def _alone(hook: Callable[..., Any]) -> Callable[..., Any]:
    def called(*facts: Any) -> Any:
        with watch.unwatched():
            return hook(*facts)

    return called


def _with_gradients(op: Any, gradients: list[Any]) -> Any:
    from dataclasses import replace

    row = replace(op, gradients=tuple(gradients))
    row.backward_name = op.backward_name
    return row


def _copies(grads: list[Any]) -> list[Any]:
    return [None if g is None else getattr(g, "array", g).copy() for g in grads]


def _tensors(grads: list[Any]) -> tuple[Any, ...]:
    return tuple(None if g is None else Bare._wrap(g.copy()) for g in grads)
