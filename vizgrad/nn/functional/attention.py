"""Attention with several heads, in PyTorch's words."""

from __future__ import annotations

import math
import warnings
from typing import Any

from vizgrad.engine.dtype import bool_
from vizgrad.engine.ops.attention import scaled_dot_product_attention
from vizgrad.engine.ops.index import masked_fill
from vizgrad.engine.ops.join import cat
from vizgrad.engine.ops.matmul import linear
from vizgrad.engine.surface import create
from vizgrad.engine.tensor import Tensor

from .activation import softmax
from .dropout import dropout

__all__ = ["multi_head_attention_forward", "scaled_dot_product_attention"]


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Any = None,
    static_v: Any = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """`scaled_dot_product_attention` in ``num_heads`` heads, each with a part of the width: see MultiheadAttention

    query (L, N, width), key (S, N, …), value (S, N, …), or the same without N; returns (L, N, width) and weights.
    """
    _refuse(query, key, value, embed_dim_to_check, num_heads, key_padding_mask, attn_mask, is_causal)
    _refuse_values(key, value, use_separate_proj_weight, bias_k, bias_v)
    padding = canonical(key_padding_mask, "key_padding_mask", query, attn_mask, "attn_mask")
    weight = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else in_proj_weight
    q, k, v = _projected(query, key, value, weight, in_proj_bias)
    q, k, v = (_heads(_longer(x, b), num_heads) for x, b in ((q, None), (k, bias_k), (v, bias_v)))
    k, v = (_given(x, given, add_zero_attn) for x, given in ((k, static_k), (v, static_v)))
    causal = is_causal and padding is None and not need_weights
    places = q.shape[0], num_heads, query.shape[0], key.shape[0]
    mask = None if causal else _merged(canonical(attn_mask, "attn_mask", query), padding, places, k.shape[2])
    y, weights = _attended(q, k, v, mask, dropout_p if training else 0.0, causal, need_weights)
    y = linear(y.permute(2, 0, 1, 3).flatten(2), out_proj_weight, out_proj_bias)
    return _as_asked(y, weights, query.ndim, average_attn_weights)


def _as_asked(y: Tensor, weights: Tensor | None, ndim: int, average: bool) -> tuple[Tensor, Tensor | None]:
    """Weights averaged over the heads, and no batch dimension where the query had none."""
    if weights is not None and average:
        weights = weights.mean(1)
    if ndim == 3:
        return y, weights
    return y[:, 0], None if weights is None else weights[0]


def _refuse(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    width: int,
    heads: int,
    padding: Any,
    mask: Any,
    is_causal: bool,
) -> None:
    if query.ndim not in (2, 3):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {query.ndim}-D query tensor"
        )
    n = query.ndim
    case = f"For {'batched (3-D)' if n == 3 else 'unbatched (2-D)'} `query`, expected "
    if key.ndim != n or value.ndim != n:
        raise AssertionError(
            f"{case}`key` and `value` to be {n}-D but found {key.ndim}-D and {value.ndim}-D tensors respectively"
        )
    if padding is not None and padding.ndim != n - 1:
        raise AssertionError(
            f"{case}`key_padding_mask` to be `None` or {n - 1}-D but found {padding.ndim}-D tensor instead"
        )
    if mask is not None and mask.ndim not in (2, 3):
        raise AssertionError(
            f"{case}`attn_mask` to be `None`, 2-D or 3-D but found {mask.ndim}-D tensor instead"
        )
    if query.shape[-1] != width:
        raise AssertionError(f"was expecting embedding dimension of {width}, but got {query.shape[-1]}")
    if width % heads:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {heads}")
    if is_causal and mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )


def _refuse_values(key: Tensor, value: Tensor, separate: bool, bias_k: Any, bias_v: Any) -> None:
    if separate and key.shape[:-1] != value.shape[:-1]:
        raise AssertionError(
            f"key's sequence and batch dims {key.shape[:-1]} do not match value's {value.shape[:-1]}"
        )
    if not separate and key.shape != value.shape:
        raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
    if (bias_k is None) != (bias_v is None):
        raise AssertionError("bias_k and bias_v must be set both, or neither")


