"""What datasets of labelled pictures share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from vizgrad.engine.surface.create import from_numpy
from vizgrad.engine.tensor import Tensor
from vizgrad.utils.data import Dataset

__all__ = ["Pictures"]


class Pictures(Dataset[Any]):
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
        self.data: Any = from_numpy(pictures)
        self.targets: Any = from_numpy(labels.astype(numpy.int64))
        self.transform, self.target_transform = transform, target_transform

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        picture, label = _picture(_array(self.data)[index]), int(_array(self.targets)[index])
        if self.transform is not None:
            picture = self.transform(picture)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return picture, label

    def __len__(self) -> int:
        return len(self.data)

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class by its name."""
        return {name: i for i, name in enumerate(self.classes)}

    def __repr__(self) -> str:
        lines = [f"Dataset {type(self).__name__}", f"    Number of datapoints: {len(self)}", *self._details()]
        if self.transform is not None:
            lines.append(f"    Transform: {self.transform}")
        return "\n".join(lines)

    def _details(self) -> list[str]:
        return []


def _array(data: Any) -> Any:
    return data.array if isinstance(data, Tensor) else data


def _picture(array: numpy.ndarray) -> Any:
    try:
        from PIL import Image  # pyright: ignore[reportMissingImports]
    except ImportError:
        return array
    return Image.fromarray(array)
