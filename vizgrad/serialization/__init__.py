"""Saving and loading: the files of PyTorch, read without running anything in them."""

from .errors import (
    CheckpointError,
    CorruptCheckpointError,
    UnsafeCheckpointError,
    UnsupportedCheckpointError,
)
from .front import get_unsafe_globals_in_checkpoint, load, save
from .names import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals
from .place import default_restore_location, location_tag, register_package

__all__ = [
    "CheckpointError",
    "CorruptCheckpointError",
    "UnsafeCheckpointError",
    "UnsupportedCheckpointError",
    "add_safe_globals",
    "clear_safe_globals",
    "default_restore_location",
    "get_safe_globals",
    "get_unsafe_globals_in_checkpoint",
    "load",
    "location_tag",
    "register_package",
    "safe_globals",
    "save",
]
