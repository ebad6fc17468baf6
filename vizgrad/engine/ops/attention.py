"""Attention: every place asks all others, and takes in what they answer, weighted by how well it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from vizgrad.engine.kernels import softmax
from vizgrad.engine.kernels.rows import tops
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value
from vizgrad.engine.surface.autocast import whole

from .dropout import dropout

if TYPE_CHECKING:
    from vizgrad.engine.tensor import Tensor


@op
class attention_weights(Formula):
    """Scores to weights: softmax over the last dimension, after hiding what must not be seen

    ``mask`` holds True where a key may be seen, or numbers that are added to the scores; ``is_causal``: query
    i sees keys 0 … i.  A query that sees nothing gets weights 0.
    """

    samples = (
        Sample((2, 3, 4)),
        Sample((2, 3, 3), is_causal=True),
        Sample((2, 3, 4), (3, 4)),
        Sample((2, 3, 4), (1, 1, 4), scale=0.5),
    )
    broadcasts = True
    formula = "softmax(x · scale + mask)"

    @staticmethod
    def shape(input, mask=None, is_causal=False, scale=1.0):
        return tuple(input) if mask is None else shapes.broadcast(input, mask)

    def forward(xp, input: Value, mask: Value | None = None, is_causal: bool = False, scale: float = 1.0):
        x = input.astype("float32") if input.dtype.itemsize < 4 else input
        if _large(x) and (mask is None or _alike(mask.shape, x.shape)):
            y = softmax.weights(x, mask, is_causal, scale)
        else:
            y = _weights(xp, x, mask, is_causal, scale)
        return y.astype(input.dtype, copy=False)

    def d_input(xp, g, y, scale):
        return softmax.d_scores(g, y, scale) if _large(y) else _d_softmax(xp, g, y) * scale

    def d_mask(xp, g, y):
        return softmax.d_scores(g, y, 1.0) if _large(y) else _d_softmax(xp, g, y)


def _large(x):
    """Whether x is an array for which the kernel is worth its preparation."""
    return isinstance(x, numpy.ndarray) and x.ndim > 1 and x.size > 8192 and x.dtype.itemsize >= 4


def _alike(mask: Any, scores: Any) -> bool:
    """Whether a mask of this shape is the same for all heads of the scores."""
    mask = (1,) * (len(scores) - len(mask)) + tuple(mask)
    return shapes.product(mask[:-2]) == 1 and all(
        m in (1, n) for m, n in zip(mask[-2:], scores[-2:], strict=True)
    )


def _d_softmax(xp, g, y):
    return y * (g - xp.sum(g * y, axis=-1, keepdims=True))


def _weights(xp, x, mask, is_causal, scale):
    """Scaled and masked scores through softmax; a row in which everything is hidden becomes 0."""
    x = x * scale
    if mask is not None:
        x = xp.where(mask, x, -xp.inf) if mask.dtype.kind == "b" else x + mask
    if is_causal:
        queries, keys = x.shape[-2:]
        xp.copyto(x, -xp.inf, where=xp.arange(keys) > xp.arange(queries)[:, None])
    top = tops(xp, x)
    top[top == -xp.inf] = 0
    x -= top
    y = xp.exp(x, out=x)
    total = xp.matmul(y, xp.ones((y.shape[-1], 1), dtype=y.dtype))  # adds up rows faster than a sum
    total[total == 0] = 1
    y /= total
    return y


@whole("scaled_dot_product_attention")
def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """softmax(Q Kᵀ / √d) V: for each query the average of the values, weighted by how well their keys fit

    query (*, L, d), key (*, S, d), value (*, S, width); ``attn_mask`` (L, S) is True where a key may be seen,
    or is added to the scores; ``is_causal`` hides what comes later; ``enable_gqa``: several heads of queries
    share one head of keys and values.  Vaswani et al., *Attention Is All You Need*, 2017, equation 1.
    """
    if attn_mask is not None:
        _check_mask(attn_mask, query, is_causal)
    if enable_gqa:
        key, value = (_repeated(x, query.shape[-3]) for x in (key, value))
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    weights: Any = attention_weights(query @ key.transpose(-2, -1), attn_mask, is_causal, scale)
    if dropout_p > 0:
        from vizgrad.engine.surface import create

        weights = dropout(weights, create.rand(weights.shape, device=query.device) >= dropout_p, dropout_p)
    y: Any = weights @ value
    if query.array.ndim == 4 and dropout_p == 0 and not (attn_mask is not None and attn_mask.tracked):
        _lay_out(y, query.array)
    return y


def _lay_out(y: Any, query: Any) -> None:
    """Let y lie in memory as the queries do, step by step with all heads side by side, where they do.

    So it is in PyTorch, and programs rely on it: ``y.transpose(1, 2).view(batch, steps, width)``.
    """
    heads, steps, last = query.strides[1:]
    if heads < steps and last == query.itemsize and y.array.shape[-1] == query.shape[-1]:
        y.array = y.array.swapaxes(1, 2).copy().swapaxes(1, 2)


def _check_mask(mask: Tensor, query: Tensor, is_causal: bool) -> None:
    if is_causal:
        raise RuntimeError(
            "scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True"
        )
    if mask.array.dtype.kind not in "bf" and mask.array.dtype != query.array.dtype:
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{mask.dtype} and query.dtype: {query.dtype} instead."
        )


def _repeated(x: Tensor, heads: int) -> Tensor:
    """Each head of ``x`` as often as needed for as many heads as the queries have."""
    times, rest = divmod(heads, x.shape[-3])
    if rest:
        raise RuntimeError(
            "scaled_dot_product_attention: with enable_gqa the number of query heads must be a multiple of "
            f"the number of key and value heads, but got {heads} and {x.shape[-3]}"
        )
    *lead, have, length, width = x.shape
    return x.unsqueeze(-3).expand(*lead, have, times, length, width).reshape(*lead, heads, length, width)
