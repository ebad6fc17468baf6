"""Files go between VizGrad and PyTorch in both directions, bit for bit."""

from __future__ import annotations

import io
import pickle
import warnings
import zipfile
from collections import Counter, OrderedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgrad
from tests.alike import draw, torch
from vizgrad import nn
from vizgrad.engine.dtype import ALL
from vizgrad.serialization import archive, load, safe_globals, save

pytestmark = pytest.mark.torch
BOTH = pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
VIEWS = {
    "whole": lambda x: x,
    "transposed": lambda x: x.T,
    "row": lambda x: x[1],
    "column": lambda x: x[:, 1],
    "element": lambda x: x[0, 0],
    "empty": lambda x: x[:0],
    "every other": lambda x: x[:, ::2],
    "stretched": lambda x: x[0:1].expand(4, 3),
}


def through(writer, reader, obj, zipped=True, **settings):
    """``obj``, written by one library and read by the other."""
    file = io.BytesIO()
    writer(obj, file, _use_new_zipfile_serialization=zipped)
    file.seek(0)
    return reader(file, **settings)


def random_bits(name):
    """2×3 elements of a dtype in PyTorch, all bits by chance: signed zeros, denormals and NaNs with a payload."""
    t = torch()
    bits = t.from_numpy(np.random.default_rng(3).integers(0, 256, 96, dtype=np.uint8))
    x = bits % 2 == 0 if name == "bool" else bits.view(getattr(t, name))
    return x[:6].clone().reshape(2, 3)


def bits(x):
    """The storage behind a tensor of PyTorch."""
    return bytes(x.untyped_storage())


@BOTH
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", [d.name for d in ALL])
def test_every_dtype_there_and_back(name, view, zipped):
    theirs = VIEWS[view](random_bits(name))
    ours = through(torch().save, load, theirs, zipped)
    assert (ours.dtype.name, tuple(ours.shape)) == (name, tuple(theirs.shape))
    # PyTorch reads no legacy files of these three, not even its own.
    back = through(save, torch().load, ours, zipped or name in ("uint16", "uint32", "uint64"))
    assert (back.dtype, back.shape, back.storage_offset()) == (
        theirs.dtype,
        theirs.shape,
        theirs.storage_offset(),
    )
    assert back.numel() < 2 or back.stride() == ours.stride() == theirs.stride()
    assert bits(back) == bits(theirs)


def test_files_are_the_same_to_the_byte():
    """Save for the identity of the content, which each library computes in its own way."""
    x = torch().arange(6.0).reshape(2, 3)
    mine = vizgrad.arange(6.0).reshape(2, 3)
    parts = lambda x: OrderedDict(a=x, b=x.T, c=[x[1], x.dtype, x.shape, x.layout])
    for theirs, ours in (
        (parts(x), parts(mine)),
        ({"n": (1, 2.5, -3, 2**70, None, True), "s": "é", "b": b"\xff", "z": 1j}, ) * 2,
        (torch().nn.Linear(2, 3, bias=False).state_dict(), None),
    ):  # fmt: skip
        ours = through(torch().save, load, theirs) if ours is None else ours
        a, b = io.BytesIO(), io.BytesIO()
        torch().save(theirs, a)
        save(ours, b)
        with zipfile.ZipFile(a) as p, zipfile.ZipFile(b) as q:
            assert p.namelist() == q.namelist()
            for name in p.namelist()[:-1]:
                assert p.read(name) == q.read(name), name
                assert p.getinfo(name).header_offset == q.getinfo(name).header_offset
        assert len(a.getvalue()) == len(b.getvalue())


def test_names_of_records_are_those_of_the_file(tmp_path):
    for name in ("model.pt", "a.b.pth", "noext", "é.pt", "x y.pt"):
        torch().save(1, tmp_path / name)
        with zipfile.ZipFile(tmp_path / name) as z:
            theirs = z.namelist()[0]
        save(1, tmp_path / name)
        with zipfile.ZipFile(tmp_path / name) as z:
            assert z.namelist()[0] == theirs
        assert torch().load(tmp_path / name) == 1


@BOTH
def test_views_share_memory_on_the_other_side(zipped):
    x = vizgrad.zeros(3, 4)
    got = through(save, torch().load, [x, x[1], x.T, x.reshape(-1)[2:]], zipped)
    got[0].fill_(7)
    assert all((part == 7).all() for part in got)
    ours = through(torch().save, load, got, zipped)
    ours[3].fill_(9)
    assert ours[0].tolist() == [[7, 7, 9, 9], [9] * 4, [9] * 4]
    assert ours[1].tolist() == [9] * 4
    assert ours[0].memory is ours[1].memory


