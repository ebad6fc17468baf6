"""Muon: steps that turn a matrix in all its directions equally."""

# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.tensor import Tensor

from .formula import as_call
from .optimizer import Optimizer, require_rate, require_that

__all__ = ["Muon"]


class Muon(Optimizer):
    """Momentum whose matrix is made orthogonal before it is applied; for weight matrices of hidden layers.

    Jordan et al., *Muon: An optimizer for hidden layers in neural networks*, 2024::

        momentum_buffer ← momentum · momentum_buffer + (1 - momentum) g
        u = (1 - momentum) g + momentum · momentum_buffer       (the buffer itself without ``nesterov``)
        p ← p (1 - lr weight_decay) - lr s orthogonal(u)

    ``orthogonal`` takes ``ns_steps`` steps of Newton and Schulz's iteration X ← aX + (b XXᵀ + c (XXᵀ)²) X in
    bfloat16, with a, b, c from ``ns_coefficients``, which moves all singular values near 1.  ``adjust_lr_fn``
    chooses s for a matrix of A rows and B columns: "original" (and None) is √max(1, A/B), "match_rms_adamw"
    is 0.2 √max(A, B) (Liu et al., *Muon is Scalable for LLM Training*, 2025), so that AdamW's rates fit.
    Memory: one array the size of each parameter.
    """

    elementwise = False

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        require_rate(lr, "Learning rate should be >= 0 but is")
        require_that(momentum >= 0, "momentum should be >= 0", momentum)
        require_that(weight_decay >= 0, "weight decay should be >= 0", weight_decay)
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        settings = {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov}
        newton = {"ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps}
        super().__init__(params, {**settings, **newton, "adjust_lr_fn": adjust_lr_fn})
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: {p.shape}"
                    )

    def _move(self, p: Tensor, group: dict[str, Any], settings: dict[str, Any]) -> None:
        if p.is_complex():
            raise RuntimeError("Muon does not support complex parameters")
        if group["ns_steps"] >= 100:
            raise ValueError(f"Number of steps must be less than 100, but ns_steps is {group['ns_steps']}")
        if len(group["ns_coefficients"]) != 3:
            raise ValueError(
                f"Coefficients must be a tuple of exactly 3 values, not {group['ns_coefficients']}"
            )
        super()._move(p, group, settings)

    @staticmethod
    def start(xp: Any, p: Any) -> dict[str, Any]:
        return {"momentum_buffer": xp.zeros_like(p)}

    @staticmethod
    def update(
        xp: Any,
        p: Any,
        g: Any,
        m: Any,
        *,
        lr: Any,
        weight_decay: Any,
        momentum: Any,
        nesterov: bool,
        ns_coefficients: Any,
        eps: Any,
        ns_steps: Any,
        adjust_lr_fn: Any,
    ) -> Any:
        m["momentum_buffer"] += (1 - momentum) * (g - m["momentum_buffer"])
        u = g + momentum * (m["momentum_buffer"] - g) if nesterov else m["momentum_buffer"]
        if weight_decay:
            p *= 1 - lr * weight_decay
        p -= lr * scale(xp, p, adjust_lr_fn) * orthogonal(xp, u, ns_coefficients, ns_steps, eps)
        return p


@as_call
def scale(xp: Any, p: Any, adjust: str | None) -> float:
    """What keeps steps of matrices of different shapes alike."""
    rows, columns = p.shape
    if adjust == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))


@as_call
def orthogonal(xp: Any, u: Any, coefficients: Any, steps: int, eps: float) -> Any:
    """The matrix with u's singular vectors and singular values near 1, in bfloat16's precision."""
    a, b, c = coefficients
    tall = u.shape[0] > u.shape[1]
    x = _rounded(xp, u.T if tall else u)
    x = _rounded(xp, x / xp.maximum(_rounded(xp, xp.sqrt(xp.sum(xp.square(x)))), eps))
    for _ in range(steps):
        gram = _rounded(xp, x @ x.T)
        turn = _rounded(xp, b * gram + c * (gram @ gram))
        x = _rounded(xp, a * x + turn @ x)
    return (x.T if tall else x).astype(u.dtype)


def _rounded(xp: Any, a: Any) -> Any:
    """Float32 numbers rounded to bfloat16's 8 bits (to even): NumPy multiplies no bfloat16 matrices."""
    bits = xp.asarray(a, dtype="float32").view("uint32")
    return ((bits + (0x7FFF + ((bits >> 16) & 1))) & 0xFFFF0000).view("float32")
