"""The streams of random numbers of the GPUs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vizgrad.engine.surface import random as _random

from .devices import device_count


def manual_seed(seed: int) -> None:
    """Seed the GPU's random stream; without a GPU, what it would start from."""
    _random.seed_gpus(seed)


manual_seed_all = manual_seed


def seed() -> None:
    """Seed the GPU's random stream from the system."""
    _random.seed_gpus(_random.fresh_seed())


seed_all = seed


def initial_seed() -> int:
    """The seed that the GPU's stream was last started from."""
    return _random.default("cuda").initial_seed()


def get_rng_state(device: Any = "cuda") -> Any:
    """The state of a GPU's random stream, a tensor of bytes."""
    return _random.default(device).get_state()


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Let a GPU's random stream go on from a state that `get_rng_state` returned."""
    _random.default(device).set_state(new_state)


def get_rng_state_all() -> list[Any]:
    """The states of all GPUs' random streams."""
    return [get_rng_state(f"cuda:{i}") for i in range(device_count())]


def set_rng_state_all(new_states: Iterable[Any]) -> None:
    """Let all GPUs' random streams go on from these states."""
    for i, state in enumerate(new_states):
        set_rng_state(state, f"cuda:{i}")


def generator(device: int) -> Any:
    """The generator of the GPU of this number."""
    return _random.default(f"cuda:{device}")
