"""Losses: one number that says how wrong the predictions are."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.ops import loss as rows
from vizgrad.engine.surface import create
from vizgrad.engine.surface.autocast import whole
from vizgrad.engine.surface.complain import complain
from vizgrad.engine.tensor import Tensor

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "gaussian_nll_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
]


def old_reduction(reduction: str, size_average: bool | None, reduce: bool | None) -> str:
    """The reduction meant, also in the words of PyTorch 0.4."""
    if size_average is None and reduce is None:
        return reduction
    reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
    complain(f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.")
    return reduction


def mode_of(reduction: str, size_average: bool | None = None, reduce: bool | None = None) -> str:
    """The reduction meant, or ValueError."""
    reduction = old_reduction(reduction, size_average, reduce)
    if reduction == "elementwise_mean":  # PyTorch 0.4.1 called it so
        complain("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.")
        return "mean"
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction; write 'none', 'mean' or 'sum'")
    return reduction


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """The losses of all elements as they were asked for."""
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()


def _pair(input: Tensor, target: Tensor) -> None:
    """Warn of shapes that only broadcasting makes equal: usually a forgotten dimension."""
    if target.shape != input.shape:
        complain(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This "
            "will likely lead to incorrect results due to broadcasting. Please ensure they have the same "
            "size."
        )


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """(x - t)², averaged"""
    reduction = mode_of(reduction, size_average, reduce)
    _pair(input, target)
    if weight is None:
        return rows.mse_loss(input, target, reduction)
    losses = e.square(input - target) * weight
    return losses.sum() / weight.sum() if reduction == "mean" else reduced(losses, reduction)


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """|x - t|, averaged"""
    reduction = mode_of(reduction, size_average, reduce)
    _pair(input, target)
    if weight is None:
        return rows.l1_loss(input, target, reduction)
    losses = e.abs(input - target) * weight
    return losses.sum() / weight.sum() if reduction == "mean" else reduced(losses, reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """(x - t)² / (2 beta) where |x - t| < beta, else |x - t| - beta / 2

    Girshick, *Fast R-CNN*, 2015, equation 3.
    """
    reduction = mode_of(reduction, size_average, reduce)
    _pair(input, target)
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta, but got {beta}.")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    return rows.smooth_l1_loss(input, target, reduction, beta)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """(x - t)² / 2 where |x - t| < delta, else delta (|x - t| - delta / 2)   (Huber, 1964)"""
    mode_of(reduction)
    _pair(input, target)
    if delta <= 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta, but got {delta}.")
    if weight is None:
        return rows.huber_loss(input, target, reduction, delta)
    losses = rows.huber_loss(input, target, "none", delta) * weight
    return losses.sum() / weight.sum() if reduction == "mean" else reduced(losses, reduction)


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-(t log x + (1 - t) log(1 - x)), averaged; x are probabilities, and logs are cut off at -100"""
    reduction = mode_of(reduction, size_average, reduce)
    if target.shape != input.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is "
            "deprecated. Please ensure they have the same size."
        )
    if target.dtype != input.dtype:
        raise RuntimeError(
            f"Found dtype {target.dtype.legacy} but expected {input.dtype.legacy}; convert the target with "
            f".to({input.dtype})"
        )
    if input.numel() and not bool(((input.detach() >= 0) & (input.detach() <= 1)).all()):
        raise RuntimeError(
            "all elements of input should be between 0 and 1; apply sigmoid, or use ..._with_logits"
        )
    return rows.binary_cross_entropy(input, target, weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """`binary_cross_entropy` of sigmoid(x), computed without overflow

    ``pos_weight`` counts t = 1 differently.
    """
    reduction = mode_of(reduction, size_average, reduce)
    if target.shape != input.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    if target.dtype.rank < 2:
        raise RuntimeError(
            f"result type {input.dtype.legacy} can't be cast to the desired output type {target.dtype.legacy}; "
            f"convert the target with .to({input.dtype})"
        )
    return rows.binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction)


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """``t (log t - x)``: how far log-probabilities x are from probabilities t   (Kullback & Leibler, 1951)

    ``reduction="batchmean"`` divides by the number of samples, as the mathematics has it.
    """
    per_batch = reduction == "batchmean"
    reduction = "sum" if per_batch else mode_of(reduction, size_average, reduce)
    if reduction == "mean":
        complain(
            "reduction: 'mean' divides the total loss by both the batch size and the support size. "
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
        )
    return rows.kl_div(input, target, "batchmean" if per_batch and input.ndim else reduction, log_target)


@whole("poisson_nll_loss")
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """eˣ - t x for counts t of mean eˣ; ``full`` adds Stirling's t log t - t + log(2πt) / 2"""
    reduction = mode_of(reduction, size_average, reduce)
    losses = e.exp(input) - target * input if log_input else input - target * e.log(input + eps)
    if full:
        stirling = target * e.log(target) - target + 0.5 * e.log(2 * 3.141592653589793 * target)
        losses = losses + e.where(target > 1, stirling, 0.0)
    return reduced(losses, reduction)


def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Tensor:
    """(log var + (x - t)² / var) / 2   (Nix & Weigend, 1994)"""
    mode_of(reduction)
    var = var if isinstance(var, Tensor) else create.full_like(input, float(var))
    if bool((var.detach() < 0).any()):
        raise ValueError("var has negative entry/entries")
    if var.shape != input.shape and var.shape == input.shape[:-1]:
        var = var.unsqueeze(-1)
    var = var + (e.clamp(var.detach(), eps) - var.detach())
    losses = 0.5 * (e.log(var) + e.square(input - target) / var)
    return reduced(losses + 0.9189385332046727 if full else losses, reduction)
