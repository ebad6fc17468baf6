"""How alike two vectors are."""

from __future__ import annotations

from dataclasses import dataclass

from vizgrad.engine.tensor import Tensor

from . import functional as F
from .module import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class _Quiet(Module):
    def extra_repr(self) -> str:
        return ""


@dataclass(eq=False, repr=False)
class CosineSimilarity(_Quiet):
    """``x₁·x₂ / (‖x₁‖ ‖x₂‖)`` along ``dim``: 1 for the same direction, 0 at right angles, -1 for opposite ones"""

    dim: int = 1
    eps: float = 1e-8

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


@dataclass(eq=False, repr=False)
class PairwiseDistance(_Quiet):
    """``‖x₁ - x₂ + eps‖`` in the norm ``p``: inputs (N, D) or (D,), output (N,) or ()"""

    norm: float
    eps: float
    keepdim: bool

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
