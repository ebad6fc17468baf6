"""Transforms of slices, each by its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vizgrad.distributions import constraints
from vizgrad.distributions.utils import sum_rightmost
from vizgrad.engine.contents.shaping import cat, stack

from .transform import Transform


class _Parts(Transform):
    """Transforms of slices along ``dim``."""

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        if not all(isinstance(t, Transform) for t in tseq):
            raise AssertionError("each part must be a Transform")
        super().__init__(cache_size)
        self.transforms = [t.with_cache(cache_size) for t in tseq] if cache_size else list(tseq)
        self.dim = dim

    @property
    def bijective(self) -> bool:
        return all(t.bijective for t in self.transforms)

    def _cut(self, x: Any) -> Sequence[Any]:
        raise NotImplementedError

    def _slices(self, x: Any) -> Sequence[Any]:
        if not -x.dim() <= self.dim < x.dim():
            raise AssertionError(f"dim is {self.dim}, but the input has {x.dim()} dimensions")
        return self._cut(x)

    def _each(self, x: Any) -> list[Any]:
        return [t(part) for t, part in zip(self.transforms, self._slices(x), strict=True)]

    def _each_back(self, y: Any) -> list[Any]:
        return [t.inv(part) for t, part in zip(self.transforms, self._slices(y), strict=True)]

    def _each_log(self, x: Any, y: Any) -> list[Any]:
        pairs = zip(self.transforms, self._slices(x), self._slices(y), strict=True)
        return [t.log_abs_det_jacobian(a, b) for t, a, b in pairs]


class CatTransform(_Parts):
    """Parts of the given ``lengths`` along ``dim`` (1 each if none are given), one per transform."""

    def __init__(
        self,
        tseq: Sequence[Transform],
        dim: int = 0,
        lengths: Sequence[int] | None = None,
        cache_size: int = 0,
    ) -> None:
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.transforms):
            raise AssertionError(f"got {len(self.transforms)} transforms, but {len(self.lengths)} lengths")

    @property
    def event_dim(self) -> int:
        return max(t.event_dim for t in self.transforms)

    @property
    def length(self) -> int:
        """The size of the whole along ``dim``."""
        return sum(self.lengths)

    @property
    def domain(self) -> Any:
        return constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @property
    def codomain(self) -> Any:
        return constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths)

    def _cut(self, x: Any) -> Sequence[Any]:
        if x.shape[self.dim] != self.length:
            raise AssertionError(f"expected {self.length} along dim {self.dim}, but got {x.shape[self.dim]}")
        return x.split(self.lengths, self.dim)

    def _call(self, x: Any) -> Any:
        return cat(self._each(x), self.dim)

    def _inverse(self, y: Any) -> Any:
        return cat(self._each_back(y), self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        n = self.event_dim
        logs = [
            sum_rightmost(log, n - t.event_dim)
            for t, log in zip(self.transforms, self._each_log(x, y), strict=True)
        ]
        dim = (self.dim - x.dim() if self.dim >= 0 else self.dim) + n
        return cat(logs, dim) if dim < 0 else sum(logs)


class StackTransform(_Parts):
    """The slices along ``dim``, one per transform."""

    @property
    def domain(self) -> Any:
        return constraints.stack([t.domain for t in self.transforms], self.dim)

    @property
    def codomain(self) -> Any:
        return constraints.stack([t.codomain for t in self.transforms], self.dim)

    def _cut(self, x: Any) -> Sequence[Any]:
        if x.shape[self.dim] != len(self.transforms):
            raise AssertionError(
                f"expected {len(self.transforms)} slices along dim {self.dim}, but got {x.shape[self.dim]}"
            )
        return x.unbind(self.dim)

    def _call(self, x: Any) -> Any:
        return stack(self._each(x), self.dim)

    def _inverse(self, y: Any) -> Any:
        return stack(self._each_back(y), self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return stack(self._each_log(x, y), self.dim)
