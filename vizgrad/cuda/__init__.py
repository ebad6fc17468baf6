"""``torch.cuda``: GPUs, through CuPy.  Everything answers sensibly where there is none."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import device as _device
from vizgrad.engine.surface import legacy as _legacy
from vizgrad.engine.surface import random as _random

from . import amp as amp


def is_available() -> bool:
    """Whether a GPU can be used now: CuPy, a driver and a device are there."""
    return _device.cuda_count() > 0


def device_count() -> int:
    """How many GPUs can be used."""
    return _device.cuda_count()


def current_device() -> int:
    """The number of the GPU that new memory comes from."""
    return int(_device.cupy().cuda.Device().id)


def synchronize(device: Any = None) -> None:
    """Wait until the GPU has finished all work given to it."""
    _device.cupy().cuda.Device(None if device is None else _device.device(device).index).synchronize()


def empty_cache() -> None:
    """Give memory that no tensor uses back to the GPU."""
    if is_available():
        _device.cupy().get_default_memory_pool().free_all_blocks()


def memory_allocated(device: Any = None) -> int:
    """Bytes of GPU memory in use by tensors."""
    return int(_device.cupy().get_default_memory_pool().used_bytes()) if is_available() else 0


def memory_reserved(device: Any = None) -> int:
    """Bytes of GPU memory held by the pool, used or not."""
    return int(_device.cupy().get_default_memory_pool().total_bytes()) if is_available() else 0


def manual_seed(seed: int) -> None:
    """Seed the GPU's random stream (and, as `torch.manual_seed` does, all others)."""
    _random.manual_seed(seed)


def initial_seed() -> int:
    """The seed that the GPU's stream was last started from."""
    return _random.default("cuda").initial_seed()


def get_rng_state(device: Any = "cuda") -> Any:
    """The state of a GPU's random stream, a tensor of bytes."""
    return _random.default(device).get_state()


def set_rng_state(new_state: Any, device: Any = "cuda") -> None:
    """Let a GPU's random stream go on from a state that `get_rng_state` returned."""
    _random.default(device).set_state(new_state)


manual_seed_all = manual_seed
_types = _legacy.CUDA
FloatTensor, DoubleTensor, HalfTensor = _types["FloatTensor"], _types["DoubleTensor"], _types["HalfTensor"]
BFloat16Tensor, BoolTensor, ByteTensor = _types["BFloat16Tensor"], _types["BoolTensor"], _types["ByteTensor"]
CharTensor, ShortTensor = _types["CharTensor"], _types["ShortTensor"]
IntTensor, LongTensor = _types["IntTensor"], _types["LongTensor"]
