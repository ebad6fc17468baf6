"""What a constraint is, and constraints made of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Constraint:
    """A region of numbers.

    ``event_dim``: how many last dimensions are judged as one; ``is_discrete``: whether it holds separate values
    only, of which no density can be asked.
    """

    is_discrete: Any = False
    event_dim: Any = 0

    def check(self, value: Any) -> Any:
        """A boolean tensor (the value's shape less its last ``event_dim`` dimensions): which events obey."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return type(self).__name__.removeprefix("_") + "()"


class _Dependent(Constraint):
    """A region that other parameters decide about.  Ask the distribution, not the class."""

    def __init__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented) -> None:
        self._is_discrete, self._event_dim = is_discrete, event_dim

    @property
    def is_discrete(self) -> bool:
        """Whether it holds separate values only; NotImplementedError where that depends too."""
        if self._is_discrete is NotImplemented:
            raise NotImplementedError("is_discrete depends on the distribution's parameters")
        return self._is_discrete

    @property
    def event_dim(self) -> int:
        """How many dimensions an event has; NotImplementedError where that depends too."""
        if self._event_dim is NotImplemented:
            raise NotImplementedError("event_dim depends on the distribution's parameters")
        return self._event_dim

    def __call__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented) -> _Dependent:
        """The same with what is known about it after all."""
        return _Dependent(
            is_discrete=self._is_discrete if is_discrete is NotImplemented else is_discrete,
            event_dim=self._event_dim if event_dim is NotImplemented else event_dim,
        )

    def check(self, value: Any) -> Any:
        raise ValueError("a dependent constraint cannot be checked without the distribution that it is of")


def is_dependent(constraint: Any) -> bool:
    """Whether other parameters decide about this constraint."""
    return isinstance(constraint, _Dependent)


class _DependentProperty(property, _Dependent):
    """A property that gives a distribution's constraint, and on the class itself a dependent one."""

    def __init__(
        self, fn: Any = None, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented
    ) -> None:
        property.__init__(self, fn)
        self._is_discrete, self._event_dim = is_discrete, event_dim

    def __call__(self, fn: Callable[..., Any]) -> Any:  # type: ignore[override]
        """As a decorator with arguments: ``@dependent_property(event_dim=1)``."""
        return _DependentProperty(fn, is_discrete=self._is_discrete, event_dim=self._event_dim)


class _Independent(Constraint):
    """Events joined from those of another constraint, which must all obey."""

    def __init__(self, base_constraint: Any, reinterpreted_batch_ndims: int) -> None:
        self.base_constraint, self.reinterpreted_batch_ndims = base_constraint, reinterpreted_batch_ndims

    @property
    def is_discrete(self) -> bool:
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> int:
        return self.base_constraint.event_dim + self.reinterpreted_batch_ndims

    def check(self, value: Any) -> Any:
        ok, n = self.base_constraint.check(value), self.reinterpreted_batch_ndims
        if ok.dim() < n:
            raise ValueError(
                f"expected a value of {self.event_dim} or more dimensions, but got {value.dim()}"
            )
        return ok if n == 0 else ok.reshape((*ok.shape[: ok.dim() - n], -1)).all(-1)

    def __repr__(self) -> str:
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(Constraint):
    """Values (batch, event) that obey the constraint of every component of a mixture."""

    def __init__(self, base_constraint: Any) -> None:
        if not isinstance(base_constraint, Constraint):
            raise AssertionError(
                f"base_constraint must be a Constraint, but is a {type(base_constraint).__name__}"
            )
        self.base_constraint = base_constraint

    @property
    def is_discrete(self) -> bool:
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> int:
        return self.base_constraint.event_dim

    def check(self, value: Any) -> Any:
        n = self.event_dim
        ok = self.base_constraint.check(value.unsqueeze(-1 - n))
        if value.dim() < n:
            raise ValueError(f"expected a value of {n} or more dimensions, but got {value.dim()}")
        return ok.reshape((*value.shape[: value.dim() - n], -1)).all(-1)

    def __repr__(self) -> str:
        return f"MixtureSameFamilyConstraint({self.base_constraint!r})"
