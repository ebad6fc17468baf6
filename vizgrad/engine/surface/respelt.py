"""NumPy's words for arguments, which PyTorch's functions understand too: ``axis`` for ``dim``, ``keepdims``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

WORDS = {"axis": "dim", "keepdims": "keepdim", "axis0": "dim0", "axis1": "dim1"}


def numpys_words(names: dict[str, Any]) -> None:
    """Let the functions among these names be called in NumPy's words too, those that are not already."""
    found: dict[Any, Any] = {}
    for name, function in names.items():
        if type(function) is FunctionType and not name.startswith("_"):
            if function not in found:
                found[function] = _respelling(function)
            names[name] = found[function]


def _respelling(function: Any) -> Any:
    code = inspect.unwrap(function).__code__
    own = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    words = {theirs: ours for theirs, ours in WORDS.items() if ours in own and theirs not in own}
    return _understanding(function, words) if words else function


def _understanding(function: Callable[..., Any], words: dict[str, str]) -> Callable[..., Any]:
    """``function`` with these words for its settings; of settings that are given twice it complains itself."""

    @functools.wraps(function)
    def call(*args: Any, **settings: Any) -> Any:
        if settings:
            for theirs, ours in words.items():
                if theirs in settings and ours not in settings:
                    settings[ours] = settings.pop(theirs)
        return function(*args, **settings)

    return call
