"""Losses that ask for a margin: functions from `functional` that remember their settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vizgrad.engine.tensor import Tensor

from . import functional as F
from .distance import PairwiseDistance
from .loss import Loss, WeightedLoss

__all__ = [
    "CosineEmbeddingLoss", "HingeEmbeddingLoss", "MarginRankingLoss", "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss", "MultiMarginLoss", "SoftMarginLoss", "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]  # fmt: skip


@dataclass(eq=False, repr=False)
class MarginRankingLoss(Loss):
    """``max(0, -t (x₁ - x₂) + margin)``: t = 1 asks for x₁ above x₂, -1 for the reverse."""

    margin: float = 0.0
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class HingeEmbeddingLoss(Loss):
    """``x`` where t = 1, ``max(0, margin - x)`` where t = -1."""

    margin: float = 1.0
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class SoftMarginLoss(Loss):
    """``log(1 + e^(-t x))``, with t = 1 or -1."""

    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class CosineEmbeddingLoss(Loss):
    """``1 - cos(x₁, x₂)`` where t = 1, ``max(0, cos(x₁, x₂) - margin)`` where t = -1: inputs (N, D) or (D,)"""

    margin: float = 0.0
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class MultiMarginLoss(WeightedLoss):
    """``Σ max(0, margin - x[t] + x[i])ᵖ / C`` over the wrong classes i: input (N, C) or (C,), target (N,) or ()

    Crammer & Singer, *On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines*, 2001.
    """

    p: int = 1
    margin: float = 1.0
    weight: Tensor | None = field(default_factory=type(None))
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.p not in (1, 2):
            raise ValueError(f"only p == 1 and p == 2 supported, but got {self.p}")
        if self.weight is not None and self.weight.ndim != 1:
            raise ValueError(
                f"MultiMarginLoss: expected weight to be None or 1D, got {self.weight.ndim}D instead"
            )

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        settings = (self.p, self.margin, self.weight)
        return F.multi_margin_loss(input, target, *settings, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class MultiLabelMarginLoss(Loss):
    """``Σ max(0, 1 - x[t] + x[i]) / C`` over right classes t and wrong ones i: input and target (N, C) or (C,)

    A row of target lists the right classes, up to the first -1.
    """

    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class MultiLabelSoftMarginLoss(WeightedLoss):
    """``-(t log σ(x) + (1 - t) log σ(-x))``, averaged over classes: input and target (N, C)"""

    weight: Tensor | None = field(default_factory=type(None))
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class TripletMarginLoss(Loss):
    """``max(0, ‖a - p‖ - ‖a - n‖ + margin)``: anchor, positive and negative (N, D) or (D,)

    ``swap`` counts ``‖p - n‖`` where it is smaller (Balntas et al., 2016, section 3.2).
    """

    margin: float = 1.0
    p: float = 2.0
    eps: float = 1e-6
    swap: bool = False
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_margin(type(self).__name__, self.margin)

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        settings = (self.margin, self.p, self.eps, self.swap)
        return F.triplet_margin_loss(anchor, positive, negative, *settings, reduction=self.reduction)


def _check_margin(name: str, margin: float) -> None:
    if margin <= 0:
        raise ValueError(f"{name}: expected margin to be greater than 0, got {margin} instead")


class TripletMarginWithDistanceLoss(Loss):
    """``max(0, d(a, p) - d(a, n) + margin)`` for any distance d, `PairwiseDistance` unless given."""

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        _check_margin(type(self).__name__, margin)
        self.distance_function = distance_function or PairwiseDistance()
        self.margin, self.swap, self.reduction = margin, swap, reduction

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