def test_lazy_conjugates_and_negatives_arrive_as_numbers():
    z = torch().tensor([1 + 2j, 3 - 4j])
    assert through(torch().save, load, z.conj()).tolist() == [1 - 2j, 3 + 4j]
    assert through(torch().save, load, z.conj().imag).tolist() == [-2.0, 4.0]


@BOTH
def test_parameters_and_what_was_set_on_them(zipped):
    p = nn.Parameter(vizgrad.ones(2))
    p.note = "tied"
    frozen = nn.Parameter(vizgrad.zeros(1), requires_grad=False)
    got = through(save, torch().load, [p, p, frozen, vizgrad.ones(1, requires_grad=True)], zipped)
    assert type(got[0]) is torch().nn.Parameter
    assert got[0] is got[1]
    assert [x.requires_grad for x in got] == [True, True, False, True]
    ours = through(torch().save, load, got, zipped)
    assert type(ours[0]) is nn.Parameter
    assert ours[0] is ours[1]
    assert [x.requires_grad for x in ours] == [True, True, False, True]
    assert ours[0].note == "tied"


def test_buffers_stay_buffers():
    ours = through(torch().save, load, torch().nn.Buffer(torch().ones(2), persistent=False))
    assert isinstance(ours, nn.Buffer)
    assert not ours.persistent
    back = through(save, torch().load, ours)
    assert (back._is_buffer, back.persistent) == (True, False)


SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**100), 2**100) | st.text(max_size=5) | st.binary(max_size=5)
)
NUMBERS = st.floats(allow_nan=False) | st.complex_numbers(allow_nan=False)
KEYS = (
    st.text(max_size=3) | st.integers(-(2**63), 2**63 - 1) | st.tuples(st.integers(0, 9), st.text(max_size=2))
)
OBJECTS = st.recursive(
    SCALARS | NUMBERS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3).map(OrderedDict)
        | st.tuples(inner, inner)
        | st.sets(st.integers(), max_size=2).filter(lambda s: all(abs(x) < 2**63 for x in s))
        | st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=3).map(Counter)
        | st.binary(max_size=4).map(bytearray)
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(OBJECTS, st.booleans(), st.sampled_from([2, 3, 4, 5]))
def test_nested_objects_of_all_kinds(obj, zipped, protocol):
    there = through(save, torch().load, obj, zipped, weights_only=False)
    assert there == obj
    file = io.BytesIO()
    torch().save(there, file, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
    file.seek(0)
    back = load(file)
    assert back == obj
    assert type(back) is type(obj)


def test_scalars_of_numpy_as_in_pytorch():
    value = np.float64(2.5)
    file = io.BytesIO()
    save(value, file)
    for reader, kind in ((load, ValueError), (torch().load, pickle.UnpicklingError)):
        file.seek(0)
        with pytest.raises(kind):
            reader(file)
    file.seek(0)
    with safe_globals([np._core.multiarray.scalar, np.dtype, np.dtypes.Float64DType]):
        assert load(file) == value
    file.seek(0)
    assert torch().load(file, weights_only=False) == value


def network(lib):
    return lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.BatchNorm1d(4), lib.nn.ReLU(), lib.nn.Linear(4, 2))


