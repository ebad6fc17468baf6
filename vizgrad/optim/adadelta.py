"""Adadelta: steps whose size is learnt from earlier steps."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, require, require_rate

__all__ = ["Adadelta"]


class Adadelta(Optimizer):
    """Scales each gradient by (typical size of past steps) / (typical size of past gradients).

    Zeiler, *ADADELTA: An Adaptive Learning Rate Method*, 2012, algorithm 1::

        square_avg ← ρ square_avg + (1 - ρ) g²
        d          = √(acc_delta + ε) / √(square_avg + ε) · g
        acc_delta  ← ρ acc_delta + (1 - ρ) d²
        p          ← p - lr d

    ``d`` has the unit of the parameter, so ``lr`` is a plain factor (1 in the paper); ``rho`` is a fraction.
    Memory: two arrays the size of each parameter.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        require(0 <= rho <= 1, "rho value", rho, "from 0 to 1")
        require(eps >= 0, "epsilon value", eps)
        require(weight_decay >= 0, "weight_decay value", weight_decay)
        settings = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize}
        accepted = {"capturable": capturable, "foreach": foreach, "differentiable": differentiable}
        super().__init__(params, {**settings, **accepted})

    @staticmethod
    def start(xp: Any, p: Any) -> dict[str, Any]:
        return {"step": 0, "square_avg": xp.zeros_like(p), "acc_delta": xp.zeros_like(p)}

    @staticmethod
    def update(xp: Any, p: Any, g: Any, m: Any, *, lr: Any, rho: Any, eps: Any, weight_decay: Any) -> Any:
        if weight_decay:
            g = g + weight_decay * p
        m["square_avg"] *= rho
        m["square_avg"] += (1 - rho) * xp.square(g)
        d = xp.sqrt((m["acc_delta"] + eps) / (m["square_avg"] + eps)) * g
        m["acc_delta"] *= rho
        m["acc_delta"] += (1 - rho) * xp.square(d)
        p -= lr * d
        return p
