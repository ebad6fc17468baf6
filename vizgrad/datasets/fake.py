"""FakeData: noise in the form of labelled pictures, to try a program on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine.surface.create import rand
from vizgrad.engine.surface.random import Generator
from vizgrad.transforms import ToPILImage

from .samples import Labelled

__all__ = ["FakeData"]


class FakeData(Labelled):
    """``size`` pictures of noise with labels below ``num_classes``; sample i is the same each time.

    Pictures are Pillow images of ``image_size`` (channels, height, width); ``random_offset`` gives another
    set.
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(transform, target_transform)
        self.size, self.image_size, self.num_classes = size, image_size, num_classes
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if not 0 <= index < self.size:
            raise IndexError(f"{type(self).__name__} index out of range: {index} of {self.size}")
        stream = Generator().manual_seed(index + self.random_offset)
        picture = ToPILImage()(rand(*self.image_size, generator=stream))
        return self._transformed(picture, int(stream.stream.integers(self.num_classes)))

    def __len__(self) -> int:
        return self.size
