"""Padding: more places at the edges of some dimensions, or fewer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy

from vizgrad.engine.kernels.taps import Taps, weighted
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Shape, Value


def amounts(pad: Sequence[int]) -> list[tuple[int, int]]:
    """How much comes before and after each dimension, the last dimension first."""
    return [(int(a), int(b)) for a, b in zip(pad[::2], pad[1::2], strict=True)]


@op
class constant_pad_nd(Formula):
    """Put ``value`` around: ``pad`` says how much before and after the last dimension, then the one before it

    Negative amounts cut off.
    """

    samples = (
        Sample((2, 3), pad=(1, 2)),
        Sample((2, 3, 4), pad=(-1, 2, 0, 1), value=0.5),
        Sample((3, 4), pad=(-1, -1, 2, -1)),
    )
    formula = "x within, value around it"

    @staticmethod
    def shape(input, pad, value=0):
        if len(pad) % 2 or len(pad) > 2 * len(input):
            raise RuntimeError(
                "Length of pad must be even and no more than twice the number of dimensions of the input "
                f"({len(input)}), but got {len(pad)}"
            )
        sizes = list(input)
        for i, (before, after) in enumerate(amounts(pad)):
            dim = len(sizes) - 1 - i
            sizes[dim] += before + after
            if sizes[dim] < 0:
                raise RuntimeError(
                    f"The input size {input[dim]}, plus negative padding {before} and {after}, resulted in a "
                    f"negative output size, which is invalid; check dimension {dim} of your input"
                )
        return tuple(sizes)

    def forward(xp, input: Value, pad: Shape, value: float = 0):
        shape = constant_pad_nd.row.shape(input.shape, pad, value)
        y = xp.full(shape, value, dtype=input.dtype) if value else xp.zeros(shape, dtype=input.dtype)
        inner, seen = [slice(None)] * input.ndim, [slice(None)] * input.ndim
        for i, (before, after) in enumerate(amounts(pad)):
            dim = input.ndim - 1 - i
            inner[dim] = slice(max(before, 0), shape[dim] - max(after, 0))
            seen[dim] = slice(max(-before, 0), input.shape[dim] - max(-after, 0))
        y[tuple(inner)] = input[tuple(seen)]
        return y

    def d_input(xp, g, pad):
        return xp.rule("constant_pad_nd")(g, tuple(-n for n in pad))


# --- with what is already there ------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _taps(size: int, before: int, after: int, mode: str) -> Taps:
    """Which element of a dimension stands at each place of the padded one."""
    if mode == "circular":  # cut first, then go round what is left
        low, high = max(-before, 0), size - max(-after, 0)
        n = high - low
        if max(before, after) > n:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        return Taps(low + numpy.arange(-max(before, 0), n + max(after, 0)) % max(n, 1), None, size)
    at = numpy.arange(-before, size + after)
    if mode == "replicate":
        return Taps(at.clip(0, size - 1), None, size)
    if max(before, after) >= size:
        raise RuntimeError(
            "Padding size should be less than the corresponding input dimension, but got: padding "
            f"({before}, {after}) at a dimension of size {size}"
        )
    return Taps(size - 1 - numpy.abs(size - 1 - numpy.abs(at)), None, size)


def _all_taps(shape: Any, pad: Any, mode: str) -> list[tuple[int, Taps]]:
    found: list[tuple[int, Taps]] = []
    for i, (before, after) in enumerate(amounts(pad)):
        dim = len(shape) - 1 - i
        if before or after:
            if shape[dim] + before + after < 1:
                raise RuntimeError(
                    f"pad {before} and {after} would leave nothing of dimension {dim} of size {shape[dim]}"
                )
            found.append((dim, _taps(shape[dim], before, after, mode)))
    return found


@op
class pad(Formula):
    """Go on at the edges: ``mode`` "reflect" mirrors without the edge, "replicate" repeats it, "circular" goes round"""

    samples = (
        Sample((2, 3, 4), pad=(1, 2), mode="reflect"),
        Sample((1, 2, 3, 4), pad=(2, 1, 1, 0), mode="replicate"),
        Sample((2, 2, 4), pad=(2, -1), mode="circular"),
    )
    formula = "y[i] = x[the place that i stands for]"

    def forward(xp, input: Value, pad: Shape, mode: str):
        taps = _all_taps(input.shape, pad, mode)
        for dim, each in taps:
            input = weighted(xp, input, each, dim)
        return input if taps else input.copy()

    def d_input(xp, g, input_shape, pad, mode):
        return xp.rule("pad_input")(g, input_shape, pad, mode)


@op
class pad_input(Formula):
    """The gradient of `pad`: each place collects the gradients of all places that show it"""

    samples = (Sample((2, 3, 7), size=(2, 3, 4), pad=(1, 2), mode="reflect"),)
    formula = "∂L/∂x[j] = Σ g[i] over all i that stand for j"

    def forward(xp, g_out: Value, size: Shape, pad: Shape, mode: str):
        for dim, each in reversed(_all_taps(size, pad, mode)):
            g_out = weighted(xp, g_out, each.turned, dim)
        return g_out.reshape(size)

    def d_g_out(xp, g, pad, mode):
        return xp.rule("pad")(g, pad, mode)
