"""Each layer of the list: the same text in torch.nn and in vizgrad.nn must mean the same."""

import re
import warnings

import pytest

from tests.alike import copy_weights, draw, ours, same, theirs, torch
from vizgrad import manual_seed, nn

pytestmark = pytest.mark.torch

# constructor @ shapes of the inputs; a number after / makes an input hold whole numbers below it;
# "eval" compares in eval mode; ~ where PyTorch computes a float64 gradient with float32 constants
LAYERS = """
Identity(54, unused=1) @ 3x4
Linear(4, 3) @ 5x4
Linear(4, 3, bias=False) @ 2x5x4
Linear(4, 3) @ 4
Bilinear(3, 4, 2) @ 5x3, 5x4
Flatten() @ 2x3x4
Flatten(0, 1) @ 2x3x4
Unflatten(1, (2, 3)) @ 4x6x5
Conv1d(2, 3, 3) @ 2x2x7
Conv1d(2, 4, 3, stride=2, padding=1, groups=2, bias=False) @ 2x7
Conv2d(2, 3, 3, padding=1) @ 1x2x8x8
Conv2d(2, 4, (3, 2), stride=(2, 1), dilation=(1, 2), padding=(0, 1), groups=2) @ 2x2x7x6
Conv2d(2, 3, 3, padding='same', padding_mode='reflect') @ 2x2x5x5
Conv2d(2, 3, 3, padding=1, padding_mode='circular') @ 2x2x5x5
Conv3d(1, 2, 2) @ 1x1x3x4x3
MaxPool1d(2) @ 2x3x7
MaxPool2d(2) @ 2x3x6x6
MaxPool2d(3, stride=2, padding=1, ceil_mode=True) @ 2x3x7x8
MaxPool2d((2, 3), dilation=(1, 2)) @ 2x3x7x8
AvgPool1d(3, stride=2) @ 2x3x8
AvgPool2d(2) @ 2x3x6x6
AvgPool2d(3, stride=2, padding=1, count_include_pad=False) @ 2x3x7x8
AvgPool2d(2, divisor_override=3) @ 2x3x6x6
AdaptiveAvgPool1d(3) @ 2x3x7
AdaptiveAvgPool2d((2, 3)) @ 2x3x5x7
AdaptiveAvgPool2d(1) @ 2x3x5x7
AdaptiveMaxPool2d((2, 3)) @ 2x3x5x7
Dropout(0.0) @ 3x4
Dropout(0.5, inplace=False) @ 3x4 eval
Dropout2d(0.3) @ 2x3x4x4 eval
AlphaDropout(0.3) @ 3x4 eval
ReLU() @ 3x4
ReLU6() @ 3x4
LeakyReLU(0.2) @ 3x4
PReLU() @ 3x4
PReLU(4, init=0.1) @ 3x4x2
RReLU(0.1, 0.3) @ 3x4 eval
ELU(0.7) @ 3x4
CELU(0.5) @ 3x4
SELU() @ 3x4
GELU() @ 3x4
GELU('tanh') @ 3x4
SiLU() @ 3x4
Mish() @ 3x4
Sigmoid() @ 3x4
LogSigmoid() @ 3x4
Tanh() @ 3x4
Tanhshrink() @ 3x4
Softsign() @ 3x4
Softplus() @ 3x4
Softplus(2.0, threshold=0.5) @ 3x4
Hardtanh(-0.5, 0.8) @ 3x4
Hardsigmoid() @ 3x4 ~
Hardswish() @ 3x4
Hardshrink(0.3) @ 3x4
Softshrink(0.3) @ 3x4
Threshold(0.1, 20.0) @ 3x4
GLU() @ 3x4
Softmax(dim=1) @ 3x4
Softmax2d() @ 2x3x2x2
Softmin(dim=0) @ 3x4
LogSoftmax(dim=-1) @ 3x4
MSELoss() @ 3x4, 3x4
MSELoss(reduction='none') @ 3x4, 3x4
L1Loss(reduction='sum') @ 3x4, 3x4
SmoothL1Loss(beta=0.5) @ 3x4, 3x4
HuberLoss(delta=0.5) @ 3x4, 3x4
NLLLoss() @ 5x4, 5/4
NLLLoss(ignore_index=2, reduction='sum') @ 5x4x3, 5x3/4
CrossEntropyLoss() @ 5x4, 5/4
CrossEntropyLoss(label_smoothing=0.1, ignore_index=1) @ 5x4, 5/4
CrossEntropyLoss(label_smoothing=0.1) @ 5x4, 5x4
CrossEntropyLoss(reduction='none') @ 4, /4
BCEWithLogitsLoss() @ 3x4, 3x4
KLDivLoss(reduction='batchmean', log_target=True) @ 3x4, 3x4
PoissonNLLLoss() @ 3x4, 3x4
SoftMarginLoss() @ 3x4, 3x4/2
ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2) @ 2x4x5
ConvTranspose2d(2, 3, 3, stride=2, bias=False) @ 2x2x4x3
LayerNorm(4) @ 2x4
LayerNorm((3, 4), eps=0.1, bias=False) @ 2x3x4
LayerNorm(4, elementwise_affine=False) @ 2x3x4
RMSNorm(4) @ 2x4
RMSNorm((3, 4), eps=0.1) @ 2x3x4
GroupNorm(2, 6) @ 3x6x4
GroupNorm(3, 6, affine=False) @ 3x6x2x2
BatchNorm1d(4) @ 5x4
BatchNorm1d(4) @ 5x4 eval
BatchNorm1d(4, momentum=None) @ 5x4x3
BatchNorm1d(4, affine=False, track_running_stats=False) @ 5x4
BatchNorm2d(3) @ 4x3x2x2
BatchNorm2d(3, momentum=0.3, eps=0.01) @ 4x3x2x2
BatchNorm3d(2) @ 3x2x2x2x2
InstanceNorm1d(4) @ 3x4x5
InstanceNorm2d(3, affine=True, track_running_stats=True) @ 2x3x4x4
Embedding(10, 3) @ 4x5/10
Embedding(10, 3, padding_idx=-2) @ 4x5/10
Embedding(10, 3, max_norm=0.5, scale_grad_by_freq=True) @ 7/10
Conv1d(2, 3, 4, padding='same', padding_mode='replicate') @ 2x2x7
ConvTranspose2d(2, 4, 3, stride=2, dilation=3, padding=1, output_padding=2, groups=2) @ 2x2x4x3
MaxPool3d(2) @ 1x2x4x5x4
AvgPool3d(2, stride=1, padding=1) @ 1x2x4x3x4
AdaptiveAvgPool3d((2, None, 1)) @ 2x5x3x4
AdaptiveMaxPool3d(2) @ 1x2x5x3x4
LPPool1d(2, 3) @ 2x3x7
LPPool2d(2, (3, 2), stride=2, ceil_mode=True) @ 2x3x6x7
ReflectionPad1d((1, 2)) @ 2x3x4
ReflectionPad3d(1) @ 1x2x3x4x3
ReplicationPad2d((2, 0, 1, 3)) @ 2x3x4
CircularPad2d((1, 2, 0, 1)) @ 1x2x3x4
ConstantPad3d(1, 3.5) @ 2x2x3x2
ZeroPad2d((1, -1, 2, 0)) @ 1x2x3x4
Upsample(scale_factor=2) @ 2x3x4x5
Upsample(scale_factor=(1.5, 2.3), mode='bilinear') @ 2x3x4x5
Upsample(size=(3, 7), mode='bicubic') @ 2x3x4x5
Upsample(size=7, mode='linear', align_corners=True) @ 2x3x4
Upsample(scale_factor=0.6, mode='trilinear') @ 1x2x5x4x5
Upsample(scale_factor=1.7, mode='nearest-exact') @ 1x2x5x4x5
PixelShuffle(2) @ 1x8x2x3
PixelUnshuffle(2) @ 8x2x4
ChannelShuffle(2) @ 1x6x2x3
Unfold((2, 3), dilation=2, padding=1, stride=2) @ 1x2x6x7
Fold((4, 5), 2, padding=1) @ 2x8x30
CosineSimilarity() @ 3x4, 3x4
PairwiseDistance(3.0, keepdim=True) @ 3x4, 3x4
LocalResponseNorm(3, alpha=0.5) @ 2x5x3
CrossMapLRN2d(3, alpha=0.5) @ 2x5x3x2
SyncBatchNorm(3) @ 2x3x4 eval
MultiMarginLoss(2, margin=0.5) @ 5x4, 5/4
MultiLabelMarginLoss(reduction='none') @ 3x4, 3x4/4
MultiLabelSoftMarginLoss() @ 3x4, 3x4/2
HingeEmbeddingLoss(0.5) @ 3x4, 3x4/2
MarginRankingLoss(0.2) @ 5, 5, 5/2
CosineEmbeddingLoss(0.1) @ 5x3, 5x3, 5/2
TripletMarginLoss(swap=True, p=3.0) @ 5x4, 5x4, 5x4
TripletMarginWithDistanceLoss(margin=0.5, reduction='sum') @ 5x4, 5x4, 5x4
LinearCrossEntropyLoss(4, 3, out_features=(2,), bias=True) @ 5x4, 5x2/3
EmbeddingBag(10, 3, padding_idx=2) @ 4x5/10
EmbeddingBag(10, 3, mode='max') @ 4x5/10
Sequential(Linear(4, 5), ReLU(), Linear(5, 2)) @ 3x4
""".strip().splitlines()


