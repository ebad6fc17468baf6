"""Adam and AdamW: steps along the average gradient, divided by its average size."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, require

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    """Steps along the average gradient, divided by its average size, so that ``lr`` bounds each step.

    Kingma & Ba, *Adam: A Method for Stochastic Optimization*, 2015, algorithm 1::

        exp_avg    ← β₁ exp_avg + (1 - β₁) g             the average gradient
        exp_avg_sq ← β₂ exp_avg_sq + (1 - β₂) g²         its average square
        p          ← p - lr / (1 - β₁ᵗ) · exp_avg / (√(exp_avg_sq / (1 - β₂ᵗ)) + ε)

    ``amsgrad`` divides by the largest average square so far (Reddi, Kale & Kumar, *On the Convergence of Adam
    and Beyond*, 2018, algorithm 2).  ``weight_decay`` adds that share of each parameter to its gradient.
    ``lr`` is in units of the parameter, ``eps`` in units of the gradient.  Memory: two arrays the size of
    each parameter.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        require(lr >= 0, "learning rate", lr)
        require(eps >= 0, "epsilon value", eps)
        for i, beta in enumerate(betas):
            require(0 <= beta < 1, f"beta parameter at index {i}", beta, "at least 0 and below 1")
        require(weight_decay >= 0, "weight_decay value", weight_decay)
        betas = (float(betas[0]), float(betas[1]))
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        accepted = {
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
        }
        decoupled = {"maximize": maximize, "decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(params, {**settings, **decoupled, **accepted})

    @staticmethod
    def start(xp: Any, p: Any, amsgrad: bool) -> dict[str, Any]:
        m = {"step": 0, "exp_avg": xp.zeros_like(p), "exp_avg_sq": xp.zeros_like(p)}
        return m | {"max_exp_avg_sq": xp.zeros_like(p)} if amsgrad else m

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
        amsgrad: bool,
        decoupled_weight_decay: bool,
    ) -> Any:
        if weight_decay and decoupled_weight_decay:
            p *= 1 - lr * weight_decay
        elif weight_decay:
            g = g + weight_decay * p
        m["exp_avg"] += (1 - betas[0]) * (g - m["exp_avg"])
        m["exp_avg_sq"] *= betas[1]
        m["exp_avg_sq"] += (1 - betas[1]) * xp.square(g)
        square = m["exp_avg_sq"]
        if amsgrad:
            m["max_exp_avg_sq"] = xp.maximum(m["max_exp_avg_sq"], square)
            square = m["max_exp_avg_sq"]
        size = xp.sqrt(square / (1 - betas[1] ** m["step"]))
        size += eps
        p -= lr / (1 - betas[0] ** m["step"]) * m["exp_avg"] / size
        return p


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameter itself instead of adding to its gradient.

    Loshchilov & Hutter, *Decoupled Weight Decay Regularization*, 2019, algorithm 2: before Adam's step,
    ``p ← p - lr weight_decay p``.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[Any, Any] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )
