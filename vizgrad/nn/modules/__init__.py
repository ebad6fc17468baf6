"""``torch.nn.modules``: the paths under which PyTorch keeps its layers, for programs that import from there.

The layers themselves live in vizgrad/nn, one file per family; where PyTorch's file has another name, `_HOMES` says so.
"""

from __future__ import annotations

import sys
from types import ModuleType

from vizgrad import nn
from vizgrad.nn import conv, hooks, multihead, norm
from vizgrad.nn.module import Module

_HOMES = {
    "BatchNorm1d BatchNorm2d BatchNorm3d LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d SyncBatchNorm": "batchnorm",
    "InstanceNorm1d InstanceNorm2d InstanceNorm3d": "instancenorm",
    "LazyInstanceNorm1d LazyInstanceNorm2d LazyInstanceNorm3d": "instancenorm",
    "CrossMapLRN2d GroupNorm LayerNorm LocalResponseNorm RMSNorm": "normalization",
    "MultiheadAttention Softmax Softmax2d Softmin LogSoftmax": "activation",
    "Embedding EmbeddingBag": "sparse",
    "ParameterDict ParameterList Sequential ModuleList ModuleDict Container": "container",
    "PairwiseDistance CosineSimilarity": "distance",
    "Flatten Unflatten": "flatten",
    "Fold Unfold": "fold",
    "PixelShuffle PixelUnshuffle": "pixelshuffle",
    "Upsample UpsamplingNearest2d UpsamplingBilinear2d": "upsampling",
    "ChannelShuffle": "channelshuffle",
    "RNN LSTM GRU RNNBase RNNCell LSTMCell GRUCell RNNCellBase": "rnn",
    "ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d": "padding",
    "ReplicationPad3d ConstantPad1d ConstantPad2d ConstantPad3d ZeroPad1d ZeroPad2d ZeroPad3d": "padding",
    "CircularPad1d CircularPad2d CircularPad3d": "padding",
    "Transformer TransformerEncoder TransformerDecoder": "transformer",
    "TransformerEncoderLayer TransformerDecoderLayer": "transformer",
    "AdaptiveLogSoftmaxWithLoss": "adaptive",
    "LazyLinear": "linear",
    "LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d": "conv",
    "Module": "module",
}
HOMES = {name: home for names, home in _HOMES.items() for name in names.split()}
FILES = {
    "margin": "loss",
    "unpooling": "pooling",
    "multihead": "activation",
}  # parts of one of PyTorch's files


_BASES = (  # of PyTorch's families that programs ask for: its file and name, ours
    ("batchnorm", "_BatchNorm", norm, "_BatchNorm"),
    ("batchnorm", "_NormBase", norm, "_BatchNorm"),
    ("instancenorm", "_InstanceNorm", norm, "_InstanceNorm"),
    ("conv", "_ConvNd", conv, "_Conv"),
    ("conv", "_ConvTransposeNd", conv, "_ConvTranspose"),
    ("linear", "NonDynamicallyQuantizableLinear", multihead, "NonDynamicallyQuantizableLinear"),
)


def home(layer: type[Module]) -> str:
    """The file of PyTorch's that holds the layer of this name: ``conv`` for Conv2d."""
    file = layer.__module__.rpartition(".")[2]
    return HOMES.get(layer.__name__, FILES.get(file, file))


def _room(file: str) -> ModuleType:
    """The module for one of PyTorch's files, made when it is first needed; it holds names only."""
    path = f"{__name__}.{file}"
    if path not in sys.modules:
        sys.modules[path] = ModuleType(path, f"What PyTorch keeps in ``torch.nn.modules.{file}``.")
        setattr(sys.modules[__name__], file, sys.modules[path])
    return sys.modules[path]


for _name, _layer in vars(nn).items():
    if isinstance(_layer, type) and issubclass(_layer, Module):
        setattr(_room(home(_layer)), _name, _layer)
        setattr(sys.modules[__name__], _name, _layer)
for _name, _hook in vars(hooks).items():
    if _name.startswith("register_module_"):
        setattr(_room("module"), _name, _hook)
for _file, _name, _source, _base in _BASES:
    setattr(_room(_file), _name, vars(_source)[_base])