def build(namespace, text):
    return eval(text, vars(namespace).copy())


def inputs(shapes):
    """Arrays for "3x4, 5/4"."""
    found = []
    for i, text in enumerate(shapes.split(", ")):
        size, _, whole = text.partition("/")
        found.append(draw(tuple(int(n) for n in size.split("x") if n), 10 + i, int(whole or 0)))
    return found


@pytest.mark.filterwarnings("ignore::UserWarning:torch.*")
@pytest.mark.parametrize("line", LAYERS)
def test_same_as_torch(line):
    text, shapes = re.fullmatch(r"(.*) @ (.*)", line).groups()
    close = 1e-7 if "~" in shapes else 1e-9
    shapes = shapes.removesuffix(" eval").removesuffix(" ~")
    torch().manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        want, have = build(torch().nn, text).double(), build(nn, text).double()
    assert repr(have) == repr(want)
    assert list(have.state_dict()) == list(want.state_dict())
    copy_weights(want, have)
    want.train(" eval" not in line), have.train(" eval" not in line)
    arrays = inputs(shapes)
    mine, yours = [ours(a, grad=True) for a in arrays], [theirs(a, grad=True) for a in arrays]
    y, z = have(*mine), want(*yours)
    same(y, z, what="output")
    g = draw(tuple(z.shape), 99)
    y.backward(ours(g)), z.backward(theirs(g))
    for i, (a, b) in enumerate(zip(mine, yours, strict=True)):
        same(a.grad, b.grad, rtol=close, what=f"gradient of input {i}")
    theirs_named = dict(want.named_parameters())
    for name, p in have.named_parameters():
        same(p.grad, theirs_named[name].grad, what=f"gradient of {name}")
    for name, value in have.state_dict().items():
        same(value, want.state_dict()[name], what=name)