def _projected(q: Tensor, k: Tensor, v: Tensor, weight: Any, bias: Tensor | None) -> list[Tensor]:
    """Queries, keys and values of every head, from one weight (3 width, width) or three."""
    if isinstance(weight, Tensor) and q is k is v:
        return list(linear(q, weight, bias).chunk(3, -1))
    weights = weight.chunk(3) if isinstance(weight, Tensor) else weight
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    return [linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases, strict=True)]


def _longer(x: Tensor, bias: Tensor | None) -> Tensor:
    """One more place at the end of the sequence, the same in every sample."""
    return x if bias is None else cat([x, bias.reshape(-1).expand(1, *x.shape[1:])])


def _heads(x: Tensor, heads: int) -> Tensor:
    """(L, N, width), or (L, width), to (N, heads, L, width / heads)."""
    x = x if x.ndim == 3 else x.unsqueeze(1)
    length, n, width = x.shape
    return x.reshape(length, n, heads, width // heads).permute(1, 2, 0, 3)


def _given(x: Tensor, static: Tensor | None, add_zero: bool) -> Tensor:
    """Projected keys or values, or those given instead (N heads, S, width / heads); a place of zeros at the end."""
    if static is not None:
        n, heads, _, width = x.shape
        if static.shape[0] != n * heads or static.shape[2] != width:
            raise AssertionError(
                f"expecting static keys or values ({n * heads}, S, {width}), but got {tuple(static.shape)}"
            )
        x = static.reshape(n, heads, static.shape[1], width)
    return cat([x, create.zeros_like(x[:, :, :1])], 2) if add_zero else x


def canonical(
    mask: Tensor | None, name: str, like: Tensor, other: Tensor | None = None, other_name: str = ""
) -> Tensor | None:
    """A mask as numbers that are added to the scores: -inf where it is True, in the dtype of ``like``."""
    if mask is None:
        return None
    if mask.dtype is not bool_ and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {name} are supported")
    if other is not None and other.dtype != mask.dtype:
        warnings.warn(
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.",
            stacklevel=3,
        )
    if mask.dtype is bool_:
        return masked_fill(create.zeros(mask.shape, dtype=like.dtype, device=like.device), mask, -math.inf)
    return mask


def _merged(
    attn_mask: Tensor | None, padding: Tensor | None, places: tuple[int, ...], columns: int
) -> Tensor | None:
    """Both masks as one that broadcasts to (N, heads, L, S); places added to the keys are always seen."""
    n, heads, length, known = places
    found = None
    if attn_mask is not None:
        wanted = (length, known) if attn_mask.ndim == 2 else (n * heads, length, known)
        if tuple(attn_mask.shape) != wanted:
            raise RuntimeError(
                f"The shape of the {attn_mask.ndim}D attn_mask is {attn_mask.shape}, but should be {wanted}."
            )
        found = attn_mask if attn_mask.ndim == 2 else attn_mask.reshape(n, heads, length, known)
    if padding is not None:
        hidden = padding if padding.ndim == 2 else padding.unsqueeze(0)
        if tuple(hidden.shape) != (n, known):
            raise AssertionError(
                f"Expected key_padded_mask to have shape {(n, known)}, but got {tuple(hidden.shape)}"
            )
        hidden = hidden.reshape(n, 1, 1, known)
        found = hidden if found is None else found + hidden
    if found is not None and known < columns:
        seen = create.zeros((*found.shape[:-1], columns - known), dtype=found.dtype, device=found.device)
        found = cat([found, seen], -1)
    return found


def _attended(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, p: float, is_causal: bool, need_weights: bool
) -> tuple[Tensor, Tensor | None]:
    if not need_weights:
        return scaled_dot_product_attention(q, k, v, mask, p, is_causal), None
    turned: Any = k
    scores: Any = (q * q.shape[-1] ** -0.5) @ turned.transpose(-2, -1)
    weights = softmax(scores if mask is None else scores + mask, -1)
    weights = dropout(weights, p) if p else weights
    return weights @ v, weights
