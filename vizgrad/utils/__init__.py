"""Helpers around training: see `vizgrad.utils.data`."""

from . import data

__all__ = ["data"]
