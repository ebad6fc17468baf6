"""Programs that import layers from the files that PyTorch keeps them in."""

from __future__ import annotations

import importlib

import pytest

import vizgrad
from vizgrad import nn

torch = pytest.importorskip("torch", reason='needs PyTorch: pip install "torch==2.13.0"')
pytestmark = pytest.mark.torch


def test_every_layer_has_pytorchs_path():
    wrong = []
    for name, layer in vars(torch.nn).items():
        if isinstance(layer, type) and issubclass(layer, torch.nn.Module) and hasattr(nn, name):
            path = layer.__module__.replace("torch", "vizgrad", 1)
            if getattr(importlib.import_module(path), name, None) is not getattr(nn, name):
                wrong.append(f"{path}.{name}")
    assert not wrong


def test_what_programs_import_from_there():
    from vizgrad.nn.modules.batchnorm import _BatchNorm
    from vizgrad.nn.modules.conv import _ConvNd
    from vizgrad.nn.modules.module import Module, register_module_forward_hook

    from vizgrad.nn.modules.utils import _pair, consume_prefix_in_state_dict_if_present

    assert Module is nn.Module
    assert isinstance(nn.BatchNorm2d(3), _BatchNorm)
    assert isinstance(nn.Conv1d(1, 1, 1), _ConvNd)
    assert _pair(3) == torch.nn.modules.utils._pair(3)
    assert _pair((1, 2)) == (1, 2)
    seen = []
    handle = register_module_forward_hook(lambda module, inputs, output: seen.append(type(module).__name__))
    nn.Linear(2, 2)(vizgrad.ones(1, 2))
    handle.remove()
    assert seen == ["Linear"]
    state = {"module.weight": 1, "bias": 2}
    consume_prefix_in_state_dict_if_present(state, "module.")
    assert state == {"weight": 1, "bias": 2}
