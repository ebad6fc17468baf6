"""The Transformer: layers of attention and of two linear layers, each with a residual and a normalization."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

from vizgrad.engine.surface import create
from vizgrad.engine.tensor import Tensor

from . import functional as F
from . import init
from .container import ModuleList
from .dropout import Dropout
from .functional.attention import canonical
from .linear import Linear
from .module import Module
from .multihead import MultiheadAttention
from .norm import LayerNorm

__all__ = [
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
]

Activation = Callable[[Tensor], Tensor]


def _function(activation: str | Activation) -> Activation:
    if not isinstance(activation, str):
        return activation
    if activation not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {activation}")
    return F.relu if activation == "relu" else F.gelu


def _copies(layer: Module, n: int) -> ModuleList:
    return ModuleList([copy.deepcopy(layer) for _ in range(n)])


def _causal(mask: Tensor | None, is_causal: bool | None, x: Tensor, batch_first: bool) -> bool:
    """Whether every place sees only those up to itself: as said, or as the mask says if nothing was said."""
    if is_causal is not None or mask is None:
        return bool(is_causal)
    length = x.shape[0] if x.ndim == 2 else x.shape[1 if batch_first else 0]
    if tuple(mask.shape) != (length, length):
        return False
    usual = Transformer.generate_square_subsequent_mask(length, mask.device, mask.dtype)
    return bool((mask == usual).all())


class _Layer(Module):
    """What layers of the encoder and of the decoder share: attention to oneself, and two linear layers."""

    def _build(
        self, d_model: int, nhead: int, dim: int, dropout: float, attentions: tuple[str, ...], **how: Any
    ) -> None:
        """Register the parts; ``how``: activation, layer_norm_eps, batch_first, norm_first, bias, device, dtype."""
        place = {"device": how["device"], "dtype": how["dtype"], "bias": how["bias"]}
        for name in attentions:
            attention = MultiheadAttention(
                d_model, nhead, dropout=dropout, batch_first=how["batch_first"], **place
            )
            setattr(self, name, attention)
        self.linear1 = Linear(d_model, dim, **place)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim, d_model, **place)
        self.norm_first = how["norm_first"]
        each = range(1, len(attentions) + 2)
        for i in each:
            setattr(self, f"norm{i}", LayerNorm(d_model, eps=how["layer_norm_eps"], **place))
        for i in each:
            setattr(self, f"dropout{i}", Dropout(dropout))
        self.activation = _function(how["activation"])

    def _residual(self, x: Tensor, norm: Module, block: Callable[[Tensor], Tensor]) -> Tensor:
        """``norm(x + block(x))``, or ``x + block(norm(x))`` with ``norm_first``."""
        return x + block(norm(x)) if self.norm_first else norm(x + block(x))

    def _attended(
        self, attention: Module, drop: Module, x: Tensor, to: Tensor, masks: tuple[Any, ...]
    ) -> Tensor:
        """``x`` asks ``to``; masks are those of pairs and of padding, and whether they are causal."""
        mask, padding, is_causal = masks
        settings = {"attn_mask": mask, "key_padding_mask": padding, "is_causal": is_causal}
        return drop(attention(x, to, to, need_weights=False, **settings)[0])

    def _feed_forward(self, x: Tensor, drop: Module) -> Tensor:
        return drop(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerEncoderLayer(_Layer):
    """``x ← norm(x + attention(x, x, x))``, then ``x ← norm(x + W₂ relu(W₁ x + b₁) + b₂)``, with dropout in between.

    src and output (S, N, d_model), (N, S, d_model) with ``batch_first``, or (S, d_model); ``norm_first``
    normalizes what goes into attention and linear layers instead of what comes out.  ``src_mask`` (S, S) and
    ``src_key_padding_mask`` (N, S) hide where they are True, or are added to the scores; ``is_causal`` says that
    ``src_mask`` is the causal one.  Vaswani et al., *Attention Is All You Need*, 2017, section 3.1.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        how = {"activation": activation, "layer_norm_eps": layer_norm_eps, "batch_first": batch_first}
        how |= {"norm_first": norm_first, "bias": bias, "device": device, "dtype": dtype}
        self._build(d_model, nhead, dim_feedforward, dropout, ("self_attn",), **how)

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        masks = src_mask, src_key_padding_mask, is_causal
        x = self._residual(
            src, self.norm1, lambda x: self._attended(self.self_attn, self.dropout1, x, x, masks)
        )
        return self._residual(x, self.norm2, lambda x: self._feed_forward(x, self.dropout2))


