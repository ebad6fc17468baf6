"""Sums, extremes and shapes without NumPy's Python wrappers, which cost more than a small array's arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy


def _folding(name: str, ufunc: Any) -> Callable[[ModuleType], Callable[..., Any]]:
    def fold(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return ufunc.reduce(x, axis, None, None, keepdims)

    def of(module: ModuleType) -> Callable[..., Any]:
        return fold if module is numpy else getattr(module, name)

    return of


def _method(name: str) -> Callable[[ModuleType], Callable[..., Any]]:
    """The array's own method: what the module's function of that name would call."""

    def of(_: ModuleType) -> Callable[..., Any]:
        def call(x: Any, *args: Any) -> Any:
            return getattr(x, name)(*args)

        return call

    return of


ROWS = {
    "sum": _folding("sum", numpy.add),
    "max": _folding("max", numpy.maximum),
    "min": _folding("min", numpy.minimum),
    "reshape": _method("reshape"),
    "swapaxes": _method("swapaxes"),
}
