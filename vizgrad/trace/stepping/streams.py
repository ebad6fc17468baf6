"""Where the random streams stand, to set them back there when something that draws from them runs again."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.surface import random

Streams = tuple[tuple[Any, Any], ...]


def streams() -> Streams:
    """Each stream that is in use, and its state."""
    return tuple((stream, stream.get_state()) for stream in tuple(random._defaults.values()))  # pyright: ignore[reportPrivateUsage]


def set_back(found: Streams) -> None:
    """Let each go on from there."""
    for stream, state in found:
        stream.set_state(state)
