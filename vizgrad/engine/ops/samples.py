"""Sample inputs, declared beside each op: what its generated tests run on."""

from __future__ import annotations

from typing import Any

import numpy


class Sample:
    """Shapes of the inputs (a number stands for itself) and the settings of one call.

    ``low`` and ``high`` bound the random values; ``whole`` names inputs that hold integers below that number.
    """

    def __init__(
        self,
        *inputs: Any,
        low: float = -1.0,
        high: float = 1.0,
        whole: dict[int, int] | None = None,
        **settings: Any,
    ) -> None:
        self.inputs, self.low, self.high = inputs, low, high
        self.whole = whole or {}
        self.settings = settings

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        return tuple(s if isinstance(s, tuple) else () for s in self.inputs)

    def arrays(self, seed: int = 0) -> list[Any]:
        """The inputs: float64, away from each other, so that a ruler of 1e-6 measures slopes well."""
        r = numpy.random.default_rng(seed)
        return [self._array(r, i, s) for i, s in enumerate(self.inputs)]

    def _array(self, r: numpy.random.Generator, i: int, shape: Any) -> Any:
        if not isinstance(shape, tuple):
            return shape
        if i in self.whole:
            return r.integers(0, self.whole[i], shape)
        size = int(numpy.prod(shape))
        spread = (r.permutation(size) + r.uniform(0.25, 0.75, size)) / max(size, 1)
        return (self.low + (self.high - self.low) * spread).reshape(shape)

    def __repr__(self) -> str:
        words = ["×".join(map(str, s)) or "scalar" if isinstance(s, tuple) else str(s) for s in self.inputs]
        return ", ".join(words + [f"{k}={v}" for k, v in self.settings.items()])


ONE = (Sample((3, 4)), Sample(()))
POSITIVE = (Sample((3, 4), low=0.2, high=2.0),)
TWO = (Sample((3, 4), (3, 4)), Sample((3, 1), (1, 4)), Sample((3, 4), ()), Sample((3, 4), 2.0))
FOLD = (
    Sample((3, 4)),
    Sample((3, 4), dim=0),
    Sample((2, 3, 4), dim=(0, 2)),
    Sample((3, 4), dim=-1, keepdim=True),
)
