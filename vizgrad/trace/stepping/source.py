"""A few lines of the user's own code around the one that runs."""

from __future__ import annotations

import linecache

from vizgrad.trace import wire
from vizgrad.trace.clean import clean
from vizgrad.trace.names import file_label

LONGEST = 200  # characters of a line that are shown
MOST = 50  # lines on either side


def around(filename: str, line: int, context: int = 3) -> wire.Source | None:
    """The lines ``line - context`` to ``line + context`` of a file or cell; None where its text is not known."""
    lines = linecache.getlines(filename)
    if not 1 <= line <= len(lines):
        return None
    context = min(max(context, 0), MOST)
    first = max(1, line - context)
    shown = tuple(clean(text.rstrip().expandtabs(4), LONGEST) for text in lines[first - 1 : line + context])
    return wire.Source(file_label(filename), first, line, shown)
