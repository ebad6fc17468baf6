"""Sums, extremes and shapes without NumPy's Python wrappers, which cost more than a small array's arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

_HALF = numpy.dtype("f2")


def _folding(name: str, ufunc: Any, *, sums: bool = False) -> Callable[[ModuleType], Callable[..., Any]]:
    def fold(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
        return ufunc.reduce(x, axis, dtype, None, keepdims)

    def carefully(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
        """float16 is added up in float32: of 4096 ones the sum would otherwise stay 2048."""
        if dtype is None and x.dtype is _HALF:
            return ufunc.reduce(x, axis, "f4", None, keepdims).astype(_HALF)
        return ufunc.reduce(x, axis, dtype, None, keepdims)

    def of(module: ModuleType) -> Callable[..., Any]:
        return (carefully if sums else fold) if module is numpy else _on(getattr(module, name))

    return of


def _on(function: Callable[..., Any]) -> Callable[..., Any]:
    """The module's own function; ``dtype`` is handed on only where one is wanted, for not all of them take it."""

    def fold(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
        words = {} if dtype is None else {"dtype": dtype}
        return function(x, axis=axis, keepdims=keepdims, **words)

    return fold


def _method(name: str) -> Callable[[ModuleType], Callable[..., Any]]:
    """The array's own method: what the module's function of that name would call."""

    def of(_: ModuleType) -> Callable[..., Any]:
        def call(x: Any, *args: Any) -> Any:
            return getattr(x, name)(*args)

        return call

    return of


ROWS = {
    "sum": _folding("sum", numpy.add, sums=True),
    "prod": _folding("prod", numpy.multiply, sums=True),
    "max": _folding("max", numpy.maximum),
    "min": _folding("min", numpy.minimum),
    "all": _folding("all", numpy.logical_and),
    "any": _folding("any", numpy.logical_or),
    "reshape": _method("reshape"),
    "swapaxes": _method("swapaxes"),
}
