"""Adagrad: rarely moved parameters take larger steps."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from vizgrad.engine import namespace

from .optimizer import Optimizer, require, require_one_kernel, require_rate

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    """Divides each gradient by the root of the sum of all squares so far.

    Duchi, Hazan & Singer, *Adaptive Subgradient Methods for Online Learning and Stochastic Optimization*,
    2011, figure 1 (diagonal)::

        sum ← sum + g²
        p   ← p - lr / (1 + (t - 1) lr_decay) · g / (√sum + ε)

    ``lr`` is in units of the parameter, ``eps`` in units of the gradient.  Memory: one array the size of each
    parameter.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        require_rate(lr)
        require_one_kernel(foreach, fused, differentiable)
        require(lr_decay >= 0, "lr_decay value", lr_decay)
        require(weight_decay >= 0, "weight_decay value", weight_decay)
        first = initial_accumulator_value
        require(first >= 0, "initial_accumulator_value value", first)
        require(eps >= 0, "epsilon value", eps)
        settings = {"lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay}
        accepted = {
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, {**settings, "initial_accumulator_value": first, **accepted})
        for group in self.param_groups:  # PyTorch's state is there before the first step
            for p in group["params"]:
                self._begin(namespace.of((p.array,)), p, group)

    @staticmethod
    def start(xp: Any, p: Any, initial_accumulator_value: Any) -> dict[str, Any]:
        return {"step": 0, "sum": xp.full_like(p, initial_accumulator_value)}

    @staticmethod
    def update(
        xp: Any, p: Any, g: Any, m: Any, *, lr: Any, lr_decay: Any, eps: Any, weight_decay: Any
    ) -> Any:
        if weight_decay:
            g = g + weight_decay * p
        m["sum"] += xp.square(g)
        rate = lr / (1 + (m["step"] - 1) * lr_decay) if lr_decay else lr
        p -= rate * g / (xp.sqrt(m["sum"]) + eps)
        return p

    def _move_rows(self, p: Any, group: dict[str, Any], settings: dict[str, Any]) -> None:
        if group["weight_decay"]:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")
        self._apply_rows(p, group, settings)
