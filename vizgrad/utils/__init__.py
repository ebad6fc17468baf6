"""Helpers around training: data, checkpoints of activations, exchange with other libraries."""

from . import checkpoint, data, dlpack

__all__ = ["checkpoint", "data", "dlpack"]
