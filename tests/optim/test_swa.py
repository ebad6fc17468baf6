"""Averaged models beside PyTorch's."""

import numpy as np
import pytest

import vizgrad
from tests.alike import copy_weights, draw, ours, same, theirs, torch
from vizgrad import nn, optim
from vizgrad.optim.swa_utils import SWALR, AveragedModel, update_bn

AVERAGES = """
AveragedModel(net)
AveragedModel(net, use_buffers=True)
AveragedModel(net, avg_fn=get_ema_avg_fn(0.7))
AveragedModel(net, avg_fn=get_swa_avg_fn())
AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.7), use_buffers=True)
AveragedModel(net, multi_avg_fn=get_swa_multi_avg_fn())
""".strip().splitlines()


def network(library):
    layers = library.nn
    return layers.Sequential(
        layers.Linear(3, 4), layers.BatchNorm1d(4), layers.InstanceNorm1d(5), layers.Linear(4, 2)
    )


def pair():
    want, have = network(torch()), network(vizgrad)
    copy_weights(want, have)
    return have, want


def averages(library):
    return library.optim.swa_utils


@pytest.mark.torch
@pytest.mark.parametrize("text", AVERAGES)
def test_same_as_torch(text):
    nets = pair()
    means = [
        eval(text, vars(averages(lib)) | {"net": net})
        for lib, net in zip((vizgrad, torch()), nets, strict=True)
    ]
    for i in range(4):
        for net, mean, made in zip(nets, means, (ours, theirs), strict=True):
            for j, p in enumerate(net.parameters()):
                p.data.copy_(made(draw(p.shape, 10 * i + j)))
            net(made(draw((5, 3), 100 + i)).float())
            mean.update_parameters(net)
    have, want = (mean.state_dict() for mean in means)
    assert list(have) == list(want)
    for name in have:
        same(have[name], want[name], rtol=1e-5, atol=1e-6, what=name)


@pytest.mark.torch
def test_statistics_measured_anew():
    nets = pair()
    for lib, net, made in zip((vizgrad, torch()), nets, (ours, theirs), strict=True):
        loader = [[made(draw((5, 3), i)).float(), "a label"] for i in range(3)]
        net.eval()
        averages(lib).update_bn(loader, net)
        assert net[1].momentum == 0.1
        assert not net.training
    for a, b in zip(nets[0].buffers(), nets[1].buffers(), strict=True):
        same(a, b, rtol=1e-5, atol=1e-6)


def test_no_pass_where_nothing_is_to_measure():
    def loader():
        raise AssertionError("the loader was asked")
        yield

    update_bn(loader(), nn.Linear(2, 2))


@pytest.mark.torch
@pytest.mark.parametrize(
    "settings", [{}, {"anneal_strategy": "linear", "anneal_epochs": 3}, {"anneal_epochs": 0}]
)
def test_rates_go_where_torch_goes(settings):
    rates = []
    for library in (vizgrad, torch()):
        a, b = (library.nn.Parameter(library.ones(2)) for _ in range(2))
        optimizer = library.optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.3}], lr=0.1)
        schedule = averages(library).SWALR(optimizer, [0.05, 0.02], **settings)
        seen = [schedule.get_last_lr()]
        for _ in range(12):
            optimizer.step()
            schedule.step()
            seen.append(schedule.get_last_lr())
        rates.append(seen)
        keys = set(schedule.state_dict())
        rates.append(keys)
    np.testing.assert_allclose(rates[0], rates[2], rtol=1e-12)
    assert rates[1] == rates[3]


def test_refuses():
    net = nn.Linear(2, 2)
    with pytest.raises(AssertionError, match="Only one of avg_fn and multi_avg_fn"):
        AveragedModel(net, avg_fn=max, multi_avg_fn=max)
    with pytest.raises(ValueError, match="Invalid decay value 2"):
        optim.swa_utils.get_ema_avg_fn(2)
    with pytest.raises(ValueError, match="anneal_strategy must be one of"):
        SWALR(optim.SGD(net.parameters()), 0.1, anneal_strategy="sine")
