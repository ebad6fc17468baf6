"""The picture of the Graph view: the computation of one step, layers folded until it can be read."""

from __future__ import annotations

from vizgrad.trace import wire
from vizgrad.trace.drawing import draw
from vizgrad.trace.svg import Ink

from .picture_chart import Box

TALLEST = 900.0


def graph(ink: Ink, box: Box, told: wire.Graph, most: int) -> float:
    """The drawing below the header; returns its bottom.  Twice as many marks as there are rows elsewhere."""
    return draw(ink, told, box.x, box.y, box.w, max(12, most * 2), TALLEST)
