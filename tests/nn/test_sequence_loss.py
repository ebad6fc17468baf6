"""The loss of sequences: against a sum over all ways to speak the target, and against PyTorch."""

import itertools

import numpy as np
import pytest

import vizgrad
from tests.alike import draw, ours, same, theirs, torch

F = vizgrad.nn.functional


def spoken(way, blank):
    """What a way through time says: repetitions once, then no blanks."""
    return [label for label, _ in itertools.groupby(way) if label != blank]


@pytest.mark.parametrize(("target", "blank"), [([1, 2], 0), ([1, 1], 0), ([], 0), ([0, 2, 0], 1)])
def test_is_the_sum_over_all_ways(target, blank):
    x = F.log_softmax(ours(draw((4, 3), 5)), -1)
    p = np.exp(x.array)
    ways = (w for w in itertools.product(range(3), repeat=4) if spoken(w, blank) == target)
    total = sum(np.prod([p[t, label] for t, label in enumerate(way)]) for way in ways)
    targets = vizgrad.tensor(target, dtype=vizgrad.int64)
    loss = F.ctc_loss(x, targets, (4,), (len(target),), blank=blank, reduction="sum")
    assert loss.item() == pytest.approx(-np.log(total), rel=1e-12)


@pytest.mark.torch
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("form", ["rows", "behind each other"])
@pytest.mark.parametrize("zero_infinity", [False, True])
def test_same_as_torch(reduction, form, zero_infinity):
    x, rows = draw((9, 4, 6), 1), 1 + draw((4, 5), 2, whole=5)
    lengths, inputs = [5, 0, 3, 4], [9, 7, 8, 2]  # the last target is too long for its input
    flat = np.concatenate([row[:n] for row, n in zip(rows, lengths, strict=True)])
    found = []
    for library, made in ((vizgrad, ours), (torch(), theirs)):
        scores = made(x, True)
        logp = library.nn.functional.log_softmax(scores, -1)
        target = made(rows if form == "rows" else flat)
        sizes = made(np.array(inputs)), made(np.array(lengths))
        loss = library.nn.functional.ctc_loss(
            logp, target, *sizes, reduction=reduction, zero_infinity=zero_infinity
        )
        loss.backward(made(np.ones(tuple(loss.shape))))
        found.append((loss, scores.grad))
    (have, mine), (want, yours) = found
    same(have, want)
    if zero_infinity:  # without, the gradient of an infinite loss is not a number
        same(mine, yours)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"blank": 6}, "blank must be in label range"),
        ({"input_lengths": (9, 9, 9)}, "batch_size"),
        ({"input_lengths": (9, 9, 9, 10)}, "Expected input_lengths"),
        ({"target_lengths": (5, 5, 5, 6)}, "Expected target_lengths"),
    ],
)
def test_refuses(change, words):
    given = {"input_lengths": (9,) * 4, "target_lengths": (5,) * 4} | change
    with pytest.raises(RuntimeError, match=words):
        F.ctc_loss(ours(draw((9, 4, 6), 1)), ours(draw((4, 5), 2, whole=5)), **given)
