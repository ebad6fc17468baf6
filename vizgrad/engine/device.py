"""Devices: where a tensor's memory is.  NumPy on the CPU; CuPy on a GPU, imported when one is first asked for."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy

from . import namespace


class device:
    """``device("cpu")``, ``device("cuda")``, ``device("cuda:1")`` or ``device("cuda", 1)``."""

    __module__ = "vizgrad"  # where users find it
    __slots__ = ("index", "type")

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index if index is None else index
        if isinstance(type, int):
            type, index = "cuda", type
        name, _, number = type.partition(":")
        if name not in ("cpu", "cuda"):
            raise RuntimeError(f"Expected one of cpu, cuda device type at start of device string: {type}")
        self.type = name
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __enter__(self) -> device:
        _outer.append(default)
        choose(self)
        return self

    def __exit__(self, *_: object) -> None:
        choose(_outer.pop())

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (self.type, self.index)


CPU = device("cpu")
default: device | None = None  # where new tensors go when nobody says; None, the usual case, is the CPU
_outer: list[device | None] = []
_cupy: ModuleType | None = None


def choose(where: Any) -> None:
    """Put tensors there from now on whose device nobody names."""
    global default
    default = None if where is None or device(where) == CPU else device(where)


def cupy() -> ModuleType:
    """CuPy, joined to the engine on first use.

    Raises RuntimeError, saying what to install, where it or its GPU is missing.
    """
    global _cupy
    if _cupy is None:
        try:
            module = importlib.import_module("cupy")
            module.cuda.runtime.getDeviceCount()
        except ImportError:
            raise RuntimeError(
                'No CuPy found for device "cuda"; install it with pip install "vizgrad[cuda13]" (or cuda12)'
            ) from None
        except Exception as error:
            raise RuntimeError(
                f"Found no NVIDIA driver or GPU on your system ({error}); use device='cpu'"
            ) from None
        from .kernels import allocator

        namespace.register(module.ndarray, module)
        allocator.install(module)
        _cupy = module
    return _cupy


def has_cupy() -> bool:
    """Whether a GPU was asked for already."""
    return _cupy is not None


def cuda_count() -> int:
    """GPUs that can be used now; 0 where CuPy or a driver is missing."""
    try:
        return int(cupy().cuda.runtime.getDeviceCount())
    except RuntimeError:
        return 0


def of(array: Any) -> device:
    """The device an array lives on."""
    return CPU if isinstance(array, numpy.ndarray) else device("cuda", int(array.device.id))


def module(where: Any) -> ModuleType:
    """The array module that makes arrays there."""
    return numpy if where is None or device(where).type == "cpu" else cupy()


def move(array: Any, where: Any) -> Any:
    """The array on that device: itself if it is there already."""
    target = device(where)
    on_cpu = isinstance(array, numpy.ndarray)
    if target.type == "cpu":
        return array if on_cpu else array.get()
    gpu = cupy()
    with gpu.cuda.Device(target.index or 0):
        return gpu.asarray(array)


def host(array: Any) -> numpy.ndarray:
    """The array as NumPy's, copied from the GPU if it must be."""
    return array if isinstance(array, numpy.ndarray) else array.get()
