"""Makes any text fit for a picture: one line, no control characters, no tricks of direction, not too long."""

from __future__ import annotations

import re

# What XML 1.0 forbids (controls, lone surrogates, two non-characters) and what would reorder the line it
# stands in (bidi overrides and isolates) or break it (line and paragraph separators).
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def clean(text: object, most: int = 200) -> str:
    """The text on one line, unfit characters shown as �, cut to ``most`` characters with an ellipsis."""
    words = str(text)
    if len(words) > most:
        words = words[: most - 1] + "…"
    return _UNFIT.sub("\ufffd", words)
