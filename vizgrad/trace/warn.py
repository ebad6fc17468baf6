"""Says that something went wrong which must not stop the training."""

from __future__ import annotations

import sys
import warnings


def warn(words: str) -> None:
    """Warn; where warnings are errors, print, for what is reported here is not the training's fault."""
    try:
        warnings.warn(words, RuntimeWarning, stacklevel=3)
    except RuntimeWarning:
        print(f"VizGrad: {words}", file=sys.stderr)
