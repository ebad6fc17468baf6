"""torch.cuda with a stand-in for CuPy, and without any: names answer as PyTorch's do."""

from __future__ import annotations

import types

import pytest

import vizgrad
from vizgrad.engine import device as engine_device
from vizgrad.engine.kernels import allocator, scatter


class Pool:
    """A pool that knows what is in use, as CuPy's does."""

    def __init__(self):
        self.used, self.held, self.limit, self.asked = 0, 0, 10_000, 0

    def malloc(self, size):
        size = -(-size // 512) * 512
        if self.used + size > self.limit:
            raise NoMemoryError(f"Out of memory allocating {size} bytes")
        self.used += size
        self.held = max(self.held, self.used)

    def used_bytes(self):
        self.asked += 1
        return self.used

    def total_bytes(self):
        return self.held

    def free_all_blocks(self):
        self.held = self.used


class NoMemoryError(MemoryError):
    pass


@pytest.fixture
def gpu(monkeypatch):
    """CuPy's functions, as far as torch.cuda asks them."""
    pool = Pool()
    chosen = {"device": 0, "take": pool.malloc}
    facts = {
        "name": b"Stand-in", "major": 9, "minor": 0, "totalGlobalMem": 2**30, "multiProcessorCount": 4, "warpSize": 32,
        "integrated": 0, "isMultiGpuBoard": 0, "maxThreadsPerMultiProcessor": 2048, "regsPerMultiprocessor": 65536,
        "sharedMemPerBlock": 49152, "l2CacheSize": 1024,
    }  # fmt: skip

    class Device:
        def __init__(self, number=None):
            self.id = chosen["device"] if number is None else number

        def use(self):
            chosen["device"] = self.id

        def synchronize(self):
            chosen["waited"] = self.id

    runtime = types.SimpleNamespace(
        getDeviceCount=lambda: 2,
        getDevice=lambda: chosen["device"],
        getDeviceProperties=lambda i: facts,
        memGetInfo=lambda: (5, 2**30),
    )
    cuda = types.SimpleNamespace(
        runtime=runtime,
        Device=Device,
        memory=types.SimpleNamespace(OutOfMemoryError=NoMemoryError),
        get_allocator=lambda: chosen["take"],
        set_allocator=lambda take: chosen.update(take=take),
    )
    fake = types.SimpleNamespace(cuda=cuda, get_default_memory_pool=lambda: pool)
    monkeypatch.setattr(engine_device, "_cupy", fake)
    monkeypatch.setattr(allocator, "_find", [])
    allocator.install(fake)
    return types.SimpleNamespace(pool=pool, chosen=chosen, take=lambda size: chosen["take"](size))


def test_memory_and_its_peak(gpu):
    cuda = vizgrad.cuda
    gpu.take(1000)
    gpu.take(3000)
    assert cuda.memory_allocated() == cuda.max_memory_allocated() == 1024 + 3072
    gpu.pool.used -= 3072
    assert cuda.memory_allocated() == 1024
    assert cuda.max_memory_allocated() == cuda.memory_stats()["allocated_bytes.all.peak"] == 4096
    before = gpu.pool.asked
    for _ in range(100):  # far below the peak: the pool is asked only when the bound could have passed it
        gpu.take(1)
        gpu.pool.used -= 512
    assert gpu.pool.asked - before < 30
    cuda.reset_peak_memory_stats()
    assert cuda.max_memory_allocated() == 1024
    cuda.empty_cache()
    assert cuda.memory_reserved() == 1024
    assert cuda.max_memory_reserved() == 4096
    assert "1024" not in cuda.memory_summary()
    assert cuda.mem_get_info() == (5, 2**30)


def test_no_memory_left_is_pytorchs_error(gpu):
    with pytest.raises(vizgrad.OutOfMemoryError, match="CUDA out of memory"):
        gpu.take(20_000)
    assert issubclass(vizgrad.cuda.OutOfMemoryError, RuntimeError)
    assert vizgrad.cuda.memory_stats()["num_ooms"] == 1


def test_devices(gpu):
    cuda = vizgrad.cuda
    assert cuda.is_available()
    assert cuda.is_initialized()
    assert (cuda.device_count(), cuda.current_device()) == (2, 0)
    with cuda.device(1):
        assert cuda.current_device() == vizgrad.accelerator.current_device_index() == 1
        with cuda.device(None), cuda.device_of(vizgrad.ones(1)):
            assert cuda.current_device() == 1
    assert cuda.current_device() == 0
    cuda.set_device("cuda:1")
    assert cuda.current_device() == 1
    cuda.set_device(-1)
    assert cuda.current_device() == 1
    cuda.synchronize("cuda:0")
    assert gpu.chosen["waited"] == 0
    assert cuda.get_device_name(0) == "Stand-in"
    assert cuda.get_device_capability() == (9, 0)
    assert cuda.get_device_properties(1).total_memory == 2**30
    with pytest.raises(AssertionError, match="Invalid device id"):
        cuda.get_device_properties(2)
    with pytest.raises(ValueError, match="Expected a cuda device"):
        cuda.set_device("cpu")
    assert vizgrad.accelerator.current_accelerator() == vizgrad.device("cuda")


@pytest.mark.torch
@pytest.mark.parametrize(
    "ask",
    ["is_available", "is_initialized", "device_count", "memory_allocated", "max_memory_allocated", "memory_reserved",
     "memory_stats", "empty_cache", "is_bf16_supported", "is_tf32_supported", "get_arch_list", "get_rng_state_all",
     "seed", "current_device", "synchronize", "Stream", "Event", "get_device_name", "mem_get_info"],
)  # fmt: skip
def test_without_a_gpu_as_pytorch(ask):
    import torch

    if torch.cuda.is_available() or vizgrad.cuda.is_available():
        pytest.skip("there is a GPU")
    try:
        expected = getattr(torch.cuda, ask)()
    except (AssertionError, RuntimeError):
        with pytest.raises(RuntimeError, match="CuPy"):
            getattr(vizgrad.cuda, ask)()
    else:
        assert getattr(vizgrad.cuda, ask)() == expected


def test_seeding_gpus_leaves_the_cpu_alone():
    vizgrad.manual_seed(3)
    expected = vizgrad.rand(3)
    vizgrad.manual_seed(3)
    vizgrad.cuda.manual_seed_all(9)
    assert (vizgrad.rand(3) == expected).all()


def test_sums_in_any_order_are_refused_where_asked():
    seen = []
    add = scatter.add_at(
        types.SimpleNamespace(add=types.SimpleNamespace(at=lambda *given: seen.append(given)))
    )
    fractions, whole = vizgrad.zeros(2).array, vizgrad.zeros(2, dtype=vizgrad.int64).array
    add(fractions, 0, 1.0)
    vizgrad.use_deterministic_algorithms(True)
    try:
        add(whole, 0, 1)
        with pytest.raises(RuntimeError, match="deterministic"):
            add(fractions, 0, 1.0)
        vizgrad.set_deterministic_debug_mode("warn")
        with pytest.warns(UserWarning, match="deterministic"):
            add(fractions, 0, 1.0)
    finally:
        vizgrad.use_deterministic_algorithms(False)
    assert len(seen) == 3
