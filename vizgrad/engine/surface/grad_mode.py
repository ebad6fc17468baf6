"""Whether gradients are recorded on this thread."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import TracebackType
from typing import Any

from vizgrad.engine.local import here

from . import counting


class _Mode:
    """A change of the recording mode, as a context manager and as a decorator."""

    recording = False
    inference: bool | None = None  # None: stays as it is

    def __enter__(self) -> None:
        self._before = (*getattr(self, "_before", ()), (here.grad, here.inference))
        _change(self.recording, here.inference if self.inference is None else self.inference)

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        *self._before, before = self._before
        _change(*before)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(function):
            return self._generator(function)

        @functools.wraps(function)
        def inside(*args: Any, **settings: Any) -> Any:
            with self._again():
                return function(*args, **settings)

        return inside

    def _generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The mode holds while the generator runs, not while its user does."""

        @functools.wraps(function)
        def inside(*args: Any, **settings: Any) -> Any:
            running = function(*args, **settings)
            step, given = running.send, (None,)
            while True:
                with self._again():
                    try:
                        value = step(*given)
                    except StopIteration as end:
                        return end.value
                try:
                    given = ((yield value),)
                    step = running.send
                except GeneratorExit:
                    running.close()
                    raise
                except BaseException as error:
                    step, given = running.throw, (error,)

        return inside

    def _again(self) -> _Mode:
        again = type(self)()
        again.recording, again.inference = self.recording, self.inference
        return again

    def __new__(cls, function: Any = None) -> Any:
        # `@no_grad` without brackets decorates as `@no_grad()` does.
        mode = super().__new__(cls)
        return mode(function) if callable(function) else mode


def _change(recording: bool, inference: bool) -> None:
    """Set the mode of this thread; in inference mode nothing is recorded, whatever else is asked."""
    if inference != here.inference:
        here.inference = inference
        counting.infer(1 if inference else -1)
    here.grad = recording and not inference


class no_grad(_Mode):
    """Nothing inside is recorded for backward: evaluation, updates."""


class enable_grad(_Mode):
    """Recording again, inside a `no_grad`."""

    recording = True


class inference_mode(_Mode):
    """`no_grad` for code that will never need gradients: what it makes cannot be used where they are recorded.

    ``inference_mode(False)`` is normal mode again, inside.
    """

    inference = True

    def __new__(cls, mode: Any = True) -> Any:
        made = super().__new__(cls, mode if callable(mode) else None)
        if not callable(mode):
            made.inference, made.recording = bool(mode), not mode
        return made


class set_grad_enabled(_Mode):
    """Recording on or off, from the call on or for a block."""

    def __new__(cls, mode: bool) -> Any:
        return super().__new__(cls)

    def __init__(self, mode: bool) -> None:
        self._before = ((here.grad, here.inference),)
        self.recording = bool(mode)
        _change(self.recording, here.inference)

    def __enter__(self) -> None:
        _change(self.recording, here.inference)

    def _again(self) -> _Mode:
        return type(self)(self.recording)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        _change(*self._before[0])  # as a decorator it acts inside the function only
        return super().__call__(function)


def is_grad_enabled() -> bool:
    return here.grad


def is_inference_mode_enabled() -> bool:
    return here.inference
