"""Warnings that point to the user's line, not to one of ours."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

OURS = (str(Path(__file__).parents[2]), "<op ")


def complain(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line of the program that called us, however many of our own calls lie between."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(OURS):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
