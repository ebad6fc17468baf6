"""From a list of samples to one batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from copy import copy
from typing import Any

import numpy

from vizgrad.engine.dtype import float64
from vizgrad.engine.ops.join import stack
from vizgrad.engine.surface.create import from_numpy, tensor
from vizgrad.engine.tensor import Tensor

__all__ = ["default_collate", "default_convert"]


def default_collate(batch: Sequence[Any]) -> Any:
    """Join samples: tensors are stacked, numbers and arrays become tensors, structures stay."""
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(list(batch))
    if isinstance(first, (numpy.ndarray, numpy.generic)):
        if first.dtype.kind in "SUO":
            raise TypeError(f"default_collate: batch must contain numbers; found an array of {first.dtype}")
        return stack([from_numpy(numpy.asarray(x)) for x in batch])
    if isinstance(first, float):
        return tensor(batch, dtype=float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _like(first, {key: default_collate([sample[key] for sample in batch]) for key in first})
    if isinstance(first, Sequence):
        return _together(first, batch)
    raise TypeError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
        f"found {type(first)}; give the DataLoader a collate_fn of your own"
    )


def _together(first: Any, batch: Sequence[Any]) -> Any:
    """Samples that are tuples or lists: their first parts together, their second parts together, …"""
    if any(len(sample) != len(first) for sample in batch):
        lengths = sorted({len(sample) for sample in batch})
        raise RuntimeError(
            f"each element in list of batch should be of equal size, but their lengths are {lengths}"
        )
    parts = [default_collate(part) for part in zip(*batch, strict=True)]
    if isinstance(first, tuple):
        return type(first)(*parts) if hasattr(first, "_fields") else parts
    return _filled(first, parts)


def _like(first: Any, found: dict[Any, Any]) -> Any:
    """A mapping of the first sample's own kind: a copy with all that it has besides, where it may be changed."""
    try:
        if not isinstance(first, MutableMapping):
            return type(first)(found)
        clone: Any = copy(first)
        clone.update(found)
    except TypeError:
        return found
    return clone


def _filled(first: Any, parts: list[Any]) -> Any:
    """A sequence of the first sample's own kind."""
    try:
        if not isinstance(first, MutableSequence):
            return type(first)(parts)
        clone: Any = copy(first)
        for i, part in enumerate(parts):
            clone[i] = part
    except TypeError:  # a range, say
        return parts
    return clone


def default_convert(data: Any) -> Any:
    """A single sample, with arrays made tensors: what a loader without batches applies."""
    if isinstance(data, numpy.ndarray) and data.dtype.kind not in "SUO":
        return from_numpy(data)
    if isinstance(data, numpy.generic) and data.dtype.kind not in "SUO":
        return tensor(data)
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple):
        parts: Any = [default_convert(part) for part in data]
        return type(data)(*parts) if hasattr(data, "_fields") else parts
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _filled(data, [default_convert(part) for part in data])
    return data


Collate = Callable[[Any], Any]
