"""Whether gradients are recorded, and the two ways to ask for them: ``backward`` and ``grad``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from vizgrad.engine import backward as _backward
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here


class _Mode:
    """A change of the recording mode, as a context manager and as a decorator."""

    recording = False
    inference = False

    def __enter__(self) -> None:
        self._before = (*getattr(self, "_before", ()), (here.grad, here.inference))
        here.grad, here.inference = self.recording, here.inference or self.inference

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        *self._before, (here.grad, here.inference) = self._before

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inside(*args: Any, **settings: Any) -> Any:
            with self._again():
                return function(*args, **settings)

        return inside

    def _again(self) -> _Mode:
        return type(self)()

    def __new__(cls, function: Any = None) -> Any:
        # `@no_grad` without brackets decorates as `@no_grad()` does.
        mode = super().__new__(cls)
        return mode(function) if callable(function) else mode


class no_grad(_Mode):
    """Nothing inside is recorded for backward: evaluation, updates."""


class enable_grad(_Mode):
    """Recording again, inside a `no_grad`."""

    recording = True


class inference_mode(_Mode):
    """`no_grad` for code that will never need gradients; ``inference_mode(False)`` changes nothing."""

    inference = True

    def __new__(cls, mode: Any = True) -> Any:
        made = super().__new__(cls, mode if callable(mode) else None)
        if mode is False:
            made.recording, made.inference = here.grad, False
        return made


class set_grad_enabled(_Mode):
    """Recording on or off, from the call on or for a block."""

    def __new__(cls, mode: bool) -> Any:
        return super().__new__(cls)

    def __init__(self, mode: bool) -> None:
        self._before = ((here.grad, here.inference),)
        self.recording = here.grad = bool(mode)

    def __enter__(self) -> None:
        here.grad = self.recording

    def _again(self) -> _Mode:
        before = here.grad
        again = type(self)(self.recording)
        again._before = ((before, here.inference),)
        return again

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        (here.grad, here.inference) = self._before[0]  # as a decorator it acts inside the function only
        return super().__call__(function)


def is_grad_enabled() -> bool:
    return here.grad


def is_inference_mode_enabled() -> bool:
    return here.inference


def _start(x: Any, gradient: Any, create_graph: bool) -> Any:
    """The gradient that a walk back begins with: ones for a scalar, or what the caller says."""
    if gradient is None:
        if x.array.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        ones = x.array.copy()
        ones[...] = 1
        return Bare._wrap(ones)
    if tuple(gradient.shape) != tuple(x.shape):
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of {gradient.shape} and output[0] has a shape of {x.shape}."
        )
    return gradient if create_graph else Bare._wrap(gradient.array.astype(x.array.dtype))


def _several(xs: Any) -> list[Any]:
    return [xs] if isinstance(xs, Bare) else list(xs)


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Add the gradients of ``tensors`` to the ``.grad`` of the leaves, or of ``inputs`` only."""
    roots = _several(tensors)
    given = _several(grad_tensors) if grad_tensors is not None else [None] * len(roots)
    for x in roots:
        if not x.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    starts = [_start(x, g, create_graph) for x, g in zip(roots, given, strict=True)]
    wanted = None if inputs is None else _several(inputs)
    if wanted is not None and not wanted:
        raise RuntimeError("'inputs' argument to backward() cannot be empty.")
    found = _backward.run(roots, starts, create_graph=create_graph, retain_graph=retain_graph, wanted=wanted)
    for x, g in zip(wanted or (), found, strict=bool(wanted)):
        if x.grad_fn is not None and g is not None:
            _backward.accumulate(x, g if create_graph else g.array)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of ``outputs`` by ``inputs``, returned instead of stored.

    https://pytorch.org/docs/stable/generated/torch.autograd.grad.html
    """
    roots, wanted = _several(outputs), _several(inputs)
    given: Sequence[Any] = _several(grad_outputs) if grad_outputs is not None else [None] * len(roots)
    for i, x in enumerate(wanted):
        if not x.requires_grad:
            raise RuntimeError(f"One of the differentiated Tensors does not require grad (inputs[{i}])")
    starts = [_start(x, g, create_graph) for x, g in zip(roots, given, strict=True)]
    found = _backward.run(
        roots, starts, create_graph=create_graph, retain_graph=retain_graph, wanted=wanted, store=False
    )
    if materialize_grads:
        found = [Bare._wrap(x.array * 0) if g is None else g for x, g in zip(wanted, found, strict=True)]
    if not allow_unused and any(g is None for g in found):
        raise RuntimeError(
            "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True "
            "if this is the desired behavior."
        )
    return tuple(found)
