"""save and load as such: whole files or none, where tensors go, what is accepted."""

from __future__ import annotations

import copy
import io
import os
import pickle
import stat
import subprocess
import sys

import numpy as np
import pytest

import vizgrad
from vizgrad import nn
from vizgrad.serialization import (
    CheckpointError,
    CorruptCheckpointError,
    UnsupportedCheckpointError,
    load,
    register_package,
    save,
)


def there_and_back(obj, **settings):
    file = io.BytesIO()
    save(obj, file)
    file.seek(0)
    return load(file, **settings)


class Breaks:
    """Pickling it fails, after other things were pickled."""

    def __reduce__(self):
        raise KeyError("broken")


def test_a_failed_save_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.pt"
    save({"x": vizgrad.ones(2)}, path)
    before = path.read_bytes()
    with pytest.raises(KeyError):
        save([vizgrad.zeros(1000), Breaks()], path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.pt"]
    file = io.BytesIO(b"old")
    with pytest.raises(KeyError):
        save([vizgrad.zeros(1000), Breaks()], file)
    assert file.getvalue() == b"old"


KILLED = """
import os, sys, vizgrad
from vizgrad.serialization import archive, save
added = archive.Writer.add
def add(self, name, data):
    added(self, name, data)
    if name == "data/1":
        os._exit(9)
archive.Writer.add = add
save([vizgrad.ones(100_000), vizgrad.ones(100_000, dtype=vizgrad.float64), 1], sys.argv[1])
"""


def test_a_process_killed_while_it_writes_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.pt"
    save({"x": 1}, path)
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert ended.returncode == 9
    assert load(path) == {"x": 1}


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions and links")
def test_permissions_and_links_stay(tmp_path):
    path, link = tmp_path / "a.pt", tmp_path / "link.pt"
    save(1, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~_umask()
    path.chmod(0o600)
    link.symlink_to(path)
    save(2, link)
    assert link.is_symlink()
    assert load(path) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_cannot_be_written_to_or_read_from_is_said():
    with pytest.raises(RuntimeError, match="Parent directory"):
        save(1, "/there/is/no/such/a.pt")
    with pytest.raises(AttributeError, match="write"):
        save(1, 3)
    with pytest.raises(AttributeError, match="seekable"):
        load(3)
    with pytest.raises(FileNotFoundError):
        load("there-is-no-such.pt")
    with pytest.raises(ValueError, match="file path"):
        load(io.BytesIO(), mmap=True)
    with pytest.raises(RuntimeError, match="pickle_module"):
        load(io.BytesIO(), weights_only=True, pickle_module=pickle)


def test_the_error_names_the_file(tmp_path):
    (tmp_path / "a.pt").write_bytes(b"<html>")
    with pytest.raises(CorruptCheckpointError, match=r"a\.pt"):
        load(tmp_path / "a.pt")


def test_mmap_reads_the_same_and_writes_nothing_back(tmp_path):
    path = tmp_path / "a.pt"
    x = vizgrad.arange(1000.0)
    save([x, x[10:20]], path)
    before = path.read_bytes()
    whole, part = load(path, mmap=True)
    assert whole.tolist() == x.tolist()
    part.fill_(-1)
    assert whole[10:20].tolist() == [-1] * 10
    assert path.read_bytes() == before
    save(part, tmp_path / "b.pt")  # its storage, not the file that it is mapped from
    assert (tmp_path / "b.pt").stat().st_size < 6000


def test_nested_as_deep_as_python_itself_pickles():
    deep = leaf = []
    for _ in range(450):
        deep = [deep]
    leaf.append("here")
    again = there_and_back(deep)
    while isinstance(again, list):
        again = again[0]
    assert again == "here"


def test_several_objects_in_one_legacy_stream():
    file = io.BytesIO()
    for i in range(3):
        save(vizgrad.full((2,), i), file, _use_new_zipfile_serialization=False)
    file.seek(0)
    assert [load(file).tolist() for _ in range(3)] == [[0, 0], [1, 1], [2, 2]]


def test_an_archive_that_begins_inside_a_file():
    file = io.BytesIO(b"prefix")
    file.seek(6)
    save([1, 2], file)
    file.seek(6)
    assert load(file) == [1, 2]


def located(where):
    """A file whose storage says that it was on another device."""
    file = io.BytesIO()
    save(vizgrad.ones(2), file, _use_new_zipfile_serialization=False)
    old, new = (b"X" + len(w).to_bytes(4, "little") + w.encode() for w in ("cpu", where))
    return io.BytesIO(file.getvalue().replace(old, new))


@pytest.mark.parametrize(
    "where", ["cpu", vizgrad.device("cpu"), {"cuda:0": "cpu"}, lambda storage, place: storage, b"cpu"]
)
def test_map_location_in_all_its_forms(where):
    assert load(located("cuda:0"), map_location=where).tolist() == [1, 1]


def test_map_location_as_a_function_is_asked_for_each_storage():
    asked = []

    def place(storage, location):
        asked.append((storage.nbytes(), location))

    x = vizgrad.ones(3)
    there_and_back([x, x[1:], vizgrad.ones(5)], map_location=place)
    assert asked == [(12, "cpu"), (20, "cpu")]
    with pytest.raises(TypeError, match="map_location"):
        there_and_back(x, map_location=lambda storage, location: 3)


@pytest.mark.skipif(vizgrad.cuda.is_available(), reason="says what is missing without a GPU")
def test_a_gpu_that_is_not_there_is_explained():
    with pytest.raises(RuntimeError, match="map_location='cpu'"):
        load(located("cuda:0"))
    with pytest.raises(UnsupportedCheckpointError, match="'tpu'"):
        load(located("tpu"))


def test_a_package_restores_its_own_device():
    register_package(30, lambda s: None, lambda s, where: s if where == "tpu:test" else None)
    assert load(located("tpu:test")).tolist() == [1, 1]


def test_views_that_pytorch_cannot_have_are_copied():
    from vizgrad import from_numpy

    a = np.arange(6.0)
    assert there_and_back(from_numpy(a)[1:].reshape(5)).tolist() == [1, 2, 3, 4, 5]
    for odd in (a[::-1], np.frombuffer(b"\0" + a.tobytes() + b"\0\0", "f8", 6, offset=1)):
        x = vizgrad.tensor(0.0)
        x.array = odd
        assert there_and_back(x).tolist() == odd.tolist()


def test_one_memory_as_two_types_is_refused_as_in_pytorch():
    z = np.ones(3, np.complex64)
    pair = [vizgrad.from_numpy(z), vizgrad.from_numpy(z.real)]
    with pytest.raises(RuntimeError, match="view the same data as different types"):
        save(pair, io.BytesIO())
    assert there_and_back(pair[1]).tolist() == [1, 1, 1]


def test_storages_come_back_as_storages():
    asked = []
    there_and_back(vizgrad.arange(3), map_location=lambda storage, location: asked.append(storage))
    again = there_and_back([asked[0], asked[0]])
    assert again[0] is again[1]
    assert again[0].tolist() == [0, 1, 2]
    assert len(again[0]) == 3


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.b = nn.Linear(2, 2)
        self.b.weight = self.a.weight
        self.note = {"deep": [1, 2]}
        self.register_buffer("steps", vizgrad.zeros(1), persistent=False)

    def forward(self, x):
        return self.b(self.a(x))


@pytest.mark.parametrize("way", ["file", "pickle", "deepcopy"])
def test_a_model_of_the_users_class(way):
    model = Net().eval()
    if way == "file":
        again = there_and_back(model, weights_only=False)
    else:
        again = pickle.loads(pickle.dumps(model)) if way == "pickle" else copy.deepcopy(model)
    x = vizgrad.ones(1, 2)
    assert again(x).tolist() == model(x).tolist()
    assert again.a.weight is again.b.weight
    assert type(again.a.weight) is nn.Parameter
    assert (again.training, again.note, list(again.state_dict())) == (
        False,
        model.note,
        list(model.state_dict()),
    )
    with pytest.raises(CheckpointError, match=r"Net.*add_safe_globals"):
        there_and_back(model)


def test_the_variable_that_forbids_to_run_anything(monkeypatch):
    monkeypatch.setenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1")
    with pytest.raises(CheckpointError):
        there_and_back(Net(), weights_only=False)
