"""Attention with several heads, in PyTorch's words."""

from __future__ import annotations

import math
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
    _refuse(query, key, value, embed_dim_to_check, num_heads, attn_mask, is_causal)
    weight = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else in_proj_weight
    q, k, v = _projected(query, key, value, weight, in_proj_bias)
    q, k, v = _heads(q, num_heads), *(_heads(_longer(x, b), num_heads) for x, b in ((k, bias_k), (v, bias_v)))
    if add_zero_attn:
        k, v = (cat([x, create.zeros_like(x[:, :, :1])], 2) for x in (k, v))
    causal = is_causal and key_padding_mask is None and not need_weights
    mask = None if causal else _merged(attn_mask, key_padding_mask, q, k)
    y, weights = _attended(q, k, v, mask, dropout_p if training else 0.0, causal, need_weights)
    y = linear(y.permute(2, 0, 1, 3).flatten(2), out_proj_weight, out_proj_bias)
    return _as_asked(y, weights, query.ndim, average_attn_weights)


def _as_asked(y: Tensor, weights: Tensor | None, ndim: int, average: bool) -> tuple[Tensor, Tensor | None]:
    """Weights averaged over the heads, and no batch dimension where the query had none."""
    if weights is not None and average:
        weights = weights.mean(1)
    if ndim == 3:
        return y, weights
    return y.squeeze(1), None if weights is None else weights.squeeze(0)


def _refuse(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    width: int,
    heads: int,
    attn_mask: Tensor | None,
    is_causal: bool,
) -> None:
    if query.ndim not in (2, 3) or key.ndim != query.ndim or value.ndim != query.ndim:
        raise AssertionError(
            "expected query, key and value of 2 (unbatched) or 3 dimensions, all alike, but they have "
            f"{query.ndim}, {key.ndim} and {value.ndim}"
        )
    if query.shape[-1] != width:
        raise AssertionError(f"was expecting embedding dimension of {width}, but got {query.shape[-1]}")
    if width % heads:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {heads}")
    if key.shape[:-1] != value.shape[:-1]:
        raise AssertionError(
            f"key's sequence and batch dims {key.shape[:-1]} do not match value's {value.shape[:-1]}"
        )
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")


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


def _numbers(mask: Tensor, like: Tensor) -> Tensor:
    """A mask whose True hides, as numbers that are added to the scores."""
    if mask.dtype is bool_:
        return masked_fill(create.zeros(mask.shape, dtype=like.dtype, device=like.device), mask, -math.inf)
    return mask.to(like.dtype)


def _merged(attn_mask: Tensor | None, padding: Tensor | None, q: Tensor, k: Tensor) -> Tensor | None:
    """Both masks as one that broadcasts to (N, heads, L, S); places added to the keys are always seen."""
    n, heads, rows, columns = q.shape[0], q.shape[1], q.shape[2], k.shape[2]
    found = None
    if attn_mask is not None:
        found = _numbers(attn_mask, q)
        if found.ndim == 3:
            found = found.reshape(n, heads, rows, found.shape[-1])
    if padding is not None:
        hidden = _numbers(padding, q)
        hidden = hidden.reshape(n, 1, 1, hidden.shape[-1])
        found = hidden if found is None else found + hidden
    if found is not None and found.shape[-1] < columns:
        seen = create.zeros((*found.shape[:-1], columns - found.shape[-1]), dtype=q.dtype, device=q.device)
        found = cat([found, seen], -1)
    return found


def _attended(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, p: float, is_causal: bool, need_weights: bool
) -> tuple[Tensor, Tensor | None]:
    if not need_weights:
        return scaled_dot_product_attention(q, k, v, mask, p, is_causal), None
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
    weights = softmax(scores if mask is None else scores + mask, -1)
    weights = dropout(weights, p) if p else weights
    return weights @ v, weights
