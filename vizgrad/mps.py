"""``torch.mps``: Apple's GPUs, which are not used here."""

from __future__ import annotations


def is_available() -> bool:
    """Whether there is one that can be used: never here."""
    return False


def device_count() -> int:
    """None."""
    return 0


def _missing(name: str) -> RuntimeError:
    return RuntimeError(
        f"Cannot execute {name}() without MPS backend: tensors are on the CPU or on CUDA's GPUs"
    )


def synchronize() -> None:
    """RuntimeError: there is no such GPU to wait for."""
    raise _missing("synchronize")


def empty_cache() -> None:
    """RuntimeError: there is no such GPU's memory to give back."""
    raise _missing("emptyCache")


def manual_seed(seed: int) -> None:
    """Nothing is drawn on such a GPU; accepted for programs that seed all devices."""
