"""What makes new tensors, from values or at random, and what converts them."""

# ruff: noqa: F401 - names are imported to be found here
from __future__ import annotations

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.surface import convert as _convert
from vizgrad.engine.surface import create as _create
from vizgrad.engine.surface import inplace as _written
from vizgrad.engine.surface.create import (
    arange,
    as_tensor,
    bernoulli,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    normal,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    tensor,
    zeros,
    zeros_like,
)  # fmt: skip
from vizgrad.engine.surface.random import (
    Generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)  # fmt: skip

__all__ = [
    "Generator", "arange", "as_tensor", "bernoulli", "empty", "empty_like", "eye", "from_numpy", "full",
    "full_like", "get_rng_state", "initial_seed", "linspace", "manual_seed", "normal", "ones", "ones_like", "rand",
    "rand_like", "randint", "randn", "randn_like", "randperm", "seed", "set_rng_state", "tensor", "zeros",
    "zeros_like",
]  # fmt: skip


class Methods:
    """Of a tensor: others like it, other types, random contents."""

    __slots__ = ()

    to, type_as, cpu, cuda, type = _convert.to, _convert.type_as, _convert.cpu, _convert.cuda, _convert.type_
    float, double, half, bfloat16, long, int, short, char, byte, bool = map(
        _convert.cast_to,
        (_dtype.float32, _dtype.float64, _dtype.float16, _dtype.bfloat16, _dtype.int64,
         _dtype.int32, _dtype.int16, _dtype.int8, _dtype.uint8, _dtype.bool_),
    )  # fmt: skip
    numpy, tolist, item = _convert.numpy_, _convert.tolist, _convert.item
    new_zeros, new_ones = _convert.new(zeros), _convert.new(ones)
    new_empty, new_full = _convert.new(empty), _convert.new(full)
    new_tensor = _convert.new(tensor)

    normal_, uniform_, bernoulli_ = _written.normal_, _written.uniform_, _written.bernoulli_
