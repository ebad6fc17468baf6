"""Adamax: Adam with the largest gradient in place of the average square."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, require, require_betas, require_rate

__all__ = ["Adamax"]


class Adamax(Optimizer):
    """Steps along the average gradient, divided by the largest recent gradient.

    Kingma & Ba, *Adam: A Method for Stochastic Optimization*, 2015, algorithm 2::

        exp_avg ← β₁ exp_avg + (1 - β₁) g
        exp_inf ← max(β₂ exp_inf, |g| + ε)
        p       ← p - lr / (1 - β₁ᵗ) · exp_avg / exp_inf

    ``weight_decay`` adds that share of each parameter to its gradient.  ``lr`` is in units of the parameter,
    ``eps`` in units of the gradient.  Memory: two arrays the size of each parameter.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        require_rate(lr)
        require(eps >= 0, "epsilon value", eps)
        require_betas(betas)
        require(weight_decay >= 0, "weight_decay value", weight_decay)
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        accepted = {"foreach": foreach, "maximize": maximize, "differentiable": differentiable}
        super().__init__(params, {**settings, **accepted, "capturable": capturable})

    @staticmethod
    def start(xp: Any, p: Any) -> dict[str, Any]:
        return {"step": 0, "exp_avg": xp.zeros_like(p), "exp_inf": xp.zeros_like(p)}

    @staticmethod
    def update(xp: Any, p: Any, g: Any, m: Any, *, lr: Any, betas: Any, eps: Any, weight_decay: Any) -> Any:
        if weight_decay:
            g = g + weight_decay * p
        m["exp_avg"] += (1 - betas[0]) * (g - m["exp_avg"])
        m["exp_inf"] = xp.maximum(betas[1] * m["exp_inf"], xp.absolute(g) + eps)
        p -= lr / (1 - betas[0] ** m["step"]) * m["exp_avg"] / m["exp_inf"]
        return p
