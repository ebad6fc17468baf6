"""Where a kernel stands on a plane."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Window:
    """Where a kernel stands on a plane: everything about a convolution except its numbers."""

    plane: tuple[int, ...]  # sizes of the input's plane
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    before: tuple[int, ...]  # zeros put in front of each dimension
    after: tuple[int, ...]  # and behind it
    dilation: tuple[int, ...]

    @cached_property
    def padded(self) -> tuple[int, ...]:
        return tuple(a + n + b for a, n, b in zip(self.before, self.plane, self.after, strict=True))

    @cached_property
    def out(self) -> tuple[int, ...]:
        """Sizes of the output's plane."""
        return tuple(
            (n - d * (k - 1) - 1) // s + 1
            for n, k, s, d in zip(self.padded, self.kernel, self.stride, self.dilation, strict=True)
        )

    @cached_property
    def inner(self) -> tuple[slice, ...]:
        """The input's own plane inside the padded one."""
        return tuple(slice(a, a + n) for a, n in zip(self.before, self.plane, strict=True))

    def places(self) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
        """Each place in the kernel, with the padded pixels it meets."""
        for place in itertools.product(*map(range, self.kernel)):
            yield (
                place,
                tuple(
                    slice(i * d, i * d + (o - 1) * s + 1, s)
                    for i, d, o, s in zip(place, self.dilation, self.out, self.stride, strict=True)
                ),
            )
