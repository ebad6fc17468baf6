"""Helpers around training: data, checkpoints of activations, exchange with other libraries."""

from . import _pytree as _pytree
from . import checkpoint, data, dlpack, hooks
from .swapping import swap_tensors

__all__ = ["checkpoint", "data", "dlpack", "hooks", "swap_tensors"]
