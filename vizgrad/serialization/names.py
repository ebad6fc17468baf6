"""Names in files: PyTorch's for what is ours, ours for what is PyTorch's, and which ones the user trusts."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

from vizgrad.engine.device import device
from vizgrad.engine.surface.about import Size
from vizgrad.engine.tensor import Tensor
from vizgrad.nn.module import Module
from vizgrad.nn.modules import home
from vizgrad.nn.multihead import NonDynamicallyQuantizableLinear
from vizgrad.nn.parameter import Parameter, UninitializedBuffer, UninitializedParameter

__all__ = ["add_safe_globals", "clear_safe_globals", "get_safe_globals", "safe_globals"]

Global = Callable[..., Any] | tuple[Callable[..., Any], str]


def torch_name(value: Any) -> tuple[str, str] | None:
    """PyTorch's module and name for a class or a function of ours; None where it has none."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(name, str) or str(module).partition(".")[0] != "vizgrad":
        return None
    if value in _FIXED:
        return _FIXED[value]
    if isinstance(value, type) and issubclass(value, Module):
        if getattr(sys.modules["vizgrad.nn"], name, None) is value:
            if str(module).startswith("vizgrad.nn.parallel."):
                return str(module).replace("vizgrad", "torch", 1), name
            return f"torch.nn.modules.{home(value)}", name
        return None
    for room in ("vizgrad.nn.functional", "vizgrad"):
        if getattr(sys.modules[room], name, None) is value:
            return room.replace("vizgrad", "torch", 1), name
    return None


_FIXED: dict[Any, tuple[str, str]] = {
    Tensor: ("torch", "Tensor"),
    Parameter: ("torch.nn.parameter", "Parameter"),
    UninitializedParameter: ("torch.nn.parameter", "UninitializedParameter"),
    UninitializedBuffer: ("torch.nn.parameter", "UninitializedBuffer"),
    Size: ("torch", "Size"),
    NonDynamicallyQuantizableLinear: ("torch.nn.modules.linear", "NonDynamicallyQuantizableLinear"),
    device: ("torch", "device"),
}


def ours(module: str, name: str) -> Any:
    """What of ours has PyTorch's name ``module.name``, by the longest part of it that we have; or None."""
    rooms = module.split(".")[1:]
    for length in range(len(rooms), -1, -1):
        try:
            room = importlib.import_module(".".join(["vizgrad", *rooms[:length]]))
        except ImportError:
            continue
        found = getattr(room, name, None)
        if found is not None:
            return found
    return None


# --- what the user trusts

BLOCKED = {"sys", "os", "posix", "nt", "subprocess"}  # never, whatever the user says: as in PyTorch
_trusted: dict[Global, None] = {}


def add_safe_globals(safe_globals: list[Global]) -> None:
    """Let ``load(..., weights_only=True)`` make objects of these classes and call these functions.

    An entry may be ``(class, "module.name")``, with the name that files have it under.  Only what you trust with
    arguments from a file: its ``__new__`` and ``__setstate__`` are called with them.
    """
    for entry in safe_globals:
        if isinstance(entry, tuple) and (len(entry) != 2 or not isinstance(entry[1], str)):
            raise ValueError(f"expected a class, or a tuple of a class and its name, but got {entry!r}")
        _trusted[entry] = None


def clear_safe_globals() -> None:
    """Trust nothing beyond what ``load`` allows by itself."""
    _trusted.clear()


def get_safe_globals() -> list[Global]:
    """What ``add_safe_globals`` was given."""
    return list(_trusted)


class safe_globals:  # noqa: N801
    """``with safe_globals([MyClass]):`` trusts for the block what ``add_safe_globals`` trusts for good."""

    def __init__(self, safe_globals: list[Global]) -> None:
        self.safe_globals = safe_globals

    def __enter__(self) -> None:
        self._new = [entry for entry in self.safe_globals if entry not in _trusted]
        add_safe_globals(self.safe_globals)

    def __exit__(self, *exception: object) -> None:
        for entry in self._new:
            _trusted.pop(entry, None)


def trusted() -> dict[str, Any]:
    """What the user trusts, by every name that a file may have it under."""
    names: dict[str, Any] = {}
    for entry in _trusted:
        if isinstance(entry, tuple):
            names[entry[1]] = entry[0]
            continue
        names[f"{entry.__module__}.{entry.__qualname__}"] = entry
        theirs = torch_name(entry)
        if theirs:
            names[".".join(theirs)] = entry
    return names
