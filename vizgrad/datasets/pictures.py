"""What datasets of labelled pictures share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from vizgrad.engine.surface.create import from_numpy
from vizgrad.engine.tensor import Tensor

from .samples import Labelled

__all__ = ["Pictures"]


class Pictures(Labelled):
    """Pictures with a class number each.

    A sample is ``(picture, label)``: the picture as a Pillow image, or as an array (H, W) of bytes where
    Pillow is not installed, passed through ``transform``; the label as an int, passed through
    ``target_transform``.  ``data`` (N, H, W) and ``targets`` (N,) hold everything at once.
    """

    classes: tuple[str, ...] = ()

    def __init__(
        self,
        pictures: numpy.ndarray,
        labels: numpy.ndarray,
        transform: Callable[[Any], Any] | None,
        target_transform: Callable[[Any], Any] | None,
    ) -> None:
        super().__init__(transform, target_transform)
        self.data: Any = from_numpy(pictures)
        self.targets: Any = from_numpy(labels.astype(numpy.int64))

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._transformed(_picture(_array(self.data)[index]), int(_array(self.targets)[index]))

    def __len__(self) -> int:
        return len(self.data)

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class by its name."""
        return {name: i for i, name in enumerate(self.classes)}


def _array(data: Any) -> Any:
    return data.array if isinstance(data, Tensor) else data


def _picture(array: numpy.ndarray) -> Any:
    try:
        from PIL import Image  # pyright: ignore[reportMissingImports]
    except ImportError:
        return array
    return Image.fromarray(array)
