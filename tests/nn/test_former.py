"""What programs from before PyTorch 1.0 write: it works, and warns at their own line."""

from __future__ import annotations

import pytest

import vizgrad
from vizgrad import nn

INITS = [
    n.removesuffix("_")
    for n in nn.init.__all__
    if n.endswith("_") and n not in ("ones_", "zeros_", "trunc_normal_")
]
SETTINGS = {"constant": (3.0,), "sparse": (0.5,)}


@pytest.mark.parametrize("name", INITS)
def test_an_initializer_has_its_name_without_the_underscore_and_warns(name):
    shape = (4, 4, 3) if name == "dirac" else (4, 4)
    vizgrad.manual_seed(0)
    expected = getattr(nn.init, f"{name}_")(vizgrad.empty(shape), *SETTINGS.get(name, ()))
    vizgrad.manual_seed(0)
    x = vizgrad.empty(shape)
    with pytest.warns(
        FutureWarning, match=f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`"
    ) as told:
        assert getattr(nn.init, name)(x, *SETTINGS.get(name, ())) is x
    assert x.tolist() == expected.tolist()
    assert told[0].filename == __file__


ONES, COLUMN = vizgrad.ones(2, 3), vizgrad.ones(2, 1)
WARNED = [
    (lambda: nn.functional.softmax(ONES), "Implicit dimension choice for softmax"),
    (lambda: nn.functional.log_softmax(ONES), "Implicit dimension choice for log_softmax"),
    (lambda: nn.Softmin()(ONES), "Implicit dimension choice for softmin"),
    (lambda: nn.Sequential(nn.LogSoftmax())(ONES), "Implicit dimension choice for log_softmax"),
    (lambda: nn.functional.mse_loss(ONES, COLUMN), "Using a target size"),
    (lambda: nn.SmoothL1Loss()(ONES, COLUMN), "Using a target size"),
    (lambda: nn.functional.l1_loss(ONES, ONES, size_average=False), "please use reduction='sum'"),
    (lambda: nn.CrossEntropyLoss(size_average=False), "please use reduction='sum'"),
    (lambda: nn.MSELoss(reduction="elementwise_mean")(ONES, 2 * ONES), "reduction='elementwise_mean' is deprecated"),
    (lambda: nn.KLDivLoss()(ONES, ONES), "divides the total loss by both"),
    (lambda: nn.Dropout2d()(ONES), "Received a 2-D input to dropout2d"),
    (lambda: nn.functional.dropout3d(vizgrad.ones(2, 3, 4)), "Received a 3-D input to dropout3d"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "words"), WARNED, ids=[words[:40] for _, words in WARNED])
def test_a_warning_points_to_the_line_that_called(call, words):
    with pytest.warns(UserWarning, match=words) as told:
        call()
    assert [(w.filename, w.lineno) for w in told] == [(__file__, call.__code__.co_firstlineno)]


def test_elementwise_mean_is_the_mean_and_dropout3d_drops_whole_channels_of_any_input():
    with pytest.warns(UserWarning, match="elementwise_mean"):
        assert nn.NLLLoss(reduction="elementwise_mean")(-ONES, vizgrad.tensor([0, 1])).item() == 1
    vizgrad.manual_seed(0)
    with pytest.warns(UserWarning, match="dropout3d"):
        y = nn.functional.dropout3d(vizgrad.ones(64, 3, 4))
    assert {tuple(channel.unique().tolist()) for channel in y} == {(0.0,), (2.0,)}


def test_the_last_layer_of_attention_is_where_pytorch_keeps_its_class():
    assert type(nn.MultiheadAttention(2, 1).out_proj) is nn.modules.linear.NonDynamicallyQuantizableLinear


def test_a_container_holds_layers_by_name_and_says_to_subclass_module():
    with pytest.warns(FutureWarning, match="derive from `nn.Module`") as told:
        net = nn.Container(fc=nn.Linear(2, 3))
    assert told[0].filename == __file__
    assert repr(net) == "Container(\n  (fc): Linear(in_features=2, out_features=3, bias=True)\n)"
    with pytest.warns(FutureWarning, match="derive from `nn.Module`"):
        subclass = type("Net", (nn.Container,), {})
    assert [name for name, _ in subclass(act=nn.ReLU()).named_children()] == [
        "act"
    ]  # silent: it has been said
