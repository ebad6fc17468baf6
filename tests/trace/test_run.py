"""A run, from its first step to its end, whatever happens in between."""

import math
import os
import threading
import time
import tracemalloc

import numpy as np
import pytest

import vizgrad as torch
import vizgrad.nn as nn
import vizgrad.nn.functional as F
import vizgrad.optim as optim
from vizgrad.engine import watch as engine_watch
from vizgrad.engine.local import here
from vizgrad.trace import statistics
from vizgrad.trace.control import Stop
from vizgrad.trace.publisher import Publisher
from vizgrad.trace.run import Run, watch

from .toy import Net, data, setup, train


def curve(run, group, name):
    return run.history.curve(group, name)


def test_every_loss_is_recorded_and_readings_are_cut_every_so_many_steps():
    model, optimizer, page, run = setup(every=5)
    losses = []
    x, target = data()
    with run:
        for _ in range(20):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), target)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        run.log(accuracy=torch.tensor(0.75), epoch=3)
    steps, values = curve(run, "metric", "loss")
    assert steps.tolist() == list(range(1, 21))
    assert values.tolist() == losses
    assert curve(run, "gradient", "block.fc")[0].tolist() == [5, 10, 15, 20]
    grads = np.concatenate([p.grad.array.ravel() for p in model.block.fc.parameters()])
    assert curve(run, "gradient", "block.fc")[1][-1] == pytest.approx(np.linalg.norm(grads), rel=1e-5)
    assert curve(run, "rate", "learning rate")[1].tolist() == [0.1] * 4
    assert curve(run, "metric", "accuracy")[1].tolist() == [0.75]
    assert [p["unit"] for p in page.parts("series") if p["name"] == "accuracy"][-1] == "fraction"
    assert curve(run, "memory", "parameters")[1][-1] >= sum(p.array.nbytes for p in model.parameters())
    assert (run.status.state, run.status.step, run.status.every) == ("finished", 20, 5)
    assert run.history.memory.peak_at
    assert here.watchers == ()


def test_by_itself_it_reads_at_most_twenty_times_a_second():
    model, optimizer, _, run = setup()
    with run:
        start = time.perf_counter()
        train(model, optimizer, 300)
        seconds = time.perf_counter() - start
    assert len(curve(run, "gradient", "first")[0]) <= 20 * seconds + 3
    assert len(curve(run, "metric", "loss")[0]) == 300


def test_a_nan_loss_is_recorded_and_said():
    model, optimizer, page, run = setup()
    x, target = data()
    with run:
        for step in range(4):
            loss = F.cross_entropy(model(x), target)
            if step == 2:
                loss = loss * math.nan
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    values = curve(run, "metric", "loss")[1]
    assert np.isnan(values).tolist() == [False, False, True, True]
    assert run.recorder.note == "the loss is NaN since step 3"
    assert page.status()["note"] == "the loss is NaN since step 3"
    assert np.isnan(curve(run, "gradient", "first")[1][-1])


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>",
    "\u202egnp.exe",
    "a\x00b\nc",
    "__proto__",
    "x" * 10_000,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_travel_as_short_plain_text(name):
    model, optimizer, page, _ = setup()
    model.add_module(name.replace(".", ""), nn.Linear(4, 4))
    run = Run(model, optimizer, title=name, publisher=Publisher(threaded=False))
    run.channel.page = page
    with run:
        train(model, optimizer, 2)
        run.log(**{name: 1.0})
    texts = [t for message, _ in page.got for t in _texts(message)]
    assert max(map(len, texts)) <= 200
    assert not [t for t in texts if any(ord(c) < 32 or c == "\u202e" for c in t)]
    if "<" in name:
        assert name in texts  # not altered: it is text, and the page writes it as text


def _texts(message):
    if isinstance(message, str):
        yield message
    elif isinstance(message, dict | list):
        for inner in message.values() if isinstance(message, dict) else message:
            yield from _texts(inner)


def test_an_exception_goes_through_untouched_and_the_run_has_failed():
    model, optimizer, page, run = setup()

    def broken():
        with run:
            train(model, optimizer, 1)
            raise ValueError("no such batch\nsecond line")

    with pytest.raises(ValueError, match="no such batch"):
        broken()
    assert page.status()["state"] == "failed"
    assert page.status()["note"] == "ValueError: no such batch"
    assert here.watchers == ()


def test_only_its_own_stop_is_swallowed():
    _, _, _, run = setup()
    _, _, _, other = setup()
    with pytest.raises(Stop), run:
        raise Stop(other.control)


def test_runs_cannot_be_nested_doubled_or_entered_twice():
    model, optimizer, _, run = setup()
    _, _, _, other = setup()
    same = Run(model, optimizer, publisher=Publisher(threaded=False))
    with run:
        with pytest.raises(RuntimeError, match=r"still on: leave its `with` block"), other:
            pass
        with pytest.raises(RuntimeError, match=r"is live; call watch\(\) again"), run:
            pass
        failed = []

        def elsewhere():
            try:
                same.__enter__()
            except RuntimeError as error:
                failed.append(str(error))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert failed == ["this Net is already being watched by another run"]
    with pytest.raises(RuntimeError, match="is finished"), run:
        pass
    with same:
        train(model, optimizer, 1)


