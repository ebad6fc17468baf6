"""Lengths, distances and angles between vectors, and products of them."""

from __future__ import annotations

from typing import Any

import numpy

from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.matmul import matmul
from vizgrad.engine.surface import create
from vizgrad.engine.surface.autocast import whole
from vizgrad.engine.surface.out import fills_out
from vizgrad.engine.tensor import Tensor

__all__ = ["bilinear", "cosine_similarity", "normalize", "pairwise_distance", "pdist"]


@fills_out
def normalize(input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12) -> Tensor:
    """``x / max(‖x‖, eps)``, along ``dim``"""
    return input / e.clamp(input.norm(p, dim, keepdim=True), eps)


@whole("cosine_similarity")
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


@whole("pdist")
def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """The distance of each row to each later one: (N, M) to (N (N - 1) / 2,), in the order 01, 02, …, 12, …"""
    if input.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.ndim}D")
    if not input.dtype.is_floating_point:
        raise RuntimeError(f"pdist only supports floating-point dtypes, but got {input.dtype}")
    if p < 0:
        raise RuntimeError(f"pdist only supports non-negative p values, but got {p}")
    first, second = (create.tensor(i, device=input.device) for i in numpy.triu_indices(len(input), 1))
    return (input.index_select(0, first) - input.index_select(0, second)).norm(p, -1)


@whole("bilinear")
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``x₁ᵀ A x₂ + b`` for every output

    input1 (*, in1), input2 (*, in2), weight (out, in1, in2), output (*, out).
    """
    if input1.shape[:-1] != input2.shape[:-1]:
        raise RuntimeError(
            f"bilinear(): input batch dimensions do not match: got {list(input1.shape)} and "
            f"{list(input2.shape)}"
        )
    first = matmul(input1.unsqueeze(-2).unsqueeze(-2), weight)[..., 0, :]  # (*, out, in2)
    y = (first * input2.unsqueeze(-2)).sum(-1, dtype=input1.dtype)
    return y if bias is None else y + bias
