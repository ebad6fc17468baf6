"""Tensors among NumPy's arrays, PyTorch's tensors and Python's numbers: who shares memory, who refuses, and how."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import vizgrad
from tests.alike import torch as pytorch
from vizgrad.utils.dlpack import from_dlpack, to_dlpack

torch = pytorch()
pytestmark = pytest.mark.torch
KINDS = (
    "bool",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)


def outcome(call, library):
    """What a call gives, or the type of its error: what both libraries must agree on."""
    try:
        y = call(library)
    except Exception as error:
        return type(error)
    if isinstance(y, (vizgrad.Tensor, torch.Tensor)):
        return "tensor", str(y.dtype), tuple(y.shape), y.tolist()
    return type(y).__name__, repr(y)


CALLS = """
np.sin(t.ones(2))
np.exp(t.tensor(1.))
np.add(t.ones(2), np.ones(2))
np.isnan(t.ones(2))
np.greater(t.ones(2), 0)
np.maximum(t.ones(2), t.zeros(2))
np.sin(t.ones(2, requires_grad=True))
np.sqrt(t.ones(2, dtype=t.bfloat16))
t.ones(2) * np.ones(2)
t.ones(2) + np.float64(2)
np.float64(2) * t.ones(2)
np.concatenate([t.ones(2), t.ones(2)])
np.array([t.tensor(1.), t.tensor(2.)])
np.asarray(t.ones(2, requires_grad=True))
t.tensor([1., 2.]).__array__(np.int32)
t.ones(2, requires_grad=True).numpy()
t.ones(2, requires_grad=True).numpy(force=True)
t.ones(2, dtype=t.bfloat16).numpy()
t.ones(2, requires_grad=True).tolist()
t.ones(2, dtype=t.bfloat16).tolist()
t.ones(2).item()
t.ones(0).item()
t.tensor(True).item()
bool(t.ones(0))
bool(t.ones(2))
int(t.tensor(2.7))
int(t.ones(2))
float(t.ones(0))
float(t.tensor(1 + 2j))
complex(t.tensor(1 + 2j))
[1, 2, 3][t.tensor(1)]
[1, 2, 3][t.tensor(1.)]
len(t.tensor(1))
t.from_numpy(np.arange(3)[::-1])
t.from_numpy(np.arange(3, dtype='>i4'))
t.from_numpy(np.array(['a']))
t.from_numpy([1])
t.ones(2).to(t.float64, True, True)
t.ones(2).to(float)
t.ones(2).to(np.float64)
t.ones(2).to('nowhere')
t.ones(2).to(t.ones(1, dtype=t.int32))
t.ones(2).type()
t.ones(2).type('torch.LongTensor')
t.ones(2).type(t.DoubleTensor)
t.ones(2).type('nothing')
t.ones(2).bool().double().half().bfloat16().cfloat().cdouble()
isinstance(t.ones(2), t.FloatTensor), isinstance(t.ones(2), t.LongTensor)
t.LongTensor([1.7])
t.BoolTensor([1, 0])
t.FloatTensor(t.tensor([1]))
t.FloatTensor(3.5)
t.FloatTensor(np.arange(3))
t.FloatTensor(2, 3).shape
t.cuda.FloatTensor.dtype
t.ones(2, requires_grad=True).__dlpack__()
"""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("call", CALLS.strip().splitlines())
def test_as_pytorch(call):
    run = eval(f"lambda t: ({call})", {"np": np})
    assert outcome(run, vizgrad) == outcome(run, torch)


@pytest.mark.parametrize("kind", KINDS)
def test_memory_is_shared_through_dlpack(kind):
    ours = vizgrad.ones(2, 3, dtype=getattr(vizgrad, kind)).t()
    theirs, arrays = torch.from_dlpack(ours), np.from_dlpack(ours)
    assert theirs.data_ptr() == ours.data_ptr() == arrays.ctypes.data
    assert theirs.stride() == ours.stride()
    theirs.zero_()
    assert not arrays.any()
    for source in (torch.ones(3, dtype=getattr(torch, kind)), np.ones(3, dtype=kind)):
        back = vizgrad.from_dlpack(source)
        back.zero_()
        assert not np.asarray(source).any()
        assert str(back.dtype) == f"torch.{kind}"


def test_capsules_without_a_version():
    theirs = torch.ones(3)
    ours = from_dlpack(torch.utils.dlpack.to_dlpack(theirs))
    ours.mul_(5)
    assert theirs.tolist() == [5, 5, 5]
    back = torch.utils.dlpack.from_dlpack(to_dlpack(ours))
    del ours
    assert back.tolist() == [5, 5, 5]
    copied = vizgrad.from_dlpack(theirs, copy=True)
    copied.zero_()
    assert theirs.tolist() == [5, 5, 5]


def test_numpy_shares_and_copies():
    array = np.arange(3.0)
    x = vizgrad.from_numpy(array)
    x[0] = 9
    assert array[0] == 9
    assert x.numpy() is array or np.shares_memory(x.numpy(), array)
    assert np.shares_memory(np.asarray(x), array)
    assert not np.shares_memory(np.array(x, copy=True), array)
    assert np.shares_memory(np.array(x, copy=False), array)
    with pytest.raises(ValueError, match="copy"):
        np.array(x, dtype="f4", copy=False)


def test_copies():
    x = vizgrad.ones(3, requires_grad=True)
    (x * 2).sum().backward()
    x.note = [1]
    shallow, deep = copy.copy(x), copy.deepcopy(x)
    assert shallow.data_ptr() == x.data_ptr() != deep.data_ptr()
    assert shallow.grad is None
    assert deep.grad.tolist() == [2, 2, 2]
    assert (shallow.requires_grad, shallow.is_leaf, deep.requires_grad) == (True, True, True)
    assert shallow.note is x.note
    assert deep.note == [1]
    assert deep.note is not x.note
    with pytest.raises(RuntimeError, match="created explicitly by the user"):
        copy.deepcopy(x * 2)
    both = copy.deepcopy([x, x])
    assert both[0] is both[1]


def test_copies_share_memory_where_the_originals_do():
    x = vizgrad.arange(6.0)
    whole, part, turned, other = copy.deepcopy([x, x[2:4], x.view(2, 3).t(), vizgrad.ones(2)])
    whole.add_(1)
    assert part.tolist() == [3, 4]
    assert (part.storage_offset(), turned.stride(), part.data_ptr() - whole.data_ptr()) == (2, (1, 3), 8)
    assert turned.tolist() == [[1, 4], [2, 5], [3, 6]]
    assert other.tolist() == [1, 1]
    assert x.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("kind", [*KINDS, "bfloat16"])
def test_pickles(kind):
    x = vizgrad.ones(2, 3, dtype=getattr(vizgrad, kind))
    y = pickle.loads(pickle.dumps(x))
    assert y.dtype is x.dtype
    assert y.tolist() == x.tolist()
    x.note = "mine"
    assert pickle.loads(pickle.dumps(x)).note == "mine"


def test_parameters_and_buffers_pickle_with_their_attributes():
    given = vizgrad.nn.Parameter(vizgrad.ones(2)), vizgrad.nn.Buffer(vizgrad.ones(2), persistent=False)
    given[0].note = given[1].note = "mine"
    weight, mean = pickle.loads(pickle.dumps(given))
    assert (type(weight), weight.requires_grad, weight.note) == (vizgrad.nn.Parameter, True, "mine")
    assert (type(mean), mean.persistent, mean.note) == (vizgrad.nn.Buffer, False, "mine")


def test_sizes():
    for call in (
        lambda t: t.Size([2, 3]) + (4,),  # noqa: RUF005 - the sum is what is tested
        lambda t: (1,) + t.Size([2]),  # noqa: RUF005 - the sum is what is tested
        lambda t: t.Size((2, 3)) * 2,
        lambda t: t.Size([2, 3])[1:],
        lambda t: t.Size([2, 3]).numel(),
        lambda t: t.Size([2.5]),
        lambda t: t.ones(2, 3).shape[-1],
        lambda t: pickle.loads(pickle.dumps(t.Size([2]))),
        lambda t: copy.deepcopy(t.ones(2, 3).shape),
    ):
        assert outcome(call, vizgrad) == outcome(call, torch)
