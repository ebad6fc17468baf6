"""``torch.signal``: processing of signals."""

from vizgrad.signal import windows

__all__ = ["windows"]
