"""Windows: weights that fade a piece of a signal in and out.

Two families of names for the same curves: ``torch.signal.windows.hann(M, sym=True)`` and, older,
``torch.hann_window(n, periodic=True)``.  All are computed in float64 and rounded once.
"""

# ruff: noqa: N803 - M is PyTorch's name for the length
from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy

from vizgrad.engine import dtype as _dtype

from . import create, data
from .kinds import strided

Curve = Callable[
    [Any, Any, int], Any
]  # from array module, the numbers 0 … M - 1 and the steps from end to end


def _window(name: str, M: int, sym: bool, curve: Curve, options: dict[str, Any]) -> Any:
    layout, dtype = options.get("layout", strided), options.get("dtype")
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if layout is not strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {layout}")
    dtype = dtype or _dtype.get_default_dtype()
    if dtype not in (_dtype.float32, _dtype.float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
    y = create.built(lambda xp: _curve(xp, M, sym, curve, dtype.numpy), options.get("device"))
    return data.finished(y, options.get("requires_grad", False))


def _curve(xp: Any, M: int, sym: bool, curve: Curve, kind: numpy.dtype) -> Any:
    steps = M if not sym and M > 1 else M - 1
    return curve(xp, xp.arange(M, dtype="f8"), steps).astype(kind) if M else xp.zeros(0, kind)


def _cosines(a: Iterable[float]) -> Curve:
    """a₀ - a₁ cos t + a₂ cos 2t - … over one turn."""
    weights = [(-1) ** i * w for i, w in enumerate(a)]

    def curve(xp: Any, i: Any, steps: int) -> Any:
        if len(i) == 1:
            return i + 1
        return sum(w * xp.cos(k * (2 * math.pi / steps) * i) for k, w in enumerate(weights))

    return curve


def _triangle(xp: Any, i: Any, steps: int) -> Any:
    return i + 1 if len(i) == 1 else 1 - abs(2 * i / steps - 1)


def _kaiser(beta: float) -> Curve:
    def curve(xp: Any, i: Any, steps: int) -> Any:
        if len(i) == 1:
            return i + 1
        x = 2 * i / steps - 1
        return xp.i0(beta * xp.sqrt(xp.maximum(1 - x * x, 0))) / xp.i0(xp.asarray(float(beta)))

    return curve


def general_cosine(M: int, *, a: Iterable[float], sym: bool = True, **options: Any) -> Any:
    """a₀ - a₁ cos t + a₂ cos 2t - … over one turn, for the weights ``a``."""
    if not isinstance(a, (list, tuple)):
        raise TypeError(f"Coefficients must be a list/tuple, not {type(a).__name__}")
    if not a:
        raise ValueError("Coefficients cannot be empty")
    return _window("general_cosine", M, sym, _cosines(a), options)


def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True, **options: Any) -> Any:
    """``alpha`` - (1 - alpha) cos t over one turn."""
    return general_cosine(M, a=[alpha, 1 - alpha], sym=sym, **options)


def hamming(M: int, *, sym: bool = True, **options: Any) -> Any:
    """0.54 - 0.46 cos t over one turn."""
    return general_hamming(M, sym=sym, **options)


def hann(M: int, *, sym: bool = True, **options: Any) -> Any:
    """(1 - cos t) / 2 over one turn."""
    return general_hamming(M, alpha=0.5, sym=sym, **options)


def blackman(M: int, *, sym: bool = True, **options: Any) -> Any:
    """0.42 - 0.5 cos t + 0.08 cos 2t over one turn."""
    return general_cosine(M, a=[0.42, 0.5, 0.08], sym=sym, **options)


def nuttall(M: int, *, sym: bool = True, **options: Any) -> Any:
    """Four cosines with Nuttall's weights, whose side lobes are lowest."""
    return general_cosine(M, a=[0.3635819, 0.4891775, 0.1365995, 0.0106411], sym=sym, **options)


def bartlett(M: int, *, sym: bool = True, **options: Any) -> Any:
    """A triangle."""
    return _window("bartlett", M, sym, _triangle, options)


def cosine(M: int, *, sym: bool = True, **options: Any) -> Any:
    """Half a turn of a sine."""

    def curve(xp: Any, i: Any, steps: int) -> Any:
        return xp.sin((i + 0.5) * (math.pi / (steps + 1)))

    return _window("cosine", M, sym, curve, options)


def exponential(
    M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, **options: Any
) -> Any:
    """exp(-|i - center| / tau); the center is in the middle unless ``sym`` is False."""
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")

    def curve(xp: Any, i: Any, steps: int) -> Any:
        return xp.exp(-abs(i - (steps / 2 if center is None else center)) / tau)

    return _window("exponential", M, sym, curve, options)


def gaussian(M: int, *, std: float = 1.0, sym: bool = True, **options: Any) -> Any:
    """exp(-x² / 2std²) around the middle."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")

    def curve(xp: Any, i: Any, steps: int) -> Any:
        x = (i - steps / 2) / std
        return xp.exp(-x * x / 2)

    return _window("gaussian", M, sym, curve, options)


def kaiser(M: int, *, beta: float = 12.0, sym: bool = True, **options: Any) -> Any:
    """I₀(beta √(1 - x²)) / I₀(beta), x from -1 to 1."""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    return _window("kaiser", M, sym, _kaiser(beta), options)


def _old(name: str, window_length: int, periodic: bool, curve: Curve, options: dict[str, Any]) -> Any:
    known = ("dtype", "layout", "device", "pin_memory", "requires_grad", "out")
    for word in options:
        if word not in known:
            raise TypeError(f"{name}() got an unexpected keyword argument {word!r}")
    if window_length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={window_length}")
    kind = data.kind_of(options.get("dtype"))
    if kind.kind not in "fV":
        raise RuntimeError(f"{name} expects floating point dtypes, got: {kind.name}")
    y = create.built(lambda xp: _curve(xp, window_length, not periodic, curve, kind), options.get("device"))
    return create.delivered(y, name, options.get("requires_grad", False), options.get("out"))


def hann_window(window_length: int, periodic: bool = True, **options: Any) -> Any:
    """(1 - cos t) / 2 over one turn; a ``periodic`` one repeats without a seam."""
    return _old("hann_window", window_length, periodic, _cosines([0.5, 0.5]), options)


def hamming_window(window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46,
                   **options: Any) -> Any:  # fmt: skip
    """``alpha`` - ``beta`` cos t over one turn; a ``periodic`` one repeats without a seam."""
    return _old("hamming_window", window_length, periodic, _cosines([alpha, beta]), options)


def blackman_window(window_length: int, periodic: bool = True, **options: Any) -> Any:
    """0.42 - 0.5 cos t + 0.08 cos 2t over one turn; a ``periodic`` one repeats without a seam."""
    return _old("blackman_window", window_length, periodic, _cosines([0.42, 0.5, 0.08]), options)


def bartlett_window(window_length: int, periodic: bool = True, **options: Any) -> Any:
    """A triangle; a ``periodic`` one repeats without a seam."""
    return _old("bartlett_window", window_length, periodic, _triangle, options)


def kaiser_window(window_length: int, periodic: bool = True, beta: float = 12.0, **options: Any) -> Any:
    """I₀(beta √(1 - x²)) / I₀(beta), x from -1 to 1; a ``periodic`` one repeats without a seam."""
    return _old("kaiser_window", window_length, periodic, _kaiser(beta), options)
