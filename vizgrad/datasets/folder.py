"""Pictures in folders, one folder for each class."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .samples import Labelled

__all__ = ["IMG_EXTENSIONS", "DatasetFolder", "ImageFolder", "default_loader", "find_classes", "make_dataset"]

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


def find_classes(directory: str | Path) -> tuple[list[str], dict[str, int]]:
    """The folders in ``directory``, by name, and their numbers in that order."""
    classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    if not classes:
        raise FileNotFoundError(f"Couldn't find any class folder in {directory}.")
    return classes, {name: i for i, name in enumerate(classes)}


def make_dataset(
    directory: str | Path,
    class_to_idx: dict[str, int] | None = None,
    extensions: str | tuple[str, ...] | None = None,
    is_valid_file: Callable[[str], bool] | None = None,
    allow_empty: bool = False,
) -> list[tuple[str, int]]:
    """(path, number of the class) of every file in the class folders and below, by name.

    Either ``extensions`` (in small letters; of the path in any) or ``is_valid_file(path)`` says which count.
    """
    if class_to_idx is None:
        class_to_idx = find_classes(directory)[1]
    elif not class_to_idx:
        raise ValueError("'class_to_index' must have at least one entry to collect any samples.")
    if (extensions is None) == (is_valid_file is None):
        raise ValueError(
            "Both extensions and is_valid_file cannot be None or not None at the same time; give one of them"
        )
    fits = is_valid_file or (lambda path: path.lower().endswith(extensions))  # type: ignore[arg-type]
    found: list[tuple[str, int]] = []
    empty: list[str] = []
    for name in sorted(class_to_idx):
        inside = sorted(os.walk(Path(directory).expanduser() / name, followlinks=True))
        paths = [os.path.join(folder, file) for folder, _, files in inside for file in sorted(files)]
        chosen = [(path, class_to_idx[name]) for path in paths if fits(path)]
        found += chosen
        if not chosen:
            empty.append(name)
    if empty and not allow_empty:
        endings = (extensions,) if isinstance(extensions, str) else extensions or ()
        known = f" Supported extensions are: {', '.join(endings)}" if endings else ""
        raise FileNotFoundError(f"Found no valid file for the classes {', '.join(empty)}.{known}")
    return found


def default_loader(path: str) -> Any:
    """The picture in a file, as an RGB image of Pillow."""
    try:
        from PIL import Image  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise ImportError(
            'Pictures are read by Pillow, which is not installed: pip install "vizgrad[images]" '
            "(or pip install pillow)"
        ) from None
    with open(path, "rb") as file:
        return Image.open(file).convert("RGB")


class DatasetFolder(Labelled):
    """Files in ``root/class/…``: a sample is ``(loader(path), number of the class)``, after the transforms.

    ``classes``, ``class_to_idx``, ``samples`` (paths and numbers) and ``targets`` are as in torchvision.
    """

    def __init__(
        self,
        root: str | Path,
        loader: Callable[[str], Any],
        extensions: tuple[str, ...] | None = None,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(transform, target_transform)
        self.root, self.loader, self.extensions = root, loader, extensions
        self.classes, self.class_to_idx = self.find_classes(root)
        self.samples = make_dataset(root, self.class_to_idx, extensions, is_valid_file, allow_empty)
        self.targets = [number for _, number in self.samples]

    def find_classes(self, directory: str | Path) -> tuple[list[str], dict[str, int]]:
        """The classes and their numbers: a subclass may know others."""
        return find_classes(directory)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[index]
        return self._transformed(self.loader(path), target)

    def __len__(self) -> int:
        return len(self.samples)


class ImageFolder(DatasetFolder):
    """Pictures in ``root/class/…``, as RGB images of Pillow."""

    def __init__(
        self,
        root: str | Path,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        loader: Callable[[str], Any] = default_loader,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        endings = IMG_EXTENSIONS if is_valid_file is None else None
        super().__init__(root, loader, endings, transform, target_transform, is_valid_file, allow_empty)
        self.imgs = self.samples
