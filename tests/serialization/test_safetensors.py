"""safetensors: read and written, tied weights still tied."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import pytest

import vizgrad
from vizgrad import nn
from vizgrad.engine.dtype import ALL
from vizgrad.serialization import CorruptCheckpointError, UnsupportedCheckpointError, load, safetensors

NAMES = [d.name for d in ALL if d.name != "complex128"]


def made():
    raw = np.random.default_rng(0).integers(0, 2, 96, dtype=np.uint8)
    tensors = {
        name: vizgrad.from_numpy(raw.view(vizgrad.engine.dtype.by_name(name).numpy)[:6].reshape(2, 3))
        for name in NAMES
    }
    x = tensors["float32"]
    return tensors | {"transposed": x.T, "part": x[:, 1], "scalar": x[0, 0], "none": x[:0]}


def test_every_dtype_and_view(tmp_path):
    tensors = made()
    safetensors.save_file(tensors, tmp_path / "a.safetensors", metadata={"by": "us"})
    again = load(tmp_path / "a.safetensors", map_location="cpu")
    assert set(again) == set(tensors)
    for name, x in tensors.items():
        assert again[name].dtype is x.dtype
        assert again[name].shape == x.shape
        assert again[name].array.tobytes() == x.array.tobytes()


@pytest.mark.skipif(importlib.util.find_spec("safetensors") is None, reason="safetensors is not installed")
def test_the_package_of_that_name_agrees():
    from safetensors.numpy import load as theirs_load
    from safetensors.numpy import save as theirs_save

    everywhere = {"bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"}
    plain = {n: x for n, x in made().items() if x.dtype.name in everywhere}  # what its oldest version knows
    read = theirs_load(safetensors.save(plain))
    for name, x in plain.items():
        np.testing.assert_array_equal(read[name], x.array)
    again = safetensors.load(theirs_save({n: np.ascontiguousarray(x.array) for n, x in plain.items()}))
    assert {n: x.array.tobytes() for n, x in again.items()} == {
        n: x.array.tobytes() for n, x in plain.items()
    }


def test_tied_weights_are_one_tensor_again():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[1].weight = model[0].weight
    again = safetensors.load(safetensors.save(model.state_dict()))
    assert again["0.weight"] is again["1.weight"]
    assert again["0.bias"] is not again["1.bias"]


def file(header, data=b"\0" * 8):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(raw).to_bytes(8, "little") + raw + data


ONE = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff" * 8, b"\xff\0\0\0\0\0\0\0{}", file(b"[]"), file(b"[" * 100_000), file(b'{"a":1}'),
        file(b'{"a":%b,"a":%b}' % ((json.dumps(ONE).encode(),) * 2)),
        file({"a": ONE}, b"\0" * 4), file({"a": ONE}, b"\0" * 12), file({"a": ONE, "b": ONE}),
        file({"a": ONE | {"shape": [3]}}), file({"a": ONE | {"shape": [-2]}}), file({"a": ONE | {"shape": [True, 2]}}),
        file({"a": ONE | {"shape": [2**40, 2**40]}}), file({"a": ONE | {"data_offsets": [8, 0]}}),
        file({"a": ONE | {"data_offsets": [4, 12]}}, b"\0" * 12), file({"a": ONE | {"more": 1}}),
        file({"a": ONE, "__metadata__": {"k": 1}}),
        file({"a": ONE, "__metadata__": {"vizgrad.aliases": '{"a": "b"}'}}),
    ],
)  # fmt: skip
def test_what_is_broken_is_said_to_be(data):
    with pytest.raises(CorruptCheckpointError):
        safetensors.load(data)


def test_what_the_format_or_we_have_not_is_named(tmp_path):
    with pytest.raises(UnsupportedCheckpointError, match="complex128"):
        safetensors.save({"z": vizgrad.ones(1, dtype=vizgrad.complex128)})
    with pytest.raises(UnsupportedCheckpointError, match="F8_E4M3"):
        safetensors.load(file({"a": ONE | {"dtype": "F8_E4M3"}}))
    with pytest.raises(ValueError, match="Key `n`"):
        safetensors.save({"n": 3})
    safetensors.save_file({"a": vizgrad.ones(1)}, tmp_path / "a.safetensors")
    with pytest.raises(RuntimeError, match="callable map_location"):
        load(tmp_path / "a.safetensors", map_location=lambda storage, location: storage)
