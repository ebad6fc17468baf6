"""What `torch.` itself offers of layers and losses: reductions as numbers, all settings by position.

Names only, and the other order of arguments; what is computed is in `functional`.
"""

# ruff: noqa: N803 - PyTorch's names of arguments
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.ops import normalize as rows
from vizgrad.engine.ops.pad import constant_pad_nd
from vizgrad.engine.surface import create
from vizgrad.engine.surface.out import fills_out
from vizgrad.engine.tensor import Tensor

from . import functional as F
from .functional import (
    adaptive_avg_pool1d,
    avg_pool1d,
    bilinear,
    celu_,
    channel_shuffle,
    conv1d,
    conv2d,
    conv3d,
    conv_tbc,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    cosine_similarity,
    hardshrink,
    max_pool1d,
    max_pool1d_with_indices,
    max_pool2d,
    max_pool3d,
    native_channel_shuffle,
    pairwise_distance,
    pdist,
    pixel_shuffle,
    pixel_unshuffle,
    prelu,
    relu_,
    rms_norm,
    rrelu,
    rrelu_,
    selu,
    selu_,
    threshold,
    threshold_,
)
from .functional.embedding_bags import bag_of
from .functional.norm import batch_statistics
from .functional.sampling import affine_grid_generator, sampled

__all__ = [
    "adaptive_avg_pool1d", "adaptive_max_pool1d", "affine_grid_generator", "alpha_dropout", "alpha_dropout_",
    "avg_pool1d", "batch_norm", "bilinear", "binary_cross_entropy_with_logits", "celu", "celu_",
    "channel_shuffle", "constant_pad_nd", "conv1d", "conv2d", "conv3d", "conv_tbc", "conv_transpose1d",
    "conv_transpose2d", "conv_transpose3d", "convolution", "cosine_embedding_loss", "cosine_similarity",
    "ctc_loss", "dropout", "dropout_", "embedding", "embedding_bag", "feature_alpha_dropout",
    "feature_alpha_dropout_", "feature_dropout", "feature_dropout_", "grid_sampler", "grid_sampler_2d",
    "grid_sampler_3d", "group_norm", "hardshrink", "hinge_embedding_loss", "instance_norm", "kl_div",
    "layer_norm", "margin_ranking_loss", "max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool3d",
    "native_batch_norm", "native_channel_shuffle", "native_dropout", "native_group_norm", "native_layer_norm",
    "pairwise_distance", "pdist", "pixel_shuffle", "pixel_unshuffle", "poisson_nll_loss", "prelu", "relu_",
    "rms_norm", "rrelu", "rrelu_", "selu", "selu_", "threshold", "threshold_", "triplet_margin_loss",
]  # fmt: skip


def adaptive_max_pool1d(input: Tensor, output_size: Any) -> tuple[Tensor, Tensor]:
    """`functional.adaptive_max_pool1d` with the places of the largest numbers."""
    return F.adaptive_max_pool1d(input, output_size, return_indices=True)


