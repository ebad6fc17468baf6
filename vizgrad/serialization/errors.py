"""What can be wrong with a file: three answers, and one name for all of them."""

from __future__ import annotations

import pickle

__all__ = [
    "CheckpointError",
    "CorruptCheckpointError",
    "UnsafeCheckpointError",
    "UnsupportedCheckpointError",
]


class CheckpointError(ValueError):
    """A file cannot be loaded; the three kinds below say why."""


class UnsafeCheckpointError(CheckpointError, pickle.UnpicklingError):
    """The file asks for something that ``weights_only=True`` does not do: to call a function, say."""


class CorruptCheckpointError(CheckpointError, RuntimeError):
    """The file is damaged, cut short, contradicts itself, or is no checkpoint at all."""


class UnsupportedCheckpointError(CheckpointError, RuntimeError):
    """The file is in order, but holds what VizGrad has not: TorchScript, say, or a quantized tensor."""
