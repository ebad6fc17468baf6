"""Transforms between pictures and the tensors that a network reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from vizgrad.engine.surface.create import as_tensor, from_numpy
from vizgrad.engine.tensor import Tensor

from .picture import is_picture

__all__ = ["Compose", "ConvertImageDtype", "Lambda", "Normalize", "PILToTensor", "ToPILImage", "ToTensor"]


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
    """A Pillow image, or an array (H, W) or (H, W, C), as a tensor (C, H, W); bytes 0…255 become 0…1."""

    def __call__(self, pic: Any) -> Tensor:
        if not isinstance(pic, numpy.ndarray) and not is_picture(pic):
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
        if not is_picture(pic):
            raise TypeError(f"pic should be PIL Image. Got {type(pic)}; use ToTensor for arrays")
        return from_numpy(_channels_first(pic))

    def __repr__(self) -> str:
        return "PILToTensor()"


class ToPILImage:
    """A tensor (C, H, W) or an array (H, W, C) as a Pillow image; floating-point numbers 0…1 become bytes.

    Without ``mode``, one channel is "L", "I;16", "I" or "F" by its dtype, two "LA", three "RGB", four "RGBA".
    """

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def __call__(self, pic: Any) -> Any:
        try:
            from PIL import Image  # pyright: ignore[reportMissingImports]
        except ImportError:
            raise ImportError(
                'Pictures are made by Pillow, which is not installed: pip install "vizgrad[images]"'
            ) from None
        array, mode = _picture_array(pic), self.mode
        channels = 1 if array.ndim == 2 else array.shape[2]
        if channels > 4:
            raise ValueError(f"pic should not have > 4 channels. Got {channels} channels.")
        if channels == 1:
            kinds = {"u1": "L", "i2": "I;16", "i4": "I", "f4": "F"}
            usual = kinds.get(array.dtype.str[1:])
            if usual is None:
                raise TypeError(f"Input type {array.dtype} is not supported")
            if mode not in (None, usual):
                raise ValueError(
                    f"Incorrect mode ({mode}) supplied for input type {array.dtype}. Should be {usual}"
                )
            flat: Any = array.reshape(array.shape[:2])
            if usual == "I;16":
                return Image.frombytes(usual, (flat.shape[1], flat.shape[0]), flat.astype("<i2").tobytes())
            return Image.fromarray(flat)
        if array.dtype != numpy.uint8:
            raise TypeError(f"Input type {array.dtype} is not supported")
        fitting = {2: ["LA"], 3: ["RGB", "YCbCr", "HSV", "LAB"], 4: ["RGBA", "CMYK", "RGBX"]}[channels]
        if mode not in (None, *fitting):
            raise ValueError(f"Only modes {fitting} are supported for {channels}D inputs")
        found = Image.fromarray(array)
        return found if mode in (None, found.mode) else Image.frombytes(mode, found.size, array.tobytes())

    def __repr__(self) -> str:
        return "ToPILImage(" + (f"mode={self.mode}" if self.mode else "") + ")"


class ConvertImageDtype:
    """The same picture in another dtype: 0…1 in floating point, 0…largest in whole numbers."""

    def __init__(self, dtype: Any) -> None:
        if dtype.rank == 0:
            raise TypeError(f"Expected dtype argument to be torch.dtype of numbers, got {dtype}")
        self.dtype = dtype

    def __call__(self, image: Tensor) -> Tensor:
        have, want = image.dtype, self.dtype
        if have is want:
            return image
        if have.is_floating_point:
            if want.is_floating_point:
                return image.to(want)
            if want.name == "int64" or (want.name == "int32" and have.name == "float32"):
                raise RuntimeError(f"The cast from {have} to {want} cannot be performed safely.")
            return (image * (_largest(want) + 1 - 1e-3)).to(want)
        if want.is_floating_point:
            return image.to(want) / _largest(have)
        if _largest(have) > _largest(want):
            return (image // ((_largest(have) + 1) // (_largest(want) + 1))).to(want)
        return image.to(want) * ((_largest(want) + 1) // (_largest(have) + 1))

    def __repr__(self) -> str:
        return "ConvertImageDtype()"


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


def _largest(dtype: Any) -> int:
    return int(numpy.iinfo(dtype.numpy).max)


def _picture_array(pic: Any) -> numpy.ndarray:
    """Rows, columns and channels, as Pillow has them."""
    if not isinstance(pic, (Tensor, numpy.ndarray)):
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
    if pic.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
    if not isinstance(pic, Tensor):
        return numpy.ascontiguousarray(pic)
    array = pic.detach().cpu().numpy()
    if pic.is_floating_point():
        array = (array * 255).astype(numpy.uint8)
    return numpy.ascontiguousarray(array if array.ndim == 2 else array.transpose(1, 2, 0))
