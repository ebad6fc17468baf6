"""What layers and containers are given: one number or several, an index, names with values."""

# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Iterable
from operator import index as as_index
from typing import Any

__all__ = ["factory_kwargs", "pairs", "place", "tuple_of"]


def tuple_of(n: int, value: Any) -> tuple[Any, ...]:
    """``value`` for each of ``n`` dimensions, unless it is already a sequence."""
    return tuple(value) if isinstance(value, Iterable) else (value,) * n


def place(idx: Any, size: int) -> int:
    """The position meant by an index that may count from the end."""
    i = as_index(idx)
    if not -size <= i < size:
        raise IndexError(f"index {i} is out of range")
    return i % size


def pairs(what: str, given: Any) -> list[tuple[str, Any]]:
    """Names and values from anything with ``items()``, or from a sequence of pairs."""
    if hasattr(given, "items"):
        return list(given.items())
    if not isinstance(given, Iterable):
        raise TypeError(
            f"{what}.update should be called with an iterable of key/value pairs, but got "
            f"{type(given).__name__}"
        )
    found: list[Any] = [tuple(pair) for pair in given]
    for i, pair in enumerate(found):
        if len(pair) != 2:
            raise ValueError(f"{what} update sequence element #{i} has length {len(pair)}; 2 is required")
    return found


def factory_kwargs(kwargs: dict[str, Any] | None) -> dict[str, Any]:
    """Of a layer's keyword arguments those that say where and as what its parameters are made

    They may stand in ``factory_kwargs`` too; others, and the same one twice, raise TypeError.
    """
    given = dict(kwargs or {})
    found = dict(given.pop("factory_kwargs", {}))
    if unknown := set(given) - {"device", "dtype", "memory_format"}:
        raise TypeError(f"unexpected kwargs {unknown}")
    if twice := set(given) & set(found):
        raise TypeError(f"{min(twice)} specified twice, in **kwargs and in factory_kwargs")
    return found | given
