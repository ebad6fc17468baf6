"""Convolutions and pooling beside PyTorch, in every combination of settings that has code of its own."""

from __future__ import annotations

import numpy as np
import pytest

import vizgrad
import vizgrad.nn.functional as ours
from vizgrad.engine.ops import pool, pool_average

SETTINGS = [
    {},
    {"stride": 2, "padding": 1},
    {"padding": "same", "dilation": 2},
    {"padding": "valid", "stride": (1, 2)},
    {"groups": 2, "stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)},
]
SHAPES = [  # input and kernel: few channels on a large plane, many on a small one, one pixel, no batch
    ((3, 4, 9, 8), (6, 4, 3, 2)),
    ((2, 12, 5, 6), (4, 12, 3, 3)),
    ((2, 4, 5, 6), (6, 4, 1, 1)),
    ((4, 7, 8), (6, 4, 3, 3)),
]


def pair(torch, *arrays):
    """The same numbers twice, as tensors that need gradients."""
    mine = [vizgrad.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    return mine, [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]


def assert_same(torch, f, theirs, *arrays):
    """Value, gradients, and gradients of gradients agree to the last bits."""
    xs, ts = pair(torch, *arrays)
    y, want = f(*xs), theirs(*ts)
    np.testing.assert_allclose(y.array, want.detach().numpy(), rtol=1e-10, atol=1e-10)
    g = np.random.default_rng(1).standard_normal(want.shape)
    (gv,), (gt,) = pair(torch, g)
    firsts = vizgrad.autograd.grad(y, xs, gv, create_graph=True)
    wanted = torch.autograd.grad(want, ts, gt, create_graph=True)
    for mine, other in zip(firsts, wanted, strict=True):
        np.testing.assert_allclose(mine.array, other.detach().numpy(), rtol=1e-9, atol=1e-10)
    sum((a * a).sum() for a in firsts).backward()
    sum((a * a).sum() for a in wanted).backward()
    for mine, other in zip([gv, *xs], [gt, *ts], strict=True):
        if other.grad is not None:  # where PyTorch says zeros, a linear op of ours may say that nothing flows
            got = 0 if mine.grad is None else mine.grad.array
            np.testing.assert_allclose(got + np.zeros(other.shape), other.grad.numpy(), rtol=1e-9, atol=1e-9)


def random(*shapes, seed=0):
    r = np.random.default_rng(seed)
    return [r.standard_normal(s) for s in shapes]


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:Using padding='same' with even")
@pytest.mark.parametrize(("image", "kernel"), SHAPES)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_conv2d(image, kernel, settings):
    import torch

    kernel = (kernel[0], kernel[1] // settings.get("groups", 1), *kernel[2:])
    assert_same(
        torch,
        lambda *a: ours.conv2d(*a, **settings),
        lambda *a: torch.nn.functional.conv2d(*a, **settings),
        *random(image, kernel, (kernel[0],)),
    )


@pytest.mark.torch
@pytest.mark.parametrize(
    "name", ["conv1d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]
)
@pytest.mark.parametrize("settings", [{}, {"stride": 2, "padding": 1, "groups": 2}], ids=str)
def test_other_convolutions(name, settings):
    import torch

    n, groups = int(name[-2]), settings.get("groups", 1)
    inside, outside = (4, 6) if "transpose" in name else (6, 4)
    assert_same(
        torch,
        lambda *a: getattr(ours, name)(*a, **settings),
        lambda *a: getattr(torch.nn.functional, name)(*a, **settings),
        *random((2, 4, *(5, 4, 3)[:n]), (inside, outside // groups, *(3, 2, 2)[:n]), (6,)),
    )


@pytest.mark.torch
def test_output_padding():
    import torch

    settings = {"stride": (3, 2), "padding": 1, "output_padding": (2, 1)}
    assert_same(
        torch,
        lambda *a: ours.conv_transpose2d(*a, **settings),
        lambda *a: torch.nn.functional.conv_transpose2d(*a, **settings),
        *random((2, 4, 3, 5), (4, 3, 3, 3), (3,)),
    )


WINDOWS = [
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": (2, 3), "stride": (2, 1), "ceil_mode": True},
    {"kernel_size": 2, "stride": 3},
    {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
]


@pytest.mark.torch
@pytest.mark.parametrize("image", [(2, 3, 8, 7), (3, 6, 9)])
@pytest.mark.parametrize("settings", [*WINDOWS, {"kernel_size": 2, "dilation": (1, 2)}], ids=str)
def test_max_pool2d(image, settings):
    import torch

    (x,) = random(image)
    theirs = lambda x: torch.nn.functional.max_pool2d(x, **settings)
    assert_same(torch, lambda x: ours.max_pool2d(x, **settings), theirs, x)
    assert_same(
        torch, lambda x: ours.max_pool2d(x, **settings), theirs, np.round(x)
    )  # the first of equals wins
    _, at = ours.max_pool2d(vizgrad.tensor(x), **settings, return_indices=True)
    _, wanted = torch.nn.functional.max_pool2d(torch.tensor(x), **settings, return_indices=True)
    np.testing.assert_array_equal(at.array, wanted.numpy())


@pytest.mark.torch
@pytest.mark.parametrize("counting", [{}, {"count_include_pad": False}, {"divisor_override": 5}], ids=str)
@pytest.mark.parametrize("settings", WINDOWS, ids=str)
def test_avg_pool2d(settings, counting):
    import torch

    assert_same(
        torch,
        lambda x: pool_average.avg_pool2d(x, **settings, **counting),
        lambda x: torch.nn.functional.avg_pool2d(x, **settings, **counting),
        *random((2, 3, 8, 7)),
    )


@pytest.mark.torch
@pytest.mark.parametrize("size", [1, (2, 3), (3, None), 7, (8, 14)], ids=str)
def test_pooling_to_a_size(size):
    import torch

    x = random((2, 3, 8, 7))
    f = torch.nn.functional
    assert_same(
        torch,
        lambda x: pool_average.adaptive_avg_pool2d(x, size),
        lambda x: f.adaptive_avg_pool2d(x, size),
        *x,
    )
    assert_same(
        torch,
        lambda x: pool_average.adaptive_max_pool2d(x, size)[0],
        lambda x: f.adaptive_max_pool2d(x, size),
        *x,
    )


def test_max_pooling_keeps_one_byte_per_output():
    x = vizgrad.zeros(2, 3, 8, 8, requires_grad=True)
    assert pool.max_pool2d(x, 2).node.kept_bytes() == 2 * 3 * 4 * 4


IMAGE, KERNEL = vizgrad.zeros(1, 2, 8, 8), vizgrad.zeros(4, 2, 3, 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: ours.conv2d(IMAGE, vizgrad.zeros(4, 3, 3, 3)),
            r"Given groups=1, weight of size \[4, 3, 3, 3\], expected input\[1, 2, 8, 8\] to have 3 channels, "
            r"but got 2 channels instead",
        ),
        (
            lambda: ours.conv2d(IMAGE[0, 0], KERNEL),
            r"Expected 3D \(unbatched\) or 4D \(batched\) input to conv2d",
        ),
        (
            lambda: ours.conv2d(IMAGE, KERNEL, vizgrad.zeros(5)),
            "expected bias to be 1-dimensional with 4 elements",
        ),
        (
            lambda: ours.conv2d(IMAGE, vizgrad.zeros(4, 2, 9, 9)),
            "Kernel size can't be greater than actual input size",
        ),
        (lambda: ours.conv2d(IMAGE, KERNEL, stride=0), "non-positive stride is not supported"),
        (lambda: ours.conv2d(IMAGE, KERNEL, padding=-1), "negative padding is not supported"),
        (
            lambda: ours.conv2d(IMAGE, KERNEL, padding="same", stride=2),
            "padding='same' is not supported for strided",
        ),
        (
            lambda: ours.conv2d(IMAGE, KERNEL, stride=(1, 2, 3)),
            "expected stride to be a single integer value or",
        ),
        (lambda: ours.conv2d(IMAGE, KERNEL, groups=3), "expected weight to be divisible by 3 at dimension 0"),
        (lambda: ours.conv2d(IMAGE.double(), KERNEL), "should be the same"),
        (lambda: ours.conv_transpose2d(IMAGE, KERNEL), "Given transposed=1, weight of size"),
        (lambda: pool.max_pool2d(IMAGE, 2, padding=2), "pad should be at most half of effective kernel size"),
        (lambda: pool.max_pool2d(IMAGE, 9), "Output size is too small"),
        (lambda: pool_average.avg_pool2d(IMAGE, 2, divisor_override=0), "divisor must be not zero"),
    ],
)
def test_errors_in_pytorchs_words(call, words):
    with pytest.raises(RuntimeError, match=words):
        call()
