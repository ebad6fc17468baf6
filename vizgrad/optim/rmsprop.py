"""RMSprop: gradients divided by their recent typical size."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, require, require_rate

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    """Divides each gradient by the root of a running average of its square.

    Tieleman & Hinton, *Neural Networks for Machine Learning*, lecture 6.5, 2012::

        square_avg ← α square_avg + (1 - α) g²
        p          ← p - lr g / (√square_avg + ε)

    ``centered`` subtracts the square of the average gradient, so that its variance is divided by (Graves,
    *Generating Sequences With Recurrent Neural Networks*, 2013, equations 38-41); ``momentum`` keeps a
    running sum of steps.  ``lr`` is in units of the parameter, ``eps`` in units of the gradient.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        require(eps >= 0, "epsilon value", eps)
        require(momentum >= 0, "momentum value", momentum)
        require(weight_decay >= 0, "weight_decay value", weight_decay)
        require(alpha >= 0, "alpha value", alpha)
        settings = {"lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered}
        accepted = {"capturable": capturable, "foreach": foreach, "maximize": maximize}
        accepted["differentiable"] = differentiable
        super().__init__(params, {**settings, "weight_decay": weight_decay, **accepted})

    @staticmethod
    def start(xp: Any, p: Any, momentum: Any, centered: bool) -> dict[str, Any]:
        m = {"step": 0, "square_avg": xp.zeros_like(p)}
        if momentum:
            m["momentum_buffer"] = xp.zeros_like(p)
        if centered:
            m["grad_avg"] = xp.zeros_like(p)
        return m

    @staticmethod
    def update(
        xp: Any,
        p: Any,
        g: Any,
        m: Any,
        *,
        lr: Any,
        momentum: Any,
        alpha: Any,
        eps: Any,
        centered: bool,
        weight_decay: Any,
    ) -> Any:
        if weight_decay:
            g = g + weight_decay * p
        m["square_avg"] *= alpha
        m["square_avg"] += (1 - alpha) * xp.square(g)
        square = m["square_avg"]
        if centered:
            m["grad_avg"] += (1 - alpha) * (g - m["grad_avg"])
            square = square - xp.square(m["grad_avg"])
        step = g / (xp.sqrt(square) + eps)
        if momentum:
            m["momentum_buffer"] *= momentum
            m["momentum_buffer"] += step
            step = m["momentum_buffer"]
        p -= lr * step
        return p
