"""What Adam and its relatives share: running averages of the gradient and of its square, and two weight decays."""

from __future__ import annotations

from typing import Any

__all__ = ["average", "decay", "fresh"]


def fresh(xp: Any, p: Any) -> dict[str, Any]:
    """The memory before the first update: both averages are 0."""
    return {"step": 0, "exp_avg": xp.zeros_like(p), "exp_avg_sq": xp.zeros_like(p)}


def average(xp: Any, g: Any, m: Any, betas: Any) -> None:
    """Take a gradient into both averages.

    ``exp_avg ← β₁ exp_avg + (1 - β₁) g`` and ``exp_avg_sq ← β₂ exp_avg_sq + (1 - β₂) g²``: Kingma & Ba, *Adam: A
    Method for Stochastic Optimization*, 2015, algorithm 1.
    """
    m["exp_avg"] += (1 - betas[0]) * (g - m["exp_avg"])
    m["exp_avg_sq"] *= betas[1]
    m["exp_avg_sq"] += (1 - betas[1]) * xp.square(g)


def decay(p: Any, g: Any, lr: Any, weight_decay: Any, decoupled: bool) -> tuple[Any, Any]:
    """The parameter and its gradient after weight decay: a penalty in the gradient, or ``decoupled`` from it.

    Loshchilov & Hutter, *Decoupled Weight Decay Regularization*, 2019, algorithm 2.
    """
    if not weight_decay:
        return p, g
    if decoupled:
        p *= 1 - lr * weight_decay
        return p, g
    return p, g + weight_decay * p
