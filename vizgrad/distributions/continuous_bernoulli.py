"""The continuous Bernoulli distribution: grey values between 0 and 1."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.contents.picking import where
from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.nn.functional.loss import binary_cross_entropy_with_logits

from . import constraints, noise
from .chances import Chances
from .exp_family import ExponentialFamily
from .utils import broadcast_all, clamp_probs

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(Chances, ExponentialFamily):
    """Numbers x in [0, 1] with a density in proportion to pˣ (1 - p)¹⁻ˣ.

    Give ``probs`` p in (0, 1) or ``logits`` = log p/(1 - p): a number or a tensor of the batch's shape.  Between
    the ``lims`` around 1/2, where formulas divide 0 by 0, Taylor's series stand in.
    G. Loaiza-Ganem & J. P. Cunningham, *The continuous Bernoulli: fixing a pervasive error in variational
    autoencoders*, 2019.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(
        self,
        probs: Any = None,
        logits: Any = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        self._take(probs, logits)
        if self.has_probs:
            if validate_args and not self.arg_constraints["probs"].check(self.probs).all():
                raise ValueError(f"The parameter probs has invalid values: {self.probs}")
            self._keep(clamp_probs(self.probs))
        self._lims = lims
        super().__init__(self.param_shape, validate_args=validate_args)

    def _far(self) -> Any:
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _safe(self) -> Any:
        """Chances away from 1/2."""
        return where(self._far(), self.probs, self._lims[0])

    def _log_norm(self) -> Any:
        """Log C(p), with C = 2 atanh(1 - 2p) / (1 - 2p): what the density's formula is multiplied with."""
        p, d = self._safe(), self.probs - 0.5
        far = ((-p).log1p() - p.log()).abs().log() - where(p <= 0.5, 1 - 2 * p, 2 * p - 1).log()
        near = math.log(2.0) + (4 / 3 + 104 / 45 * d**2) * d**2
        return where(self._far(), far, near)

    @property
    def mean(self) -> Any:
        p, d = self._safe(), self.probs - 0.5
        far = p / (2 * p - 1) + 1 / ((-p).log1p() - p.log())
        return where(self._far(), far, 0.5 + (1 / 3 + 16 / 45 * d**2) * d)

    @property
    def variance(self) -> Any:
        p, d = self._safe(), (self.probs - 0.5) ** 2
        far = p * (p - 1) / (1 - 2 * p) ** 2 + 1 / ((-p).log1p() - p.log()) ** 2
        return where(self._far(), far, 1 / 12 - (1 / 15 - 128 / 945 * d) * d)

    @property
    def stddev(self) -> Any:
        return self.variance.sqrt()

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.icdf(noise.inside(self.probs, self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        logits, value = broadcast_all(self.logits, value)
        return self._log_norm() - binary_cross_entropy_with_logits(logits, value, reduction="none")

    def cdf(self, value: Any) -> Any:
        self._checked(value)
        p = self._safe()
        far = (p**value * (1 - p) ** (1 - value) + p - 1) / (2 * p - 1)
        inside = where(self._far(), far, value)
        return where(value <= 0, 0.0, where(value >= 1, 1.0, inside))

    def icdf(self, value: Any) -> Any:
        p = self._safe()
        far = ((-p + value * (2 * p - 1)).log1p() - (-p).log1p()) / (p.log() - (-p).log1p())
        return where(self._far(), far, value)

    def entropy(self) -> Any:
        low = (-self.probs).log1p()
        return self.mean * (low - self.probs.log()) - self._log_norm() - low

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return (self.logits,)

    def _log_normalizer(self, x: Any) -> Any:
        """log((eˣ - 1)/x), by its series near 0"""
        far = (x <= self._lims[0] - 0.5) | (x > self._lims[1] - 0.5)
        safe = where(far, x, self._lims[0] - 0.5)
        return where(far, (safe.exp() - 1).abs().log() - safe.abs().log(), 0.5 * x + x**2 / 24 - x**4 / 2880)
