"""Transforms of where pixels are: sizes, parts, borders, mirrors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vizgrad.engine.surface.random import default

from .picture import InterpolationMode, centre_of, crop, flip, log_uniform, pad, pair, resize, size_of

__all__ = [
    "CenterCrop",
    "Pad",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomResizedCrop",
    "RandomVerticalFlip",
    "Resize",
]


class Resize:
    """Another size: (height, width), or that many pixels on the shorter side, the form kept."""

    def __init__(
        self,
        size: int | Sequence[int],
        interpolation: str = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        if not isinstance(size, (int, list, tuple)):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}")
        if not isinstance(size, int) and len(size) not in (1, 2):
            raise ValueError("If size is a sequence, it should have 1 or 2 values")
        self.size, self.interpolation, self.max_size, self.antialias = (
            size,
            interpolation,
            max_size,
            antialias,
        )

    def __call__(self, img: Any) -> Any:
        return resize(img, self.size, self.interpolation, self.max_size, bool(self.antialias))

    def __repr__(self) -> str:
        return (
            f"Resize(size={self.size}, interpolation={self.interpolation}, max_size={self.max_size}, "
            f"antialias={self.antialias})"
        )


class CenterCrop:
    """The middle of the picture; a smaller picture gets a border of 0."""

    def __init__(self, size: int | Sequence[int]) -> None:
        self.size = pair(size)

    def __call__(self, img: Any) -> Any:
        height, width = size_of(img)
        high, wide = self.size
        if wide > width or high > height:
            sides = [
                (wide - width) // 2 if wide > width else 0,
                (high - height) // 2 if high > height else 0,
                (wide - width + 1) // 2 if wide > width else 0,
                (high - height + 1) // 2 if high > height else 0,
            ]
            img = pad(img, sides)
        return crop(img, *centre_of(size_of(img), self.size), *self.size)

    def __repr__(self) -> str:
        return f"CenterCrop(size={self.size})"


class Pad:
    """A border: one width for all sides, (left and right, top and bottom), or (left, top, right, bottom).

    ``padding_mode``: "constant" (``fill``), "edge" (its last pixel), "reflect" (mirrored without it),
    "symmetric" (mirrored with it).
    """

    def __init__(self, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant") -> None:
        if not isinstance(padding, (int, tuple, list)):
            raise TypeError("Got inappropriate padding arg")
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def __call__(self, img: Any) -> Any:
        return pad(img, self.padding, self.fill, self.padding_mode)

    def __repr__(self) -> str:
        return f"Pad(padding={self.padding}, fill={self.fill}, padding_mode={self.padding_mode})"


class RandomCrop:
    """A part of this size from anywhere, after a border of ``padding``; ``pad_if_needed`` widens small ones."""

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
    ) -> None:
        self.size, self.padding, self.pad_if_needed = pair(size), padding, pad_if_needed
        self.fill, self.padding_mode = fill, padding_mode

    def __call__(self, img: Any) -> Any:
        if self.padding is not None:
            img = pad(img, self.padding, self.fill, self.padding_mode)
        height, width = size_of(img)
        high, wide = self.size
        if self.pad_if_needed and width < wide:
            img = pad(img, [wide - width, 0], self.fill, self.padding_mode)
        if self.pad_if_needed and height < high:
            img = pad(img, [0, high - height], self.fill, self.padding_mode)
        height, width = size_of(img)
        if height < high or width < wide:
            raise ValueError(
                f"Required crop size {self.size} is larger than input image size {(height, width)}"
            )
        stream = default().stream
        top, left = int(stream.integers(height - high + 1)), int(stream.integers(width - wide + 1))
        return crop(img, top, left, high, wide)

    def __repr__(self) -> str:
        return f"RandomCrop(size={self.size}, padding={self.padding})"


class RandomResizedCrop:
    """A part of random size and form, brought to ``size``: pictures of all scales look alike.

    ``scale``: the smallest and the largest share of the area; ``ratio``: of width to height.  Ten tries, then
    the middle.  Szegedy et al., *Going Deeper with Convolutions*, 2015, section 6.
    """

    def __init__(
        self,
        size: int | Sequence[int],
        scale: tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
        interpolation: str = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        self.size, self.scale, self.ratio = pair(size), scale, ratio
        self.interpolation, self.antialias = interpolation, antialias

    def part(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Top, left, height and width of the part."""
        stream = default().stream
        for _ in range(10):
            area = height * width * stream.uniform(*self.scale)
            form = log_uniform(stream, *self.ratio)
            wide, high = round(math.sqrt(area * form)), round(math.sqrt(area / form))
            if 0 < wide <= width and 0 < high <= height:
                top, left = stream.integers(height - high + 1), stream.integers(width - wide + 1)
                return int(top), int(left), high, wide
        form = min(max(width / height, self.ratio[0]), self.ratio[1])
        high, wide = min(height, round(width / form)), min(width, round(height * form))
        return (height - high) // 2, (width - wide) // 2, high, wide

    def __call__(self, img: Any) -> Any:
        part = crop(img, *self.part(*size_of(img)))
        return resize(part, self.size, self.interpolation, antialias=bool(self.antialias))

    def __repr__(self) -> str:
        scale, ratio = (tuple(round(x, 4) for x in pair) for pair in (self.scale, self.ratio))
        return (
            f"RandomResizedCrop(size={self.size}, scale={scale}, ratio={ratio}, "
            f"interpolation={self.interpolation}, antialias={self.antialias})"
        )


class RandomHorizontalFlip:
    """Left and right exchanged, with probability ``p``."""

    dim = -1

    def __init__(self, p: float = 0.5) -> None:
        self.p = p

    def __call__(self, img: Any) -> Any:
        return flip(img, self.dim) if default().stream.random() < self.p else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomVerticalFlip(RandomHorizontalFlip):
    """Up and down exchanged, with probability ``p``."""

    dim = -2
