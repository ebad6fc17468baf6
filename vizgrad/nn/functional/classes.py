"""Losses of classification: how unlikely the right class was."""

from __future__ import annotations

import math
import warnings
from typing import Any

from vizgrad.engine.dtype import int64, uint8
from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.ops import loss as rows
from vizgrad.engine.ops.matmul import linear
from vizgrad.engine.surface.autocast import whole
from vizgrad.engine.tensor import Tensor

from .activation import log_softmax
from .loss import mode_of, reduced

__all__ = ["cross_entropy", "linear_cross_entropy", "nll_loss"]


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-x[t], averaged: how unlikely the right class was, given log-probabilities

    input (N, C, …) or (C,), target (N, …) or () with class numbers; ``weight`` (C,) counts classes
    differently; samples whose target is ``ignore_index`` do not count.
    """
    reduction = mode_of(reduction, size_average, reduce)
    _check_classes(input, target)
    return rows.nll_loss(input, target, weight, ignore_index, reduction)


def _check_classes(input: Tensor, target: Tensor) -> None:
    if input.ndim < 1:
        raise ValueError(f"Expected 1 or more dimensions (got {input.ndim})")
    wanted = (*input.shape[: input.ndim > 1], *input.shape[2:])
    if tuple(target.shape) != wanted:
        if input.ndim == 2 and target.ndim == 1:
            raise ValueError(
                f"Expected input batch_size ({input.shape[0]}) to match target batch_size "
                f"({target.shape[0]})."
            )
        raise RuntimeError(
            f"expected a target of shape {list(wanted)} for an input of shape {list(input.shape)}, "
            f"but got {list(target.shape)}"
        )
    if target.dtype not in (int64, uint8):
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got {target.dtype.legacy}; use target.long()"
        )


@whole("cross_entropy")
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """`nll_loss` of `log_softmax`: scores in, one number out

    input (N, C, …) or (C,); target: class numbers (N, …), or probabilities of the input's shape.
    ``label_smoothing`` gives that share of each target to all classes evenly (Szegedy et al., *Rethinking the
    Inception Architecture*, 2016, section 7).
    """
    reduction = mode_of(reduction, size_average, reduce)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    classes = 1 if input.ndim > 1 else 0
    logp = log_softmax(input, classes)
    if target.shape == input.shape and target.dtype.is_floating_point:
        return _soft_cross_entropy(logp, target, weight, reduction, label_smoothing, classes)
    hard = nll_loss(logp, target, weight, ignore_index=ignore_index, reduction=reduction)
    if label_smoothing == 0:
        return hard
    return (1 - label_smoothing) * hard + label_smoothing / input.shape[classes] * _spread(
        logp, target, weight, ignore_index, reduction, classes
    )


def _spread(
    logp: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str, classes: int
) -> Tensor:
    """What all classes together lose: the part of the loss that label smoothing adds."""
    along = (-1, *(1,) * (logp.ndim - classes - 1))
    losses = -(logp if weight is None else logp * weight.reshape(*along)).sum(classes)
    seen = target != ignore_index
    losses = e.where(seen, losses, 0.0)
    if reduction != "mean":
        return reduced(losses, reduction)
    if weight is None:
        return losses.sum() / seen.sum()
    return losses.sum() / (weight[e.where(seen, target, 0)] * seen.to(weight.dtype)).sum()


def _soft_cross_entropy(
    logp: Tensor, target: Tensor, weight: Tensor | None, reduction: str, smoothing: float, classes: int
) -> Tensor:
    n = logp.shape[classes]
    if smoothing:
        target = target * (1 - smoothing) + smoothing / n
    if weight is not None:
        logp = logp * weight.reshape(-1, *(1,) * (logp.ndim - classes - 1))
    if reduction == "none":
        return -(logp * target).sum(classes)
    samples = logp.numel() / n if reduction == "mean" else 1
    return -(logp * target).sum() / samples


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Tensor:
    """`cross_entropy` of `linear`: the last layer of a classifier together with its loss

    input (N, in) or (in,), linear_weight (C, *, in), linear_bias (C, *); target class numbers (N, *) or
    probabilities (N, C, *).  ``options`` (to compute in parts) are accepted; the numbers are the same without.
    """
    _check_projection(input, linear_weight, linear_bias)
    classes, *more = linear_weight.shape[:-1]
    shape = (*input.shape[:-1], classes, *more)
    if tuple(target.shape) == shape and ignore_index is not None:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    if options is not None and (more or label_smoothing or target.dtype.is_floating_point):
        warnings.warn(
            "linear_cross_entropy: ``options`` are for class numbers as targets, without label smoothing and "
            "further output dimensions; they are not used here",
            stacklevel=2,
        )
    flat_bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits = linear(input, linear_weight.reshape(math.prod((classes, *more)), -1), flat_bias)
    return cross_entropy(
        logits.reshape(shape),
        target,
        weight,
        ignore_index=-100 if ignore_index is None else ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )


def _check_projection(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    if input.ndim not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.ndim}")
    if weight.ndim < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {weight.ndim}")
    if input.shape[-1] != weight.shape[-1]:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{input.shape[-1]} and {weight.shape[-1]}"
        )
    if bias is not None and bias.shape != weight.shape[:-1]:
        raise RuntimeError(f"expected linear_bias shape {tuple(weight.shape[:-1])}, got {tuple(bias.shape)}")
    if weight.ndim > 2 and input.ndim == 1:
        raise RuntimeError(
            f"a loss of several dimensions (linear_weight {tuple(weight.shape)}) requires batched input, got "
            f"{tuple(input.shape)}"
        )
