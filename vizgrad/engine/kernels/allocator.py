"""Memory of a GPU: taken from CuPy's pool; the most that was in use; PyTorch's error when there is none left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class OutOfMemoryError(RuntimeError):
    """A GPU has not as much memory left as was asked for."""


class AcceleratorError(RuntimeError):
    """A GPU failed."""


class Peak:
    """The most memory of one GPU that was in use at once.

    Asking the pool each time would be slow, so a bound is kept: what was in use when it was last asked, and all that
    was taken since.  Only when the bound passes the peak is the pool asked again.
    """

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._bound = self._used = self._held = 0
        self.taken = 0  # how often memory was taken
        self.refused = 0  # how often there was none left

    def take(self, size: int) -> None:
        """Note that so many bytes were taken."""
        self.taken += 1
        self._bound += -(-size // 512) * 512  # the pool's blocks
        if self._bound > self._used:
            self.look()

    def look(self) -> None:
        """Ask the pool, which answers for the current GPU."""
        self._bound = int(self._pool.used_bytes())
        self._used = max(self._used, self._bound)
        self._held = max(self._held, int(self._pool.total_bytes()))

    def reset(self) -> None:
        """Begin anew from what is in use now."""
        self._used = self._held = 0
        self.look()

    def most(self) -> tuple[int, int]:
        """The most bytes that were in use, and that the pool held."""
        self.look()
        return self._used, self._held


_find: list[Callable[[int], Peak]] = []  # what `install` made


def peak_of(index: int) -> Peak:
    """The most memory that was in use on the GPU of this number, once CuPy is there."""
    return _find[-1](index)


def install(gpu: Any) -> None:
    """Take memory through here from now on."""
    peaks: dict[int, Peak] = {}
    pool, inner = gpu.get_default_memory_pool(), gpu.cuda.get_allocator()
    current, refusal = gpu.cuda.runtime.getDevice, gpu.cuda.memory.OutOfMemoryError

    def peak(index: int) -> Peak:
        if index not in peaks:
            peaks[index] = Peak(pool)
        return peaks[index]

    def take(size: int) -> Any:
        here = peak(current())
        try:
            memory = inner(size)
        except refusal as error:
            here.refused += 1
            raise OutOfMemoryError(f"CUDA out of memory. {error}") from error
        here.take(size)
        return memory

    gpu.cuda.set_allocator(take)
    _find.append(peak)
