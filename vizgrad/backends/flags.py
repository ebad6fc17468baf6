"""Switches of a library that programs set: kept, and given back after a ``with``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any


class Switches:
    """Named settings; others are refused, so that a misspelt one is noticed."""

    def __init__(self, **settings: Any) -> None:
        vars(self).update(settings)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in vars(self):
            raise AttributeError(f"Unknown attribute {name}")
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"Unknown attribute {name}")


@contextlib.contextmanager
def changed(module: str | ModuleType, **settings: Any) -> Iterator[None]:
    """These variables of a module have other values inside the block; None leaves one as it is."""
    place = sys.modules[module] if isinstance(module, str) else module
    before = {name: getattr(place, name) for name, value in settings.items() if value is not None}
    vars(place).update({name: settings[name] for name in before})
    try:
        yield
    finally:
        vars(place).update(before)