FIRST = """
Linear(300, 200)
Conv2d(16, 400, 3)
Conv1d(30, 600, 5, groups=2)
ConvTranspose2d(30, 300, 3)
PReLU(30)
Bilinear(20, 30, 400)
Embedding(100, 40)
BatchNorm2d(40)
""".strip().splitlines()


@pytest.mark.parametrize("text", FIRST)
def test_begins_as_in_torch(text):
    """Initial weights follow the same law: same bounds, same spread, float32, all trainable."""
    torch().manual_seed(0), manual_seed(0)
    want, have = build(torch().nn, text), build(nn, text)
    for (name, a), (_, b) in zip(have.named_parameters(), want.named_parameters(), strict=True):
        assert str(a.dtype) == str(b.dtype), name
        assert a.requires_grad
        spread, bound = float(b.detach().std()) if b.numel() > 1 else 0, float(b.detach().abs().max())
        assert abs(float(a.detach().array.std()) - spread) <= 0.15 * spread, name
        assert abs(float(abs(a.detach().array).max()) - bound) <= 0.2 * bound + 1e-9, name


@pytest.mark.parametrize(
    "kind", ["Conv1d(2, 3, 3)", "Conv2d(2, 3, 3, padding=1, padding_mode='circular')", "Conv3d(2, 3, 2)"]
)
def test_a_convolution_takes_other_weights_than_its_own(kind):
    class Halved:
        """What layers that adapt their weights override."""

        def _conv_forward(self, input, weight, bias):
            return super()._conv_forward(input, weight / 2, None)

    def run(nn, tensor):
        layer = build(nn, kind)
        x = tensor(draw((2, 2) + (5,) * len(layer.kernel_size), 3))
        layer.to(x.dtype)
        with_half = type("Half", (Halved, type(layer)), {})
        weight = tensor(draw(tuple(layer.weight.shape), 4))
        whole = layer._conv_forward(x, weight, None)
        layer.weight.data, layer.__class__ = weight, with_half
        return whole, layer(x) * 2

    from vizgrad import tensor

    mine, again = run(nn, tensor)
    assert same(mine, again) is None
    assert same(run(torch().nn, torch().tensor)[0], mine) is None


@pytest.mark.parametrize(
    "kind", ["ReLU", "ReLU6", "SiLU", "Mish", "Hardswish", "Hardsigmoid", "ELU", "Hardtanh"]
)
def test_what_works_in_place_says_so_where_pytorch_does(kind):
    assert repr(getattr(nn, kind)(inplace=True)) == repr(getattr(torch().nn, kind)(inplace=True))
