"""CIFAR-10 and CIFAR-100, read from the original files: the binary ones, and Python's without running them."""

from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy

from .download import fetch
from .pictures import Pictures

__all__ = ["CIFAR10", "CIFAR100", "read_batch"]

PIXELS = 3 * 32 * 32
HUNDRED = """
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile
cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp
lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree
orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum
rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider
squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train
trout tulip turtle wardrobe whale willow_tree wolf woman worm
"""


class CIFAR10(Pictures):
    """60,000 colour pictures, 32×32, in ten classes: 50,000 to train, 10,000 held out.

    The files are looked for in ``root``: ``cifar-10-batches-py`` or ``cifar-10-batches-bin`` (folders), or
    the archives ``cifar-10-python.tar.gz`` and ``cifar-10-binary.tar.gz`` as they come.  A binary file has 3,073
    bytes for each picture: the label, then 32×32 red, green and blue; the others are pickles, of which only the
    arrays are read.  Nothing is fetched unless ``download=True``.  ``data`` is an array (N, 32, 32, 3) of bytes
    and ``targets`` a list, as in torchvision.
    Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009, chapter 3;
    https://www.cs.toronto.edu/~kriz/cifar.html
    """

    classes = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    base_folder, binary_folder = "cifar-10-batches-py", "cifar-10-batches-bin"
    archives: tuple[str, ...] = ("cifar-10-python.tar.gz", "cifar-10-binary.tar.gz")
    train_files: tuple[str, ...] = tuple(f"data_batch_{i}" for i in range(1, 6))
    test_files: tuple[str, ...] = ("test_batch",)
    label, label_bytes = "labels", 1  # in a pickle; in a binary file the last of these bytes is meant
    mirrors = ("https://www.cs.toronto.edu/~kriz/",)

    def __init__(
        self,
        root: str | Path,
        train: bool = True,
        transform: Callable[[Any], Any] | None = None,
        target_transform: Callable[[Any], Any] | None = None,
        download: bool = False,
    ) -> None:
        self.root, self.train = Path(root).expanduser(), train
        found = [self._batch(name, download) for name in (self.train_files if train else self.test_files)]
        pictures = numpy.concatenate([pixels for pixels, _ in found])
        labels = numpy.concatenate([numbers for _, numbers in found])
        super().__init__(pictures, labels, transform, target_transform)
        self.data: Any = pictures.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        self.targets: Any = labels.tolist()

    def _batch(self, name: str, download: bool) -> tuple[numpy.ndarray, numpy.ndarray]:
        for folder, ending in ((self.base_folder, ""), (self.binary_folder, ".bin")):
            path = self.root / folder / (name + ending)
            if path.is_file():
                return self._read(path.read_bytes(), str(path), binary=bool(ending))
        for archive, folder, ending in zip(
            self.archives, (self.base_folder, self.binary_folder), ("", ".bin"), strict=True
        ):
            if (self.root / archive).is_file():
                raw = _member(self.root / archive, f"{folder}/{name}{ending}")
                return self._read(raw, f"{archive}: {folder}/{name}{ending}", binary=bool(ending))
        if download:
            fetch(self.archives[0], self.mirrors, self.root)
            return self._batch(name, download=False)
        raise RuntimeError(
            f"Dataset not found or corrupted: no {self.base_folder}/{name}, {self.binary_folder}/{name}.bin or "
            f"{self.archives[0]} in {self.root}; put the original files there, or use download=True to fetch them"
        )

    def _read(self, raw: bytes, where: str, *, binary: bool) -> tuple[numpy.ndarray, numpy.ndarray]:
        if not binary:
            found = read_batch(raw, where)
            pixels, labels = found.get("data"), found.get(self.label)
            if not isinstance(pixels, numpy.ndarray) or not isinstance(labels, list):
                raise RuntimeError(f"{where} holds no 'data' and {self.label!r}, as a batch of CIFAR does")
            if pixels.shape != (len(labels), PIXELS):
                raise RuntimeError(f"{where}: {len(labels)} labels but pictures of shape {pixels.shape}")
            return pixels, numpy.array(labels)
        row = self.label_bytes + PIXELS
        if not raw or len(raw) % row:
            raise RuntimeError(f"{where} has {len(raw)} bytes, no multiple of {row}; copy it again")
        rows = numpy.frombuffer(raw, numpy.uint8).reshape(-1, row)
        return rows[:, self.label_bytes :], rows[:, self.label_bytes - 1]


