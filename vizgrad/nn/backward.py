"""Backward hooks: seeing, and changing, the gradients that pass through a module."""

# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportUnknownVariableType=false

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vizgrad.engine import tape
from vizgrad.engine.local import here
from vizgrad.engine.op import TABLE, Gradient, Op
from vizgrad.engine.surface.complain import complain
from vizgrad.engine.tensor import Tensor

__all__ = ["BackwardHooks", "tell_last_node"]


class BackwardHooks:
    """Puts one node before a module's inputs and one after its outputs.

    The node after the outputs is walked back through first: it tells the pre-hooks, and notes the gradients
    of the outputs.  The node before the inputs then tells the hooks.
    """

    def __init__(
        self, module: Any, before: list[Callable[..., Any]], after: list[Callable[..., Any]]
    ) -> None:
        self.module, self.before, self.after = module, before, after
        self.grad_outputs: tuple[Any, ...] | None = None
        self.inputs = 0
        self.input_places: list[int] | None = None  # None: no input needs a gradient

    def take_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, with every tensor passed through the first node."""
        self.inputs = len(args)
        args, self.input_places = _through(args, self._at_inputs)
        return args

    def take_outputs(self, result: Any) -> Any:
        """The result, with every tensor passed through the second node."""
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but "
                f"received {type(result)}",
                stacklevel=4,
            )
            return result
        results, _ = _through(result if isinstance(result, tuple) else (result,), self._at_outputs)
        return results if isinstance(result, tuple) else results[0]

    def _at_outputs(self, places: list[int], n: int, grads: list[Any]) -> list[Any]:
        found = _spread(places, n, grads)
        for hook in self.before:
            answer = hook(self.module, found)
            if answer is not None:
                found = _checked(answer, n, "pre hook", "grad_output")
        self.grad_outputs = found
        if self.input_places is None:
            self._tell_without_inputs()
        return [found[i] for i in places]

    def _at_inputs(self, places: list[int], n: int, grads: list[Any]) -> list[Any]:
        if self.grad_outputs is None:  # the gradient did not come through the module's output
            return grads
        found = _spread(places, n, grads)
        for hook in self.after:
            answer = hook(self.module, found, self.grad_outputs)
            if answer is not None:
                found = _checked(answer, n, "hook", "grad_input")
        self.grad_outputs = None
        return [found[i] for i in places]

    def _tell_without_inputs(self) -> None:
        if self.after:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module outputs "
                "since no inputs require gradients; give one input requires_grad=True to see its gradient.",
                stacklevel=2,
            )
        for hook in self.after:
            answer = hook(self.module, (None,) * self.inputs, self.grad_outputs)
            if answer is not None and not (isinstance(answer, tuple) and all(g is None for g in answer)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None "
                    "or None for all gradients."
                )
        self.grad_outputs = None


def _spread(places: list[int], n: int, grads: list[Any]) -> tuple[Any, ...]:
    """Gradients at the places of their tensors, None elsewhere."""
    found = dict(zip(places, grads, strict=True))
    return tuple(found.get(i) for i in range(n))


def _checked(answer: Any, n: int, what: str, of: str) -> tuple[Any, ...]:
    answer = answer if isinstance(answer, tuple) else (answer,)
    if len(answer) != n:
        raise RuntimeError(
            f"Backward {what} returned an invalid number of {of}, got {len(answer)}, but expected {n}"
        )
    return answer


def _through(
    values: tuple[Any, ...], hear: Callable[..., list[Any]]
) -> tuple[tuple[Any, ...], list[int] | None]:
    """Pass the tensors among ``values`` through one node whose gradients ``hear`` gets, and may replace."""
    places = [i for i, v in enumerate(values) if isinstance(v, Tensor)]
    tensors = tuple(values[i] for i in places)
    if not here.grad or not any(t.requires_grad for t in tensors):
        return values, None
    passed = tape.apply(_identity(len(tensors), lambda grads: hear(places, len(values), grads)), tensors, {})
    changed = list(values)
    for i, before, after in zip(places, tensors, passed, strict=True):
        after.memory = before.memory
        changed[i] = after
    kind: Any = type(values)
    return (kind(*changed) if hasattr(values, "_fields") else tuple(changed)), places


def _identity(n: int, hear: Callable[[list[Any]], list[Any]]) -> Op:
    """A row of its own, outside the table

    N tensors in, the same n out, and ``hear`` in between going back.
    """
    names = tuple(f"x{i}" for i in range(n))
    last: list[Any] = [
        None,
        None,
    ]  # the gradients told last, and the answer: each input's formula asks for its part

    def answer(grads: tuple[Any, ...]) -> list[Any]:
        if last[0] is None or any(a is not b for a, b in zip(last[0], grads, strict=True)):
            bare = not any(isinstance(g, Tensor) for g in grads)
            found = hear([Tensor._wrap(g) if bare and g is not None else g for g in grads])
            last[:] = grads, [g.array if bare and g is not None else g for g in found]
        return last[1]

    def gradient(i: int) -> Gradient:
        def formula(xp: Any, *grads: Any) -> Any:
            return answer(grads)[i]

        return Gradient(formula, ())

    return replace(
        TABLE["clone"],
        name="BackwardHookFunction",
        doc="Its inputs, unchanged: a place to see gradients",
        forward=lambda xp, *arrays: arrays,
        inputs=names,
        gradients=tuple(gradient(i) for i in range(n)),
        samples=(),
        shape=None,
        outputs=tuple(f"y{i}" for i in range(n)),
    )


def tell_last_node(module: Any, hooks: list[Callable[..., Any]], args: tuple[Any, ...], result: Any) -> None:
    """Hang a module's regular backward hooks on the node that computed its (first) result, and say what they miss."""
    first = result
    while not isinstance(first, Tensor):
        first = next(iter(first.values())) if isinstance(first, dict) else first[0]
    node = first.grad_fn
    if node is None:
        return
    for hook in hooks:
        node.register_hook(lambda inputs, outputs, hook=hook: hook(module, inputs, outputs))
    results: Any = result if isinstance(result, tuple) else (result,)
    if any(not isinstance(r, Tensor) or r.grad_fn not in (None, node) for r in results):
        missed = "the outputs are not all of one node", "grad_output"
    elif {x.grad_fn for x in args if isinstance(x, Tensor)} - {None} != {
        way for way, _ in node.next_functions
    }:
        missed = "the forward contains multiple autograd Nodes", "grad_input"
    else:
        return
    complain(
        f"Using a non-full backward hook when {missed[0]} is deprecated: it misses some {missed[1]}, which "
        "register_full_backward_hook hears",
        FutureWarning,
    )
