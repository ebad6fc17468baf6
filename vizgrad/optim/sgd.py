"""Stochastic gradient descent, plain and with momentum."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, require, require_one_kernel, require_rate

__all__ = ["SGD"]


class SGD(Optimizer):
    """Steps against the gradient: ``p ← p - lr g``; with momentum, along a running sum of gradients.

    ``b ← momentum b + (1 - dampening) g`` and ``p ← p - lr b``; Nesterov's variant looks ahead and uses ``g +
    momentum b``.  Sutskever et al., *On the importance of initialization and momentum in deep learning*,
    2013, equations 1-4 (with lr outside b, as PyTorch has it).

    ``lr`` is in units of parameter per unit of gradient; ``momentum`` and ``dampening`` are fractions;
    ``weight_decay`` adds that share of each parameter to its gradient (an L2 penalty).
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        require_rate(lr)
        require_one_kernel(foreach, fused, differentiable)
        require(momentum >= 0, "momentum value", momentum)
        require(weight_decay >= 0, "weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        settings = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}
        accepted = {"foreach": foreach, "differentiable": differentiable, "fused": fused}
        super().__init__(params, {**settings, "nesterov": nesterov, "maximize": maximize, **accepted})

    @staticmethod
    def start(xp: Any, p: Any, momentum: Any) -> dict[str, Any]:
        return {"momentum_buffer": None} if momentum else {}

    @staticmethod
    def update(
        xp: Any,
        p: Any,
        g: Any,
        m: Any,
        *,
        lr: Any,
        momentum: Any,
        dampening: Any,
        weight_decay: Any,
        nesterov: bool,
    ) -> Any:
        if weight_decay:
            g = g + weight_decay * p
        if momentum:
            if m["momentum_buffer"] is None:
                m["momentum_buffer"] = g + 0  # a copy, of arrays as of tensors
            else:
                m["momentum_buffer"] *= momentum
                m["momentum_buffer"] += (1 - dampening) * g if dampening else g
            g = g + momentum * m["momentum_buffer"] if nesterov else m["momentum_buffer"]
        p -= lr * g
        return p

    def _move_rows(self, p: Any, group: dict[str, Any], settings: dict[str, Any]) -> None:
        if group["weight_decay"]:
            raise RuntimeError("weight_decay is not compatible with sparse gradients: it moves every row")
        if not group["momentum"]:
            return self._apply_rows(p, group, settings)
        sparse, p.grad = p.grad, p.grad.to_dense()  # the running sum moves every row
        try:
            self._move(p, group, settings)
        finally:
            p.grad = sparse
        return None
