"""How much of a GPU's memory is in use.

CuPy's pool knows what is in use and what it holds.  The most that was ever in use is found when memory is taken: see
`Peak`.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from vizgrad.engine import device as _device
from vizgrad.engine.kernels.allocator import peak_of

from .devices import Which, device, device_count, index_of, is_available, is_initialized

_GIB = 2**30


def memory_allocated(device: Which = None) -> int:
    """Bytes in use by tensors."""
    return _used(device)[0]


def max_memory_allocated(device: Which = None) -> int:
    """The most bytes that were in use since the program began, or since `reset_peak_memory_stats`."""
    return _peaks(device)[0]


def memory_reserved(device: Which = None) -> int:
    """Bytes held by the pool, used or not."""
    return _used(device)[1]


def max_memory_reserved(device: Which = None) -> int:
    """The most bytes that the pool held."""
    return _peaks(device)[1]


memory_cached, max_memory_cached = memory_reserved, max_memory_reserved


def reset_peak_memory_stats(device: Which = None) -> None:
    """Let the most be what is in use now.  Without a GPU there is nothing to reset."""
    if is_initialized():
        peak_of(index_of(device)).reset()


reset_max_memory_allocated = reset_max_memory_cached = reset_peak_memory_stats


def reset_accumulated_memory_stats(device: Which = None) -> None:
    """Count how often memory was taken from 0 again."""
    if is_initialized():
        peak_of(index_of(device)).taken = 0


def mem_get_info(device: Which = None) -> tuple[int, int]:
    """Free and total bytes of the GPU's memory, other programs' included."""
    runtime = _device.cupy().cuda.runtime
    with _on(device):
        free, total = runtime.memGetInfo()
    return int(free), int(total)


def empty_cache() -> None:
    """Give memory that no tensor uses back to the GPU."""
    if is_initialized():
        for i in range(device_count()):
            with device(i):
                peak_of(i).look()
        _device.cupy().get_default_memory_pool().free_all_blocks()


def memory_stats(device: Which = None) -> OrderedDict[str, Any]:
    """What is in use and held, now and at most, under PyTorch's names; nothing before a GPU was used."""
    stats: OrderedDict[str, Any] = OrderedDict()
    if not is_initialized():
        return stats
    current, peaks = _used(device), _peaks(device)
    for name, now, most in zip(("allocated_bytes", "reserved_bytes"), current, peaks, strict=True):
        stats[f"{name}.all.current"], stats[f"{name}.all.peak"] = now, most
    stats["allocation.all.allocated"] = peak_of(index_of(device)).taken
    stats["num_ooms"] = peak_of(index_of(device)).refused
    return stats


def memory_stats_as_nested_dict(device: Which = None) -> dict[str, Any]:
    """`memory_stats` as dictionaries in dictionaries."""
    nested: dict[str, Any] = {}
    for key, value in memory_stats(device).items():
        *path, last = key.split(".")
        inner = nested
        for name in path:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return nested


def memory_summary(device: Which = None, abbreviated: bool = False) -> str:
    """The same as a table to print."""
    now, most = _used(device), _peaks(device)
    lines = [f"{'memory of the GPU':<24}{'now':>12}{'at most':>12}"]
    for name, used, peak in zip(("in use by tensors", "held by the pool"), now, most, strict=True):
        lines.append(f"{name:<24}{used / _GIB:>8.3f} GiB{peak / _GIB:>8.3f} GiB")
    return "\n".join(lines) + "\n"


def set_per_process_memory_fraction(fraction: float, device: Which = None) -> None:
    """Take at most this part of the GPU's memory."""
    if not isinstance(fraction, float):
        raise TypeError("Invalid type for fraction argument, must be `float`")
    if not 0 <= fraction <= 1:
        raise ValueError(f"Invalid fraction value: {fraction}. Allowed range: 0~1")
    pool = _device.cupy().get_default_memory_pool()
    with _on(device):
        pool.set_limit(fraction=fraction)


def get_per_process_memory_fraction(device: Which = None) -> float:
    """The part of the GPU's memory that may be taken."""
    with _on(device):
        limit = _device.cupy().get_default_memory_pool().get_limit()
    return limit / mem_get_info(device)[1] if limit else 1.0


def get_allocator_backend() -> str:
    """Who hands out memory: CuPy's pool."""
    return "native"


def _on(which: Which) -> device:
    return device(index_of(which))


def _used(which: Which) -> tuple[int, int]:
    if not (is_initialized() and is_available()):
        return 0, 0
    with _on(which):
        pool = _device.cupy().get_default_memory_pool()
        return int(pool.used_bytes()), int(pool.total_bytes())


def _peaks(which: Which) -> tuple[int, int]:
    if not (is_initialized() and is_available()):
        return 0, 0
    with _on(which):
        return peak_of(index_of(which)).most()
