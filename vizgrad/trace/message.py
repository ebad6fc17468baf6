"""Turns wire messages into JSON and back.  What comes in is checked: anyone may have written it."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from . import wire

T = TypeVar("T")
MOST_ITEMS = 20_000  # in one list of a message that is read
MOST_TEXT = 2_000


class UnreadableError(ValueError):
    """A message that is not what it should be."""


def to_json(part: Any) -> Any:
    """A message as dictionaries, lists, numbers and strings."""
    if isinstance(part, tuple):
        return [to_json(item) for item in cast("tuple[Any, ...]", part)]
    if not is_dataclass(part):
        return part
    kind = type(part)
    words: dict[str, Any] = {"is": kind.is_} if hasattr(kind, "is_") else {}  # type: ignore[attr-defined]
    for name in _names(cast("type", kind)):
        value = getattr(part, name)
        words[name] = to_json(value) if isinstance(value, tuple) or is_dataclass(value) else value
    return words


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in _names(kind)}


def from_json(kind: type[T], data: Any) -> T:
    """The message of that kind in ``data``; raises `UnreadableError`, naming the field that is wrong."""
    return cast("T", _read(kind, data, kind.__name__))


def _read(kind: Any, data: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _one_of(get_args(kind), data, where)
    if origin is Literal:
        if isinstance(data, str) and data in get_args(kind):
            return data
    elif origin is tuple:
        if isinstance(data, list) and len(cast("list[Any]", data)) <= MOST_ITEMS:
            inner = get_args(kind)[0]
            return tuple(_read(inner, item, where) for item in cast("list[Any]", data))
    elif is_dataclass(kind):
        return _message(kind, data, where)
    elif _fits(kind, data):
        return float(data) if kind is float else data
    raise UnreadableError(f"{where} should be {_said(kind)}")


def _message(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict) or getattr(kind, "is_", None) != cast("dict[str, Any]", data).get("is"):
        raise UnreadableError(f"{where} should be {_said(kind)}")
    found = cast("dict[str, Any]", data)
    missing = [name for name in _hints(kind) if name not in found]
    if missing:
        raise UnreadableError(f"{where} lacks {', '.join(missing)}")
    return kind(**{name: _read(hint, found[name], f"{where}.{name}") for name, hint in _hints(kind).items()})


def _one_of(kinds: tuple[Any, ...], data: Any, where: str) -> Any:
    if data is None and NoneType in kinds:
        return None
    said = cast("dict[str, Any]", data).get("is") if isinstance(data, dict) else None
    for kind in kinds:
        if kind is not NoneType and (not is_dataclass(kind) or getattr(kind, "is_", None) == said):
            return _read(kind, data, where)
    raise UnreadableError(f"{where} is of an unknown kind")


def _fits(kind: Any, data: Any) -> bool:
    if kind is bool:
        return isinstance(data, bool)
    if kind is int:
        return isinstance(data, int) and not isinstance(data, bool) and abs(data) <= 2**53
    if kind is float:
        return isinstance(data, int | float) and not isinstance(data, bool) and math.isfinite(data)
    return kind is str and isinstance(data, str) and len(data) <= MOST_TEXT


def _said(kind: Any) -> str:
    return str(getattr(kind, "is_", None) or getattr(kind, "__name__", kind))


def numbers_of(part: wire.Part) -> int:
    """How many numbers of the buffer belong to a part; less than 0 for one that cannot be."""
    if isinstance(part, wire.Series):
        return 2 * part.points
    if isinstance(part, wire.Card):
        return -1 if any(a.points < 0 for a in part.arrays) else sum(a.points for a in part.arrays)
    return part.points if isinstance(part, wire.Difference) else 0


def command(content: object) -> wire.Command | wire.Ask | None:
    """The command in a message from a page, or None if it is anything else."""
    said = cast("dict[str, Any]", content).get("is") if isinstance(content, dict) else None
    kind = wire.Ask if said == wire.Ask.is_ else wire.Command
    try:
        asked = from_json(kind, content)
    except UnreadableError:
        return None
    return asked if asked.version == wire.VERSION and asked.seq >= 0 else None
