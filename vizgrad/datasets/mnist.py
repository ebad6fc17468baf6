"""MNIST, read from the original IDX files."""

from __future__ import annotations

import gzip
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy

from .download import fetch
from .pictures import Pictures

__all__ = ["MNIST", "FashionMNIST", "read_idx"]

KINDS = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}  # the third byte of an IDX file


class MNIST(Pictures):
    """70,000 handwritten digits, 28×28 grey pictures: 60,000 to train, 10,000 held out.

    The four IDX files (``train-images-idx3-ubyte`` and so on, plain or ``.gz``) are looked for in ``root`` and in
    ``root/MNIST/raw``, where torchvision puts them.  Nothing is fetched unless ``download=True``.
    LeCun et al., *Gradient-Based Learning Applied to Document Recognition*, 1998, section III;
    http://yann.lecun.com/exdb/mnist/
    """

    classes = ("0 - zero", "1 - one", "2 - two", "3 - three", "4 - four",
               "5 - five", "6 - six", "7 - seven", "8 - eight", "9 - nine")  # fmt: skip
    mirrors: tuple[str, ...] = ("https://ossci-datasets.s3.amazonaws.com/mnist/",)

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        download: bool = False,
    ) -> None:
        self.root, self.train = Path(root).expanduser(), train
        part = "train" if train else "t10k"
        pictures = read_idx(self._file(f"{part}-images-idx3-ubyte", download), dimensions=3)
        labels = read_idx(self._file(f"{part}-labels-idx1-ubyte", download), dimensions=1)
        if len(pictures) != len(labels):
            raise RuntimeError(
                f"{self.root} holds {len(pictures)} pictures but {len(labels)} labels; copy the files again"
            )
        super().__init__(pictures, labels, transform, target_transform)

    @property
    def raw_folder(self) -> Path:
        """Where torchvision keeps the files, and where ``download`` puts them."""
        return self.root / type(self).__name__ / "raw"

    def _file(self, name: str, download: bool) -> Path:
        for folder in (self.root, self.raw_folder):
            for path in (folder / name, folder / f"{name}.gz"):
                if path.is_file():
                    return path
        if download:
            return fetch(f"{name}.gz", self.mirrors, self.raw_folder)
        raise RuntimeError(
            f"Dataset not found: no {name} or {name}.gz in {self.root} or {self.raw_folder}; put the "
            "original files there, or use download=True to fetch them"
        )


class FashionMNIST(MNIST):
    """70,000 grey pictures of clothes, 28×28, in files of MNIST's names and format.

    Xiao, Rasul & Vollgraf, *Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms*,
    2017; https://github.com/zalandoresearch/fashion-mnist
    """

    classes = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
               "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")  # fmt: skip
    mirrors = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)


def read_idx(path: str | Path, dimensions: int | None = None) -> numpy.ndarray:
    """The array in an IDX file, plain or gzipped, refused where it has another number of ``dimensions``.

    Two zero bytes, a byte for the type (8: bytes), one for the number of dimensions, each size in four bytes, and
    the numbers, all with the first byte the highest.
    """
    path = Path(path)
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError) as error:
            raise RuntimeError(f"{path} is a damaged gzip file ({error}); copy it again") from None
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in KINDS:
        raise RuntimeError(
            f"{path} is no IDX file: it begins with {raw[:4].hex(' ') or 'nothing'}, not with 00 00 08 …"
        )
    kind, ndim = numpy.dtype(KINDS[raw[2]]), raw[3]
    if dimensions is not None and ndim != dimensions:
        raise RuntimeError(
            f"{path} has {ndim} dimensions where {dimensions} were expected; is it another file renamed?"
        )
    start = 4 + 4 * ndim
    shape = tuple(int(n) for n in numpy.frombuffer(raw[4:start][: (len(raw[4:start]) // 4) * 4], ">u4"))
    wanted = start + math.prod(shape) * kind.itemsize
    if len(shape) != ndim or len(raw) != wanted:
        sizes = "×".join(map(str, shape))
        raise RuntimeError(
            f"{path} should hold {sizes} numbers in {wanted} bytes but has {len(raw)}; copy it again"
        )
    return numpy.frombuffer(raw, kind, offset=start).reshape(shape).astype(kind.newbyteorder("="))
