"""Random numbers: streams that can be seeded, saved and continued.

The numbers are NumPy's PCG64 (CuPy's XORWOW on a GPU): the same seed gives the same numbers here, not PyTorch's.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine.bare import Bare


class Generator:
    """A stream of random numbers on one device, as ``torch.Generator``."""

    def __init__(self, device: Any = "cpu") -> None:
        self.device = _device.device(device)
        self.manual_seed(_FIRST)

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream anew from ``seed``, any 64-bit integer."""
        self._seed = _checked(seed)
        self.stream: Any = _stream(self.device, self._seed)
        return self

    def initial_seed(self) -> int:
        """The seed that the stream was last started from."""
        return self._seed

    def seed(self) -> int:
        """Start anew from a seed of the system's choosing, and return it."""
        self.manual_seed(fresh_seed())
        return self._seed

    def get_state(self) -> Any:
        """The state of the stream as a tensor of bytes, for `set_state`."""
        bits = self.stream.bit_generator
        if self.device.type == "cpu":
            return _bytes([self._seed, bits.state])
        words = _device.host(bits._state)  # CuPy keeps its state in an array of bytes
        return _bytes([self._seed, words.tobytes().hex()])

    def set_state(self, new_state: Any) -> Generator:
        """Go on from where `get_state` was called."""
        if not isinstance(new_state, Bare) or new_state.array.dtype != numpy.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor, as get_state() returns it")
        try:
            seed, inner = json.loads(_device.host(new_state.array).tobytes())
        except ValueError:
            raise RuntimeError("RNG state is not one that get_state() returned") from None
        self.manual_seed(seed)
        bits = self.stream.bit_generator
        if self.device.type == "cpu":
            bits.state = inner
        else:
            bits._state[...] = _device.cupy().frombuffer(bytes.fromhex(inner), dtype=bits._state.dtype)
        return self

    def clone_state(self) -> Generator:
        """Another generator that goes on from the same place."""
        return Generator(self.device).set_state(self.get_state())

    def __reduce__(self) -> Any:
        return _rebuilt, (self.device, self.get_state())


_FIRST = 67280421310721  # what PyTorch's generators start from until they are seeded


def _rebuilt(device: Any, state: Any) -> Generator:
    return Generator(device).set_state(state)


def _bytes(state: Any) -> Any:
    return Bare._wrap(numpy.frombuffer(json.dumps(state).encode(), dtype=numpy.uint8).copy())


def _stream(where: _device.device, seed: int) -> Any:
    if where.type == "cpu":
        return numpy.random.default_rng(seed)
    gpu = _device.cupy()
    with gpu.cuda.Device(where.index or 0):
        return gpu.random.default_rng(seed)


def _checked(seed: Any) -> int:
    number = int(seed)
    if not -(2**63) <= number < 2**64:
        raise ValueError(f"Overflow when unpacking long long: a seed has 64 bits, but got {number}")
    return number % 2**64


def fresh_seed() -> int:
    """A seed of the system's choosing."""
    return int(numpy.random.SeedSequence().entropy) % 2**63  # type: ignore[arg-type]


_defaults: dict[tuple[str, int], Generator] = {}
_seeded: dict[str, int] = {}  # what devices not used yet will start from; without: the system's choice


def default(where: Any = None) -> Generator:
    """The stream that is used when none is given; one per device."""
    place = _device.device(where or _device.default or _device.CPU)
    key = place.type, place.index or 0
    if key not in _defaults:
        _defaults[key] = Generator(place)
        _defaults[key].manual_seed(_seeded[place.type] if place.type in _seeded else fresh_seed())
    return _defaults[key]


def chosen(generator: Generator | None, where: Any) -> Any:
    """The stream to draw from: the given generator's, which must be on that device, or the device's own."""
    if generator is None:
        return default(where).stream
    place = _device.device(where or _device.default or _device.CPU)
    if generator.device.type != place.type:
        raise RuntimeError(
            f"Expected a '{place.type}' device type for generator but found '{generator.device.type}'"
        )
    return generator.stream


def manual_seed(seed: int) -> Generator:
    """Seed the streams of all devices."""
    seed_gpus(seed)
    _seeded["cpu"] = _checked(seed)
    return default("cpu").manual_seed(seed)


def seed_gpus(seed: int) -> None:
    """Seed the streams of the GPUs only; of one not used yet, what it will start from."""
    _seeded["cuda"] = _checked(seed)
    for (kind, _), generator in _defaults.items():
        if kind == "cuda":
            generator.manual_seed(seed)


def initial_seed() -> int:
    """The seed that the CPU's stream was last started from."""
    return default("cpu").initial_seed()


def seed() -> int:
    """Seed all streams from the system, and return the seed."""
    chosen = fresh_seed()
    manual_seed(chosen)
    return chosen


def get_rng_state() -> Any:
    """The state of the CPU's stream, a tensor of bytes."""
    return default("cpu").get_state()


def set_rng_state(new_state: Any) -> None:
    """Let the CPU's stream go on from a state that `get_rng_state` returned."""
    default("cpu").set_state(new_state)


@contextlib.contextmanager
def fork_rng(devices: Iterable[Any] | None = None, enabled: bool = True) -> Iterator[None]:
    """Draw freely in a ``with``; afterwards the streams (on GPUs those of ``devices``) stand where they stood."""
    if not enabled:
        yield
        return
    gpus = [g for (kind, _), g in _defaults.items() if kind == "cuda"]
    if devices is not None:
        gpus = [default(_device.device(d)) for d in devices]
    streams = [default("cpu"), *gpus]
    states = [g.get_state() for g in streams]
    try:
        yield
    finally:
        for g, state in zip(streams, states, strict=True):
            g.set_state(state)


default_generator = default("cpu")


def thread_safe_generator() -> Generator | None:
    """The generator of a loader's worker thread; None in processes, whose own stream is safe.  Ours are processes."""
    return None
