"""Padding and distances: small compositions that layers and programs use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.matmul import matmul
from vizgrad.engine.ops.join import cat
from vizgrad.engine.surface import create
from vizgrad.engine.tensor import Tensor

__all__ = ["bilinear", "cosine_similarity", "normalize", "pad", "pairwise_distance"]


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Add to the edges: ``pad`` says how much before and after the last dimension, then the one before it, …

    ``mode``: "constant" adds ``value``, "reflect" mirrors without the edge, "replicate" repeats the edge,
    "circular" goes on at the other end; negative amounts cut off.
    """
    if len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise RuntimeError(
            "Padding length must be divisible by two and at most twice the number of dimensions of the "
            f"input ({input.ndim}), but got {len(pad)}"
        )
    if mode not in ("constant", "reflect", "replicate", "circular"):
        raise NotImplementedError(
            f"Unrecognised padding mode {mode}; write constant, reflect, replicate or circular"
        )
    amounts = [(int(a), int(b)) for a, b in zip(pad[::2], pad[1::2], strict=True)]
    for i, (before, after) in enumerate(amounts):
        dim = input.ndim - 1 - i
        if before or after:
            input = _padded(input, dim, before, after, mode, 0.0 if value is None else value)
    return input


def _padded(x: Tensor, dim: int, before: int, after: int, mode: str, value: float) -> Tensor:
    n = x.shape[dim]
    if mode == "circular":  # cut first, then go round what is left
        x = x.narrow(dim, max(-before, 0), n - max(-before, 0) - max(-after, 0))
        n, before, after = x.shape[dim], max(before, 0), max(after, 0)
    if mode != "constant":
        return x.index_select(dim, create.tensor(_places(n, before, after, mode), device=x.device))
    if n + before + after < 0:
        raise RuntimeError(
            f"pad {before} and {after} would leave dimension {dim} of size {n} with a negative size"
        )
    x = x.narrow(dim, max(-before, 0), n - max(-before, 0) - max(-after, 0))
    sizes = [(*x.shape[:dim], max(amount, 0), *x.shape[dim + 1 :]) for amount in (before, after)]
    first, last = (create.full(size, value, dtype=x.dtype, device=x.device) for size in sizes)
    return cat([part for part in (first, x, last) if part is x or part.shape[dim]], dim)


def _places(n: int, before: int, after: int, mode: str) -> numpy.ndarray:
    """Which element of a dimension of size ``n`` stands at each place of the padded one."""
    at = numpy.arange(-before, n + after)
    if mode == "replicate":
        return at.clip(0, n - 1)
    if mode == "circular":
        if max(before, after) > n:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        return at % n
    if max(before, after) >= n:
        raise RuntimeError(
            "Padding size should be less than the corresponding input dimension, but got: padding "
            f"({before}, {after}) at a dimension of size {n}"
        )
    return n - 1 - numpy.abs(n - 1 - numpy.abs(at))


def normalize(input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Any = None) -> Tensor:
    """``x / max(‖x‖, eps)``, along ``dim``"""
    length = e.clamp(input.norm(p, dim, keepdim=True), eps)
    return input / length


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """x₁·x₂ / (‖x₁‖ ‖x₂‖): 1 for the same direction, 0 at right angles, -1 for opposite ones"""
    shape = shapes.broadcast(x1.shape, x2.shape)
    x1, x2 = x1.expand(shape), x2.expand(shape)
    lengths = [e.clamp(e.sqrt((x * x).sum(dim)), eps) for x in (x1, x2)]
    return (x1 * x2).sum(dim) / (lengths[0] * lengths[1])


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """‖x₁ - x₂ + eps‖ along the last dimension"""
    return (x1 - x2 + eps).norm(p, -1, keepdim=keepdim)


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``x₁ᵀ A x₂ + b`` for every output

    input1 (*, in1), input2 (*, in2), weight (out, in1, in2), output (*, out).
    """
    if input1.shape[:-1] != input2.shape[:-1]:
        raise RuntimeError(
            f"bilinear(): input batch dimensions do not match: got {list(input1.shape)} and "
            f"{list(input2.shape)}"
        )
    first = matmul(input1.unsqueeze(-2).unsqueeze(-2), weight).squeeze(-2)  # (*, out, in2)
    y = (first * input2.unsqueeze(-2)).sum(-1)
    return y if bias is None else y + bias