def celu(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`functional.celu`."""
    return F.celu(input, alpha)


_CONVOLUTIONS: tuple[Any, ...] = (conv1d, conv2d, conv3d)
_TRANSPOSED: tuple[Any, ...] = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)


def convolution(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    output_padding: Any,
    groups: int,
) -> Tensor:
    """A convolution or a transposed one, over as many dimensions as the weight has."""
    n = weight.ndim - 2
    if transposed:
        back = _TRANSPOSED[n - 1]
        return back(input, weight, bias, stride, padding, output_padding, groups, dilation)
    forth = _CONVOLUTIONS[n - 1]
    return forth(input, weight, bias, stride, padding, dilation, groups)


# --- dropout ------------------------------------------------------------------------------------------------


def dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`functional.dropout`."""
    return F.dropout(input, p, train)


def dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`functional.dropout`, in place."""
    return F.dropout(input, p, train, inplace=True)


def alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`functional.alpha_dropout`."""
    return F.alpha_dropout(input, p, train)


def alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`functional.alpha_dropout`, in place."""
    return F.alpha_dropout(input, p, train, inplace=True)


def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`dropout` of whole channels: input (N, C, *)."""
    return F.dropout2d(input, p, train)


def feature_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`dropout` of whole channels, in place."""
    return F.dropout2d(input, p, train, inplace=True)


def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`functional.feature_alpha_dropout`."""
    return F.feature_alpha_dropout(input, p, train)


def feature_alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`functional.feature_alpha_dropout`, in place."""
    return F.feature_alpha_dropout(input, p, train, inplace=True)


def native_dropout(input: Tensor, p: float, train: bool | None) -> tuple[Tensor, Tensor]:
    """`functional.dropout` and the mask, True where something stayed."""
    kept = create.rand(input.shape, device=input.device) >= (p if train or train is None else 0.0)
    scale = 1.0 if train is False else 0.0 if p == 1 else 1 / (1 - p)
    return input * kept * scale, kept


# --- normalization ------------------------------------------------------------------------------------------


def layer_norm(
    input: Tensor,
    normalized_shape: Any,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Tensor:
    """`functional.layer_norm`."""
    return F.layer_norm(input, normalized_shape, weight, bias, eps)


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Tensor:
    """`functional.group_norm`."""
    return F.group_norm(input, num_groups, weight, bias, eps)


def batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """`functional.batch_norm`."""
    return F.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


def instance_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """`functional.instance_norm`."""
    return F.instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)


def native_layer_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None, bias: Tensor | None, eps: float
) -> Any:
    """`layer_norm`, the mean, and 1 / √(var + eps)."""
    return rows.layer_norm(input, weight, bias, tuple(normalized_shape), eps)


def native_group_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    N: int,
    C: int,
    HxW: int,
    group: int,
    eps: float,
) -> Any:
    """`group_norm` of (N, C, *), the mean, and 1 / √(var + eps)."""
    return rows.group_norm(input, weight, bias, group, eps)


@fills_out
def native_batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """`batch_norm`, the batch's mean, and 1 / √(var + eps); both empty where the running ones were used."""
    if not training:
        y = F.batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
        nothing = create.zeros(0, dtype=input.dtype, device=input.device)
        return y, nothing, nothing.clone()
    y, mean, var = batch_statistics(input, running_mean, running_var, weight, bias, momentum, eps)
    return y, mean, e.rsqrt(var + eps)


# --- looking up ---------------------------------------------------------------------------------------------


def embedding(
    weight: Tensor,
    indices: Tensor,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """`functional.embedding`; ``padding_idx`` -1 is none."""
    return F.embedding(
        indices, weight, None if padding_idx < 0 else padding_idx, None, 2.0, scale_grad_by_freq
    )


def embedding_bag(
    weight: Tensor,
    indices: Tensor,
    offsets: Tensor,
    scale_grad_by_freq: bool = False,
    mode: int = 0,
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """`functional.embedding_bag`, mode 0 sum, 1 mean, 2 max; the bag of each row, the bags' sizes, and offsets."""
    y = F.embedding_bag(
        indices,
        weight,
        offsets,
        scale_grad_by_freq=scale_grad_by_freq,
        mode=("sum", "mean", "max")[mode],
        per_sample_weights=per_sample_weights,
        include_last_offset=include_last_offset,
        padding_idx=padding_idx,
    )
    starts = offsets[:-1] if include_last_offset else offsets
    bag = bag_of(starts, len(indices))
    sizes = create.zeros(len(starts), dtype=bag.dtype).index_add(0, bag, create.ones_like(bag))
    return y, bag, sizes, starts


_MODES, _OUTSIDE = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")


def grid_sampler(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """`functional.grid_sample`: modes 0 bilinear, 1 nearest, 2 bicubic; padding 0 zeros, 1 border, 2 reflection."""
    return sampled(input, grid, _MODES[interpolation_mode], _OUTSIDE[padding_mode], align_corners)


grid_sampler_2d = grid_sampler_3d = grid_sampler


# --- losses -------------------------------------------------------------------------------------------------

_REDUCTIONS = ("none", "mean", "sum")


def _numbered(loss: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A loss whose ``reduction`` is a number: 0 none, 1 mean, 2 sum."""
    import inspect

    old = ("size_average", "reduce")
    names = [name for name in inspect.signature(loss).parameters if name not in old]

    def call(*args: Any, **settings: Any) -> Tensor:
        given = dict(zip(names, args, strict=False)) | settings
        given["reduction"] = _REDUCTIONS[given.get("reduction", 1)]
        return loss(**given)

    call.__name__ = call.__qualname__ = loss.__name__
    call.__doc__ = f"`functional.{loss.__name__}`, with ``reduction`` 0 none, 1 mean, 2 sum."
    return call


binary_cross_entropy_with_logits = _numbered(F.binary_cross_entropy_with_logits)
cosine_embedding_loss = _numbered(F.cosine_embedding_loss)
ctc_loss = _numbered(F.ctc_loss)
hinge_embedding_loss = _numbered(F.hinge_embedding_loss)
kl_div = _numbered(F.kl_div)
margin_ranking_loss = _numbered(F.margin_ranking_loss)
poisson_nll_loss = _numbered(F.poisson_nll_loss)
triplet_margin_loss = _numbered(F.triplet_margin_loss)
