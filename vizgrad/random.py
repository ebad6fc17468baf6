"""``torch.random``: the global stream of random numbers."""

from vizgrad.engine.surface.random import get_rng_state, initial_seed, manual_seed, seed, set_rng_state

__all__ = ["get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"]