def train(lib, model, optimizer, scheduler, steps):
    losses = []
    for i in range(steps):
        x = lib.tensor(draw((8, 3), seed=i).astype("f4"))
        loss = (model(x) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    return losses


def workshop(lib):
    model = network(lib)
    optimizer = lib.optim.AdamW(model.parameters(), lr=0.01, amsgrad=True)
    return model, optimizer, lib.optim.lr_scheduler.StepLR(optimizer, 2)


@BOTH
@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_training_goes_on_in_the_other_library(first, zipped):
    a, b = (vizgrad, torch()) if first == "ours" else (torch(), vizgrad)
    writer, reader = (save, torch().load) if first == "ours" else (torch().save, load)
    parts = workshop(a)
    train(a, *parts, steps=3)
    saved = through(writer, reader, [part.state_dict() for part in parts], zipped)
    assert type(saved[0]) is OrderedDict
    assert saved[0]._metadata["1"] == {"version": 2}
    others = workshop(b)
    for part, state in zip(others, saved, strict=True):
        part.load_state_dict(state)
    expected = train(a, *parts, steps=3)
    np.testing.assert_allclose(train(b, *others, steps=3), expected, rtol=1e-5)


@BOTH
def test_a_whole_model_goes_over_when_it_is_trusted(zipped):
    x = draw((2, 3), seed=1).astype("f4")
    model = network(torch()).eval()
    with pytest.raises(pickle.UnpicklingError):
        through(torch().save, load, model, zipped)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = through(torch().save, load, model, zipped, weights_only=False)
    assert repr(ours) == repr(model)
    np.testing.assert_allclose(
        ours(vizgrad.tensor(x)).detach().numpy(), model(torch().tensor(x)).detach().numpy(), rtol=1e-6
    )
    back = through(save, torch().load, ours, zipped, weights_only=False)
    assert type(back[0]) is torch().nn.Linear
    assert repr(back) == repr(model)
    np.testing.assert_array_equal(
        back(torch().tensor(x)).detach().numpy(), model(torch().tensor(x)).detach().numpy()
    )


def test_a_whole_model_loads_by_a_list_of_its_classes():
    with safe_globals([nn.Sequential, nn.Linear, nn.BatchNorm1d, nn.ReLU]):
        model = through(torch().save, load, network(torch()))
    assert type(model[1]) is nn.BatchNorm1d


def test_attention_goes_over_with_the_class_of_its_last_layer():
    model = torch().nn.MultiheadAttention(4, 2)
    ours = through(torch().save, load, model, weights_only=False)
    assert repr(ours) == repr(model)
    back = through(save, torch().load, ours, weights_only=False)
    assert repr(back) == repr(model)
    assert type(back.out_proj) is type(model.out_proj)


def test_every_layer_has_the_name_that_pytorch_has():
    from vizgrad.serialization.names import ours, torch_name

    layers = [
        (name, cls)
        for name, cls in vars(nn).items()
        if isinstance(cls, type) and issubclass(cls, nn.Module) and hasattr(torch().nn, name)
    ]
    assert len(layers) > 50
    for name, cls in layers:
        module = getattr(torch().nn, name).__module__
        assert torch_name(cls) == (module, name)
        assert ours(module, name) is cls


@BOTH
def test_parameters_without_a_shape_go_over(zipped):
    t = torch()
    for writer, reader in ((t, vizgrad), (vizgrad, t)):
        state = writer.nn.LazyBatchNorm1d(3).state_dict()
        found = through(writer.save, reader.load, state, zipped, weights_only=False)
        assert [str(x) for x in found.values()] == [str(x) for x in state.values()]
        assert type(found["weight"]) is reader.nn.parameter.UninitializedParameter


def test_pytorch_maps_our_files_into_memory(tmp_path):
    state = network(vizgrad).state_dict()
    save(state, tmp_path / "a.pt")
    mapped = torch().load(tmp_path / "a.pt", mmap=True)
    with torch().utils.serialization.config.patch("load.calculate_storage_offsets", True):
        guessed = torch().load(tmp_path / "a.pt", mmap=True)
    for name, x in state.items():
        np.testing.assert_array_equal(mapped[name].numpy(), x.numpy())
        np.testing.assert_array_equal(guessed[name].numpy(), x.numpy())


def test_files_without_checksums_and_in_the_other_order_of_bytes():
    t = torch()
    t.serialization.set_crc32_options(False)
    try:
        assert through(t.save, load, t.ones(3)).tolist() == [1, 1, 1]
    finally:
        t.serialization.set_crc32_options(True)
    big = {"a": t.arange(3.0), "z": t.tensor([1 + 2j]), "n": t.tensor([258], dtype=t.int16)}
    for x in big.values():
        x.untyped_storage().byteswap(x.dtype)
    file = io.BytesIO()
    t.save(big, file)
    swapped = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(swapped, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"big" if name.endswith("byteorder") else old.read(name))
    swapped.seek(0)
    ours = load(swapped)
    assert (ours["a"].tolist(), ours["z"].tolist(), ours["n"].tolist()) == ([0, 1, 2], [1 + 2j], [258])


def test_more_than_four_gigabytes_are_written_as_such(monkeypatch):
    """With the limit lowered, so that small files take the way of large ones."""
    monkeypatch.setattr(archive, "LARGE", 200)
    state = [vizgrad.arange(100.0), vizgrad.ones(3)]
    file = io.BytesIO()
    save(state, file)
    monkeypatch.undo()
    with zipfile.ZipFile(file) as z:
        large = [e for e in z.infolist() if e.extra]
        assert large
        assert z.testzip() is None
    for reader in (load, torch().load):
        file.seek(0)
        assert [x.tolist() for x in reader(file)] == [x.tolist() for x in state]


class Marked(vizgrad.Tensor):
    """A tensor class of a user's."""


def test_attributes_and_classes_of_tensors():
    x = vizgrad.ones(2)
    x.note = [1, "two"]
    there = through(save, torch().load, x)
    assert (there.note, there.tolist()) == ([1, "two"], [1, 1])
    assert through(torch().save, load, there).note == [1, "two"]
    marked = Marked([1.0, 2.0])
    assert type(through(save, load, marked, weights_only=False)) is Marked
    with pytest.raises(pickle.UnpicklingError):
        through(save, load, marked)
    with safe_globals([Marked]):
        assert through(save, load, marked).tolist() == [1, 2]
