"""What all datasets of samples with a label share: the two transforms, and how they print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.utils.data import Dataset

__all__ = ["Labelled"]


class Labelled(Dataset[Any]):
    """Samples ``(sample, label)``, the one passed through ``transform``, the other through ``target_transform``."""

    root: Any = None  # where the files are, for those that have files
    train: bool | None = None  # which of the two parts it is, for those that have two

    def __init__(
        self, transform: Callable[[Any], Any] | None, target_transform: Callable[[Any], Any] | None
    ) -> None:
        self.transform, self.target_transform = transform, target_transform

    def _transformed(self, sample: Any, label: Any) -> tuple[Any, Any]:
        if self.transform is not None:
            sample = self.transform(sample)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return sample, label

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} needs __len__()")

    def __repr__(self) -> str:
        lines = [f"Dataset {type(self).__name__}", f"    Number of datapoints: {len(self)}"]
        if self.root is not None:
            lines.append(f"    Root location: {self.root}")
        if self.train is not None:
            lines.append(f"    Split: {'Train' if self.train else 'Test'}")
        if self.transform is not None:
            lines.append(f"    Transform: {self.transform}")
        return "\n".join(lines)
