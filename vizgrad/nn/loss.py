"""Losses: functions from `functional` that remember their settings."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field
from typing import Any

from vizgrad.engine.tensor import Tensor

from . import functional as F
from .functional.loss import old_reduction
from .linear import Linear
from .module import Module

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "CTCLoss", "CrossEntropyLoss", "GaussianNLLLoss", "HuberLoss", "KLDivLoss",
    "L1Loss", "LinearCrossEntropyLoss", "LinearCrossEntropyOptions", "MSELoss", "NLLLoss", "NLLLoss2d",
    "PoissonNLLLoss", "SmoothL1Loss",
]  # fmt: skip


class Loss(Module):
    """``reduction``: "mean" or "sum" of the losses of a batch, or "none" to keep them apart."""

    reduction: str

    def __post_init__(self) -> None:
        words = vars(self).pop("size_average", None), vars(self).pop("reduce", None)
        self.reduction = old_reduction(self.reduction, *words)

    def extra_repr(self) -> str:
        return ""


class WeightedLoss(Loss):
    """A loss with a tensor of weights, which moves and is saved with the module.

    Its fields have no default on the class, where it would hide the buffer.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("weight", "pos_weight"):
            if name in vars(self):
                self.register_buffer(name, vars(self).pop(name))


@dataclass(eq=False, repr=False)
class MSELoss(Loss):
    """``(x - t)²``, averaged: input and target of one shape."""

    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class L1Loss(Loss):
    """``|x - t|``, averaged: input and target of one shape."""

    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class SmoothL1Loss(Loss):
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
class HuberLoss(Loss):
    """``(x - t)² / 2`` where ``|x - t| < delta``, else ``delta (|x - t| - delta / 2)``   (Huber, 1964)"""

    reduction: str = "mean"
    delta: float = 1.0

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


@dataclass(eq=False, repr=False)
class NLLLoss(WeightedLoss):
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
class CrossEntropyLoss(WeightedLoss):
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
class BCELoss(WeightedLoss):
    """``-(t log x + (1 - t) log(1 - x))``, averaged: input and target are probabilities."""

    weight: Tensor | None = field(default_factory=type(None))
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


@dataclass(eq=False, repr=False)
class BCEWithLogitsLoss(WeightedLoss):
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
class KLDivLoss(Loss):
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
class PoissonNLLLoss(Loss):
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


class GaussianNLLLoss(Loss):
    """``(log var + (x - t)² / var) / 2``: how unlikely t is under a normal distribution

    Nix & Weigend, 1994.
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        self.full, self.eps, self.reduction = full, eps, reduction

    def forward(self, input: Tensor, target: Tensor, var: Any) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class NLLLoss2d(NLLLoss):
    """The old name of `NLLLoss` for images."""

    def __post_init__(self) -> None:
        super().__post_init__()
        warnings.warn(
            "`NLLLoss2d` has been deprecated; use `NLLLoss`, which is the same", FutureWarning, stacklevel=3
        )


@dataclass(eq=False, repr=False)
class CTCLoss(Loss):
    """How unlikely a target is, summed over all ways to spread it over time, with blanks between its labels

    log_probs (T, N, C) or (T, C) after log_softmax, targets (N, S) or all behind each other, both lengths (N,).
    "mean" divides each loss by the length of its target; ``zero_infinity``: targets too long for their input cost
    nothing.  Graves et al., *Connectionist Temporal Classification*, 2006, section 4.
    """

    blank: int = 0
    reduction: str = "mean"
    zero_infinity: bool = False

    def forward(self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any) -> Tensor:
        settings = (self.blank, self.reduction, self.zero_infinity)
        return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, *settings)


@dataclass(frozen=True)
class LinearCrossEntropyOptions:
    """How `LinearCrossEntropyLoss` may compute in parts.  Accepted; the numbers are the same without."""

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: Any = None


class LinearCrossEntropyLoss(WeightedLoss):
    """`CrossEntropyLoss` of a `Linear` that it owns: the last layer of a classifier together with its loss.

    input (N, in_features) or (in_features,), target class numbers (N, *out_features) or probabilities
    (N, num_classes, *out_features).
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:
        if weight is not None and tuple(weight.shape) != (num_classes,):
            raise RuntimeError(f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}")
        if not 0 <= label_smoothing <= 1:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        super().__init__()
        self.register_buffer("weight", weight)
        self.reduction, self.num_classes, self.out_features = reduction, num_classes, out_features
        self.ignore_index, self.label_smoothing, self.options = ignore_index, label_smoothing, options
        rows = math.prod((num_classes, *out_features))
        self.linear = Linear(in_features, rows, bias=bias, device=device, dtype=dtype)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        shape = (self.num_classes, *self.out_features)
        return F.linear_cross_entropy(
            input,
            self.linear.weight.reshape(*shape, self.linear.in_features),
            target,
            linear_bias=None if self.linear.bias is None else self.linear.bias.reshape(shape),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        settings = ("num_classes", "out_features", "reduction", "ignore_index", "label_smoothing", "options")
        words = {name: getattr(self, name) for name in settings[:2]} | {"bias": self.linear.bias is not None}
        words |= {name: getattr(self, name) for name in settings[2:]}
        return ", ".join(f"{n}={v}" for n, v in ({"in_features": self.linear.in_features} | words).items())
