"""Distributions of transformed samples of other distributions."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.surface.size import Size

from . import constraints
from .distribution import Distribution
from .independent import Independent
from .transforms import ComposeTransform, Transform
from .utils import sum_rightmost

__all__ = ["TransformedDistribution"]


class TransformedDistribution(Distribution):
    """Samples x of ``base_distribution``, changed by one transform or a list of them, the first first.

    With y = f(x) the density is log p(y) = log p(x) - log |det ∂y/∂x|.
    """

    arg_constraints: Any = {}

    def __init__(self, base_distribution: Any, transforms: Any, validate_args: bool | None = None) -> None:
        steps = [transforms] if isinstance(transforms, Transform) else transforms
        if not isinstance(steps, list) or not all(isinstance(t, Transform) for t in steps):
            raise ValueError(
                f"transforms must be a Transform or a list of Transforms, but was {transforms!r}"
            )
        self.transforms = steps
        whole = ComposeTransform(steps)
        base_shape = base_distribution.batch_shape + base_distribution.event_shape
        n = whole.domain.event_dim
        if len(base_shape) < n:
            raise ValueError(
                f"base_distribution needs to have shape with size at least {n}, but got {base_shape}."
            )
        shape = whole.forward_shape(base_shape)
        wanted = Size(whole.inverse_shape(shape))  # larger where a transform's parameters broadcast
        if wanted != base_shape:
            base_distribution = base_distribution.expand(
                wanted[: len(wanted) - len(base_distribution.event_shape)]
            )
        if n > len(base_distribution.event_shape):
            base_distribution = Independent(base_distribution, n - len(base_distribution.event_shape))
        self.base_dist = base_distribution
        cut = len(shape) - whole.codomain.event_dim - max(len(base_distribution.event_shape) - n, 0)
        super().__init__(shape[:cut], shape[cut:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        shape = Size(batch_shape) + self._event_shape
        for t in reversed(self.transforms):
            shape = t.inverse_shape(shape)
        base = self.base_dist
        new.base_dist = base.expand(shape[: len(shape) - len(base.event_shape)])
        return new

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> Any:
        """The codomain of the last transform."""
        if not self.transforms:
            return self.base_dist.support
        region = self.transforms[-1].codomain
        more = len(self._event_shape) - region.event_dim
        return constraints.independent(region, more) if more > 0 else region

    has_rsample: Any = property(lambda self: self.base_dist.has_rsample)

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            return self._transformed(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self._transformed(self.base_dist.rsample(sample_shape))

    def _transformed(self, x: Any) -> Any:
        for t in self.transforms:
            x = t(x)
        return x

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        n, y, total = len(self._event_shape), value, 0.0
        for t in reversed(self.transforms):
            x = t.inv(y)
            n += t.domain.event_dim - t.codomain.event_dim
            total = total - sum_rightmost(t.log_abs_det_jacobian(x, y), n - t.domain.event_dim)
            y = x
        return total + sum_rightmost(self.base_dist.log_prob(y), n - len(self.base_dist.event_shape))

    def _rank(self, chance: Any) -> Any:
        """A chance from the other end where the transforms turn the order of numbers around."""
        sign: Any = 1
        for t in self.transforms:
            sign = sign * t.sign
        return chance if isinstance(sign, int) and sign == 1 else sign * (chance - 0.5) + 0.5

    def cdf(self, value: Any) -> Any:
        self._checked(value)
        for t in reversed(self.transforms):
            value = t.inv(value)
        return self._rank(self.base_dist.cdf(value))

    def icdf(self, value: Any) -> Any:
        return self._transformed(self.base_dist.icdf(self._rank(value)))
