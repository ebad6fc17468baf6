"""``torch.return_types``: the tuples with names that functions with several results return."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.surface.out import RESULTS as _RESULTS


def __getattr__(name: str) -> Any:
    if name in _RESULTS:
        return _RESULTS[name]
    raise AttributeError(f"module 'vizgrad.return_types' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_RESULTS)
