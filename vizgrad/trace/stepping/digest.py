"""Whether held values are still what they were, and how much memory holding them takes."""

from __future__ import annotations

import zlib
from typing import Any

import numpy

from vizgrad.engine import device

from .event import Event, Value

DIGESTED = 1 << 20  # bytes of an array that are looked at


def weight(values: tuple[Value, ...]) -> int:
    """Bytes that holding these values may keep alive: results, and copies of what was written over.

    What else came in is another event's result.
    """
    held = ("output", "gradient out", "parameter", "state")
    return sum(v.array.nbytes for v in values if v.role in held or (v.role == "input" and v.memory is None))


def digest(values: tuple[Value, ...]) -> int:
    """A number that differs, all but surely, where anything that took part differs in any bit.

    Of an array that is larger than `DIGESTED` bytes, elements spread over all of it are looked at.
    """
    found = 0
    for v in values:
        found = checksum(v.array, found)
    return found


def checksum(array: Any, start: int = 0) -> int:
    """The same for one array."""
    if array.nbytes > DIGESTED:
        array = array.reshape(-1)[:: -(-array.nbytes // DIGESTED)]
    array = numpy.ascontiguousarray(device.host(array)).reshape(-1)
    return zlib.crc32(array.view(numpy.uint8), start)


def held_still(event: Event) -> bool:
    """Whether the values of an event are held, and nobody has written to their memory since."""
    values = event.values
    return values is not None and all(v.fresh for v in values) and digest(values) == event.digest
