"""NAdam: Adam that looks ahead, as Nesterov's momentum does."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from . import moments
from .optimizer import Optimizer, require, require_betas, require_rate

__all__ = ["NAdam"]


class NAdam(Optimizer):
    """Adam with Nesterov's momentum: today's gradient counts once more, and momentum grows over time.

    Dozat, *Incorporating Nesterov Momentum into Adam*, 2016, algorithm 2, with the schedule of Sutskever et
    al., 2013::

        μₜ         = β₁ (1 - 0.5 · 0.96^(t momentum_decay))
        mu_product ← μₜ mu_product
        exp_avg    ← β₁ exp_avg + (1 - β₁) g
        exp_avg_sq ← β₂ exp_avg_sq + (1 - β₂) g²
        d          = √(exp_avg_sq / (1 - β₂ᵗ)) + ε
        p          ← p - lr ((1 - μₜ) / (1 - mu_product) · g + μₜ₊₁ / (1 - μₜ₊₁ mu_product) · exp_avg) / d

    ``weight_decay`` adds that share of each parameter to its gradient; with ``decoupled_weight_decay`` it
    shrinks the parameter itself, as AdamW does.  ``lr`` is in units of the parameter, ``eps`` in units of the
    gradient.  Memory: two arrays the size of each parameter.
    """

    counters = ("mu_product",)

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        require(momentum_decay >= 0, "momentum_decay value", momentum_decay)
        decay = {"weight_decay": weight_decay, "momentum_decay": momentum_decay}
        settings = {"lr": lr, "betas": betas, "eps": eps, **decay}
        decoupled = {"decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize}
        accepted = {"foreach": foreach, "capturable": capturable, "differentiable": differentiable}
        super().__init__(params, {**settings, **decoupled, **accepted})

    @staticmethod
    def start(xp: Any, p: Any) -> dict[str, Any]:
        return {"step": 0, "mu_product": 1.0} | moments.fresh(xp, p)

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
        momentum_decay: Any,
        decoupled_weight_decay: bool,
    ) -> Any:
        p, g = moments.decay(p, g, lr, weight_decay, decoupled_weight_decay)
        mu = betas[0] * (1 - 0.5 * 0.96 ** (m["step"] * momentum_decay))
        next_mu = betas[0] * (1 - 0.5 * 0.96 ** ((m["step"] + 1) * momentum_decay))
        m["mu_product"] *= mu
        moments.average(xp, g, m, betas)
        size = xp.sqrt(m["exp_avg_sq"] / (1 - betas[1] ** m["step"])) + eps
        p -= lr * (1 - mu) / (1 - m["mu_product"]) * g / size
        p -= lr * next_mu / (1 - m["mu_product"] * next_mu) * m["exp_avg"] / size
        return p
