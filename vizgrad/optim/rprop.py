"""Rprop: only the signs of gradients count."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from typing import Any

from .optimizer import Optimizer, require, require_rate

__all__ = ["Rprop"]


class Rprop(Optimizer):
    """Every number has a step size of its own, which grows while the sign of its gradient stays.

    Riedmiller & Braun, *A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP Algorithm*,
    1993, section III (without taking a step back)::

        step_size ← between the two step_sizes: η⁺ step_size where g · prev > 0,
                                                η⁻ step_size where g · prev < 0
        g         ← 0 where g · prev < 0
        p         ← p - sign(g) step_size
        prev      ← g

    For gradients of all samples at once, not of batches.  ``lr`` is the first step size, in units of the
    parameter; ``step_sizes`` are the smallest and the largest.  Memory: two arrays the size of each
    parameter.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        require_rate(lr)
        fine = 0 < etas[0] < 1 < etas[1]
        require(fine, "eta values", f"{etas[0]}, {etas[1]}", "below and above 1")
        settings = {"lr": lr, "etas": etas, "step_sizes": step_sizes}
        accepted = {"foreach": foreach, "maximize": maximize, "differentiable": differentiable}
        super().__init__(params, {**settings, **accepted, "capturable": capturable})

    @staticmethod
    def start(xp: Any, p: Any, lr: Any) -> dict[str, Any]:
        return {"step": 0, "prev": xp.zeros_like(p), "step_size": xp.full_like(p, lr)}

    @staticmethod
    def update(xp: Any, p: Any, g: Any, m: Any, *, etas: Any, step_sizes: Any) -> Any:
        agreement = g * m["prev"]
        turned = agreement < 0
        size = m["step_size"] * xp.where(agreement > 0, etas[1], xp.where(turned, etas[0], 1))
        m["step_size"] = xp.minimum(xp.maximum(size, step_sizes[0]), step_sizes[1])
        g = xp.where(turned, 0, g)
        p -= xp.sign(g) * m["step_size"]
        m["prev"] = g
        return p
