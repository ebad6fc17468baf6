"""Measures: right in every dtype, and a new one is one function."""

import math
import time

import numpy as np
import pytest

from vizgrad.engine import namespace
from vizgrad.trace import statistics

from .toy import setup, train


@pytest.mark.parametrize("scale", [1.0, 1e-25, 1e25, 0.0])
@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_norms_of_tiny_and_huge_numbers(scale, kind):
    arrays = [np.arange(6, dtype=kind).reshape(2, 3).T * scale, np.ones(5, kind) * scale]
    expected = math.sqrt(sum(float((a.astype("f8") ** 2).sum()) for a in arrays))
    assert statistics.norm(namespace.NUMPY, arrays) == pytest.approx(expected, rel=1e-6)


def test_norms_of_small_floats_are_added_up_in_large_ones():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    for kind in ("f2", ml_dtypes.bfloat16):
        assert statistics.norm(namespace.NUMPY, [np.full(10_000, 300, kind)]) == pytest.approx(
            30_000, rel=1e-2
        )


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_what_is_not_finite_shows(wrong):
    found = statistics.norm(namespace.NUMPY, [np.array([1.0, wrong], "f4")])
    assert math.isnan(found) or math.isinf(found)


def test_a_new_measure_is_one_function_and_becomes_a_group_of_curves():
    @statistics.measure(unit="fraction")
    def zeros(xp, weights, gradients):
        """Share of weights that are exactly zero."""
        return sum(int((w == 0).sum()) for w in weights) / sum(w.size for w in weights)

    try:
        model, optimizer, page, run = setup(every=1)
        with run:
            train(model, optimizer, 3)
    finally:
        del statistics.MEASURES["zeros"]
    assert run.history.curve("zeros", "block.fc")[0].tolist() == [1, 2, 3]
    assert {p["unit"] for p in page.parts("series") if p["group"] == "zeros"} == {"fraction"}


def test_a_layer_without_gradients_has_no_gradient_curve():
    model, optimizer, _, run = setup(every=1)
    model.first.requires_grad_(False)
    with run:
        train(model, optimizer, 2)
    assert len(run.history.curve("gradient", "first")[0]) == 0
    assert len(run.history.curve("weight", "first")[0]) == 2


def test_a_reading_of_ten_layers_is_cheap():
    import vizgrad as torch
    import vizgrad.nn as nn

    model = nn.Sequential(*[nn.Linear(100, 100) for _ in range(10)])
    model(torch.ones(4, 100)).sum().backward()
    layers = [(str(i), list(layer.parameters())) for i, layer in enumerate(model)]
    times = []
    for _ in range(20):
        start = time.perf_counter()
        statistics.read(layers)
        times.append(time.perf_counter() - start)
    assert min(times) < 1e-3
