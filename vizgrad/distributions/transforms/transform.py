"""What a transform is, backwards, one after the other, and over joined dimensions."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Sequence
from typing import Any

from vizgrad.distributions import constraints
from vizgrad.distributions.utils import Unknown, sum_rightmost
from vizgrad.engine.contents.creation import zeros_like
from vizgrad.engine.tensor import Tensor


class Transform:
    """An invertible change of variables y = f(x), whose Jacobian's determinant is known.

    A subclass sets ``domain`` and ``codomain`` (constraints of x and y), ``bijective``, and ``sign`` where it
    is monotone, and defines ``_call(x)``, ``_inverse(y)`` and ``log_abs_det_jacobian(x, y)``.  With
    ``cache_size=1`` the last x and y are remembered, so that y leads back to that very x, not to a rounded one.
    """

    bijective: Any = False
    domain: Any
    codomain: Any
    sign: Any = Unknown("1 where y rises with x, -1 where it falls.")

    def __init__(self, cache_size: int = 0) -> None:
        if cache_size not in (0, 1):
            raise ValueError(f"cache_size must be 0 or 1, but got {cache_size}")
        self._cache_size = cache_size
        self._pair: tuple[Any, Any] = (None, None)
        self._inv: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_inv": None}

    def with_cache(self, cache_size: int = 1) -> Any:
        """The same transform with another cache."""
        if self._cache_size == cache_size:
            return self
        new = copy.copy(self)
        Transform.__init__(new, cache_size)
        return new

    @property
    def event_dim(self) -> int:
        """How many last dimensions it changes together; ValueError where that differs between x and y."""
        if self.domain.event_dim != self.codomain.event_dim:
            raise ValueError("Please use either .domain.event_dim or .codomain.event_dim")
        return self.domain.event_dim

    @property
    def inv(self) -> Any:
        """The transform backwards: from y to x."""
        inverse = None if self._inv is None else self._inv()
        if inverse is None:
            inverse = _InverseTransform(self)
            self._inv = weakref.ref(inverse)
        return inverse

    def __call__(self, x: Any) -> Any:
        if self._cache_size == 0:
            return self._call(x)
        if x is not self._pair[0]:
            self._pair = x, self._call(x)
        return self._pair[1]

    def _inv_call(self, y: Any) -> Any:
        if self._cache_size == 0:
            return self._inverse(y)
        if y is not self._pair[1]:
            self._pair = self._inverse(y), y
        return self._pair[0]

    def _call(self, x: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say what it does")

    def _inverse(self, y: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no inverse")

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Log |det ∂y/∂x|, without the dimensions that are changed together."""
        raise NotImplementedError(f"{type(self).__name__} has no log_abs_det_jacobian")

    def forward_shape(self, shape: Any) -> Any:
        """The shape of y for an x of this shape."""
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of x for a y of this shape."""
        return shape

    def _settings(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other):
            return False
        ours, theirs = self._settings(), other._settings()  # type: ignore[attr-defined]
        return all(_alike(value, theirs.get(name)) for name, value in ours.items())

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        return bool((a == b).all() if isinstance(a, Tensor) else (b == a).all())
    return a == b


class _InverseTransform(Transform):
    """Another transform backwards."""

    def __init__(self, transform: Transform) -> None:
        super().__init__(transform._cache_size)
        self.forward = transform

    @property
    def domain(self) -> Any:
        return self.forward.codomain

    @property
    def codomain(self) -> Any:
        return self.forward.domain

    @property
    def bijective(self) -> bool:
        return self.forward.bijective

    @property
    def sign(self) -> Any:
        return self.forward.sign

    @property
    def inv(self) -> Transform:
        return self.forward

    def with_cache(self, cache_size: int = 1) -> Any:
        return self.forward.with_cache(cache_size).inv

    def __call__(self, x: Any) -> Any:
        return self.forward._inv_call(x)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -self.forward.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Any) -> Any:
        return self.forward.inverse_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self.forward.forward_shape(shape)

    def __repr__(self) -> str:
        return f"_InverseTransform({self.forward!r})"


class ComposeTransform(Transform):
    """Several transforms one after the other, the first first."""

    def __init__(self, parts: Sequence[Transform], cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.parts = [part.with_cache(cache_size) for part in parts] if cache_size else list(parts)

    @property
    def domain(self) -> Any:
        if not self.parts:
            return constraints.real
        first, n = self.parts[0].domain, self.parts[-1].codomain.event_dim
        for part in reversed(self.parts):
            n = max(n + part.domain.event_dim - part.codomain.event_dim, part.domain.event_dim)
        return constraints.independent(first, n - first.event_dim) if n > first.event_dim else first

    @property
    def codomain(self) -> Any:
        if not self.parts:
            return constraints.real
        end, n = self.parts[-1].codomain, self.parts[0].domain.event_dim
        for part in self.parts:
            n = max(n + part.codomain.event_dim - part.domain.event_dim, part.codomain.event_dim)
        return constraints.independent(end, n - end.event_dim) if n > end.event_dim else end

    @property
    def bijective(self) -> bool:
        return all(part.bijective for part in self.parts)

    @property
    def sign(self) -> Any:
        result: Any = 1
        for part in self.parts:
            result = result * part.sign
        return result

    @property
    def inv(self) -> Any:
        inverse = None if self._inv is None else self._inv()
        if inverse is None:
            inverse = ComposeTransform([part.inv for part in reversed(self.parts)])
            self._inv, inverse._inv = weakref.ref(inverse), weakref.ref(self)
        return inverse

    def with_cache(self, cache_size: int = 1) -> Any:
        return self if self._cache_size == cache_size else ComposeTransform(self.parts, cache_size)

    def __call__(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return x

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        if not self.parts:
            return zeros_like(x)
        steps = [x]
        for part in self.parts[:-1]:
            steps.append(part(steps[-1]))
        steps.append(y)
        total, n = 0, self.domain.event_dim
        for part, before, after in zip(self.parts, steps[:-1], steps[1:], strict=True):
            here = part.log_abs_det_jacobian(before, after)
            total = total + sum_rightmost(here, n - part.domain.event_dim)
            n += part.codomain.event_dim - part.domain.event_dim
        return total

    def forward_shape(self, shape: Any) -> Any:
        for part in self.parts:
            shape = part.forward_shape(shape)
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return shape

    def __repr__(self) -> str:
        return "ComposeTransform(\n    " + ",\n    ".join(repr(part) for part in self.parts) + "\n)"


identity_transform = ComposeTransform([])


class IndependentTransform(Transform):
    """A transform with ``reinterpreted_batch_ndims`` more dimensions taken as one event."""

    def __init__(
        self, base_transform: Transform, reinterpreted_batch_ndims: int, cache_size: int = 0
    ) -> None:
        super().__init__(cache_size)
        self.base_transform = base_transform.with_cache(cache_size)
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    @property
    def domain(self) -> Any:
        return constraints.independent(self.base_transform.domain, self.reinterpreted_batch_ndims)

    @property
    def codomain(self) -> Any:
        return constraints.independent(self.base_transform.codomain, self.reinterpreted_batch_ndims)

    @property
    def bijective(self) -> bool:
        return self.base_transform.bijective

    @property
    def sign(self) -> Any:
        return self.base_transform.sign

    def _call(self, x: Any) -> Any:
        self._deep_enough(x, self.domain)
        return self.base_transform(x)

    def _inverse(self, y: Any) -> Any:
        self._deep_enough(y, self.codomain)
        return self.base_transform.inv(y)

    @staticmethod
    def _deep_enough(x: Any, region: Any) -> None:
        if x.dim() < region.event_dim:
            raise ValueError(f"Too few dimensions on input: {x.dim()}, but {region.event_dim} are one event")

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return sum_rightmost(self.base_transform.log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)

    def forward_shape(self, shape: Any) -> Any:
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self.base_transform.inverse_shape(shape)

    def __repr__(self) -> str:
        return f"IndependentTransform({self.base_transform!r}, {self.reinterpreted_batch_ndims})"
