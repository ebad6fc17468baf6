"""RAdam: Adam that divides by the size of gradients only once it knows it well."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from . import moments
from .optimizer import Optimizer, require, require_betas, require_rate

__all__ = ["RAdam"]


class RAdam(Optimizer):
    """Adam without the rash first steps: a warm-up that comes out of the statistics.

    Liu et al., *On the Variance of the Adaptive Learning Rate and Beyond*, 2020, algorithm 2::

        exp_avg    ← β₁ exp_avg + (1 - β₁) g
        exp_avg_sq ← β₂ exp_avg_sq + (1 - β₂) g²
        ρ          = 2 / (1 - β₂) - 1                    how many gradients the average may hold
        ρₜ         = ρ - 2 t β₂ᵗ / (1 - β₂ᵗ)             how many it holds now
        r          = √((ρₜ - 4) (ρₜ - 2) ρ / ((ρ - 4) (ρ - 2) ρₜ))
        p          ← p - lr / (1 - β₁ᵗ) · exp_avg · r √(1 - β₂ᵗ) / (√exp_avg_sq + ε)     where ρₜ > 5
        p          ← p - lr / (1 - β₁ᵗ) · exp_avg                                        before

    ``weight_decay`` adds that share of each parameter to its gradient; with ``decoupled_weight_decay`` it
    shrinks the parameter itself, as AdamW does.  ``lr`` is in units of the parameter, ``eps`` in units of the
    gradient.  Memory: two arrays the size of each parameter.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        require(eps >= 0, "epsilon value", eps)
        require_betas(betas)
        require(weight_decay >= 0, "weight_decay value", weight_decay)
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        accepted = {"maximize": maximize, "foreach": foreach, "capturable": capturable}
        decoupled = {"decoupled_weight_decay": decoupled_weight_decay, "differentiable": differentiable}
        super().__init__(params, {**settings, **accepted, **decoupled})

    @staticmethod
    def start(xp: Any, p: Any) -> dict[str, Any]:
        return moments.fresh(xp, p)

    @staticmethod
    def update(
        xp: Any,
        p: Any,
        g: Any,
        m: Any,
        *,
        lr: Any,
        betas: Any,
        eps: Any,
        weight_decay: Any,
        decoupled_weight_decay: bool,
    ) -> Any:
        p, g = moments.decay(p, g, lr, weight_decay, decoupled_weight_decay)
        moments.average(xp, g, m, betas)
        kept = betas[1] ** m["step"]
        most = 2 / (1 - betas[1]) - 1
        now = most - 2 * m["step"] * kept / (1 - kept)
        step = lr / (1 - betas[0] ** m["step"]) * m["exp_avg"]
        if now > 5:
            trust = ((now - 4) * (now - 2) * most / ((most - 4) * (most - 2) * now)) ** 0.5
            step = step * (trust * (1 - kept) ** 0.5) / (xp.sqrt(m["exp_avg_sq"]) + eps)
        p -= step
        return p
