"""Random numbers: streams that can be seeded, saved and continued.

The numbers are NumPy's PCG64 (CuPy's XORWOW on a GPU): the same seed gives the same numbers here, not PyTorch's.
"""

from __future__ import annotations

import json
from typing import Any

import numpy

from vizgrad.engine import device as _device


class Generator:
    """A stream of random numbers on one device, as ``torch.Generator``."""

    def __init__(self, device: Any = "cpu") -> None:
        self.device = _device.device(device)
        self.manual_seed(_fresh_seed())

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream anew from ``seed``, any 64-bit integer."""
        self._seed = int(seed)
        source = _device.module(self.device).random
        self.stream: Any = source.default_rng(self._seed % 2**64)
        return self

    def initial_seed(self) -> int:
        return self._seed

    def seed(self) -> int:
        """Start anew from a seed of the system's choosing, and return it."""
        self.manual_seed(_fresh_seed())
        return self._seed

    def get_state(self) -> Any:
        """The state of the stream as a tensor of bytes, for `set_state`."""
        from vizgrad.engine.bare import Bare

        state = json.dumps([self._seed, self.stream.bit_generator.state]).encode()
        return Bare._wrap(numpy.frombuffer(state, dtype=numpy.uint8).copy())

    def set_state(self, state: Any) -> Generator:
        """Go on from where `get_state` was called."""
        seed, inner = json.loads(state.array.tobytes())
        self.manual_seed(seed)
        self.stream.bit_generator.state = inner
        return self


def _fresh_seed() -> int:
    return int(numpy.random.SeedSequence().entropy) % 2**63  # type: ignore[arg-type]


_defaults: dict[str, Generator] = {}


def default(where: Any = "cpu") -> Generator:
    """The stream that is used when none is given; one per device."""
    name = str(where or "cpu")
    if name not in _defaults:
        _defaults[name] = Generator(name)
        if _seeded is not None:
            _defaults[name].manual_seed(_seeded)
    return _defaults[name]


_seeded: int | None = None


def manual_seed(seed: int) -> Generator:
    """Seed the streams of all devices."""
    global _seeded
    _seeded = int(seed)
    for generator in _defaults.values():
        generator.manual_seed(_seeded)
    return default()


def initial_seed() -> int:
    return default().initial_seed()


def seed() -> int:
    """Seed all streams from the system, and return the seed."""
    chosen = _fresh_seed()
    manual_seed(chosen)
    return chosen


def get_rng_state() -> Any:
    return default().get_state()


def set_rng_state(state: Any) -> None:
    default().set_state(state)
