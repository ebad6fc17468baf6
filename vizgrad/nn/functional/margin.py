"""Losses that ask for a margin: the right answer ahead of the wrong ones, alike things closer than unlike ones."""

from __future__ import annotations

from collections.abc import Callable

from vizgrad.engine.ops import activation
from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.surface import create
from vizgrad.engine.surface.autocast import whole
from vizgrad.engine.tensor import Tensor

from .activation import logsigmoid
from .distance import pairwise_distance
from .loss import mode_of, reduced

__all__ = [
    "cosine_embedding_loss", "hinge_embedding_loss", "margin_ranking_loss", "multi_margin_loss",
    "multilabel_margin_loss", "multilabel_soft_margin_loss", "soft_margin_loss", "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]  # fmt: skip


@whole("margin_ranking_loss")
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, -t (x1 - x2) + margin): t = 1 asks for x1 above x2, -1 for the reverse"""
    reduction = mode_of(reduction, size_average, reduce)
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
            f"{input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    return reduced(e.clamp(-target * (input1 - input2) + margin, 0), reduction)


@whole("hinge_embedding_loss")
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``x`` where t = 1, max(0, margin - x) where t = -1; as in PyTorch, both where t is neither"""
    reduction = mode_of(reduction, size_average, reduce)
    near = e.where(target != -1, input, 0.0)
    far = e.where(target != 1, activation.relu(margin - input), 0.0)
    return reduced(near + far, reduction)


@whole("soft_margin_loss")
def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """log(1 + e^(-t x)), with t = 1 or -1"""
    reduction = mode_of(reduction, size_average, reduce)
    return reduced(-logsigmoid(target * input), reduction)


@whole("cosine_embedding_loss")
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``1 - cos(x₁, x₂)`` where t = 1, max(0, cos(x₁, x₂) - margin) where t = -1: inputs (N, D) or (D,)"""
    reduction = mode_of(reduction, size_average, reduce)
    if target.ndim not in (0, 1) or not input1.ndim == input2.ndim == target.ndim + 1:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, and at most 1D targets are "
            f"supported, but found inputs with sizes {list(input1.shape)} and {list(input2.shape)}."
        )
    along, small = target.ndim, 1e-12
    product = (input1 * input2).sum(along)
    lengths = ((input1 * input1).sum(along) + small) * ((input2 * input2).sum(along) + small)
    cos = product / e.sqrt(lengths)
    near = e.where(target == 1, 1 - cos, 0.0)
    far = e.where(target == -1, e.clamp(cos - margin, 0), 0.0)
    return reduced(near + far, reduction)


# --- classes ------------------------------------------------------------------------------------------------


@whole("multi_margin_loss")
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Σ over wrong classes of max(0, margin - x[t] + x[i])ᵖ / C: input (N, C) or (C,), target (N,) or ()

    Crammer & Singer, *On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines*, 2001.
    """
    reduction = mode_of(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError(f"only p == 1 and p == 2 supported, but got {p}")
    if weight is not None and weight.ndim != 1:
        raise ValueError(f"weight must be one-dimensional, but has {weight.ndim} dimensions")
    x = _samples("multi_margin_loss", input)
    classes = x.shape[1]
    if target.numel() != len(x) or target.ndim > 1:
        raise RuntimeError(f"inconsistent target size, expected {[len(x)]} but got {list(target.shape)}")
    if weight is not None and weight.numel() != classes:
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    right = target.reshape(-1, 1)
    _within(right, 0, classes)
    gap = e.clamp(margin - x.gather(1, right) + x, 0)
    losses = gap if p == 1 else gap * gap
    if weight is not None:
        losses = losses * weight.index_select(0, right.reshape(-1)).unsqueeze(1)
    wrong = create.arange(classes, device=input.device) != right
    each = e.where(wrong, losses, 0.0).sum(1) / classes
    return reduced(each if input.ndim == 2 else each.reshape(target.shape), reduction)


@whole("multilabel_margin_loss")
def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Σ over right classes t and wrong ones i of max(0, 1 - x[t] + x[i]) / C: input and target (N, C) or (C,)

    A row of target lists the right classes, up to the first -1.
    """
    reduction = mode_of(reduction, size_average, reduce)
    x = _samples("multilabel_margin_loss", input)
    if input.shape != target.shape:
        raise RuntimeError(
            f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}"
        )
    labels = target.reshape(x.shape)
    _within(labels, -1, x.shape[1])
    listed = (labels >= 0).cumprod(1) != 0
    labels = e.where(listed, labels, 0)
    right = create.zeros(x.shape, dtype=x.dtype, device=x.device)
    right = right.scatter_reduce(1, labels, listed.to(x.dtype), "amax")
    gap = e.clamp(1 - x.gather(1, labels).unsqueeze(2) + x.unsqueeze(1), 0)
    counts = listed.to(x.dtype).unsqueeze(2) * (1 - right).unsqueeze(1)
    each = (gap * counts).sum((1, 2)) / x.shape[1]
    return reduced(each if input.ndim == 2 else each.reshape(()), reduction)


def _samples(name: str, input: Tensor) -> Tensor:
    """The input as (N, C)."""
    if input.ndim > 2 or (input.ndim and not input.shape[-1]):
        raise RuntimeError(
            f"{name}: Expected non-empty vector or matrix with optional 0-dim batch size, but got: "
            f"{list(input.shape)}"
        )
    return input if input.ndim == 2 else input.reshape(1, -1)


def _within(labels: Tensor, least: int, classes: int) -> None:
    if labels.numel() and not least <= int(labels.min()) <= int(labels.max()) < classes:
        raise RuntimeError(
            f"target out of range: classes are numbered from 0 to {classes - 1}, but targets run from "
            f"{int(labels.min())} to {int(labels.max())}"
        )


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """-(t log σ(x) + (1 - t) log σ(-x)), averaged over classes: input and target (N, C)"""
    reduction = mode_of(reduction, size_average, reduce)
    losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    return reduced((losses if weight is None else losses * weight).mean(-1), reduction)


# --- three at a time ----------------------------------------------------------------------------------------


@whole("triplet_margin_loss")
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, ‖a - p‖ - ‖a - n‖ + margin), each (N, D) or (D,)

    ``swap`` counts ‖p - n‖ instead of ‖a - n‖ where it is smaller (Balntas et al., *Learning Shallow Convolutional
    Feature Descriptors with Triplet Losses*, 2016, section 3.2).
    """
    reduction = mode_of(reduction, size_average, reduce)
    _check_margin(margin)

    def distance(a: Tensor, b: Tensor) -> Tensor:
        return pairwise_distance(a, b, p, eps)

    return _triplets(anchor, positive, negative, distance, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """max(0, d(a, p) - d(a, n) + margin), for any distance d (`pairwise_distance` unless given)"""
    _check_margin(margin)
    distance = distance_function or pairwise_distance
    return _triplets(anchor, positive, negative, distance, margin, swap, mode_of(reduction))


def _check_margin(margin: float) -> None:
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")


def _triplets(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    distance: Callable[[Tensor, Tensor], Tensor],
    margin: float,
    swap: bool,
    reduction: str,
) -> Tensor:
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but "
            f"got: anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = e.minimum(far, distance(positive, negative))
    return reduced(e.clamp(near - far + margin, 0), reduction)
