"""Normalization across neighbouring channels, as Torch 7 had it."""

from __future__ import annotations

import numpy

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.words import Value


def _seen(channels: int, size: int) -> numpy.ndarray:
    """Which channels count for which: ``(size - 1) / 2`` to both sides, and the first one for all after those.

    That the first channel never leaves the running sum is a slip of the original, which PyTorch keeps.
    """
    reach = int((size - 1) / 2 + 1)
    here, there = numpy.arange(channels)[:, None], numpy.arange(channels)
    within = (there < here + reach) & (there > here - reach)
    return (within | ((there == 0) & (here >= reach))).astype("f8")


def _felt(channels: int, size: int) -> numpy.ndarray:
    """Which channels' gradients reach which: the last ``size`` ones, the second slip."""
    first = numpy.arange(channels)[:, None] - int(size - (size - 1) / 2)
    there = numpy.arange(channels)
    return ((there >= first) & (there < first + size)).astype("f8")


@op
class cross_map_norm(Formula):
    """x / (k + alpha / size · Σ x² over neighbouring channels)^beta, with PyTorch's sums and PyTorch's gradient

    input (N, C, H, W).
    """

    formula = "x / (k + alpha/size · Σ x²)^beta"
    formulas = {"input": "g / s^beta - 2 alpha beta / size · x · Σ g · y / s"}

    def forward(xp, input: Value, size: int, alpha: float, beta: float, k: float):
        return input * _scale(xp, input, size, alpha, k) ** -beta

    def d_input(xp, g, input, y, size, alpha, beta, k):
        scale = _scale(xp, input, size, alpha, k)
        felt = _mixed(xp, _felt(input.shape[1], size), g * y / scale)
        return g * scale**-beta - input * felt * (2 * alpha * beta / size)


def _scale(xp, x, size, alpha, k):
    return _mixed(xp, _seen(x.shape[1], size), x * x) * (alpha / size) + k


def _mixed(xp, matrix, x):
    flat = xp.reshape(x, (x.shape[0], x.shape[1], -1))
    return xp.reshape(
        xp.matmul(xp.zeros_like(flat[0, :, :1]) + xp.asarray(matrix, dtype=flat.dtype), flat), x.shape
    )