@pytest.mark.parametrize(
    ("arguments", "says"), [(([],), "should be a Module, not list"), ((Net(), None, None), "")]
)
def test_what_cannot_be_watched_is_said(arguments, says):
    if says:
        with pytest.raises(TypeError, match=says):
            Run(*arguments)
    with pytest.raises(ValueError, match="every=0"):
        Run(Net(), every=0)


def test_log_refuses_what_is_not_a_number():
    _, _, _, run = setup()
    with pytest.raises(
        TypeError, match=r"log\(x=…\): a number or a tensor with one element, not Tensor of shape \(2,\)"
    ):
        run.log(x=torch.ones(2))
    with pytest.raises(TypeError, match="not str"):
        run.log(x="much")
    run.log(loss=0.5)  # a curve of its own beside the loss of each step
    assert curve(run, "metric", "loss (logged)")[1].tolist() == [0.5]


def test_a_loop_that_moves_parameters_by_hand_counts_backward_passes():
    model, _, _, run = setup()
    run = Run(model, publisher=Publisher(threaded=False), every=1)
    x, target = data()
    with run:
        for _ in range(6):
            F.cross_entropy(model(x), target).backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= 0.1 * p.grad
                    p.grad = None
    assert run.status.step == 5
    assert len(curve(run, "gradient", "first")[0]) == 5


def test_steps_of_another_models_optimizer_do_not_count():
    model, optimizer, _, run = setup()
    other = nn.Linear(2, 1)
    theirs = optim.SGD(other.parameters(), lr=1)
    with run:
        for _ in range(3):
            other(torch.ones(1, 2)).sum().backward()
            theirs.step()
        train(model, optimizer, 2)
    assert run.status.step == 2


def test_a_recorder_that_fails_says_so_and_training_can_still_be_stopped():
    model, optimizer, _, run = setup(every=1)

    @statistics.measure()
    def broken(xp, weights, gradients):
        raise ZeroDivisionError("no such number")

    try:
        with pytest.warns(RuntimeWarning, match="recording stopped at step 1: ZeroDivisionError"), run:
            train(model, optimizer, 50, lambda step: step == 5 and run.stop())
    finally:
        del statistics.MEASURES["broken"]
    assert run.status.state == "stopped"
    assert run.status.step == 1
    assert engine_watch.here.watchers == ()


def test_training_in_the_background_leaves_the_caller_free():
    model, optimizer, _, _ = setup()
    run = Run(model, optimizer, publisher=Publisher(threaded=False), background=True)
    with pytest.raises(RuntimeError, match=r"call run\.background"), run:
        pass
    started = threading.Event()

    def work(steps):
        train(model, optimizer, steps, lambda step: started.set())

    run.background(work, 10**9)
    assert started.wait(5)
    assert run.status.mode == "thread"
    assert not run.wait(0.01)
    run.stop()
    assert run.wait(5)
    assert run.status.state == "stopped"
    with pytest.raises(RuntimeError, match="already started"):
        run.background(work, 1)


def test_what_background_training_raises_is_raised_by_wait():
    _, _, _, run = setup()

    def work():
        raise ValueError("in the thread")

    hook, threading.excepthook = threading.excepthook, lambda *facts: None
    try:
        with pytest.raises(ValueError, match="in the thread"):
            run.background(work).wait()
    finally:
        threading.excepthook = hook
    assert run.status.state == "failed"


def test_plain_python_is_told_what_it_gets(capsys, tmp_path):
    watch(Net(), to=tmp_path / "run.jsonl")
    assert "no notebook here" in capsys.readouterr().err
    run = watch(Net(), show=False)
    assert run.status.mode == "none"
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_worker_is_not_part_of_the_run():
    model, optimizer, _, run = setup()
    with run:
        train(model, optimizer, 1)
        child = os.fork()
        if child == 0:
            os._exit(0 if here.watchers == () else 1)
        assert os.waitpid(child, 0)[1] == 0


def test_memory_stays_bounded_however_long_a_run_is():
    model, optimizer, page, run = setup()
    page.send = lambda message, points: None

    def steps(n):
        for _ in range(n):
            run.recorder.on_backward(loss)
            run.recorder.on_backward_end(loss)
            run.recorder.on_step(optimizer)

    with run:
        loss = F.cross_entropy(model(data()[0]), data()[1])
        loss.backward()
        steps(30_000)
        tracemalloc.start()
        steps(10)
        before = tracemalloc.get_traced_memory()[0]
        steps(60_000)
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    assert run.status.step == 90_010
    assert grown < 300_000
