"""``torch.compile`` and ``torch.compiler``: accepted, and without effect on results.

Nothing is compiled as a whole here; operators run one after the other, so that each can be watched.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

__all__ = [
    "allow_in_graph", "assume_constant_result", "compile", "cudagraph_mark_step_begin", "disable", "is_compiling",
    "is_dynamo_compiling", "is_exporting", "list_backends", "reset", "set_stance",
]  # fmt: skip


def compile(
    model: Callable[..., Any] | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: str | Callable[..., Any] | None = None,
    mode: str | None = None,
    options: dict[str, Any] | None = None,
    disable: bool = False,
    **more: Any,
) -> Any:
    """The function or module itself, as it is; without one, a decorator that does the same.

    RuntimeError where both ``mode`` and ``options`` are given, as in PyTorch.
    """
    if model is None:
        return lambda model: compile(
            model, fullgraph=fullgraph, dynamic=dynamic, backend=backend, mode=mode, options=options,
            disable=disable, **more,
        )  # fmt: skip
    if mode is not None and options is not None:
        raise RuntimeError(
            "Either mode or options can be specified, but both can't be specified at the same time."
        )
    if not callable(model):
        raise TypeError(f"torch.compile takes a function or a module, but got {type(model).__name__}")
    return model


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """The function itself: it would not be compiled anyway."""
    return (lambda fn: fn) if fn is None else fn


def allow_in_graph(fn: Any) -> Any:
    """The function (or functions) as they are."""
    return fn


assume_constant_result = allow_in_graph


def is_compiling() -> bool:
    """Whether the program is being compiled: never."""
    return False


is_dynamo_compiling = is_exporting = is_compiling


def reset() -> None:
    """There is nothing compiled to forget."""


def cudagraph_mark_step_begin() -> None:
    """Work on a GPU is not recorded for repetition, so no step needs to be marked."""


def list_backends(exclude_tags: tuple[str, ...] = ("debug", "experimental")) -> list[str]:
    """The compilers that there are: none."""
    return []


class set_stance(contextlib.ContextDecorator):  # noqa: N801 - the name that programs know
    """How much to compile, from the call on, in a ``with`` or for a function: nothing, whatever is asked.

    ValueError for a word that PyTorch does not know.
    """

    _WORDS = ("default", "eager_on_recompile", "fail_on_recompile", "force_eager", "eager_then_compile",
              "aot_eager_then_compile")  # fmt: skip

    def __init__(
        self, stance: str = "default", *, skip_guard_eval_unsafe: bool = False, force_backend: Any = None
    ):
        if stance not in self._WORDS:
            raise ValueError(f"invalid stance {stance!r}: expected one of {', '.join(self._WORDS)}")

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass
