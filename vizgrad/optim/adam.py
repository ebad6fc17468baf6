"""Adam: steps along the average gradient, divided by its average size."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from vizgrad.engine.tensor import Tensor

from . import moments
from .optimizer import Optimizer, require, require_betas, require_one_kernel, require_rate

__all__ = ["Adam"]


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
        require_rate(lr)
        require_one_kernel(foreach, fused, differentiable)
        require(eps >= 0, "epsilon value", eps)
        _check_tensors(lr, betas, foreach, capturable)
        require_betas(betas)
        require(weight_decay >= 0, "weight_decay value", weight_decay)
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        accepted = {
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
        }
        decoupled = {"decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(params, {**settings, "maximize": maximize, **accepted, **decoupled})

    @staticmethod
    def start(xp: Any, p: Any, amsgrad: bool) -> dict[str, Any]:
        m = moments.fresh(xp, p)
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
        p, g = moments.decay(p, g, lr, weight_decay, decoupled_weight_decay)
        moments.average(xp, g, m, betas)
        square = m["exp_avg_sq"]
        if amsgrad:
            m["max_exp_avg_sq"] = xp.maximum(m["max_exp_avg_sq"], square)
            square = m["max_exp_avg_sq"]
        size = xp.sqrt(square / (1 - betas[1] ** m["step"])) + eps
        p -= lr / (1 - betas[0] ** m["step"]) * m["exp_avg"] / size
        return p


def _check_tensors(lr: Any, betas: Any, foreach: bool | None, capturable: bool) -> None:
    """PyTorch's lists of tensors cannot take settings that are Tensors themselves."""
    kinds = [isinstance(setting, Tensor) for setting in (lr, *betas)]
    if foreach and not capturable:
        for name, is_tensor in zip(("lr", "betas[0]", "betas[1]"), kinds, strict=True):
            if is_tensor:
                raise ValueError(f"{name} as a Tensor is not supported for capturable=False and foreach=True")
    if kinds[1] != kinds[2]:
        raise ValueError("betas must be either both floats or both Tensors")
    if any(kinds[1:]) and any(beta.numel() != 1 for beta in betas):
        raise ValueError("Tensor betas must be 1-element")
