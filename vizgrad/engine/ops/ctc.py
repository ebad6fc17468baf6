"""The loss of sequences whose labels have no known places in time."""

from __future__ import annotations

from vizgrad.engine.kernels import ctc as kernel
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.words import Value


@op
class ctc_losses(Formula):
    """-log p(target | input) for each sample, p the sum over all ways to spread the target over time

    log_probs (T, N, C) after log_softmax; targets (N, S); both lengths (N,).  As in PyTorch, the gradient is that
    of the scores before log_softmax.  Graves et al., *Connectionist Temporal Classification*, 2006, equations 8, 16.
    """

    formula = "-log Σ over all ways of Π p"
    formulas = {"log_probs": "g · (exp(x) - p(class at t | target))"}

    def forward(
        xp,
        log_probs: Value,
        targets: Value,
        input_lengths: Value,
        target_lengths: Value,
        blank: int = 0,
        zero_infinity: bool = False,
    ):
        labels, skips = kernel.states(xp, targets, target_lengths, blank)
        alpha = kernel.forward(xp, kernel.along_states(xp, log_probs, labels), skips)
        nll = kernel.losses(xp, alpha, input_lengths, target_lengths)
        y = xp.where(nll == xp.inf, 0, nll).astype(nll.dtype) if zero_infinity else nll
        return y, {"alpha": alpha, "nll": nll}

    def d_log_probs(
        xp, g, log_probs, targets, input_lengths, target_lengths, alpha, nll, blank, zero_infinity
    ):
        given = (g, log_probs, targets, input_lengths, target_lengths, alpha, nll)
        return xp.rule("ctc_losses_backward")(*given, blank, zero_infinity)


@op
class ctc_losses_backward(Formula):
    """The gradient of `ctc_losses`: what each class got, less what it should have got"""

    formula = "g · (exp(x) - p(class at t | target))"

    def forward(
        xp,
        g_out: Value,
        log_probs: Value,
        targets: Value,
        input_lengths: Value,
        target_lengths: Value,
        alpha: Value,
        nll: Value,
        blank: int,
        zero_infinity: bool,
    ):
        labels, skips = kernel.states(xp, targets, target_lengths, blank)
        emitted = kernel.along_states(xp, log_probs, labels)
        beta = kernel.backward(xp, emitted, skips, input_lengths, target_lengths)
        reachable = xp.where(nll == xp.inf, 0, nll)
        dx = xp.exp(log_probs)
        dx -= kernel.shares(xp, alpha, beta, emitted, reachable, labels, log_probs.shape[2])
        dx *= g_out[:, None]
        lost = xp.where(nll == xp.inf, 0.0 if zero_infinity else xp.nan, 1.0).astype(dx.dtype)
        if bool((nll == xp.inf).any()):
            dx = xp.where(lost[:, None] == 0, 0, dx * lost[:, None]).astype(dx.dtype)
        dx[xp.arange(len(dx))[:, None] >= input_lengths] = 0
        return dx
