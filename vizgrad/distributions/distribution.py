"""What every distribution is: shapes, parameters with constraints, checks, and the words that can be asked."""

from __future__ import annotations

import warnings
from typing import Any

from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.surface.size import Size
from vizgrad.engine.tensor import Tensor

from . import constraints
from .utils import Unknown, last, lazy_property

__all__ = ["Distribution"]


class Distribution:
    """A batch of probability distributions, each over events of one shape.

    ``batch_shape``: the shape of the batch; its members differ in their parameters.  ``event_shape``: the shape
    of what one member draws, () for numbers.  ``sample(s)`` has the shape s + batch_shape + event_shape, and
    ``log_prob`` of that s + batch_shape.  ``validate_args``: whether parameters and arguments are checked
    (ValueError); None for what `set_default_validate_args` says.
    """

    has_rsample: Any = False  # whether gradients flow through samples
    has_enumerate_support: Any = False
    _validate_args: bool = __debug__

    def __init__(
        self, batch_shape: Any = (), event_shape: Any = (), validate_args: bool | None = None
    ) -> None:
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_parameters()

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether distributions made from now on check their parameters and arguments."""
        if value not in (True, False):
            raise ValueError(f"validate_args is True or False, but got {value!r}")
        Distribution._validate_args = value

    def _check_parameters(self) -> None:
        try:
            wanted = self.arg_constraints
        except NotImplementedError:
            wanted = {}
            warnings.warn(
                f"{type(self).__name__} does not define arg_constraints, so its parameters are not checked; "
                "define them, or give validate_args=False",
                stacklevel=4,
            )
        for name, constraint in wanted.items():
            if constraints.is_dependent(constraint):
                continue
            if name not in vars(self) and isinstance(getattr(type(self), name), lazy_property):
                continue  # computed from parameters that are checked themselves
            value = getattr(self, name)
            ok = constraint.check(value)
            if not ok.all():
                raise ValueError(
                    f"Expected parameter {name} (Tensor of shape {tuple(value.shape)}) of distribution {self!r} "
                    f"to satisfy the constraint {constraint!r}, but found invalid values:\n{value}"
                )

    # --- shapes ---------------------------------------------------------------------------------------------

    @property
    def batch_shape(self) -> Size:
        """The shape of the batch of distributions."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one draw of one distribution."""
        return self._event_shape

    def _extended_shape(self, sample_shape: Any = ()) -> Size:
        """The shape of ``sample(sample_shape)``."""
        return Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distributions, repeated to fill a larger ``batch_shape``; no numbers are copied."""
        new = self._get_checked_instance(Distribution, _instance)
        new.__dict__.update(self.__dict__)
        new._batch_shape = Size(batch_shape)
        for name, constraint in self.arg_constraints.items():
            value = vars(self).get(name)
            if isinstance(value, Tensor):
                event = last(value.shape, constraint.event_dim)
                new.__dict__[name] = value.expand((*new._batch_shape, *event))
        return new

    def _get_checked_instance(self, cls: type, _instance: Any = None) -> Any:
        """An instance of this class without contents, or the given one."""
        return type(self).__new__(type(self)) if _instance is None else _instance

    # --- what a distribution says about itself --------------------------------------------------------------

    arg_constraints: Any = Unknown("Constraint of each parameter, by name.")
    support: Any = Unknown("The constraint that all samples obey.")
    mean: Any = Unknown("The average of samples.")
    mode: Any = Unknown("The likeliest value.")
    variance: Any = Unknown("The average squared distance of samples from their mean.")

    @property
    def stddev(self) -> Any:
        """The square root of the variance."""
        return self.variance.sqrt()

    # --- samples --------------------------------------------------------------------------------------------

    def sample(self, sample_shape: Any = ()) -> Any:
        """Draw: a tensor of shape sample_shape + batch_shape + event_shape, without gradients."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Draw such that gradients flow from the sample into the parameters.

        NotImplementedError where ``has_rsample`` is False.
        """
        raise NotImplementedError(f"{type(self).__name__} has no samples through which gradients flow")

    def sample_n(self, n: int) -> Any:
        """``sample((n,))``, as it was once called."""
        warnings.warn(
            "`sample_n(n)` will be deprecated. Use `sample((n,))` instead.", FutureWarning, stacklevel=2
        )
        return self.sample((n,))

    # --- chances --------------------------------------------------------------------------------------------

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the chance (of the density, for continuous distributions) of ``value``."""
        raise NotImplementedError(f"{type(self).__name__} has no log_prob")

    def cdf(self, value: Any) -> Any:
        """The chance that a sample is at most ``value``."""
        raise NotImplementedError(f"{type(self).__name__} has no cdf")

    def icdf(self, value: Any) -> Any:
        """The number that a sample does not exceed with chance ``value``."""
        raise NotImplementedError(f"{type(self).__name__} has no icdf")

    def enumerate_support(self, expand: bool = True) -> Any:
        """All values that a discrete distribution can draw, in the first dimension of the result.

        The other dimensions are the batch's, or of size 1 with ``expand=False``.
        """
        raise NotImplementedError(f"the values of {type(self).__name__} cannot be listed")

    def entropy(self) -> Any:
        """The average of ``-log_prob`` of samples, in units of e; shape batch_shape."""
        raise NotImplementedError(f"{type(self).__name__} has no entropy")

    def perplexity(self) -> Any:
        """Among how many equal choices the same uncertainty would be: exp(entropy)."""
        return self.entropy().exp()

    def _validate_sample(self, value: Any) -> None:
        """ValueError unless ``value`` fits this distribution's shape and support."""
        if not isinstance(value, Tensor):
            raise ValueError(f"The value argument to log_prob must be a Tensor, not a {type(value).__name__}")
        event = last(value.shape, len(self._event_shape))
        if tuple(event) != tuple(self._event_shape):
            raise ValueError(
                f"The right-most size of value must match event_shape: {event} vs {self._event_shape}."
            )
        whole = self._extended_shape()
        for i, j in zip(reversed(value.shape), reversed(whole), strict=False):
            if i != 1 and j != 1 and i != j:
                raise ValueError(
                    f"Value is not broadcastable with batch_shape+event_shape: {value.shape} vs {whole}."
                )
        try:
            support = self.support
        except NotImplementedError:
            warnings.warn(
                f"{type(self).__name__} does not define its support, so values are not checked; "
                "define it, or give validate_args=False",
                stacklevel=3,
            )
            return
        ok = support.check(value)
        if not ok.all():
            raise ValueError(
                f"Expected value argument (Tensor of shape {tuple(value.shape)}) to be within the support "
                f"({support!r}) of the distribution {self!r}, but found invalid values:\n{value}"
            )

    def _checked(self, value: Any) -> None:
        if self._validate_args:
            self._validate_sample(value)

    def __repr__(self) -> str:
        parts = []
        for name in self.arg_constraints:
            value = vars(self).get(name)
            if value is not None:
                shown = value.shape if isinstance(value, Tensor) and value.numel() != 1 else value
                parts.append(f"{name}: {shown}")
        return f"{type(self).__name__}({', '.join(parts)})"
