"""The short-time Fourier transform: what a signal sounds like, piece by piece; and its inverse."""

from __future__ import annotations

import warnings
from typing import Any

from vizgrad.engine.ops import elementwise, shape
from vizgrad.engine.ops import fourier as _rows
from vizgrad.engine.ops import index as _index
from vizgrad.engine.ops.complex import view_as_real
from vizgrad.engine.ops.join import cat, flip

from . import create


def _centred(window: Any, n_fft: int) -> Any:
    """The window in the middle of ``n_fft`` places, zeros around it."""
    length = window.array.shape[0]
    if length == n_fft:
        return window
    left = (n_fft - length) // 2
    kind, where = window.dtype, window.device
    before = create.zeros(left, dtype=kind, device=where)
    after = create.zeros(n_fft - left - length, dtype=kind, device=where)
    return cat([before, window, after])


def _padded(x: Any, n: int, mode: str) -> Any:
    """``n`` more elements at both ends of the last dimension, made as ``mode`` says."""
    size = x.array.shape[-1]
    if mode == "reflect" and n >= size:
        raise RuntimeError(f"Padding size should be less than the corresponding input dimension, but got: padding "
                           f"({n}, {n}) at dimension {x.array.ndim - 1} of input {list(x.array.shape)}")  # fmt: skip
    if mode == "circular" and n > size:
        raise RuntimeError(f"Padding value causes wrapping around more than once: {n} > {size}")

    def part(start: int, stop: int) -> Any:
        return _index.slice_(x, (..., slice(start, stop)))

    def ends() -> tuple[Any, Any]:
        if mode == "reflect":
            return flip(part(1, n + 1), (-1,)), flip(part(size - n - 1, size - 1), (-1,))
        if mode == "circular":
            return part(size - n, size), part(0, n)
        wide = (*x.array.shape[:-1], n)
        if mode == "replicate":
            return shape.expand(part(0, 1), wide), shape.expand(part(size - 1, size), wide)
        if mode == "constant":
            zeros = create.zeros(wide, dtype=x.dtype, device=x.device)
            return zeros, zeros
        raise NotImplementedError(
            f"Unrecognised padding mode {mode}: reflect, constant, replicate or circular"
        )

    before, after = ends()
    return cat([before, x, after], dim=-1)


def _demand(holds: bool, name: str, what: str) -> None:
    if not holds:
        raise RuntimeError(f"{name}: {what}")


def _check_window(name: str, window: Any, win_length: int, n_fft: int) -> None:
    _demand(
        0 < win_length <= n_fft, name, f"expected 0 < win_length <= n_fft, but got win_length={win_length}"
    )
    if window is not None:
        fits = window.array.ndim == 1 and window.array.shape[0] == win_length
        _demand(fits, name, f"expected a 1D window tensor of size equal to win_length={win_length}, but got window "
                f"with size {list(window.array.shape)}")  # fmt: skip


def stft(input: Any, n_fft: int, hop_length: int | None = None, win_length: int | None = None, window: Any = None,
         center: bool = True, pad_mode: str = "reflect", normalized: bool = False, onesided: bool | None = None,
         return_complex: bool | None = None, align_to_window: bool | None = None) -> Any:  # fmt: skip
    """The Fourier transforms of windows of ``n_fft`` samples, ``hop_length`` apart: (…, frequencies, pieces).

    https://pytorch.org/docs/stable/generated/torch.stft.html
    """
    x = input.array
    hop = n_fft // 4 if hop_length is None else hop_length
    width = n_fft if win_length is None else win_length
    is_complex = x.dtype.kind == "c" or (window is not None and window.array.dtype.kind == "c")
    _demand(
        not (center and align_to_window), "stft", "align_to_window should only be set when center = false"
    )
    _demand(
        is_complex or return_complex is not None,
        "stft",
        "requires return_complex=True or False for real inputs",
    )
    _demand(x.dtype.kind in "fc", "stft", "expected a tensor of floating point or complex values")
    _demand(1 <= x.ndim <= 2, "stft", f"expected a 1D or 2D tensor, but got {x.ndim}D")
    onesided = not is_complex if onesided is None else onesided
    _demand(
        not (onesided and is_complex), "stft", "Cannot have onesided output if window or input is complex"
    )
    if center:
        input = _padded(input, n_fft // 2, pad_mode)
    length = input.array.shape[-1]
    _demand(0 < n_fft <= length, "stft", f"expected 0 < n_fft < {length}, but got n_fft={n_fft}")
    _demand(hop > 0, "stft", f"expected hop_length > 0, but got hop_length={hop}")
    _check_window("stft", window, width, n_fft)
    pieces = _rows.frames(input, n_fft, hop)
    window = _window_for(input, window, width, n_fft)
    if window is not None:
        pieces = elementwise.mul(pieces, window)
    y = _transformed(pieces, "ortho" if normalized else "backward", onesided)
    y = shape.transpose(y, -2, -1)
    return y if is_complex or return_complex else view_as_real(y)


def _transformed(pieces: Any, norm: str, onesided: bool) -> Any:
    dims = (pieces.array.ndim - 1,)
    if pieces.array.dtype.kind == "c":
        return _rows.fft_C2C(pieces, dims, norm, False)
    return _rows.fft_R2C(pieces, dims, norm, False, onesided)


def _window_for(x: Any, window: Any, width: int, n_fft: int) -> Any:
    """The window in ``n_fft`` places; None where it would be all ones."""
    if window is None and width == n_fft:
        return None
    kind = x.array.real.dtype
    if window is None:
        window = create.ones(width, device=x.device)
        window.array = window.array.astype(kind)
    return _centred(window, n_fft)


def istft(input: Any, n_fft: int, hop_length: int | None = None, win_length: int | None = None, window: Any = None,
          center: bool = True, normalized: bool = False, onesided: bool | None = None, length: int | None = None,
          return_complex: bool = False) -> Any:  # fmt: skip
    """The signal that `stft` was taken of: the pieces back, overlapped, and divided by the overlapped windows.

    Griffin and Lim, *Signal estimation from modified short-time Fourier transform*, 1984.
    """
    hop = n_fft // 4 if hop_length is None else hop_length
    width = n_fft if win_length is None else win_length
    is_complex = window is not None and window.array.dtype.kind == "c"
    _check_spectrum(input, n_fft, hop, width, onesided, return_complex, is_complex)
    _check_window("istft", window, width, n_fft)
    onesided = input.array.shape[-2] != n_fft if onesided is None else onesided
    pieces = _pieces_back(shape.transpose(input, -2, -1), n_fft, normalized, onesided, return_complex)
    weights = _window_for(pieces, window, width, n_fft)
    if weights is None:
        weights = create.ones_like(_index.slice_(pieces.detach(), (*(0,) * (pieces.array.ndim - 1),)))
    if not return_complex and weights.array.dtype.kind == "c":
        raise RuntimeError("istft: complex windows are incompatible with return_complex=False")
    pieces = elementwise.mul(pieces, weights)
    count = pieces.array.shape[-2]
    total = n_fft + hop * (count - 1)
    squares = shape.expand(elementwise.mul(weights, weights), (count, n_fft))
    y, envelope = _rows.overlapped(pieces, hop, total), _rows.overlapped(squares, hop, total)
    return _trimmed(y, envelope, n_fft, center, length)


def _check_spectrum(input: Any, n_fft: int, hop: int, width: int, onesided: Any, return_complex: bool,
                    is_complex: bool) -> None:  # fmt: skip
    x = input.array
    _demand(x.dtype.kind == "c", "istft", "requires a complex-valued input tensor matching the output from stft with "
            "return_complex=True")  # fmt: skip
    _demand(x.size > 0, "istft", "input tensor cannot be empty")
    _demand(2 <= x.ndim <= 3, "istft", f"expected a tensor with 2 or 3 dimensions, but got {x.ndim}")
    one = x.shape[-2] != n_fft if onesided is None else onesided
    wanted = n_fft // 2 + 1 if one else n_fft
    _demand(x.shape[-2] == wanted, "istft", f"expected {wanted} frequencies for n_fft={n_fft} and onesided={one}, but "
            f"got {x.shape[-2]}")  # fmt: skip
    _demand(0 < hop <= width, "istft", f"expected 0 < hop_length <= win_length, but got hop_length={hop}")
    _demand(0 < width <= n_fft, "istft", f"expected 0 < win_length <= n_fft, but got win_length={width}")
    if return_complex or is_complex:
        _demand(not one, "istft", "Cannot have onesided output if window or input is complex")


def _pieces_back(x: Any, n_fft: int, normalized: bool, onesided: bool | None, return_complex: bool) -> Any:
    norm, dims = "ortho" if normalized else "backward", (x.array.ndim - 1,)
    if return_complex:
        return _rows.fft_C2C(x, dims, norm, True)
    if not onesided:
        x = _index.slice_(x, (..., slice(0, n_fft // 2 + 1)))
    return _rows.fft_C2R(x, dims, norm, True, n_fft)


def _trimmed(y: Any, envelope: Any, n_fft: int, center: bool, length: int | None) -> Any:
    """What is asked for of the overlapped pieces, divided by the overlapped windows."""
    start = n_fft // 2 if center else 0
    have = y.array.shape[-1]
    stop = have if length is None else min(start + length, have)
    if length is None and center:
        stop = have - n_fft // 2
    y, envelope = (
        _index.slice_(y, (..., slice(start, stop))),
        _index.slice_(envelope, (..., slice(start, stop))),
    )
    least = float(abs(envelope.array).min()) if envelope.array.size else 1.0
    _demand(least > 1e-11, "istft", f"window overlap add min: {least}; the windows leave a gap")
    y = elementwise.div(y, envelope)
    if length is not None and length > stop - start:
        warnings.warn(
            f"The length of signal is shorter than the length parameter ({stop - start} < {length}). "
            "Result is being padded with zeros in the tail.",
            stacklevel=3,
        )
        y = _rows.fitted(y, ((-1, length),))
    return y
