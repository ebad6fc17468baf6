"""Making a dimension longer or shorter: every new place is a weighted sum of a few old ones."""

from __future__ import annotations

from functools import lru_cache

import numpy

from vizgrad.engine.kernels.taps import Taps, weighted
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value


@op
class resampled(Formula):
    """Along ``dim``, weighted sums of a few places: y[i] = Σ w[k, i] · x[index[k, i]]

    ``taps`` holds index and w; see kernels/taps.py.
    """

    samples = (
        Sample((2, 4, 3), taps=Taps([[0, 1, 3], [1, 2, 3]], [[0.5, 0.2, 1.0], [0.5, 0.8, 0.0]], 4), dim=1),
        Sample((3, 2), taps=Taps([[0, 0, 1, 1, 1]], None, 2), dim=1),
    )
    formula = "y[i] = Σ w[k, i] · x[index[k, i]]"

    @staticmethod
    def shape(input, taps, dim):
        return (*input[:dim], taps.index.shape[1], *input[dim + 1 :])

    def forward(xp, input: Value, taps: Taps, dim: int):
        return weighted(xp, input, taps, dim)

    def d_input(xp, g, taps, dim):
        return xp.rule("resampled")(g, taps.turned, dim)


@lru_cache(maxsize=256)
def taps(
    mode: str,
    size: int,
    out: int,
    align_corners: bool = False,
    scale: float | None = None,
    antialias: bool = False,
) -> Taps:
    """How ``size`` places become ``out`` ones; ``scale`` (how many times as many) counts where it is given.

    ``mode``: "nearest", "nearest-exact", "linear" or "cubic".
    """
    if mode.startswith("nearest"):
        return Taps(_nearest(size, out, scale, mode == "nearest-exact"), None, size)
    if align_corners:
        step = (size - 1) / (out - 1) if out > 1 else 0.0
        at = numpy.arange(out) * step
    else:
        step = size / out if not scale or scale <= 0 else 1 / scale
        at = (numpy.arange(out) + 0.5) * step - 0.5
    if antialias:
        return _smooth(mode, size, at + 0.5, step)
    if mode == "linear":
        at = numpy.maximum(at, 0)
        first = numpy.minimum(at.astype(int), size - 1)
        share = numpy.clip(at - first, 0, 1)
        return Taps([first, numpy.minimum(first + 1, size - 1)], [1 - share, share], size)
    first = numpy.floor(at)
    places = numpy.clip(first + numpy.arange(-1, 3)[:, None], 0, size - 1)
    return Taps(places, cubic(at - (first + numpy.arange(-1, 3)[:, None]), -0.75), size)


def _nearest(size: int, out: int, scale: float | None, exact: bool) -> numpy.ndarray:
    """Which old place each new one copies.  In single precision, so that ties fall as PyTorch's do."""
    step = numpy.float32(size / out if not scale or scale <= 0 else 1 / scale)
    places = numpy.arange(out, dtype="f4") + numpy.float32(0.5 if exact else 0)
    return numpy.minimum(numpy.floor(places * step).astype(int), size - 1)


def cubic(far: numpy.ndarray, a: float) -> numpy.ndarray:
    """How much a place counts that is ``far`` away: Keys' curve, two polynomials of degree three.

    Keys, *Cubic Convolution Interpolation for Digital Image Processing*, 1981, equation 15.
    """
    d = numpy.abs(far)
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    return numpy.where(d <= 1, near, numpy.where(d < 2, a * (((d - 5) * d + 8) * d - 4), 0.0))


def _smooth(mode: str, size: int, center: numpy.ndarray, step: float) -> Taps:
    """With antialiasing: where places are left out, the curve is stretched so that all of them count."""
    reach = 1 if mode == "linear" else 2
    stretch = max(step, 1.0)
    first = numpy.maximum((center - reach * stretch + 0.5).astype(int), 0)
    last = numpy.minimum((center + reach * stretch + 0.5).astype(int), size)
    k = numpy.arange(max(int((last - first).max()), 1))[:, None]
    far = (first + k - center + 0.5) / stretch
    weight = numpy.maximum(1 - numpy.abs(far), 0) if mode == "linear" else cubic(far, -0.5)
    weight = numpy.where(k < last - first, weight, 0.0)
    return Taps(numpy.minimum(first + k, size - 1), weight / weight.sum(axis=0), size)
