"""What a program may wish for: repeatable results, full or less precision, warnings each time.

On the CPU everything is repeatable.  On a GPU, sums of values scattered to the same place are not, and neither CuPy
nor we have another way to compute them: where `use_deterministic_algorithms` asks for it, they say so.
"""

from __future__ import annotations

import warnings
from typing import Any

from vizgrad.engine.kernels import scatter

_MODES = ("default", "warn", "error")
_PRECISIONS = ("highest", "high", "medium")
_precision = "highest"


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Raise (or only warn) from now on where an operator on a GPU may give other bits each time."""
    scatter.repeatable = ("warn" if warn_only else "error") if mode else "default"


def are_deterministic_algorithms_enabled() -> bool:
    """Whether `use_deterministic_algorithms` is on."""
    return scatter.repeatable != "default"


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether it only warns."""
    return scatter.repeatable == "warn"


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """The same as a number or a word: 0 "default", 1 "warn", 2 "error"."""
    if isinstance(debug_mode, str):
        if debug_mode not in _MODES:
            raise RuntimeError(
                "invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got "
                + debug_mode
            )
        debug_mode = _MODES.index(debug_mode)
    if debug_mode not in (0, 1, 2):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    scatter.repeatable = _MODES[debug_mode]


def get_deterministic_debug_mode() -> int:
    """0, 1 or 2: see `set_deterministic_debug_mode`."""
    return _MODES.index(scatter.repeatable)


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` was given."""
    return _precision


def set_float32_matmul_precision(precision: str) -> None:
    """Allow products of float32 matrices to be less exact ("high", "medium").

    It is a permission that we make no use of: they are computed in full float32 always.
    """
    global _precision
    if precision not in _PRECISIONS:
        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the current setter call has no effect.",
            stacklevel=2,
        )
        return
    _precision = precision


def set_flush_denormal(mode: bool, /) -> bool:
    """Whether tiny numbers could be set to be taken for zero: never here, so False, as on such CPUs in PyTorch."""
    return False


_ALWAYS = ("always", None, Warning, None, 0)  # as `warnings.simplefilter` writes it


def set_warn_always(b: bool, /) -> None:
    """Show every warning each time it arises, and not once a place."""
    if b:
        warnings.simplefilter("always")
    elif is_warn_always_enabled():
        filters: Any = warnings.filters
        filters.remove(_ALWAYS)


def is_warn_always_enabled() -> bool:
    """Whether `set_warn_always` is on."""
    return _ALWAYS in warnings.filters