class TransformerDecoderLayer(_Layer):
    """An encoder layer that in between asks what the encoder found: ``x ← norm(x + attention(x, memory, memory))``.

    tgt and output (T, N, d_model), memory (S, N, d_model), or N first with ``batch_first``; masks are those of
    `TransformerEncoderLayer`, for tgt (T, T) and (N, T), and for memory (T, S) and (N, S).
    Vaswani et al., *Attention Is All You Need*, 2017, section 3.1.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        how = {"activation": activation, "layer_norm_eps": layer_norm_eps, "batch_first": batch_first}
        how |= {"norm_first": norm_first, "bias": bias, "device": device, "dtype": dtype}
        self._build(d_model, nhead, dim_feedforward, dropout, ("self_attn", "multihead_attn"), **how)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        own = tgt_mask, tgt_key_padding_mask, tgt_is_causal
        other = memory_mask, memory_key_padding_mask, memory_is_causal
        x = self._residual(
            tgt, self.norm1, lambda x: self._attended(self.self_attn, self.dropout1, x, x, own)
        )
        x = self._residual(
            x, self.norm2, lambda x: self._attended(self.multihead_attn, self.dropout2, x, memory, other)
        )
        return self._residual(x, self.norm3, lambda x: self._feed_forward(x, self.dropout3))


class TransformerEncoder(Module):
    """``num_layers`` copies of an encoder layer, one after the other, and ``norm`` at the end if given.

    ``is_causal=None`` looks at ``mask`` itself.  ``enable_nested_tensor`` and ``mask_check`` are accepted and
    change nothing: they choose among ways of computing that PyTorch has.
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers, self.num_layers, self.norm = _copies(encoder_layer, num_layers), num_layers, norm
        self.enable_nested_tensor, self.mask_check = enable_nested_tensor, mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        padding = canonical(src_key_padding_mask, "src_key_padding_mask", src, mask, "mask")
        mask = canonical(mask, "mask", src)
        causal = _causal(mask, is_causal, src, self.layers[0].self_attn.batch_first)
        x = src
        for layer in self.layers:
            x = layer(x, src_mask=mask, is_causal=causal, src_key_padding_mask=padding)
        return x if self.norm is None else self.norm(x)


class TransformerDecoder(Module):
    """``num_layers`` copies of a decoder layer, one after the other, and ``norm`` at the end if given."""

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers, self.num_layers, self.norm = _copies(decoder_layer, num_layers), num_layers, norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        settings = {
            "tgt_mask": tgt_mask,
            "memory_mask": memory_mask,
            "tgt_key_padding_mask": tgt_key_padding_mask,
            "memory_key_padding_mask": memory_key_padding_mask,
            "tgt_is_causal": _causal(tgt_mask, tgt_is_causal, tgt, self.layers[0].self_attn.batch_first),
            "memory_is_causal": memory_is_causal,
        }
        x = tgt
        for layer in self.layers:
            x = layer(x, memory, **settings)
        return x if self.norm is None else self.norm(x)


class Transformer(Module):
    """An encoder that reads ``src``, and a decoder that writes on from ``tgt``, looking at what the encoder found.

    src (S, N, d_model), tgt and output (T, N, d_model), N first with ``batch_first``.  Weights with two or more
    dimensions start Xavier-uniform.  Vaswani et al., *Attention Is All You Need*, 2017, figure 1.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Activation = F.relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        sizes = (d_model, nhead, dim_feedforward, dropout)
        how = (activation, layer_norm_eps, batch_first, norm_first)
        place = {"bias": bias, "device": device, "dtype": dtype}
        parts = (
            (custom_encoder, num_encoder_layers, TransformerEncoder, TransformerEncoderLayer),
            (custom_decoder, num_decoder_layers, TransformerDecoder, TransformerDecoderLayer),
        )
        self.encoder, self.decoder = (
            whole(one(*sizes, *how, **place), n, LayerNorm(d_model, layer_norm_eps, **place))
            if made is None
            else made
            for made, n, whole, one in parts
        )
        self._reset_parameters()
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def _reset_parameters(self) -> None:
        for p in self.parameters():
            if p.ndim > 1:
                init.xavier_uniform_(p)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """(sz, sz) numbers to add to scores: 0 up to the diagonal, -inf above it."""
        return create.full((sz, sz), -math.inf, device=device, dtype=dtype).triu(1)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        samples = 0 if self.batch_first else 1
        if src.ndim == 3 and src.shape[samples] != tgt.shape[samples]:
            raise RuntimeError("the batch number of src and tgt must be equal")
        if src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(
            src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal
        )
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )
