"""Rows of a table, looked up and put together in bags."""

from __future__ import annotations

import math

from vizgrad.engine.dtype import bool_, int64
from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.ops import embedding as rows
from vizgrad.engine.surface import create
from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.tensor import Tensor

from .embedding import shorten

__all__ = ["embedding_bag"]


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The sum, mean or max (``mode``) of each bag of rows of the table ``weight``: (bags, width)

    input (bags, n), or all bags behind each other, starting at ``offsets`` (``include_last_offset``: which ends with
    the end of the last).  ``per_sample_weights`` count rows differently in a sum; rows ``padding_idx`` do not count.
    """
    if weight.dtype is int64 and input.dtype.is_floating_point:  # the order of PyTorch 0.4
        weight, input = input, weight
    _check_bags(input, weight, offsets, mode, per_sample_weights, scale_grad_by_freq)
    starts = _starts(input, offsets, include_last_offset)
    input = input.reshape(-1)
    _check_offsets(starts, len(input))
    if max_norm is not None:
        shorten(weight, input, max_norm, norm_type)
    if padding_idx is not None:
        if not -len(weight) <= padding_idx < len(weight):
            raise RuntimeError(f"padding_idx must be within the number of embeddings, but is {padding_idx}")
        padding_idx %= len(weight)
    counts = create.ones(len(input), dtype=bool_) if padding_idx is None else input != padding_idx
    if mode == "max":
        return _largest_of_bags(input, weight, starts, counts)
    found = rows.embedding(input, weight, padding_idx, scale_grad_by_freq)
    if per_sample_weights is not None:
        found = found * per_sample_weights.reshape(-1, 1)
    if padding_idx is not None:
        found = e.where(counts.unsqueeze(1), found, 0.0)
    return _added_up(found, counts, bag_of(starts, len(input)), len(starts), mode)


def _starts(input: Tensor, offsets: Tensor | None, include_last_offset: bool) -> Tensor:
    """Where each bag starts; without offsets each row of the input is one."""
    if offsets is not None:
        return offsets[:-1] if include_last_offset else offsets
    bags, n = input.shape
    if not n:
        return create.zeros(bags, dtype=int64, device=input.device)
    return create.arange(0, bags * n, n, device=input.device)


def bag_of(offsets: Tensor, n: int) -> Tensor:
    """Which bag each row is in."""
    starts = create.zeros(n + 1, dtype=int64, device=offsets.device)
    starts = starts.index_add(0, offsets.to(int64), create.ones_like(offsets, dtype=int64))
    return starts[:n].cumsum(0) - 1


def _added_up(found: Tensor, counts: Tensor, bag: Tensor, bags: int, mode: str) -> Tensor:
    y = create.zeros((bags, found.shape[1]), dtype=found.dtype, device=found.device).index_add(0, bag, found)
    if mode == "sum":
        return y
    sizes = create.zeros(bags, dtype=found.dtype, device=found.device).index_add(
        0, bag, counts.to(found.dtype)
    )
    return y / e.clamp(sizes, 1).unsqueeze(1)


def _largest_of_bags(input: Tensor, weight: Tensor, offsets: Tensor, counts: Tensor) -> Tensor:
    """The largest number of each column in each bag; 0 where a bag is empty."""
    bag, bags, width = bag_of(offsets, len(input)), len(offsets), weight.shape[1]
    if not len(input):
        return create.zeros((bags, width), dtype=weight.dtype, device=weight.device) + weight.sum() * 0
    found = rows.embedding(input, weight)
    places = create.arange(len(input), device=input.device) - offsets.to(int64).index_select(0, bag)
    longest = int(places.max()) + 1
    flat = bag * longest + places
    with no_grad():  # every bag as long as the longest: which row was the largest
        seen = e.where(counts.unsqueeze(1), found, -math.inf)
        table = create.full((bags * longest, width), -math.inf, dtype=found.dtype, device=found.device)
        table = table.index_copy(0, flat, seen.detach()).reshape(bags, longest, width)
        best = table.argmax(1)
        empty = table.amax(1) == -math.inf
    rows_of = e.clamp(offsets.to(int64).reshape(-1, 1) + best, 0, len(input) - 1)
    return e.where(empty, 0.0, found.gather(0, rows_of))


def _check_bags(
    input: Tensor, weight: Tensor, offsets: Tensor | None, mode: str, shares: Tensor | None, by_freq: bool
) -> None:
    if shares is not None and input.shape != shares.shape:
        raise ValueError(
            f"embedding_bag: per_sample_weights ({list(shares.shape)}) must have the same shape as the input "
            f"({list(input.shape)})"
        )
    if weight.ndim != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.ndim}")
    if input.ndim not in (1, 2):
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}")
    if input.ndim == 2 and offsets is not None:
        raise ValueError("if input is 2D, then offsets has to be None: each of its rows is a bag")
    if input.ndim == 1 and (offsets is None or offsets.ndim != 1):
        raise ValueError("offsets has to be a 1D Tensor, as input is 1D")
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f"mode has to be one of sum, mean or max, but is {mode!r}")
    if mode == "max" and by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if shares is not None and mode != "sum":
        raise NotImplementedError(
            f"embedding_bag: per_sample_weights are for mode 'sum', but the mode is {mode!r}"
        )


def _check_offsets(offsets: Tensor, n: int) -> None:
    if not len(offsets):
        return
    if int(offsets[0]) != 0:
        raise RuntimeError(
            f"offsets[0] has to be 0: the first bag starts at the start, but got {int(offsets[0])}"
        )
    if int(offsets.max()) > n:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {n}, but got {int(offsets.max())}"
        )
