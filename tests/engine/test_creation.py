"""New tensors: from data, of a size, like others; each call's result or error is PyTorch's."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

import vizgrad
from tests.alike import torch as pytorch

torch = pytorch()
pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


def outcome(call, library):
    """What a call gives, or the type of its error: what both libraries must agree on."""
    try:
        y = call(library)
    except Exception as error:
        return type(error)
    if isinstance(y, (vizgrad.Tensor, torch.Tensor)):
        return str(y.dtype), tuple(y.shape), y.tolist(), y.requires_grad
    return type(y).__name__, repr(y)


CALLS = """
t.tensor([np.float64(1)])
t.tensor(np.float64(1))
t.tensor([np.float32(1)])
t.tensor([np.int32(1), 2])
t.tensor([t.tensor(1.), t.tensor(2)])
t.tensor([t.tensor(1, dtype=t.int8), 2.5])
t.tensor([t.tensor([1, 2]), t.tensor([3, 4])])
t.tensor([[1, 2], [3]])
t.tensor(None)
t.tensor('a')
t.tensor(['a'])
t.tensor([None])
t.tensor([2**63])
t.tensor(2**70)
t.tensor(300, dtype=t.uint8)
t.tensor([-1, 3], dtype=t.uint8)
t.tensor(-300, dtype=t.uint8)
t.tensor([300], dtype=t.int8)
t.tensor(3.7, dtype=t.int64)
t.tensor(float('inf'), dtype=t.int64)
t.tensor(1+2j, dtype=t.float32)
t.tensor([1, 2.5, 1j])
t.tensor([True, 2])
t.tensor([])
t.tensor([[], []])
t.tensor({1: 2})
t.tensor(range(3))
t.tensor(x for x in range(3))
t.tensor(np.arange(3)[::-1])
t.tensor(1e40)
t.tensor([1, 2], requires_grad=True)
t.tensor([1., 2.], requires_grad=True)
t.full((2,), 1e40)
t.full((2,), 300, dtype=t.uint8)
t.full((2,), -3, dtype=t.uint8)
t.full((2,), 3.7, dtype=t.int64)
t.full((2,), float('nan'), dtype=t.int64)
t.full((2,), 1j)
t.full((2,), 1j, dtype=t.float32)
t.full((2,), True)
t.full((2,), t.tensor(3))
t.full((2,), 'a')
t.full(2, 1)
t.zeros(2, foo=3)
t.zeros(-1)
t.zeros(2.5)
t.zeros([2, 3], dtype=None)
t.zeros((2,), dtype=np.float32)
t.zeros((2,), dtype=float)
t.zeros((2,), dtype='float32')
t.zeros(t.tensor(2), 1)
t.zeros(size=(2,))
t.zeros()
t.zeros((2,), requires_grad=True, dtype=t.int64)
t.zeros(2, layout=t.strided, device='cpu', pin_memory=False)
t.zeros(2, out=t.ones(5, dtype=t.int32))
t.zeros(2, device='nowhere')
t.arange(0, 5, 0.5, dtype=t.int64)
t.arange(0, 5, 0.5, dtype=t.int32)
t.arange(1, 2.5, dtype=t.int64)
t.arange(1, 2.5, dtype=t.int32)
t.arange(5, 0)
t.arange(0, 5, 0)
t.arange(float('inf'))
t.arange(t.tensor(3.))
t.arange(start=1, end=5, step=2)
t.arange(end=3)
t.arange(1, 4, requires_grad=True)
t.arange(1, 2, 0.1)
t.arange(3, 1, -0.5, dtype=t.float16)
t.range(1, 4)
t.range(4, 1, -1)
t.range(4, 1)
t.linspace(0, 1, -1)
t.linspace(0, 1)
t.linspace(0, 10, 4, dtype=t.int64)
t.linspace(0.7, 10.9, 4, dtype=t.int64)
t.linspace(t.tensor([1.]), 2, 3)
t.linspace(t.tensor(1), 2, 3)
t.linspace(2, 3, 1)
t.linspace(2, 3, 0)
t.linspace(-4, 8, 9, dtype=t.bfloat16)
t.logspace(0, 3, 4, base=2, dtype=t.int64)
t.logspace(0, 3, 4, base=2)
t.logspace(0, 3, 1)
t.eye(-1)
t.eye(2, 3)
t.eye(2, dtype=t.bool)
t.empty_strided((2, 3), (1, 2)).stride()
t.empty_strided((2, 3), (1,))
t.empty_permuted((2, 3, 4), (0, 2, 1)).stride()
t.empty_permuted((2, 3), (0, 0))
t.scalar_tensor(3)
t.scalar_tensor(3.5, dtype=t.int32)
t.frombuffer(bytearray(8), dtype=t.int32)
t.frombuffer(bytearray(8), dtype=t.int32, offset=2)
t.frombuffer(bytearray(8), dtype=t.int32, count=3)
t.frombuffer(bytearray(0), dtype=t.int32)
t.frombuffer(b'abcd', dtype=t.int32)
t.frombuffer([1], dtype=t.int32)
t.asarray([1, 2])
t.asarray(np.arange(3.))
t.asarray([1], copy=False)
t.asarray(np.arange(3), dtype=t.float32, copy=False)
t.asarray(bytearray(b'abcd'))
t.asarray(t.ones(2, requires_grad=True)).requires_grad
t.asarray(t.ones(2, requires_grad=True), requires_grad=False)
t.asarray(t.ones(2, requires_grad=True) * 2, requires_grad=False)
t.asarray(t.ones(2, requires_grad=True) * 2, requires_grad=False, dtype=t.float64)
t.asarray(t.ones(2), requires_grad=True, copy=True)
(lambda x: t.asarray(x, requires_grad=True) is x)(t.ones(2))
(lambda x: t.asarray(x, requires_grad=False) is x)(t.ones(2, requires_grad=True))
t.ones(4).broadcast_to(2, 4).shape
t.broadcast_to(t.ones(4), size=(2, 4)).shape
t.ones(1).untyped_storage()
t.empty(1, 2, 3, 4).dim_order(ambiguity_check=[t.contiguous_format, t.channels_last])
t.empty(1, 1, 3, 4).dim_order(ambiguity_check=[t.contiguous_format, t.channels_last])
t.empty(2, 1, 3, 4).dim_order(ambiguity_check=[])
t.full_like(t.ones(2), 3)
t.full_like(t.ones(2, dtype=t.uint8), -9)
t.zeros_like([1])
t.zeros_like(t.ones(2, 3).t()).stride()
t.ones_like(t.ones(2, 3, 2, 2), memory_format=t.channels_last).stride()
t.zeros_like(t.ones(2), memory_format='channels_last')
t.tensor([1, 2]).new_tensor([1.5])
t.tensor([1, 2]).new_full((2,), 1.5)
t.tensor([1, 2]).new_zeros(2, 3)
t.tensor([1, 2]).new_zeros((2,), dtype=t.float64)
t.tensor([1, 2]).new([3, 4])
t.tensor([1, 2]).new(2).dtype
t.randint(3, 3, (2,))
t.randint(0, 300, (2,), dtype=t.uint8)
t.randperm(-1)
t.randperm(300, dtype=t.uint8)
t.rand(2, dtype=t.int64)
t.randn(2, dtype=t.complex64).dtype
t.normal(0., -1., (2,))
t.normal(t.zeros(2), -t.ones(2))
t.normal(t.zeros(2), t.ones(3))
t.normal(2, 3)
t.normal(t.arange(3), 1.)
t.bernoulli(t.tensor([2.]))
t.bernoulli(t.tensor([1]))
t.bernoulli(t.tensor([1]), 0.5).dtype
t.multinomial(t.tensor([1, 2]), 1)
t.multinomial(t.tensor([1., 2]), 3)
t.multinomial(t.tensor([1., -2]), 1)
t.multinomial(t.tensor([0., 0]), 1)
t.multinomial(t.tensor([1., 0]), 2)
t.multinomial(t.ones(2, 2, 2), 1)
t.poisson(t.tensor([-1.]))
t.ones(2, dtype=t.int64).exponential_()
t.ones(2, dtype=t.int64).geometric_(0.5).dtype
t.ones(2, dtype=t.int64).normal_()
t.ones(2).random_(3, 2)
t.ones(2).exponential_(0)
t.ones(2).geometric_(1)
t.ones(2).cauchy_(0, -1)
t.ones(2).log_normal_(0, -1)
t.finfo(t.float32), t.finfo(t.bfloat16), t.finfo(t.complex128), t.finfo(t.float16).resolution
t.finfo(t.int32)
t.finfo(float), t.iinfo(int), t.can_cast(float, int), t.promote_types(int, float), t.ones(2).view(int)
t.ones(2).mean(dtype=float), t.ones(2).sum(dtype=complex), t.ones(2).nansum(dtype=float), t.ones(2).prod(dtype=int)
t.iinfo(t.int8), t.iinfo(t.int64), t.iinfo(t.uint8).bits
t.iinfo(t.float32)
t.iinfo(t.bool)
t.float32.to_complex(), t.complex128.to_real(), t.bfloat16.to_complex()
t.int64.to_complex()
t.strided, t.preserve_format, t.channels_last, t.contiguous_format
t.set_default_dtype(t.int64)
t.get_default_device()
t.result_type(t.ones(2, dtype=t.int8), 3.), t.result_type(3, True)
"""


@pytest.mark.parametrize("call", CALLS.strip().splitlines())
def test_as_pytorch(call):
    run = eval(f"lambda t: ({call})", {"np": np})
    assert outcome(run, vizgrad) == outcome(run, torch)


KINDS = (
    "bool",
    "uint8",
    "int8",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)


def test_what_can_become_what():
    for a in KINDS:
        for b in KINDS:
            pair = lambda t, a=a, b=b: (getattr(t, a), getattr(t, b))
            assert vizgrad.can_cast(*pair(vizgrad)) == torch.can_cast(*pair(torch)), (a, b)
            assert str(vizgrad.promote_types(*pair(vizgrad))) == str(torch.promote_types(*pair(torch))), (
                a,
                b,
            )


def test_copies_and_shared_memory():
    array = np.arange(3.0)
    assert not np.shares_memory(vizgrad.tensor(array).numpy(), array)
    for share in (vizgrad.as_tensor, vizgrad.asarray, vizgrad.from_numpy):
        assert np.shares_memory(share(array).numpy(), array)
    assert not np.shares_memory(vizgrad.asarray(array, copy=True).numpy(), array)
    x = vizgrad.ones(2)
    assert vizgrad.as_tensor(x) is x
    assert vizgrad.asarray(x) is x
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        y = vizgrad.tensor(x)
    assert "recommended to use sourceTensor" in str(seen[0].message)
    assert y.data_ptr() != x.data_ptr()


def test_counting_keeps_its_last_digit():
    ours = vizgrad.arange(0, 1, 1e-3, dtype=vizgrad.float64).numpy()
    np.testing.assert_allclose(ours, torch.arange(0, 1, 1e-3, dtype=torch.float64).numpy(), rtol=4e-16)
    line = vizgrad.linspace(-1, 1, 1001, dtype=vizgrad.float64).numpy()
    np.testing.assert_array_equal(line, -line[::-1])
    assert line[-1] == 1
    assert line[500] == 0
    assert math.isclose(vizgrad.logspace(0, 3, 4, dtype=vizgrad.float64)[-1].item(), 1000, rel_tol=1e-15)


def test_defaults_can_be_chosen():
    try:
        vizgrad.set_default_tensor_type(vizgrad.DoubleTensor)
        assert vizgrad.ones(1).dtype is vizgrad.tensor(1.5).dtype is vizgrad.float64
        vizgrad.set_default_tensor_type("torch.FloatTensor")
        assert vizgrad.ones(1).dtype is vizgrad.float32
        with vizgrad.device("cpu"):
            assert vizgrad.get_default_device() == vizgrad.device("cpu")
        vizgrad.set_default_device("cuda")
        if not vizgrad.cuda.is_available():
            for make in (lambda: vizgrad.ones(2), lambda: vizgrad.tensor([1.0]), lambda: vizgrad.arange(3)):
                with pytest.raises(RuntimeError, match=r"CuPy|NVIDIA"):
                    make()
    finally:
        vizgrad.set_default_device(None)
        vizgrad.set_default_dtype(vizgrad.float32)
    assert vizgrad.ones(2).device.type == "cpu"
