"""Warnings that point to the user's line, not to one of ours."""

from __future__ import annotations

import sys
import warnings
from typing import Any


def complain(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line of the program that called us, however many of our own calls lie between."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and _ours(frame.f_globals):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def _ours(names: dict[str, Any]) -> bool:
    """Whether code with these globals is ours; what is compiled for a row has no module of its own."""
    return f"{names.get('__name__', 'vizgrad')}.".startswith("vizgrad.")
