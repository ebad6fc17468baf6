"""The loss of a sequence whose labels have no known places in time."""

from __future__ import annotations

from collections.abc import Sequence

from vizgrad.engine.dtype import int64
from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.ops.ctc import ctc_losses
from vizgrad.engine.surface import create
from vizgrad.engine.surface.autocast import whole
from vizgrad.engine.tensor import Tensor

from .loss import mode_of, reduced

__all__ = ["ctc_loss"]

Lengths = Tensor | Sequence[int]


@whole("ctc_loss")
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """-log of the probability that the target is spoken, summed over all ways to spread it over time

    log_probs (T, N, C) or (T, C), after log_softmax; targets (N, S), or all behind each other; both lengths (N,).
    "mean" divides each loss by the length of its target.  ``zero_infinity``: targets too long for their input cost
    nothing.  Graves et al., *Connectionist Temporal Classification*, 2006, section 4.
    """
    mode_of(reduction)
    batched = log_probs.ndim == 3
    x = log_probs if batched else log_probs.unsqueeze(1)
    n = x.shape[1]
    inputs, lengths = _lengths("input", input_lengths, x), _lengths("target", target_lengths, x)
    _check(x, targets, inputs, lengths, blank)
    rows = targets if targets.ndim == 2 else _apart(targets, lengths, n)
    losses = ctc_losses(x, rows.to(int64), inputs, lengths, blank, zero_infinity)
    if reduction == "mean":
        return (losses / e.clamp(lengths.to(losses.dtype), 1)).mean()
    return reduced(losses if batched else losses.reshape(()), reduction)


def _lengths(name: str, lengths: Lengths, x: Tensor) -> Tensor:
    found = lengths if isinstance(lengths, Tensor) else create.tensor(list(lengths), device=x.device)
    if found.dtype.is_floating_point:
        raise RuntimeError(f"{name}_lengths must be integral, but are {found.dtype}")
    found = found.reshape(-1)
    if len(found) != x.shape[1]:
        raise RuntimeError(f"{name}_lengths must be of size batch_size ({x.shape[1]}), but got {len(found)}")
    return found.to(int64)


def _check(x: Tensor, targets: Tensor, inputs: Tensor, lengths: Tensor, blank: int) -> None:
    if not x.dtype.is_floating_point:
        raise RuntimeError(f"log_probs must be floating-point, but are {x.dtype}")
    if targets.dtype.is_floating_point:
        raise RuntimeError(f"targets must be whole numbers, but are {targets.dtype}")
    if not 0 <= blank < x.shape[2]:
        raise RuntimeError(f"blank must be in label range 0 to {x.shape[2] - 1}, but is {blank}")
    if targets.ndim == 2 and targets.shape[0] != x.shape[1]:
        raise RuntimeError(f"expected {x.shape[1]} rows of targets, but got {targets.shape[0]}")
    if not x.shape[1]:
        raise RuntimeError("log_probs tensor must not be empty")
    if int(inputs.max()) > x.shape[0] or int(inputs.min()) < 0:
        raise RuntimeError(f"Expected input_lengths from 0 to {x.shape[0]}, but got {inputs.tolist()}")
    longest = targets.shape[1] if targets.ndim == 2 else targets.numel()
    if int(lengths.max()) > longest or int(lengths.min()) < 0:
        raise RuntimeError(f"Expected target_lengths from 0 to {longest}, but got {lengths.tolist()}")


def _apart(targets: Tensor, lengths: Tensor, n: int) -> Tensor:
    """Targets behind each other as rows (N, S); what is beyond a row's length does not count."""
    flat = targets.reshape(-1)
    if int(lengths.sum()) > len(flat):
        raise RuntimeError(
            f"target_lengths add up to {int(lengths.sum())}, but there are {len(flat)} targets"
        )
    longest = int(lengths.max())
    if not longest:
        return create.zeros((n, 0), dtype=int64, device=targets.device)
    starts = (lengths.cumsum(0) - lengths).unsqueeze(1)
    places = e.minimum(starts + create.arange(longest, device=targets.device), len(flat) - 1)
    return flat.index_select(0, places.reshape(-1)).reshape(n, longest)
