"""What tells the frequencies in a signal.  (More names are in ``torch.fft`` and ``torch.signal.windows``.)"""

from __future__ import annotations

from vizgrad.engine.surface.stft import istft, stft
from vizgrad.engine.surface.windows import (
    bartlett_window,
    blackman_window,
    hamming_window,
    hann_window,
    kaiser_window,
)  # fmt: skip

__all__ = [
    "bartlett_window", "blackman_window", "hamming_window", "hann_window", "istft", "kaiser_window", "stft",
]  # fmt: skip


class Methods:
    """Of a tensor: its short-time Fourier transform, and the way back."""

    __slots__ = ()

    stft, istft = stft, istft
