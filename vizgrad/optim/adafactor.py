"""Adafactor: Adam's scaling from the row and column averages alone."""

# pyright: reportIncompatibleMethodOverride=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import Any

from ml_dtypes import finfo

from vizgrad.engine.tensor import Tensor

from .formula import as_call, larger, smaller
from .optimizer import Optimizer, require_rate, require_that

__all__ = ["Adafactor"]


class Adafactor(Optimizer):
    """Scales gradients as Adam does, but remembers of a matrix only its rows' and columns' averages.

    Shazeer & Stern, *Adafactor: Adaptive Learning Rates with Sublinear Memory Cost*, 2018, algorithms 4
    and 5, without its momentum::

        ρ        = min(lr, 1/√t)
        α        = max(ε₂, rms(p)) ρ                                    a step in proportion to the parameter
        row_var  ← row_var + t^beta2_decay (mean of each row of g² - row_var)
        col_var  ← col_var + t^beta2_decay (mean of each column of g² - col_var)
        variance = row_var col_var / max(mean(row_var), ε₁)
        u        = g / √max(variance, ε₁²)
        p        ← p - α u / max(1, rms(u) / d)

    A vector keeps its whole average square, as ``variance``.  ``lr`` is a fraction of the parameter's size;
    ε₁, if None, is the precision of the parameter's dtype; ``weight_decay`` shrinks the parameter by ``lr
    weight_decay`` at each step.  Memory: a row and a column for each matrix.
    """

    elementwise = False

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        require_rate(lr, "Learning rate should be >= 0 but is")
        require_that(beta2_decay <= 0, "beta2_decay should be <= 0", beta2_decay)
        require_that(eps[0] is None or eps[0] >= 0, "epsilon1 should be >= 0", eps[0])
        require_that(eps[1] >= 0, "epsilon2 should be >= 0", eps[1])
        require_that(d >= 1, "Clipping threshold d should be >= 1", d)
        require_that(weight_decay >= 0, "weight_decay should be >= 0", weight_decay)
        settings = {"lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay}
        super().__init__(params, {**settings, "foreach": foreach, "maximize": maximize})

    def _move(self, p: Tensor, group: dict[str, Any], settings: dict[str, Any]) -> None:
        if p.is_complex():
            raise RuntimeError("Adafactor does not support complex parameters")
        super()._move(p, group, settings)

    @staticmethod
    def start(xp: Any, p: Any) -> dict[str, Any]:
        if p.ndim > 1:
            return {
                "step": 0,
                "row_var": xp.zeros_like(p[..., :1]),
                "col_var": xp.zeros_like(p[..., :1, :]),
            }
        return {"step": 0, "variance": xp.zeros_like(p)}

    @staticmethod
    def update(
        xp: Any,
        p: Any,
        g: Any,
        m: Any,
        *,
        lr: Any,
        beta2_decay: Any,
        eps: Any,
        d: Any,
        weight_decay: Any,
    ) -> Any:
        tiny: Any = finfo(p.dtype).eps if eps[0] is None else eps[0]
        share = m["step"] ** beta2_decay
        rate = larger(eps[1], rms(xp, p)) * smaller(lr, 1 / m["step"] ** 0.5)
        if weight_decay:
            p *= 1 - lr * weight_decay
        if "row_var" in m:
            m["row_var"] += share * (row_mean(xp, xp.square(g)) - m["row_var"])
            m["col_var"] += share * (column_mean(xp, xp.square(g)) - m["col_var"])
            variance = m["row_var"] @ m["col_var"] / xp.maximum(column_mean(xp, m["row_var"]), tiny)
        else:
            m["variance"] += share * (xp.square(g) - m["variance"])
            variance = m["variance"]
        u = g / xp.sqrt(xp.maximum(variance, tiny * tiny))
        p -= rate / larger(1, rms(xp, u) / d) * u
        return p


@as_call
def rms(xp: Any, a: Any) -> Any:
    """The root of the mean square: the typical size of a number in ``a``."""
    return xp.sqrt(xp.mean(xp.square(a), dtype=_wide(a)))


@as_call
def row_mean(xp: Any, a: Any) -> Any:
    return xp.mean(a, axis=-1, keepdims=True, dtype=_wide(a)).astype(a.dtype)


@as_call
def column_mean(xp: Any, a: Any) -> Any:
    return xp.mean(a, axis=-2, keepdims=True, dtype=_wide(a)).astype(a.dtype)


def _wide(a: Any) -> Any:
    """Sums of half-precision numbers are made in float32."""
    return a.dtype if a.dtype.itemsize > 2 else "float32"
