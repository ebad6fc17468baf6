"""The von Mises distribution: directions."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.ops.bessel import i0e, i1e
from vizgrad.engine.surface.grad_mode import no_grad

from . import constraints, noise
from .distribution import Distribution
from .utils import broadcast_all

__all__ = ["VonMises"]


class VonMises(Distribution):
    """Angles in radians around ``loc``, with the density exp(k cos(x - loc)) / (2π I₀(k)), k = ``concentration``.

    ``loc`` and ``concentration`` > 0: numbers or tensors that broadcast.  Samples lie in [-π, π):
    D. J. Best & N. I. Fisher, *Efficient Simulation of the von Mises Distribution*, 1979.
    """

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real
    has_rsample = False

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        k = self.concentration
        return k * ((value - self.loc).cos() - 1) - math.log(2 * math.pi) - i0e(k).log()

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            shape = self._extended_shape(sample_shape)
            turns = noise.turns(self.concentration, shape).to(self.loc.dtype)
            return (turns + math.pi + self.loc) % (2 * math.pi) - math.pi

    @property
    def mean(self) -> Any:
        """The mean direction."""
        return self.loc

    mode = mean

    @property
    def variance(self) -> Any:
        """The circular variance, 1 - I₁(k)/I₀(k)."""
        return 1 - i1e(self.concentration) / i0e(self.concentration)
