"""ASGD: gradient descent that also keeps the average of where it has been."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from .formula import larger
from .optimizer import Optimizer, require, require_rate

__all__ = ["ASGD"]


class ASGD(Optimizer):
    """Steps against the gradient with a shrinking rate, and averages the parameters from update ``t0`` on.

    Polyak & Juditsky, *Acceleration of Stochastic Approximation by Averaging*, 1992, with the rates of
    Bottou, *Stochastic Gradient Descent Tricks*, 2012, section 5.2::

        p   ← (1 - lambd eta) p - eta g
        ax  ← ax + mu (p - ax)
        eta ← lr / (1 + lambd lr t)^alpha
        mu  ← 1 / max(1, t - t0)

    The average is ``state[p]["ax"]``; the parameter itself is not replaced by it.  ``weight_decay`` adds that
    share of each parameter to its gradient.  Memory: one array the size of each parameter.
    """

    counters = ("eta", "mu")

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        require_rate(lr)
        require(weight_decay >= 0, "weight_decay value", weight_decay)
        settings = {"lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay}
        accepted = {"foreach": foreach, "maximize": maximize, "differentiable": differentiable}
        super().__init__(params, {**settings, **accepted, "capturable": capturable})

    @staticmethod
    def start(xp: Any, p: Any, lr: Any) -> dict[str, Any]:
        return {"step": 0, "eta": lr, "mu": 1.0, "ax": xp.zeros_like(p)}

    @staticmethod
    def update(
        xp: Any,
        p: Any,
        g: Any,
        m: Any,
        *,
        lr: Any,
        lambd: Any,
        alpha: Any,
        t0: Any,
        weight_decay: Any,
    ) -> Any:
        if weight_decay:
            g = g + weight_decay * p
        p *= 1 - lambd * m["eta"]
        p -= m["eta"] * g
        if m["mu"] != 1:
            m["ax"] += m["mu"] * (p - m["ax"])
        else:
            m["ax"][...] = p
        m["eta"] = lr / (1 + lambd * lr * m["step"]) ** alpha
        m["mu"] = 1 / larger(1, m["step"] - t0)
        return p
