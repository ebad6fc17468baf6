"""SparseAdam: Adam for tables of which a step touches a few rows."""

# pyright: reportIncompatibleMethodOverride=false, reportPrivateUsage=false

from __future__ import annotations

from typing import Any

from vizgrad.engine.tensor import Tensor

from . import moments
from .optimizer import Optimizer, require, require_betas, require_rate

__all__ = ["SparseAdam"]


class SparseAdam(Optimizer):
    """Adam for sparse gradients: only rows that have a gradient move, and only their memory changes.

    Kingma & Ba, *Adam: A Method for Stochastic Optimization*, 2015, end of section 2, on the rows named by
    the gradient::

        exp_avg    ← β₁ exp_avg + (1 - β₁) g
        exp_avg_sq ← β₂ exp_avg_sq + (1 - β₂) g²
        p          ← p - lr √(1 - β₂ᵗ) / (1 - β₁ᵗ) · exp_avg / (√exp_avg_sq + ε)

    The gradients of ``Embedding(…, sparse=True)`` are such; the parameter itself is dense.  ``lr`` is in
    units of the parameter, ``eps`` in units of the gradient.  Memory: two arrays the size of each parameter.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        require_rate(lr)
        require(lr > 0, "learning rate", lr, "above 0")
        require(eps > 0, "epsilon value", eps, "above 0")
        require_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        places = [
            (i, j, p) for i, group in enumerate(self.param_groups) for j, p in enumerate(group["params"])
        ]
        if sparse := [[i, j] for i, j, p in places if p.is_sparse]:
            raise ValueError(
                f"Sparse params at indices {sparse}: SparseAdam requires dense parameter tensors"
            )
        if found := [[i, j] for i, j, p in places if p.is_complex()]:
            raise ValueError(
                f"Complex params at indices {found}: SparseAdam does not support complex parameters"
            )

    @staticmethod
    def start(xp: Any, p: Any) -> dict[str, Any]:
        return moments.fresh(xp, p)

    @staticmethod
    def update(xp: Any, p: Any, g: Any, m: Any, *, lr: Any, betas: Any, eps: Any) -> Any:
        moments.average(xp, g, m, betas)
        rate = lr * (1 - betas[1] ** m["step"]) ** 0.5 / (1 - betas[0] ** m["step"])
        p -= rate * m["exp_avg"] / (xp.sqrt(m["exp_avg_sq"]) + eps)
        return p

    def _move(self, p: Tensor, group: dict[str, Any], settings: dict[str, Any]) -> None:
        raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")

    def _move_rows(self, p: Tensor, group: dict[str, Any], settings: dict[str, Any]) -> None:
        self._apply_rows(p, group, settings)

    def _begin(self, xp: Any, p: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        state = super()._begin(xp, p, group)
        state["step"] = 0  # a plain number here, as PyTorch has it
        return state

    def _remembered(self, state: dict[str, Any]) -> dict[str, Any]:
        state["step"] = int(state["step"]) + 1
        return {name: value.array if isinstance(value, Tensor) else value for name, value in state.items()}
