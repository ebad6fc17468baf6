"""Which GPUs there are, and which one is used."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from vizgrad.engine import device as _device

Which = _device.device | str | int | None


def is_available() -> bool:
    """Whether a GPU can be used now: CuPy, a driver and a device are there."""
    return _device.cuda_count() > 0


def is_initialized() -> bool:
    """Whether a GPU was asked for already: CuPy is imported by then."""
    return _device.has_cupy()


def init() -> None:
    """Import CuPy now.  RuntimeError where it or a GPU is missing."""
    _device.cupy()


def device_count() -> int:
    """How many GPUs can be used."""
    return _device.cuda_count()


def current_device() -> int:
    """The number of the GPU that new memory comes from."""
    return int(_device.cupy().cuda.Device().id)


def set_device(device: Which) -> None:
    """Let new memory come from this GPU on this thread."""
    number = index_of(device, optional=True)
    if number >= 0:
        _device.cupy().cuda.Device(number).use()


def synchronize(device: Which = None) -> None:
    """Wait until the GPU has finished all work given to it."""
    _device.cupy().cuda.Device(None if device is None else index_of(device)).synchronize()


def index_of(device: Which, *, optional: bool = False) -> int:
    """The number of a GPU; of "cuda" or None that of the current one.  ``optional``: -1 stands for no change."""
    if isinstance(device, int):
        return device
    place = _device.device("cuda" if device is None else device)
    if place.type != "cuda":
        raise ValueError(f"Expected a cuda device, but got: {place}")
    if place.index is None:
        return -1 if optional else current_device()
    return place.index


class device:  # noqa: N801 - the name that programs know
    """``with torch.cuda.device(1):`` new memory comes from that GPU inside the block."""

    def __init__(self, device: Which) -> None:
        self.idx = -1 if device is None else index_of(device, optional=True)
        self.prev_idx = -1

    def __enter__(self) -> None:
        if self.idx >= 0:
            self.prev_idx = current_device()
            set_device(self.idx)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.prev_idx >= 0:
            set_device(self.prev_idx)


class device_of(device):  # noqa: N801 - the name that programs know
    """The same with the GPU of a tensor; on the CPU nothing changes."""

    def __init__(self, obj: Any) -> None:
        super().__init__(obj.get_device() if obj.is_cuda else None)


class Properties:
    """What is known about a GPU: name, memory in bytes, version of its instructions, processors."""

    def __init__(self, index: int) -> None:
        known = _device.cupy().cuda.runtime.getDeviceProperties(index)
        name = known["name"]
        self.name: str = name.decode() if isinstance(name, bytes) else name
        self.major, self.minor = int(known["major"]), int(known["minor"])
        self.total_memory = int(known["totalGlobalMem"])
        self.multi_processor_count = int(known["multiProcessorCount"])
        self.warp_size = int(known["warpSize"])
        self.is_integrated, self.is_multi_gpu_board = int(known["integrated"]), int(known["isMultiGpuBoard"])
        self.max_threads_per_multi_processor = int(known["maxThreadsPerMultiProcessor"])
        self.regs_per_multiprocessor = int(known["regsPerMultiprocessor"])
        self.shared_memory_per_block = int(known["sharedMemPerBlock"])
        self.L2_cache_size = int(known["l2CacheSize"])

    def __repr__(self) -> str:
        return (
            f"_CudaDeviceProperties(name='{self.name}', major={self.major}, minor={self.minor}, "
            f"total_memory={self.total_memory // 2**20}MB, multi_processor_count={self.multi_processor_count})"
        )


def get_device_properties(device: Which = None) -> Properties:
    """Name, memory and processors of a GPU.  AssertionError where there is none of that number."""
    number = index_of(device)
    init()
    if not 0 <= number < device_count():
        raise AssertionError("Invalid device id")
    return Properties(number)


def get_device_name(device: Which = None) -> str:
    """What the GPU is called."""
    return get_device_properties(device).name


def get_device_capability(device: Which = None) -> tuple[int, int]:
    """The version of the GPU's instructions, as (8, 0)."""
    known = get_device_properties(device)
    return known.major, known.minor


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """Whether the GPU computes with bfloat16 itself: CuPy has no such numbers yet, so never."""
    return False


def is_tf32_supported() -> bool:
    """Whether products of matrices could use the less exact TF32: from version 8 of the instructions."""
    return is_available() and get_device_capability()[0] >= 8


def get_arch_list() -> list[str]:
    """The GPUs that were compiled for: none, because kernels are compiled for the GPU that is there."""
    return []


def get_gencode_flags() -> str:
    """The compiler's settings for them: none."""
    return ""


def can_device_access_peer(device: Which, peer_device: Which) -> bool:
    """Whether one GPU can read the memory of another."""
    runtime = _device.cupy().cuda.runtime
    return bool(runtime.deviceCanAccessPeer(index_of(device), index_of(peer_device)))


def ipc_collect() -> None:
    """Memory is not shared between processes here, so there is none to collect; RuntimeError without a GPU."""
    init()
