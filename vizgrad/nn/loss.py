"""Losses: functions from `functional` that remember their settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vizgrad.engine.tensor import Tensor

from . import functional as F
from .functional.loss import old_reduction
from .module import Module

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "GaussianNLLLoss",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "MarginRankingLoss",
    "NLLLoss",
    "PoissonNLLLoss",
    "SmoothL1Loss",
    "SoftMarginLoss",
]


class _Loss(Module):
    """``reduction``: "mean" or "sum" of the losses of a batch, or "none" to keep them apart."""

    reduction: str

    def __post_init__(self) -> None:
        words = vars(self).pop("size_average", None), vars(self).pop("reduce", None)
        self.reduction = old_reduction(self.reduction, *words)

    def extra_repr(self) -> str:
        return ""


class _Weighted(_Loss):
    """A loss with a tensor of weights, which moves and is saved with the module.

    Its fields have no default on the class, where it would hide the buffer.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("weight", "pos_weight"):
            if name in vars(self):
                self.register_buffer(name, vars(self).pop(name))


@dataclass(eq=False, repr=False)
class MSELoss(_Loss):
    """``(x - t)²``, averaged: input and target of one shape."""

    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class L1Loss(_Loss):
    """``|x - t|``, averaged: input and target of one shape."""

    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class SmoothL1Loss(_Loss):
    """``(x - t)² / (2 beta)`` where ``|x - t| < beta``, else ``|x - t| - beta / 2``

    Girshick, 2015, equation 3.
    """

    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"
    beta: float = 1.0

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


@dataclass(eq=False, repr=False)
class HuberLoss(_Loss):
    """``(x - t)² / 2`` where ``|x - t| < delta``, else ``delta (|x - t| - delta / 2)``   (Huber, 1964)"""

    reduction: str = "mean"
    delta: float = 1.0

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


@dataclass(eq=False, repr=False)
class NLLLoss(_Weighted):
    """``-x[t]``, averaged: how unlikely the right class was.

    input (N, C, *) or (C,) log-probabilities, target (N, *) class numbers; ``weight`` (C,) counts classes
    differently; targets equal to ``ignore_index`` do not count.
    """

    weight: Tensor | None = field(default_factory=type(None))
    size_average: bool | None = None
    ignore_index: int = -100
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(
            input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


@dataclass(eq=False, repr=False)
class CrossEntropyLoss(_Weighted):
    """`NLLLoss` of `LogSoftmax`: scores in, one number out.

    input (N, C, *) or (C,); target: class numbers (N, *), or probabilities of the input's shape.
    ``label_smoothing`` gives that share of each target to all classes evenly (Szegedy et al., 2016).
    """

    weight: Tensor | None = field(default_factory=type(None))
    size_average: bool | None = None
    ignore_index: int = -100
    reduce: bool | None = None
    reduction: str = "mean"
    label_smoothing: float = 0.0

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


@dataclass(eq=False, repr=False)
class BCELoss(_Weighted):
    """``-(t log x + (1 - t) log(1 - x))``, averaged: input and target are probabilities."""

    weight: Tensor | None = field(default_factory=type(None))
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class BCEWithLogitsLoss(_Weighted):
    """`BCELoss` of `Sigmoid`, computed without overflow; ``pos_weight`` counts targets of 1 differently."""

    weight: Tensor | None = field(default_factory=type(None))
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"
    pos_weight: Tensor | None = field(default_factory=type(None))

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


@dataclass(eq=False, repr=False)
class KLDivLoss(_Loss):
    """``t (log t - x)``: how far log-probabilities x are from probabilities t

    "batchmean" is the mathematics' mean.
    """

    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"
    log_target: bool = False

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


@dataclass(eq=False, repr=False)
class PoissonNLLLoss(_Loss):
    """``eˣ - t x`` for counts t of mean ``eˣ``; ``full`` adds Stirling's approximation of log t!"""

    log_input: bool = True
    full: bool = False
    size_average: bool | None = None
    eps: float = 1e-8
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(
            log_input, target, self.log_input, self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(_Loss):
    """``(log var + (x - t)² / var) / 2``: how unlikely t is under a normal distribution

    Nix & Weigend, 1994.
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        self.full, self.eps, self.reduction = full, eps, reduction

    def forward(self, input: Tensor, target: Tensor, var: Any) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class MarginRankingLoss(_Loss):
    """``max(0, -t (x₁ - x₂) + margin)``: t = 1 asks for x₁ above x₂, -1 for the reverse."""

    margin: float = 0.0
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class HingeEmbeddingLoss(_Loss):
    """``x`` where t = 1, ``max(0, margin - x)`` where t = -1."""

    margin: float = 1.0
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class SoftMarginLoss(_Loss):
    """``log(1 + e^(-t x))``, with t = 1 or -1."""

    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)
