"""Digits, MNIST's files and transforms."""

import gzip
import sys

import numpy as np
import pytest

import vizgrad
from vizgrad import datasets, transforms
from vizgrad.datasets.mnist import read_idx

sklearn = pytest.mark.skipif(
    not __import__("importlib.util").util.find_spec("sklearn"),
    reason='no scikit-learn: pip install "vizgrad[lab]"',
)


@sklearn
def test_digits_are_split_once_and_for_all():
    train, test = datasets.Digits(), datasets.Digits(train=False)
    assert (len(train), len(test)) == (1442, 355)
    assert train.data.shape == (1442, 8, 8)
    shares = np.bincount(test.targets.array) / np.bincount(np.r_[train.targets.array, test.targets.array])
    assert shares == pytest.approx(0.2, abs=0.01)
    pictures = {p.tobytes() for p in train.data.array}
    assert (
        sum(p.tobytes() in pictures for p in test.data.array) < 5
    )  # a few writers drew the same digit twice
    assert train.targets.tolist()[:5] == datasets.Digits().targets.tolist()[:5]
    assert train.data.array.max() == 255


@sklearn
def test_a_sample_is_as_torchvisions():
    prepare = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.3052,), (0.3759,))])
    train = datasets.Digits(transform=prepare, target_transform=lambda t: t * 10)
    picture, label = train[0]
    assert (picture.shape, picture.dtype) == ((1, 8, 8), vizgrad.float32)
    assert label == 10 * int(train.targets[0])
    everything = vizgrad.stack([train[i][0] for i in range(300)])
    assert float(everything.mean()) == pytest.approx(0, abs=0.1)
    assert float(everything.std()) == pytest.approx(1, abs=0.1)
    assert "Number of datapoints: 1442" in repr(train)


def test_digits_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ImportError, match=r"vizgrad\[lab\]"):
        datasets.Digits()


def idx(array, kind=8):
    head = bytes([0, 0, kind, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return head + array.tobytes()


@pytest.fixture
def mnist(tmp_path):
    """Five pictures to train and three held out, as the original files, two of them gzipped."""
    stream = np.random.default_rng(0)
    for part, n in (("train", 5), ("t10k", 3)):
        pictures, labels = stream.integers(0, 256, (n, 28, 28), "u1"), stream.integers(0, 10, n, "u1")
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx(pictures))
        (tmp_path / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels)))
    return tmp_path


def test_mnist(mnist):
    train, test = (
        datasets.MNIST(mnist),
        datasets.MNIST(str(mnist), train=False, transform=transforms.ToTensor()),
    )
    assert (len(train), len(test)) == (5, 3)
    assert train.data.shape == (5, 28, 28)
    assert test[0][0].shape == (1, 28, 28)
    assert isinstance(train[0][1], int)
    assert train.classes[3] == "3 - three"


def test_mnist_where_torchvision_puts_it(mnist):
    raw = mnist / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in list(mnist.glob("*ubyte*")):
        path.rename(raw / path.name)
    assert len(datasets.MNIST(mnist, False)) == 3


def test_mnist_says_what_is_missing(tmp_path):
    with pytest.raises(RuntimeError, match=r"no train-images-idx3-ubyte or .*\.gz in .*download=True"):
        datasets.MNIST(tmp_path)


def test_no_network_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.MNIST, "mirrors", ("http://127.0.0.1:9/",))
    with pytest.raises(RuntimeError, match=r"could not be fetched .*use datasets.Digits"):
        datasets.MNIST(tmp_path, download=True)


BROKEN = {
    "text": (b"<html>not found</html>", "is no IDX file: it begins with 3c 68 74 6d"),
    "empty": (b"", "is no IDX file: it begins with nothing"),
    "cut off": (
        idx(np.zeros((2, 28, 28), "u1"))[:-1],
        "should hold 2×28×28 numbers in 1584 bytes but has 1583",
    ),
    "no sizes": (bytes([0, 0, 8, 3, 0, 0]), "should hold"),
    "labels": (idx(np.zeros(2, "u1")), "has 1 dimensions where 3 were expected"),
    "bad gzip": (gzip.compress(idx(np.zeros((1, 2, 2), "u1")))[:-9], "damaged gzip"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files(case, tmp_path):
    raw, message = BROKEN[case]
    (tmp_path / "file").write_bytes(raw)
    with pytest.raises(RuntimeError, match=message):
        read_idx(tmp_path / "file", dimensions=3)


def test_other_types_of_numbers(tmp_path):
    wide = np.array([1, -2, 300], ">i4")
    (tmp_path / "file").write_bytes(idx(wide, 12))
    assert read_idx(tmp_path / "file").tolist() == [1, -2, 300]


# --- transforms


def test_to_tensor():
    color = np.arange(24, dtype="u1").reshape(2, 4, 3)
    x = transforms.ToTensor()(color)
    assert (x.shape, x.dtype) == ((3, 2, 4), vizgrad.float32)
    assert float(x[1, 0, 2]) == pytest.approx(color[0, 2, 1] / 255)
    assert transforms.ToTensor()(np.ones((2, 3))).dtype is vizgrad.float64
    with pytest.raises(TypeError, match="should be PIL Image or ndarray"):
        transforms.ToTensor()([1, 2])
    with pytest.raises(ValueError, match="2/3 dimensional"):
        transforms.ToTensor()(np.ones(3))


def test_normalize():
    x = vizgrad.ones(2, 3, 2, 2)
    y = transforms.Normalize([0.5, 0.0, 1.0], [0.5, 2.0, 1.0])(x)
    assert y[0, :, 0, 0].tolist() == [1.0, 0.5, 0.0]
    assert x.sum().item() == 24
    assert transforms.Normalize(0.0, 2.0, inplace=True)(x) is x
    with pytest.raises(ValueError, match="division by zero"):
        transforms.Normalize([0.0], [0.0])(x)
    with pytest.raises(TypeError, match="put ToTensor"):
        transforms.Normalize([0.0], [1.0])(np.ones((1, 2, 2)))


def test_compose_and_lambda_print_as_in_torchvision():
    both = transforms.Compose([transforms.ToTensor(), transforms.Lambda(lambda x: x * 2)])
    assert repr(both) == "Compose(\n    ToTensor()\n    Lambda()\n)"
    assert float(both(np.full((1, 1), 255, "u1"))[0, 0, 0]) == 2
    with pytest.raises(TypeError, match="callable"):
        transforms.Lambda(3)


class Picture:
    """As much of a Pillow image as transforms ask for."""

    def __init__(self, array, mode):
        self.array, self.mode = array, mode

    def getbands(self):
        return tuple(self.mode)

    def __array__(self, dtype=None, copy=None):
        return self.array.astype(dtype or self.array.dtype)


def test_pillow_images():
    grey = Picture(np.arange(12, dtype="u1").reshape(3, 4), "L")
    assert transforms.ToTensor()(grey).shape == (1, 3, 4)
    assert float(transforms.ToTensor()(grey)[0, 2, 3]) == pytest.approx(11 / 255)
    assert transforms.PILToTensor()(grey).tolist()[0][2] == [8, 9, 10, 11]
    assert transforms.ToTensor()(Picture(np.zeros((3, 4, 3), "u1"), "RGB")).shape == (3, 3, 4)
    assert transforms.ToTensor()(Picture(np.ones((3, 4), bool), "1")).sum().item() == 12
