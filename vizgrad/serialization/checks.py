"""Checks on what a file describes: keys that hash in time, structures that end."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from vizgrad.engine.device import device
from vizgrad.engine.dtype import dtype

from .errors import CorruptCheckpointError, UnsafeCheckpointError

__all__ = ["Budget", "check_key", "check_structure", "whole"]

PLAIN_KEYS = (str, bytes, float, bool, type(None), dtype, device)
LARGEST_KEY = 1 << 63
LONGEST_KEY = 256  # values in one key that is a tuple
DEEPEST = 1000
MOST_REPEATED = 10_000_000
_CONTAINERS = (list, tuple, dict, set, frozenset)


def whole(value: Any, what: str, most: int = 1 << 62) -> int:
    """``value`` if it is a number from 0 to ``most``."""
    if type(value) is not int or not 0 <= value <= most:
        raise CorruptCheckpointError(f"{what} is {str(value)[:60]}")
    return value


class Budget:
    """How much may still be made out of what the file really holds."""

    def __init__(self, amount: int) -> None:
        self.left = amount

    def spend(self, amount: int, what: str) -> None:
        """Count ``amount``; refuse when more is made than the file can have described."""
        self.left -= amount
        if self.left < 0:
            raise UnsafeCheckpointError(f"Weights only load failed: {what} grow far beyond the file's size")


def check_key(key: Any) -> None:
    """Refuse a key of a dictionary that cannot be hashed, or not in reasonable time."""
    if type(key) in PLAIN_KEYS:
        return
    waiting, seen = [key], 0
    while waiting:
        value = waiting.pop()
        seen += 1
        if seen > LONGEST_KEY:
            raise UnsafeCheckpointError(f"Weights only load failed: a key of more than {LONGEST_KEY} values")
        if isinstance(value, (tuple, frozenset)):
            waiting.extend(value)
        elif type(value) is int:
            if not -LARGEST_KEY <= value < LARGEST_KEY:
                raise UnsafeCheckpointError("Weights only load failed: a key of more than 64 bits")
        elif type(value) not in PLAIN_KEYS:
            raise CorruptCheckpointError(f"a {type(value).__name__} as a key of a dictionary")


def check_structure(value: Any) -> None:
    """Refuse what contains itself, is nested beyond reason, or repeats shared parts so often that no walk ends."""
    if not isinstance(value, _CONTAINERS):
        return
    written_out: dict[int, tuple[int, int]] = {}  # of a container: values in it, nested levels
    values = len(value)  # each container once
    path: list[list[Any]] = [[value, iter(_inside(value)), 1, 0]]
    around = {id(value)}
    while path:
        at, rest, size, depth = path[-1]
        inner = next((x for x in rest if not _is_counted(x, path[-1], written_out)), None)
        size, depth = path[-1][2:]
        if inner is not None:
            if id(inner) in around:
                raise CorruptCheckpointError(f"a {type(inner).__name__} contains itself")
            around.add(id(inner))
            values += len(inner)
            path.append([inner, iter(_inside(inner)), 1, 0])
        else:
            path.pop()
            around.discard(id(at))
            written_out[id(at)] = (size, depth + 1)
            if path:
                path[-1][2:] = path[-1][2] + size, max(path[-1][3], depth + 1)
        if len(path) > DEEPEST or depth >= DEEPEST:
            raise CorruptCheckpointError(f"nested more than {DEEPEST} deep")
        if size > MOST_REPEATED and size > 64 * values:
            raise UnsafeCheckpointError(
                "Weights only load failed: shared parts repeat so often that no walk through them would end"
            )


def _is_counted(value: Any, entry: list[Any], written_out: dict[int, tuple[int, int]]) -> bool:
    """Add a value, or a container that is already measured, to the one around it."""
    if not isinstance(value, _CONTAINERS):
        entry[2] += 1
        return True
    known = written_out.get(id(value))
    if known is None:
        return False
    entry[2:] = entry[2] + known[0], max(entry[3], known[1])
    return True


def _inside(container: Any) -> Any:
    if isinstance(container, OrderedDict) and hasattr(container, "_metadata"):
        return [*container.keys(), *container.values(), container._metadata]  # type: ignore[attr-defined]
    return [*container.keys(), *container.values()] if isinstance(container, dict) else container
