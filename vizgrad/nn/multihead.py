"""Attention with several heads, as a layer."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.surface.create import empty
from vizgrad.engine.tensor import Tensor

from . import functional as F
from . import init
from .linear import Linear
from .module import Module
from .parameter import Parameter

__all__ = ["MultiheadAttention"]


class NonDynamicallyQuantizableLinear(Linear):
    """A `Linear` under the name that PyTorch prints for the last layer of `MultiheadAttention`."""


class MultiheadAttention(Module):
    """Every place asks all others, in ``num_heads`` ways at once: ``Concat(head₁, …) Wᴼ``.

    ``headᵢ = softmax(Q Wᵢ (K Wᵢ)ᵀ / √d) V Wᵢ``, d = embed_dim / num_heads.  query (L, N, embed_dim), key (S, N, kdim),
    value (S, N, vdim), or N first with ``batch_first``; returns (L, N, embed_dim), and the weights (N, L, S) unless
    ``need_weights=False``.  In masks True hides.  Vaswani et al., *Attention Is All You Need*, 2017, section 3.2.2.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got {embed_dim} and {num_heads} instead"
            )
        if embed_dim % num_heads:
            raise AssertionError(
                f"embed_dim must be divisible by num_heads, but {embed_dim} is not by {num_heads}"
            )
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim, self.vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        place = {"device": device, "dtype": dtype}
        same = self._qkv_same_embed_dim
        for name, width in (("q", embed_dim), ("k", self.kdim), ("v", self.vdim)):
            weight = None if same else Parameter(empty((embed_dim, width), **place))
            self.register_parameter(f"{name}_proj_weight", weight)
        whole = Parameter(empty((3 * embed_dim, embed_dim), **place)) if same else None
        self.register_parameter("in_proj_weight", whole)
        self.register_parameter("in_proj_bias", Parameter(empty(3 * embed_dim, **place)) if bias else None)
        for name in ("bias_k", "bias_v"):
            self.register_parameter(
                name, Parameter(empty((1, 1, embed_dim), **place)) if add_bias_kv else None
            )
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, **place)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        turned = self.batch_first and query.ndim == 3
        if turned:
            given: Any = (query, key, value)
            once = {id(x): x.transpose(0, 1) for x in given}  # the same tensor thrice stays the same
            query, key, value = (once[id(x)] for x in given)
        projections = (self.in_proj_weight, self.in_proj_bias, self.bias_k, self.bias_v, self.add_zero_attn)
        y: Any
        y, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            *projections,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            self.training,
            key_padding_mask,
            need_weights,
            attn_mask,
            not self._qkv_same_embed_dim,
            self.q_proj_weight,
            self.k_proj_weight,
            self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return (y.transpose(0, 1) if turned else y), weights

    def merge_masks(
        self, attn_mask: Tensor | None, key_padding_mask: Tensor | None, query: Tensor
    ) -> tuple[Tensor | None, int | None]:
        """Both masks as one, for a query (N, L, embed_dim), and of which kind it is

        None: there is none; 1: only padding (N, L); 2: (N, heads, L, L).
        """
        if attn_mask is None:
            return key_padding_mask, None if key_padding_mask is None else 1
        n, length = query.shape[:2]
        mask: Any = attn_mask
        if mask.ndim == 3:
            mask = mask.view(n, -1, length, length)
        else:
            mask = mask.view(1, 1, length, length).expand(n, self.num_heads, -1, -1)
        return mask if key_padding_mask is None else mask + key_padding_mask.view(n, 1, 1, length), 2
