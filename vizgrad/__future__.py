"""``torch.__future__``: how a module's parameters are replaced, when it is converted or loaded.

A conversion always keeps the parameters themselves and gives them other numbers.  Loading with ``assign=True`` makes
new ones, unless they are to be swapped: then whoever holds the old ones, an optimizer say, holds the loaded numbers.
"""

from __future__ import annotations

__all__ = [
    "get_overwrite_module_params_on_conversion",
    "get_swap_module_params_on_conversion",
    "set_overwrite_module_params_on_conversion",
    "set_swap_module_params_on_conversion",
]

_chosen = {"overwrite": False, "swap": False}


def set_overwrite_module_params_on_conversion(value: bool) -> None:
    """Kept and answered; a converted parameter stays the same object here."""
    _chosen["overwrite"] = value


def get_overwrite_module_params_on_conversion() -> bool:
    return _chosen["overwrite"]


def set_swap_module_params_on_conversion(value: bool) -> None:
    """Whether ``load_state_dict(..., assign=True)`` keeps the parameters themselves, by `utils.swap_tensors`."""
    _chosen["swap"] = value


def get_swap_module_params_on_conversion() -> bool:
    return _chosen["swap"]
