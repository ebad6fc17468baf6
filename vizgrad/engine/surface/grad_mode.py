"""Whether gradients are recorded on this thread."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import TracebackType
from typing import Any

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
