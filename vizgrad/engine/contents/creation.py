"""What makes new tensors: from data, of a size, like others, or drawn at random."""

# ruff: noqa: F401 - names are imported to be found here
from __future__ import annotations

from vizgrad.engine.surface import alike as _alike
from vizgrad.engine.surface import create as _create
from vizgrad.engine.surface import data as _data
from vizgrad.engine.surface import redraw as _redraw
from vizgrad.engine.surface.alike import (
    empty_like,
    empty_permuted,
    empty_strided,
    full_like,
    ones_like,
    zeros_like,
)  # fmt: skip
from vizgrad.engine.surface.create import (
    arange,
    empty,
    eye,
    full,
    linspace,
    logspace,
    ones,
    scalar_tensor,
    zeros,
)  # fmt: skip
from vizgrad.engine.surface.create import range_ as range
from vizgrad.engine.surface.data import as_tensor, asarray, from_numpy, frombuffer, tensor
from vizgrad.engine.surface.draw import (
    bernoulli,
    multinomial,
    normal,
    poisson,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
)  # fmt: skip
from vizgrad.engine.surface.placing import zero_
from vizgrad.engine.surface.random import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
    thread_safe_generator,
)  # fmt: skip

__all__ = [
    "Generator", "arange", "as_tensor", "asarray", "bernoulli", "default_generator", "empty", "empty_like",
    "empty_permuted", "empty_strided", "eye", "from_numpy", "frombuffer", "full", "full_like", "get_rng_state",
    "initial_seed", "linspace", "logspace", "manual_seed", "multinomial", "normal", "ones", "ones_like", "poisson",
    "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm", "range", "scalar_tensor",
    "seed", "set_rng_state", "tensor", "thread_safe_generator", "zero_", "zeros", "zeros_like",
]  # fmt: skip


class Methods:
    """Of a tensor: others like it, and random contents."""

    __slots__ = ()

    new_zeros, new_ones = _alike.new(zeros), _alike.new(ones)
    new_empty, new_full = _alike.new(empty), _alike.new(full)
    new_tensor, new_empty_strided = _alike.new(tensor), _alike.new(empty_strided)
    new = _alike.legacy_new
    bernoulli, multinomial = bernoulli, multinomial

    normal_, uniform_, bernoulli_, random_ = (
        _redraw.normal_,
        _redraw.uniform_,
        _redraw.bernoulli_,
        _redraw.random_,
    )
    exponential_, geometric_ = _redraw.exponential_, _redraw.geometric_
    cauchy_, log_normal_ = _redraw.cauchy_, _redraw.log_normal_
