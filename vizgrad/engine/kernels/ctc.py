"""Connectionist temporal classification: how likely all the ways are in which a sequence may be spoken.

Between the labels and around them stand blanks: 2 S + 1 states.  From one moment to the next a way stays in its
state, goes one on, or leaves out a blank between two different labels.  All samples and states are computed at
once; only time is walked through.  Graves et al., *Connectionist Temporal Classification*, 2006, section 4.
"""

from __future__ import annotations

from typing import Any


def states(xp: Any, targets: Any, lengths: Any, blank: int) -> tuple[Any, Any]:
    """The label of each state (N, 2 S + 1), and whether it may be entered from two states before."""
    n, s = targets.shape
    labels = xp.full((n, 2 * s + 1), blank, dtype="int64")
    known = xp.arange(s) < lengths[:, None]
    labels[:, 1::2] = xp.where(known, targets, blank)
    skips = xp.zeros(labels.shape, dtype=bool)
    skips[:, 3::2] = labels[:, 3::2] != labels[:, 1:-2:2]
    return labels, skips & (labels != blank)


def along_states(xp: Any, log_probs: Any, labels: Any) -> Any:
    """The log-probability of each state's label at each moment: (T, N, 2 S + 1)."""
    wide = xp.broadcast_to(labels[None], (len(log_probs), *labels.shape))
    return xp.take_along_axis(log_probs, wide, axis=2)


def forward(xp: Any, emitted: Any, skips: Any) -> Any:
    """Alpha (T, N, states): the log-probability of all ways that are in a state at a moment, from the start."""
    alpha = xp.full(emitted.shape, -xp.inf, dtype=emitted.dtype)
    if not len(alpha):
        return alpha
    alpha[0, :, :2] = emitted[0, :, :2]
    for t in range(1, len(emitted)):
        alpha[t] = _three(xp, *_before(xp, alpha[t - 1], skips)) + emitted[t]
    return alpha


def _before(xp: Any, row: Any, skips: Any) -> tuple[Any, Any, Any]:
    one, two = xp.full_like(row, -xp.inf), xp.full_like(row, -xp.inf)
    one[:, 1:] = row[:, :-1]
    two[:, 2:] = xp.where(skips[:, 2:], row[:, :-2], -xp.inf)
    return row, one, two


def _three(xp: Any, a: Any, b: Any, c: Any) -> Any:
    """log(eᵃ + eᵇ + eᶜ), -∞ where all three are."""
    top = xp.maximum(xp.maximum(a, b), c)
    safe = xp.where(top == -xp.inf, 0, top)
    total = xp.exp(a - safe)
    total += xp.exp(b - safe)
    total += xp.exp(c - safe)
    return xp.log(xp.where(total == 0, 1, total)) + top


def losses(xp: Any, alpha: Any, input_lengths: Any, target_lengths: Any) -> Any:
    """-log of the probability of all ways that end in the last label or the blank after it: (N,)."""
    n = alpha.shape[1]
    each, last, at = xp.arange(n), xp.maximum(input_lengths - 1, 0), 2 * target_lengths
    if not len(alpha):
        return xp.where(target_lengths == 0, 0, xp.inf).astype(alpha.dtype)
    end = alpha[last, each, at]
    label = xp.where(target_lengths > 0, alpha[last, each, xp.maximum(at - 1, 0)], -xp.inf)
    found = -_three(xp, end, label, xp.full_like(end, -xp.inf))
    return xp.where(input_lengths > 0, found, xp.where(target_lengths == 0, 0, xp.inf)).astype(alpha.dtype)


def backward(xp: Any, emitted: Any, skips: Any, input_lengths: Any, target_lengths: Any) -> Any:
    """Beta (T, N, states): the same as alpha, from the end."""
    beta = xp.full(emitted.shape, -xp.inf, dtype=emitted.dtype)
    place = xp.arange(emitted.shape[2])
    at = 2 * target_lengths[:, None]
    ends = (place == at) | ((place == at - 1) & (at > 0))
    later = xp.full(emitted.shape[1:], -xp.inf, dtype=emitted.dtype)
    for t in range(len(emitted) - 1, -1, -1):
        one, two = xp.full_like(later, -xp.inf), xp.full_like(later, -xp.inf)
        one[:, :-1] = later[:, 1:]
        two[:, :-2] = xp.where(skips[:, 2:], later[:, 2:], -xp.inf)
        begins = (input_lengths - 1 == t)[:, None]
        row = _three(xp, later, one, two)
        row = xp.where(begins, xp.where(ends, 0, -xp.inf), row)
        later = beta[t] = row + emitted[t]
    return beta


def shares(xp: Any, alpha: Any, beta: Any, emitted: Any, nll: Any, labels: Any, classes: int) -> Any:
    """For each moment, how likely each class is, given that the target is spoken: (T, N, classes)."""
    in_state = xp.exp(alpha + beta - xp.where(emitted == -xp.inf, 0, emitted) + nll[:, None])
    y = xp.zeros((*alpha.shape[:2], classes), dtype=alpha.dtype)
    moments, samples = xp.arange(len(alpha))[:, None, None], xp.arange(alpha.shape[1])[:, None]
    xp.add_at(y, (moments, samples, labels[None]), in_state)
    return y
