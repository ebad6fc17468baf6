"""Functions that are called when a gradient passes: how they are kept, and how a walk back calls them.

A node's or a leaf's ``hooks`` is None or a dict of dicts.  A number: hooks on the gradient of that output (of a leaf:
0).  ``"pre"`` and ``"post"``: around the node.  ``"after"``: after a leaf's ``.grad`` was added to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine.bare import Bare

from .handle import RemovableHandle


def add(owner: Any, when: Any, hook: Callable[..., Any]) -> RemovableHandle:
    """Keep ``hook`` with a node or a leaf."""
    if owner.hooks is None:
        owner.hooks = {}
    kept = owner.hooks.setdefault(when, {})
    handle = RemovableHandle(kept)
    kept[handle.id] = hook
    return handle


def on_gradient(hooks: Any, g: Any, *, tensors: bool) -> Any:
    """The gradient of one tensor, after its hooks saw it and perhaps replaced it."""
    for hook in sorted(hooks.values(), key=lambda hook: getattr(hook, "last", False)):
        given = g if isinstance(g, Bare) else Bare._wrap(g)
        answer = hook(given)
        if answer is not None:
            g = _answered(hook, answer, given, tensors)
    return g


def before(node: Any, grads: list[Any], *, tensors: bool) -> list[Any]:
    """Pre-hooks of a node may replace the gradients of its outputs."""
    for hook in tuple(node.hooks.get("pre", {}).values()):
        given = _as_tensors(grads)
        answer = hook(given)
        if answer is not None:
            grads = _all_answered(hook, answer, given, grads, tensors)
    return grads


def after(node: Any, results: list[Any], grads: list[Any], *, tensors: bool) -> list[Any]:
    """Hooks of a node may replace the gradients of its inputs."""
    for hook in tuple(node.hooks.get("post", {}).values()):
        given = _as_tensors(results)
        answer = hook(given, _as_tensors(grads))
        if answer is not None:
            results = _all_answered(hook, answer, given, results, tensors)
    return results


def around(x: Any, g: Any, accumulate: Callable[[Any, Any], None], *, tensors: bool) -> None:
    """Add a gradient to a leaf, with the hooks of its AccumulateGrad and those that come after it."""
    (g,) = before(x, [g], tensors=tensors)
    if g is None:
        return
    accumulate(x, g)
    for hook in tuple(x.hooks.get("post", {}).values()):
        hook((), _as_tensors([g]))
    for hook in tuple(x.hooks.get("after", {}).values()):
        hook(x)


def _as_tensors(grads: Any) -> tuple[Any, ...]:
    return tuple(g if g is None or isinstance(g, Bare) else Bare._wrap(g) for g in grads)


def _all_answered(hook: Any, answer: Any, given: Any, before: Any, tensors: bool) -> list[Any]:
    answer = answer if isinstance(answer, tuple) else (answer,)
    if len(answer) != len(given):
        raise RuntimeError(
            f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(answer)}, but expected "
            f"{len(given)})"
        )
    return [
        old if a is g else None if a is None else _answered(hook, a, g, tensors)
        for a, g, old in zip(answer, given, before, strict=True)
    ]


def _answered(hook: Any, answer: Any, given: Any, tensors: bool) -> Any:
    """What a hook returned, in the form that the walk works with."""
    if not isinstance(answer, Bare):
        raise TypeError(f"expected Variable, but hook returned '{type(answer).__name__}'")
    if given is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    for what, a, b in (
        ("size", answer.array.shape, given.array.shape),
        ("type", answer.array.dtype, given.array.dtype),
    ):
        if a != b:
            raise RuntimeError(f"hook '{_name(hook)}' has changed the {what} of value")
    return answer if tensors else answer.array


def _name(hook: Any) -> str:
    return getattr(hook, "__name__", "<unknown>")


class AccumulateGrad:
    """The end of the graph at a leaf: what adds to its ``.grad``."""

    next_functions: tuple[Any, ...] = ()

    def __init__(self, variable: Any) -> None:
        self.variable = variable

    def name(self) -> str:
        """How PyTorch calls this node."""
        return "torch::autograd::AccumulateGrad"

    def register_prehook(self, hook: Callable[[tuple[Any, ...]], Any]) -> RemovableHandle:
        """Call ``hook((gradient,))`` before the gradient is added; what it returns replaces the gradient."""
        return add(self.variable, "pre", hook)

    def register_hook(self, hook: Callable[[tuple[Any, ...], tuple[Any, ...]], Any]) -> RemovableHandle:
        """Call ``hook((), (gradient,))`` after the gradient was added."""
        return add(self.variable, "post", hook)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccumulateGrad) and other.variable is self.variable

    def __hash__(self) -> int:
        return hash((AccumulateGrad, id(self.variable)))

    def __repr__(self) -> str:
        return f"<AccumulateGrad object at 0x{id(self.variable):x}>"
