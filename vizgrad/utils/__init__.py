"""Helpers around training: see `vizgrad.utils.data`."""

from . import data, dlpack

__all__ = ["data", "dlpack"]
