"""CIFAR's files, pictures in folders, noise as data."""

import io
import os
import pickle
import struct
import tarfile

import numpy as np
import pytest

import vizgrad
from vizgrad import datasets
from vizgrad.datasets.cifar import read_batch
from vizgrad.utils import progress as bars


def pixels(n, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 3072), dtype=np.uint8)


def batch(n, seed=0, names=("labels",)):
    labels = {name.encode(): list(range(n)) for name in names}
    return {b"batch_label": b"a batch", b"data": pixels(n, seed), **labels, b"filenames": [b"x.png"] * n}


class AsPython2(pickle._Pickler):
    """Writes bytes as the strings of Python 2, which made the original files."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, obj):
        self.write(b"T" + struct.pack("<i", len(obj)) + obj)
        self.memoize(obj)

    dispatch[bytes] = save_string


def as_python_2(content):
    file = io.BytesIO()
    AsPython2(file, protocol=2).dump(content)
    return file.getvalue()


@pytest.fixture
def python_files(tmp_path):
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for i, name in enumerate([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]):
        (folder / name).write_bytes(as_python_2(batch(3, i)))
    return tmp_path


def test_python_files_are_read_without_running_them(python_files):
    train = datasets.CIFAR10(python_files)
    assert len(train) == 15
    assert train.data.shape == (15, 32, 32, 3)
    assert train.targets[:4] == [0, 1, 2, 0]
    np.testing.assert_array_equal(train.data[0, :, :, 1].reshape(-1), pixels(3)[0, 1024:2048])
    picture, label = datasets.CIFAR10(python_files, train=False, transform=np.asarray)[2]
    np.testing.assert_array_equal(picture, pixels(3, 5)[2].reshape(3, 32, 32).transpose(1, 2, 0))
    assert label == 2


def test_binary_files_and_archives_hold_the_same(python_files, tmp_path):
    want = datasets.CIFAR10(python_files, train=False)
    other = tmp_path / "other"
    (other / "cifar-10-batches-bin").mkdir(parents=True)
    rows = np.concatenate([np.arange(3, dtype=np.uint8)[:, None], pixels(3, 5)], axis=1)
    (other / "cifar-10-batches-bin" / "test_batch.bin").write_bytes(rows.tobytes())
    packed = tmp_path / "packed"
    packed.mkdir()
    with tarfile.open(packed / "cifar-10-python.tar.gz", "w:gz") as tar:
        tar.add(python_files / "cifar-10-batches-py", "cifar-10-batches-py")
    for root in (other, packed):
        have = datasets.CIFAR10(root, train=False)
        np.testing.assert_array_equal(have.data, want.data)
        assert have.targets == want.targets


def test_a_hundred_classes(tmp_path):
    (tmp_path / "cifar-100-python").mkdir()
    (tmp_path / "cifar-100-binary").mkdir()
    content = pickle.dumps(batch(4, names=("fine_labels", "coarse_labels")), protocol=2)
    (tmp_path / "cifar-100-python" / "train").write_bytes(content)
    rows = np.concatenate([np.full((2, 1), 7), [[5], [6]], pixels(2)], axis=1).astype(np.uint8)
    (tmp_path / "cifar-100-binary" / "test.bin").write_bytes(rows.tobytes())
    assert datasets.CIFAR100(tmp_path).targets == [0, 1, 2, 3]
    test = datasets.CIFAR100(tmp_path, train=False)
    assert test.targets == [5, 6]
    assert (len(test.classes), test.class_to_idx["worm"]) == (100, 99)


class Evil:
    def __reduce__(self):
        return os.mkdir, ("made by a pickle",)


HOSTILE = {
    "a call": pickle.dumps({b"data": Evil()}),
    "builtins": b"cbuiltins\neval\n(S'1'\ntR.",
    "a name of numpy": b"cnumpy\nload\n(S'x'\ntR.",
    "an array of objects": pickle.dumps({b"data": np.array([Evil(), None], dtype=object), b"labels": []}),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused(what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuntimeError, match=r"is refused|not one of bytes"):
        read_batch(HOSTILE[what], "data_batch_1")
    assert list(tmp_path.iterdir()) == []


def test_damaged_files_are_named(python_files):
    path = python_files / "cifar-10-batches-py" / "test_batch"
    whole = path.read_bytes()
    for broken in (
        whole[:500],
        b"",
        whole.replace(b"\x02\0\0\0u1", b"\x02\0\0\0u2").replace(b"u1", b"u2"),
        pickle.dumps([1]),
        pickle.dumps({}),
    ):
        path.write_bytes(broken)
        with pytest.raises(RuntimeError, match="test_batch"):
            datasets.CIFAR10(python_files, train=False)
    with pytest.raises(RuntimeError, match=r"use download=True"):
        datasets.CIFAR100(python_files)


def test_a_failed_download_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.CIFAR10, "mirrors", ((tmp_path / "nowhere").as_uri() + "/",))
    with pytest.raises(RuntimeError, match="could not be fetched"):
        datasets.CIFAR10(tmp_path / "here", download=True)
    assert list((tmp_path / "here").iterdir()) == []


def test_a_download(python_files, tmp_path, monkeypatch):
    site = tmp_path / "site"
    site.mkdir()
    with tarfile.open(site / "cifar-10-python.tar.gz", "w:gz") as tar:
        tar.add(python_files / "cifar-10-batches-py", "cifar-10-batches-py")
    monkeypatch.setattr(datasets.CIFAR10, "mirrors", (site.as_uri() + "/",))
    monkeypatch.setitem(__import__("sys").modules, "tqdm.auto", None)
    assert len(datasets.CIFAR10(tmp_path / "new", download=True)) == 15


def test_folders_of_pictures(tmp_path):
    image = pytest.importorskip("PIL.Image")
    for name, colour in (
        ("dog/b.png", 200),
        ("dog/deep/a.JPG", 100),
        ("cat/c.bmp", 50),
        ("cat/notes.txt", 0),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("txt"):
            path.write_text("no picture")
        else:
            image.new("L", (4, 3), colour).save(path)
    found = datasets.ImageFolder(tmp_path, transform=np.asarray, target_transform=lambda t: -t)
    assert found.classes == ["cat", "dog"]
    assert [os.path.basename(path) for path, _ in found.samples] == ["c.bmp", "b.png", "a.JPG"]
    assert found.targets == [0, 1, 1]
    picture, label = found[1]
    assert (picture.shape, picture[0, 0].tolist(), label) == ((3, 4, 3), [200, 200, 200], -1)
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        FileNotFoundError, match=r"Found no valid file for the classes empty. Supported extensions"
    ):
        datasets.ImageFolder(tmp_path)
    assert len(datasets.ImageFolder(tmp_path, allow_empty=True)) == 3
    with pytest.raises(FileNotFoundError, match="Couldn't find any class folder"):
        datasets.ImageFolder(tmp_path / "empty")
    texts = datasets.DatasetFolder(
        tmp_path, loader=str, is_valid_file=lambda p: p.endswith("txt"), allow_empty=True
    )
    assert [os.path.basename(x) for x, _ in texts] == ["notes.txt"]
    with pytest.raises(ValueError, match="Both extensions and is_valid_file"):
        datasets.DatasetFolder(tmp_path, loader=str)


def test_noise_as_data():
    pytest.importorskip("PIL")
    noise = datasets.FakeData(5, (3, 8, 6), 4, transform=np.asarray)
    assert len(noise) == 5
    picture, label = noise[3]
    assert picture.shape == (8, 6, 3)
    assert 0 <= label < 4
    vizgrad.manual_seed(9)
    np.testing.assert_array_equal(noise[3][0], picture)
    with pytest.raises(IndexError, match="index out of range"):
        noise[5]


def test_a_bar_only_where_tqdm_is(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tqdm.auto", None)
    silent = bars.progress([1, 2])
    assert (list(silent), len(silent)) == ([1, 2], 2)
    with bars.progress(total=3) as bar:
        bar.update(2)
        bar.set_description("going")
    monkeypatch.undo()
    pytest.importorskip("tqdm")
    shown = io.StringIO()
    assert list(bars.progress([1, 2], desc="loading", file=shown)) == [1, 2]
    assert "loading" in shown.getvalue()