class CIFAR100(CIFAR10):
    """60,000 colour pictures, 32×32, in a hundred classes; the files are named ``cifar-100-…``."""

    classes = tuple(HUNDRED.split())
    base_folder, binary_folder = "cifar-100-python", "cifar-100-binary"
    archives = ("cifar-100-python.tar.gz", "cifar-100-binary.tar.gz")
    train_files, test_files = ("train",), ("test",)
    label, label_bytes = "fine_labels", 2  # the first byte is the coarse class


def _member(archive: Path, name: str) -> bytes:
    """One file of an archive, read without unpacking anything."""
    try:
        with tarfile.open(archive) as tar:
            found = tar.extractfile(name)
            if found is not None:
                return found.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise RuntimeError(f"{archive} is a damaged archive ({error}); copy it again") from None
    except KeyError:
        pass
    raise RuntimeError(f"{archive} has no file {name}; is it another archive renamed?")


# --- Python's files


def read_batch(raw: bytes, where: str) -> dict[str, Any]:
    """The dictionary in a pickled batch: plain values and arrays of bytes.

    A pickle may name any function to be called.  Here the few names that a batch has stand for objects that
    only take note; any other name is refused.
    """
    try:
        found = _Reader(io.BytesIO(raw), encoding="bytes").load()
    except pickle.UnpicklingError as error:
        raise RuntimeError(f"{where} is refused: {error}") from None
    except Exception as error:  # a damaged pickle may fail in any way
        raise RuntimeError(f"{where} is no batch of CIFAR ({type(error).__name__}: {error})") from None
    if not isinstance(found, dict):
        raise RuntimeError(f"{where} holds a {type(found).__name__}, not the dictionary of a CIFAR batch")
    return {_text(name): _plain(value, where) for name, value in found.items()}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        known = {"_reconstruct": _Array, "ndarray": _Noted, "dtype": _Noted}
        if module.split(".")[0] == "numpy" and name in known:
            return known[name]
        if (module, name) == ("_codecs", "encode"):  # how Python 3 writes bytes for Python 2
            return _encoded
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no batch of CIFAR needs")


def _encoded(text: Any, encoding: Any) -> bytes:
    if isinstance(text, str) and encoding in ("latin1", b"latin1"):
        return text.encode("latin1")
    raise pickle.UnpicklingError("it encodes something other than bytes")


class _Noted:
    """Stands for a name in the pickle; keeps what it is called with and given."""

    state: Any = None

    def __init__(self, *words: Any) -> None:
        self.words = words

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Array(_Noted):
    """Stands for an array: its state is (version, shape, dtype, by columns, bytes)."""

    def value(self, where: str) -> numpy.ndarray:
        _, shape, kind, by_columns, raw = self.state
        if _text(kind.words[0]) not in ("u1", "|u1") or not isinstance(raw, bytes):
            raise RuntimeError(f"{where} holds an array that is not one of bytes")
        return numpy.frombuffer(raw, numpy.uint8).reshape(shape, order="F" if by_columns else "C")


def _plain(value: Any, where: str) -> Any:
    if isinstance(value, _Noted):
        try:
            return value.value(where)  # type: ignore[attr-defined]
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            raise RuntimeError(f"{where} holds a damaged array ({error}); copy it again") from None
    return value


def _text(word: Any) -> str:
    return word.decode("latin1") if isinstance(word, bytes) else str(word)
