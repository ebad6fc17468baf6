"""Transforms: from a picture to the tensor that a network reads, as torchvision's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from vizgrad.engine.surface.create import as_tensor, from_numpy
from vizgrad.engine.tensor import Tensor

__all__ = ["Compose", "Lambda", "Normalize", "PILToTensor", "ToTensor"]


class Compose:
    """One transform after the other: ``Compose([ToTensor(), Normalize((0.1307,), (0.3081,))])``."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return "Compose(" + "".join(f"\n    {transform}" for transform in self.transforms) + "\n)"


class ToTensor:
    """A Pillow image, or an array (H, W) or (H, W, C), as a tensor (C, H, W)

    Whole bytes 0…255 become 0…1.
    """

    def __call__(self, pic: Any) -> Tensor:
        if not isinstance(pic, numpy.ndarray) and not _is_picture(pic):
            raise TypeError(
                f"pic should be PIL Image or ndarray. Got {type(pic)}; a Tensor needs no ToTensor"
            )
        array = _channels_first(pic)
        if getattr(pic, "mode", None) == "1":
            return from_numpy(array.astype(numpy.float32))
        return from_numpy(array.astype(numpy.float32) / 255 if array.dtype == numpy.uint8 else array)

    def __repr__(self) -> str:
        return "ToTensor()"


class PILToTensor:
    """A Pillow image as a tensor (C, H, W) of its own whole numbers."""

    def __call__(self, pic: Any) -> Tensor:
        if not _is_picture(pic):
            raise TypeError(f"pic should be PIL Image. Got {type(pic)}; use ToTensor for arrays")
        return from_numpy(_channels_first(pic))

    def __repr__(self) -> str:
        return "PILToTensor()"


class Normalize:
    """``(x - mean) / std``, channel by channel, of a tensor (…, C, H, W)."""

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> None:
        self.mean, self.std, self.inplace = mean, std, inplace

    def __call__(self, tensor: Tensor) -> Tensor:
        if not isinstance(tensor, Tensor):
            raise TypeError(
                f"img should be Tensor Image. Got {type(tensor)}; put ToTensor() before Normalize"
            )
        if not tensor.dtype.is_floating_point:
            raise TypeError(
                f"Input tensor should be a float tensor. Got {tensor.dtype}; put ToTensor() before Normalize"
            )
        if tensor.ndim < 3:
            raise ValueError(
                "Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = "
                f"{tuple(tensor.size())}."
            )
        mean, std = (as_tensor(v, dtype=tensor.dtype, device=tensor.device) for v in (self.mean, self.std))
        if (std == 0).any():
            raise ValueError(
                f"std evaluated to zero after conversion to {tensor.dtype}, leading to division by zero."
            )
        mean, std = (v.reshape(-1, 1, 1) if v.ndim == 1 else v for v in (mean, std))
        return tensor.sub_(mean).div_(std) if self.inplace else (tensor - mean) / std

    def __repr__(self) -> str:
        return f"Normalize(mean={self.mean}, std={self.std})"


class Lambda:
    """A function of yours as a transform."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, img: Any) -> Any:
        return self.lambd(img)

    def __repr__(self) -> str:
        return "Lambda()"


def _is_picture(pic: Any) -> bool:
    """Whether this is a Pillow image; Pillow itself is not imported for it."""
    return hasattr(pic, "mode") and hasattr(pic, "getbands")


def _channels_first(pic: Any) -> numpy.ndarray:
    kinds = {
        "I": numpy.int32,
        "I;16": numpy.int16,
        "I;16B": numpy.int16,
        "F": numpy.float32,
        "1": numpy.uint8,
    }
    array = numpy.array(pic, dtype=kinds.get(getattr(pic, "mode", "")), copy=True)
    if array.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {array.ndim} dimensions.")
    return numpy.ascontiguousarray(array[None] if array.ndim == 2 else array.transpose(2, 0, 1))
