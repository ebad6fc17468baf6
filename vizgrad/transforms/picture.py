"""What can be done to a picture, be it a Pillow image or a tensor (…, C, H, W): the arithmetic of the transforms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy

from vizgrad.engine.surface.create import as_tensor
from vizgrad.engine.tensor import Tensor
from vizgrad.nn.functional import pad as pad_tensor

__all__ = ["InterpolationMode", "crop", "flip", "pad", "resize", "size_of"]


class InterpolationMode:
    """How numbers between pixels are found, by torchvision's names."""

    NEAREST, BILINEAR, BICUBIC = "nearest", "bilinear", "bicubic"


PILLOW = {"nearest": 0, "bilinear": 2, "bicubic": 3}


def is_picture(pic: Any) -> bool:
    """Whether this is a Pillow image; Pillow itself is not imported for it."""
    return hasattr(pic, "mode") and hasattr(pic, "getbands")


def checked(img: Any) -> Any:
    if not isinstance(img, Tensor) and not is_picture(img):
        raise TypeError(
            f"Unexpected type {type(img)}: a picture is a Tensor (…, C, H, W) or a Pillow image; "
            "for arrays put ToTensor() first"
        )
    if isinstance(img, Tensor) and img.ndim < 2:
        raise TypeError(f"Tensor is not a torch image: its shape is {tuple(img.shape)}, not (…, C, H, W)")
    return img


def size_of(img: Any) -> tuple[int, int]:
    """Height and width."""
    if isinstance(checked(img), Tensor):
        return img.shape[-2], img.shape[-1]
    width, height = img.size
    return height, width


def channels_of(img: Any) -> int:
    if isinstance(checked(img), Tensor):
        return 1 if img.ndim == 2 else img.shape[-3]
    return len(img.getbands())


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """A part of the picture; what lies outside of it is 0."""
    if not isinstance(checked(img), Tensor):
        return img.crop((left, top, left + width, top + height))
    rows, columns = size_of(img)
    right, bottom = left + width, top + height
    part = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    missing = [max(-left, 0), max(right - columns, 0), max(-top, 0), max(bottom - rows, 0)]
    return pad_tensor(part, missing) if any(missing) else part


def flip(img: Any, dim: int) -> Any:
    """Left and right (dim -1) or up and down (dim -2) exchanged."""
    if isinstance(checked(img), Tensor):
        return img.flip(dim)
    return img.transpose(0 if dim == -1 else 1)  # Pillow's FLIP_LEFT_RIGHT and FLIP_TOP_BOTTOM


