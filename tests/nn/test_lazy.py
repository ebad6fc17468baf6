"""Lazy layers beside PyTorch: what they become, and what happens to them before."""

import copy
import pickle
import warnings

import pytest

import vizgrad
from tests.alike import draw, numbers, same, torch
from vizgrad.nn.parameter import UninitializedBuffer, UninitializedParameter, is_lazy

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")]
LAYERS = {
    "LazyLinear": ((3,), {}, (2, 4)),
    "LazyConv1d": ((4, 2), {"groups": 2}, (2, 6, 5)),
    "LazyConv2d": ((4, 2), {"bias": False}, (6, 5, 5)),
    "LazyConv3d": ((4, 2), {"stride": 2}, (1, 2, 4, 4, 4)),
    "LazyConvTranspose1d": ((4, 2), {"groups": 2}, (2, 6, 5)),
    "LazyConvTranspose2d": ((4, 2), {"output_padding": 1, "stride": 2}, (2, 3, 5, 5)),
    "LazyConvTranspose3d": ((4, 2), {}, (2, 3, 4, 4, 4)),
    "LazyBatchNorm1d": ((), {"momentum": 0.3}, (4, 3)),
    "LazyBatchNorm2d": ((), {"affine": False}, (4, 3, 2, 2)),
    "LazyBatchNorm3d": ((), {"track_running_stats": False}, (4, 3, 2, 2, 2)),
    "LazyInstanceNorm1d": ((), {}, (4, 3, 5)),
    "LazyInstanceNorm2d": ((), {"affine": False}, (4, 3, 2, 2)),
    "LazyInstanceNorm3d": ((), {}, (4, 3, 2, 2, 2)),
}


def shapes(module):
    return {k: tuple(v.shape) for k, v in module.state_dict().items()}


@pytest.mark.parametrize("name", LAYERS)
def test_the_first_input_makes_it_an_ordinary_layer(name):
    args, settings, shape = LAYERS[name]
    mine, their = (getattr(t.nn, name)(*args, **settings) for t in (vizgrad, torch()))
    assert repr(mine) == repr(their)
    assert list(mine.state_dict()) == list(their.state_dict())
    mine.double(), their.double()
    x = draw(shape, 1)
    mine(vizgrad.tensor(x)), their(torch().tensor(x))
    assert repr(mine) == repr(their)
    assert type(mine) is getattr(vizgrad.nn, name.removeprefix("Lazy"))
    assert shapes(mine) == shapes(their)
    assert not mine._forward_pre_hooks
    mine.load_state_dict({k: vizgrad.tensor(numbers(v)) for k, v in their.state_dict().items()})
    same(mine(vizgrad.tensor(x)), their(torch().tensor(x)))


@pytest.mark.parametrize("name", LAYERS)
def test_a_state_dict_gives_shapes(name):
    args, settings, shape = LAYERS[name]
    first, second, third = (getattr(vizgrad.nn, name)(*args, **settings) for _ in range(3))
    first(vizgrad.tensor(draw(shape, 1)).float())
    second.load_state_dict(first.state_dict())
    assert shapes(second) == shapes(first)
    second.load_state_dict(first.state_dict())
    same(
        second.eval()(vizgrad.tensor(draw(shape, 2)).float()),
        first.eval()(vizgrad.tensor(draw(shape, 2)).float()),
    )
    assert repr(second) == repr(first)
    third.load_state_dict(getattr(vizgrad.nn, name)(*args, **settings).state_dict())  # nothing to nothing
    assert third.has_uninitialized_params() == any(map(is_lazy, third.state_dict().values()))


def test_copies_of_what_has_no_shape_yet():
    net = vizgrad.nn.Sequential(vizgrad.nn.LazyLinear(4), vizgrad.nn.LazyBatchNorm1d()).to(vizgrad.float64)
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert twin[0].weight.dtype == twin[1].running_mean.dtype == vizgrad.float64
        assert is_lazy(twin[0].weight)
        twin(vizgrad.tensor(draw((3, 2), 1))).sum().backward()
        assert twin[0].weight.grad.shape == (4, 2)
        assert is_lazy(net[0].weight)
        assert is_lazy(net[1].running_mean)


def test_parameters_without_a_shape():
    def tries(t, p, b):
        nn = t.nn
        return [
            lambda: p.shape, lambda: p + 1, lambda: t.matmul(p, p),
            lambda: t.nn.Linear(2, 3).load_state_dict({"weight": p}),
            lambda: nn.LazyConv2d(4, 3)(t.ones(2, 2)), lambda: nn.LazyConv1d(4, 3, groups=2)(t.ones(1, 3, 5)),
            lambda: b.shape, lambda: nn.utils.weight_norm(nn.LazyLinear(3)),
        ]  # fmt: skip

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given = [(t, t.nn.UninitializedParameter(), t.nn.UninitializedBuffer()) for t in (vizgrad, torch())]
        for mine, their in zip(*(tries(*g) for g in given), strict=True):
            with pytest.raises(Exception) as expected:  # noqa: PT011 - whatever PyTorch raises
                their()
            with pytest.raises(type(expected.value)):
                mine()
        for t, p, _ in given:
            assert repr(p) == "<UninitializedParameter>"
            assert p.requires_grad
            assert p.dtype == t.float32
            p.materialize((2, 3))
            assert type(p) is t.nn.Parameter
            assert p.shape == (2, 3)
    assert is_lazy(UninitializedBuffer())
    assert not is_lazy(vizgrad.nn.Linear(1, 1).weight)
    assert UninitializedParameter(requires_grad=False, dtype=vizgrad.float64).dtype == vizgrad.float64
