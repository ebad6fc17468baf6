"""``torch.accelerator``: the GPU, whatever its make.  Ours are CUDA's, through CuPy.

Without a GPU `is_available`, `device_count` and `current_accelerator` say so; the others raise RuntimeError.
"""

from __future__ import annotations

from collections import OrderedDict
from types import TracebackType
from typing import Any

from vizgrad import cuda as _cuda
from vizgrad.engine import device as _device

__all__ = [
    "current_accelerator", "current_device_idx", "current_device_index", "current_stream", "device_count",
    "device_index", "empty_cache", "get_device_capability", "get_memory_info", "is_available",
    "max_memory_allocated", "max_memory_reserved", "memory_allocated", "memory_reserved", "memory_stats",
    "reset_accumulated_memory_stats", "reset_peak_memory_stats", "set_device_idx", "set_device_index", "set_stream",
    "synchronize",
]  # fmt: skip


def is_available() -> bool:
    """Whether there is a GPU."""
    return _cuda.is_available()


def device_count() -> int:
    """How many GPUs there are."""
    return _cuda.device_count()


def current_accelerator(check_available: bool = False) -> _device.device | None:
    """The kind of device that there is; None without one."""
    return _device.device("cuda") if is_available() else None


def _needed() -> Any:
    if not is_available():
        raise RuntimeError("Cannot access accelerator device when none is available.")
    return _cuda


def current_device_index() -> int:
    """The number of the GPU in use."""
    return _needed().current_device()


def set_device_index(device: Any, /) -> None:
    """Use the GPU of this number."""
    _needed().set_device(device)


class device_index:  # noqa: N801 - the name that programs know
    """Inside the block the GPU of this number is used; None changes nothing."""

    def __init__(self, device: int | None, /) -> None:
        self.idx = device

    def __enter__(self) -> None:
        if self.idx is not None:
            self._inside = _needed().device(self.idx)
            self._inside.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.idx is not None:
            self._inside.__exit__(kind, error, trace)


def current_stream(device: Any = None, /) -> Any:
    """Where work goes now."""
    return _needed().current_stream(device)


def set_stream(stream: Any) -> None:
    """Let work go to this stream from now on."""
    _needed().set_stream(stream)


def synchronize(device: Any = None, /) -> None:
    """Wait until all work is done."""
    _needed().synchronize(device)


def get_device_capability(device: Any = None, /) -> dict[str, Any]:
    """Which types of numbers the GPU computes with."""
    from vizgrad.engine import dtype

    _needed()
    return {"supported_dtypes": {d for d in dtype.ALL if d.name != "bfloat16"}}


def empty_cache() -> None:
    """Give memory that no tensor uses back to the GPU."""
    _needed().empty_cache()


def memory_stats(device_index: Any = None, /) -> OrderedDict[str, Any]:
    """What is in use and held, now and at most."""
    return _needed().memory_stats(device_index)


def memory_allocated(device_index: Any = None, /) -> int:
    """Bytes in use by tensors."""
    return _needed().memory_allocated(device_index)


def max_memory_allocated(device_index: Any = None, /) -> int:
    """The most bytes that were in use."""
    return _needed().max_memory_allocated(device_index)


def memory_reserved(device_index: Any = None, /) -> int:
    """Bytes held by the pool, used or not."""
    return _needed().memory_reserved(device_index)


def max_memory_reserved(device_index: Any = None, /) -> int:
    """The most bytes that the pool held."""
    return _needed().max_memory_reserved(device_index)


def reset_accumulated_memory_stats(device_index: Any = None, /) -> None:
    """Count how often memory was taken from 0 again."""
    _needed().reset_accumulated_memory_stats(device_index)


def reset_peak_memory_stats(device_index: Any = None, /) -> None:
    """Let the most be what is in use now."""
    _needed().reset_peak_memory_stats(device_index)


def get_memory_info(device_index: Any = None, /) -> tuple[int, int]:
    """Free and total bytes of the GPU's memory."""
    return _needed().mem_get_info(device_index)


current_device_idx, set_device_idx = current_device_index, set_device_index
