"""Where loaded memory goes: ``map_location``, and the devices that a file names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine import device as _device

from .errors import UnsupportedCheckpointError
from .memory import Block

__all__ = ["default_restore_location", "location_tag", "placer", "register_package"]

Placer = Callable[[Block, str], Block]
_packages: list[tuple[int, Callable[[Any], Any], Callable[[Any, str], Any]]] = []


def register_package(
    priority: int, tagger: Callable[[Any], str | None], deserializer: Callable[[Any, str], Any]
) -> None:
    """Name and restore storages of further devices.

    ``tagger(storage)`` answers a location or None, ``deserializer(storage, location)`` a storage or None; packages
    of a lower priority are asked first, ours for "cpu" (10) and "cuda" (20) among them.
    """
    _packages.append((priority, tagger, deserializer))
    _packages.sort(key=lambda package: package[0])


def location_tag(storage: Any) -> str:
    """The location that a file has a storage under: "cpu" or "cuda:0"."""
    for _, tagger, _ in _packages:
        location = tagger(storage)
        if location is not None:
            return location
    raise RuntimeError(f"don't know how to determine data location of {type(storage).__name__}")


def default_restore_location(storage: Any, location: str) -> Any:
    """The storage on the device that ``location`` names."""
    for _, _, deserializer in _packages:
        placed = deserializer(storage, location)
        if placed is not None:
            return placed
    raise UnsupportedCheckpointError(
        f"don't know how to restore data location of {type(storage).__name__} (tagged with {location!r:.60}); "
        "choose a device with map_location='cpu'"
    )


def _to_cpu(storage: Block, location: str) -> Block | None:
    return storage.cpu() if location == "cpu" else None


def _to_gpu(storage: Block, location: str) -> Block | None:
    name, _, number = location.partition(":")
    if name != "cuda" or not (number == "" or (number.isascii() and number.isdigit() and len(number) < 4)):
        return None
    count = _device.cuda_count()
    if count == 0:
        raise UnsupportedCheckpointError(
            "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False: no GPU "
            "and CuPy were found. Use load(..., map_location='cpu') to have its storages in main memory"
        )
    if int(number or 0) >= count:
        raise UnsupportedCheckpointError(
            f"Attempting to deserialize object on CUDA device {number} but there are {count}. "
            "Use load(..., map_location=...) to choose one that is there"
        )
    return storage.cuda(_device.device("cuda", int(number or 0)))


register_package(10, lambda storage: "cpu" if storage.device.type == "cpu" else None, _to_cpu)
register_package(
    20,
    lambda storage: f"cuda:{storage.device.index or 0}" if storage.device.type == "cuda" else None,
    _to_gpu,
)


def placer(map_location: Any) -> Placer:
    """What ``map_location`` says, as one function of a storage and its location."""
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, dict):
        return lambda storage, location: default_restore_location(
            storage, str(map_location.get(location, location))
        )
    if isinstance(map_location, (str, bytes, _device.device)):
        fixed = map_location.decode() if isinstance(map_location, bytes) else str(map_location)
        return lambda storage, location: default_restore_location(storage, fixed)
    if not callable(map_location):
        raise TypeError(
            "map_location must be a device, a string, a dictionary or a function, "
            f"but got {type(map_location).__name__}"
        )
    return lambda storage, location: _asked(map_location, storage, location)


def _asked(function: Any, storage: Block, location: str) -> Block:
    placed = function(storage, location)
    if placed is None:
        return default_restore_location(storage, location)
    if not isinstance(placed, Block):
        raise TypeError(f"map_location must return a storage or None, but got {type(placed).__name__}")
    return placed
