"""``torch.cuda``: GPUs, through CuPy.  Everything answers sensibly where there is none."""

# ruff: noqa: F401 - names are imported to be found here
from __future__ import annotations

from typing import Any

from vizgrad.engine.kernels.allocator import AcceleratorError, OutOfMemoryError
from vizgrad.engine.surface import legacy as _legacy

from . import amp, memory, random, streams
from .devices import (
    can_device_access_peer,
    current_device,
    device,
    device_count,
    device_of,
    get_arch_list,
    get_device_capability,
    get_device_name,
    get_device_properties,
    get_gencode_flags,
    init,
    ipc_collect,
    is_available,
    is_bf16_supported,
    is_initialized,
    is_tf32_supported,
    set_device,
    synchronize,
)
from .memory import (
    empty_cache,
    get_allocator_backend,
    get_per_process_memory_fraction,
    max_memory_allocated,
    max_memory_cached,
    max_memory_reserved,
    mem_get_info,
    memory_allocated,
    memory_cached,
    memory_reserved,
    memory_stats,
    memory_stats_as_nested_dict,
    memory_summary,
    reset_accumulated_memory_stats,
    reset_max_memory_allocated,
    reset_max_memory_cached,
    reset_peak_memory_stats,
    set_per_process_memory_fraction,
)
from .random import (
    get_rng_state,
    get_rng_state_all,
    initial_seed,
    manual_seed,
    manual_seed_all,
    seed,
    seed_all,
    set_rng_state,
    set_rng_state_all,
)
from .streams import (
    Event,
    ExternalStream,
    Stream,
    StreamContext,
    current_stream,
    default_stream,
    get_stream_from_external,
    is_current_stream_capturing,
    set_stream,
    stream,
)

_types = _legacy.CUDA
FloatTensor, DoubleTensor, HalfTensor = _types["FloatTensor"], _types["DoubleTensor"], _types["HalfTensor"]
BFloat16Tensor, BoolTensor, ByteTensor = _types["BFloat16Tensor"], _types["BoolTensor"], _types["ByteTensor"]
CharTensor, ShortTensor = _types["CharTensor"], _types["ShortTensor"]
IntTensor, LongTensor = _types["IntTensor"], _types["LongTensor"]


def __getattr__(name: str) -> Any:
    if name == "default_generators":  # one stream of random numbers for each GPU
        return tuple(random.generator(i) for i in range(device_count()))
    raise AttributeError(f"module 'vizgrad.cuda' has no attribute {name!r}")