def pad(img: Any, padding: int | Sequence[int], fill: Any = 0, mode: str = "constant") -> Any:
    """A border: one width for all sides, (left and right, top and bottom), or (left, top, right, bottom)."""
    sides = [padding] if isinstance(padding, int) else list(padding)
    if len(sides) not in (1, 2, 4):
        raise ValueError(
            f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(sides)} element tuple"
        )
    if mode not in ("constant", "edge", "reflect", "symmetric"):
        raise ValueError(f"Padding mode should be either constant, edge, reflect or symmetric, not {mode!r}")
    left, top, right, bottom = (sides * (4 // len(sides)))[:4]
    if isinstance(checked(img), Tensor):
        if mode == "symmetric" or isinstance(fill, (tuple, list)):
            return _pad_array(img, (left, top, right, bottom), fill, mode)
        known = {"edge": "replicate"}.get(mode, mode)
        return pad_tensor(img, [left, right, top, bottom], known, fill if mode == "constant" else None)
    from PIL import Image, ImageOps  # pyright: ignore[reportMissingImports]

    if mode == "constant":
        bands = len(img.getbands())
        colour: Any = tuple([fill] * bands) if bands > 1 and not isinstance(fill, (tuple, list)) else fill
        return ImageOps.expand(img, border=(left, top, right, bottom), fill=colour)
    array = numpy.asarray(img)
    widths = [(top, bottom), (left, right)] + [(0, 0)] * (array.ndim - 2)
    return Image.fromarray(numpy.pad(array, widths, mode))  # type: ignore[call-overload]


def _pad_array(img: Tensor, sides: tuple[int, int, int, int], fill: Any, mode: str) -> Tensor:
    left, top, right, bottom = sides
    widths = [(0, 0)] * (img.ndim - 2) + [(top, bottom), (left, right)]
    if mode == "symmetric":
        return as_tensor(numpy.pad(img.numpy(), widths, mode))
    raise ValueError("padding a tensor takes one fill for all channels, a number")


def resize(
    img: Any,
    size: int | Sequence[int],
    interpolation: str = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool = True,
) -> Any:
    """The picture in another size, (height, width), or with that many pixels on its shorter side.

    "bilinear" and "bicubic" average over all pixels that fall into a new one (``antialias``), as Pillow does.
    """
    height, width = output_size(size_of(img), size, max_size)
    if interpolation not in PILLOW:
        raise ValueError(f"interpolation must be one of {', '.join(PILLOW)}, not {interpolation!r}")
    if not isinstance(img, Tensor):
        return img.resize((width, height), PILLOW[interpolation])
    if (height, width) == size_of(img):
        return img
    down = weights(img.shape[-2], height, interpolation, antialias)
    across = weights(img.shape[-1], width, interpolation, antialias)
    if interpolation == "nearest":
        return img[..., down, :][..., across]
    kind = img.dtype
    wide = img if kind.is_floating_point else img.float()
    down, across = (as_tensor(w, dtype=wide.dtype, device=img.device) for w in (down, across))
    found = down @ wide @ across.T
    if kind.is_floating_point:
        return found
    return (found.clamp(0, 255) if kind.name == "uint8" else found).round().to(kind)


def output_size(
    now: tuple[int, int], size: int | Sequence[int], max_size: int | None = None
) -> tuple[int, int]:
    """Height and width that ``size`` asks for."""
    wanted = [size] if isinstance(size, int) else list(size)
    if len(wanted) not in (1, 2):
        raise ValueError(f"Size must be an int or a 1 or 2 element tuple/list, not a {len(wanted)} element")
    if len(wanted) == 2:
        if max_size is not None:
            raise ValueError(
                "max_size should only be passed if size specifies the length of the smaller edge"
            )
        return wanted[0], wanted[1]
    short, long = sorted(now)
    new_short, new_long = wanted[0], int(wanted[0] * long / short)
    if max_size is not None:
        if max_size <= wanted[0]:
            raise ValueError(
                f"max_size = {max_size} must be strictly greater than the requested size for the smaller edge "
                f"size = {size}"
            )
        if new_long > max_size:
            new_short, new_long = int(max_size * new_short / new_long), max_size
    return (new_short, new_long) if now[0] <= now[1] else (new_long, new_short)


def weights(n: int, m: int, interpolation: str, antialias: bool) -> Any:
    """How much of each of n pixels goes into each of m: a matrix (m, n); for "nearest", m indices.

    Keys, *Cubic Convolution Interpolation for Digital Image Processing*, 1981, for "bicubic": a = -1/2 where
    pixels are averaged, as in Pillow, and -3/4 where they are not.
    """
    scale = n / m
    if interpolation == "nearest":
        return [min(int(i * scale), n - 1) for i in range(m)]
    wide = max(scale, 1.0) if antialias else 1.0
    centre = (numpy.arange(m) + 0.5) * scale - 0.5
    if not antialias:  # pixels beyond the border are the border's
        reach = 1 if interpolation == "bilinear" else 2
        near = numpy.floor(centre)[:, None] + numpy.arange(1 - reach, reach + 1)
        share = _kernel(centre[:, None] - near, interpolation, -0.75)
        found = numpy.zeros((m, n))
        numpy.add.at(found, (numpy.arange(m)[:, None], near.clip(0, n - 1).astype(int)), share)
        return found
    found = _kernel((numpy.arange(n) - centre[:, None]) / wide, interpolation, -0.5)
    return found / found.sum(axis=1, keepdims=True)


def _kernel(x: Any, interpolation: str, a: float) -> Any:
    x = abs(x)
    if interpolation == "bilinear":
        return numpy.maximum(0, 1 - x)
    inner = ((a + 2) * x - (a + 3)) * x * x + 1
    outer = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return numpy.where(x < 1, inner, numpy.where(x < 2, outer, 0.0))


def centre_of(now: tuple[int, int], wanted: tuple[int, int]) -> tuple[int, int]:
    """Where a part of the wanted size begins that lies in the middle: row and column."""
    return round((now[0] - wanted[0]) / 2.0), round((now[1] - wanted[1]) / 2.0)


def pair(size: int | Sequence[int]) -> tuple[int, int]:
    """Height and width of a square, or as given."""
    if isinstance(size, int):
        return size, size
    if len(size) not in (1, 2):
        raise ValueError(f"Please provide only two dimensions (h, w) for size, not {size}")
    return size[0], size[-1]


def log_uniform(stream: Any, low: float, high: float) -> float:
    return math.exp(stream.uniform(math.log(low), math.log(high)))
