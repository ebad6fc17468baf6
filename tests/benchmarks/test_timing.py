"""The benchmarks measure what they say: turns, intervals, and a tape that lacks nothing but the check."""

import importlib
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(
    params=["timing", "watch", "stepping", "clicks", "ops", "steps", "workloads", "layers", "net"]
)
def module(request, monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))
    return importlib.import_module(request.param)


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))
    return importlib.import_module


def test_a_benchmark_can_be_imported(module):
    assert module.__doc__


def test_both_take_turns(bench):
    order = []
    pairs = bench("timing").interleaved(lambda: order.append("a"), lambda: order.append("b"), 4)
    assert "".join(order) == "ab" + "ab" + "ba" + "ab" + "ba"
    assert len(pairs) == 4


def test_the_interval_holds_the_median_and_narrows_with_more_rounds(bench):
    interval = bench("timing").interval
    few, many = [1.0, 1.1, 1.2, 1.3, 1.4], [1.0, 1.1, 1.2, 1.3, 1.4] * 40
    low, high = interval(few)
    assert low <= 1.2 <= high
    assert interval(many)[1] - interval(many)[0] < high - low


def test_a_target_is_met_only_when_the_whole_interval_is_below_it(bench):
    timing = bench("timing")
    line = lambda low, high: timing.line(timing.Row("x", 1.0, low, high, 1.1, ""))
    assert " met " in line(1.0, 1.05)
    assert "unsure" in line(1.0, 1.2)
    assert "missed" in line(1.2, 1.3)


def test_an_op_without_the_check_computes_the_same_and_tells_nobody(bench, monkeypatch):
    import vizgrad
    from vizgrad.engine.watch import Watcher, watching

    class Count(Watcher):
        ops = 0

        def on_op(self, op, inputs, out, settings):
            self.ops += 1

    x = vizgrad.ones(2, requires_grad=True)
    with watching(Count()) as count:
        expected = (x * 3).tolist()
        monkeypatch.setattr(vizgrad.mul, "__code__", bench("watch")._without_check(vizgrad.mul))
        told = count.ops
        assert (x * 3).tolist() == expected
    assert told >= 1
    assert count.ops == told


@pytest.mark.torch
def test_the_step_is_the_same_in_both_libraries(bench):
    net = bench("net")
    counts = []
    for name in ("vizgrad", "torch"):
        step, model, _ = net.stepper(net.library(name), 4, 8)
        step()
        counts.append([tuple(p.shape) for p in model.parameters()])
    assert counts[0] == counts[1]


@pytest.mark.torch
@pytest.mark.parametrize("name", ["tiny MLP, 16×4", "first-look CNN, 32×1×8×8", "LSTM, 16×32 letters"])
def test_a_workload_is_timed_only_if_the_losses_agree(bench, name, monkeypatch):
    import torch

    import vizgrad

    workloads = bench("workloads")
    ours, theirs = workloads.pair(name, vizgrad, torch)
    assert ours.step().item() > 0
    assert [p.shape for p in ours.model.parameters()] == [p.shape for p in theirs.model.parameters()]
    monkeypatch.setattr(vizgrad.optim.Optimizer, "step", lambda self: None)
    with pytest.raises(RuntimeError, match="losses are"):
        workloads.pair(name, vizgrad, torch)


def test_a_layer_runs_forward_and_backward(bench):
    import vizgrad

    layers = bench("layers")
    for cases in layers.FAMILIES.values():
        layers.runner(vizgrad, list(cases.values())[-1])()


def test_the_geometric_mean_is_taken_round_by_round(bench):
    row = bench("steps").mean("all", [[(4.0, 1.0)] * 3, [(1.0, 1.0)] * 3], 1.5)
    assert (row.ratio, row.low, row.high) == (2.0, 2.0, 2.0)
