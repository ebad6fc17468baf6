"""What the list of layers cannot say: settings that a saved model holds, choices among classes, images of bytes."""

import numpy as np
import pytest

import vizgrad
from tests.alike import copy_weights, draw, ours, same, theirs, torch
from vizgrad import nn

pytestmark = pytest.mark.torch


@pytest.mark.parametrize(
    "text",
    [
        "Conv2d(2, 4, (3, 2), padding=(1, 0))",
        "Conv1d(2, 4, 4, padding='same', padding_mode='circular')",
        "ConvTranspose2d(2, 4, 3, stride=2, output_padding=1)",
        "Conv2d(2, 4, 3, padding='valid')",
    ],
)
def test_a_convolution_holds_what_pytorch_reads_of_it(text):
    have, want = vars(eval(f"nn.{text}")), vars(eval(f"nn.{text}", {"nn": torch().nn}))
    names = (
        "transposed",
        "output_padding",
        "padding_mode",
        "_reversed_padding_repeated_twice",
        "stride",
        "dilation",
    )
    assert {n: have[n] for n in names} == {n: want[n] for n in names}


def test_adaptive_softmax():
    want = torch().nn.AdaptiveLogSoftmaxWithLoss(6, 12, [3, 7], div_value=2.0).double()
    have = nn.AdaptiveLogSoftmaxWithLoss(6, 12, [3, 7], div_value=2.0).double()
    copy_weights(want, have)
    x, y = draw((20, 6), 1), draw((20,), 2, whole=12)
    mine, yours = have(ours(x), ours(y)), want(theirs(x), theirs(y))
    same(mine.output, yours.output), same(mine.loss, yours.loss)
    mine.loss.backward(), yours.loss.backward()
    grads = dict(want.named_parameters())
    for name, p in have.named_parameters():
        same(p.grad, grads[name].grad, what=name)
    same(have.log_prob(ours(x)), want.log_prob(theirs(x)))
    same(have.predict(ours(x)), want.predict(theirs(x)))


@pytest.mark.parametrize(
    ("mode", "antialias"),
    [("nearest", False), *((m, a) for m in ("bilinear", "bicubic") for a in (False, True))],
)
def test_images_of_bytes_are_resized_to_the_byte(mode, antialias):
    x = draw((2, 3, 9, 7), 1, whole=256).astype(np.uint8)
    for size in ((5, 12), (20, 3)):
        settings = {"size": size, "mode": mode, "antialias": antialias}
        have = nn.functional.interpolate(ours(x), **settings)
        want = torch().nn.functional.interpolate(theirs(x), **settings)
        far = np.abs(have.array.astype(int) - want.numpy())
        assert far.max() <= (mode == "bicubic")  # whose weights PyTorch rounds twice


def test_functions_at_the_top_take_reductions_as_numbers():
    a, b, t = draw((4, 3), 1), draw((4, 3), 2), np.array([1, -1, 1, -1])
    for n in range(3):
        have = vizgrad.cosine_embedding_loss(ours(a), ours(b), ours(t), 0.1, n)
        same(have, torch().cosine_embedding_loss(theirs(a), theirs(b), theirs(t), 0.1, n))


def test_sync_batch_norm_takes_the_place_of_all_others():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    x = ours(draw((5, 3), 1)).float()
    model(x)
    converted = nn.SyncBatchNorm.convert_sync_batchnorm(model).eval()
    _, norm = converted.children()
    assert isinstance(norm, nn.SyncBatchNorm)
    assert norm.state_dict()["num_batches_tracked"].item() == 1
    assert vizgrad.isfinite(converted(x)).all()
