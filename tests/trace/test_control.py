"""Pause, resume, stop, Ctrl-C: where they act and where they must not."""

import os
import signal
import threading
import time

import pytest

import vizgrad as torch
from vizgrad.trace import wire
from vizgrad.trace.control import Stop

from .toy import setup, train


def later(seconds, *calls):
    def run():
        for call in calls:
            time.sleep(seconds)
            call()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_pause_halts_training_and_resume_goes_on():
    model, optimizer, page, run = setup()
    seen = {}

    def pause():
        run.pause()
        time.sleep(0.15)
        seen["state"], seen["step"] = run.status.state, run.status.step
        time.sleep(0.1)
        seen["later"], seen["elapsed"] = run.status.step, run.status.elapsed

    with run:
        thread = later(0.05, pause, run.resume)
        while thread.is_alive():
            train(model, optimizer, 1)
        train(model, optimizer, 5)
    assert seen["state"] == "paused"
    assert seen["step"] == seen["later"]
    assert run.status.step > seen["later"]
    states = [part["state"] for part in page.parts("status")]
    assert "paused" in states
    assert states[-1] == "finished"
    assert run.status.elapsed < seen["elapsed"] + 1


def test_stop_leaves_the_block_quietly_with_whole_steps():
    model, optimizer, _, run = setup()
    with run:
        train(model, optimizer, 100, lambda step: step == 5 and run.stop())
    assert run.status.state == "stopped"
    assert run.status.step == 5
    assert "keeps what it has learnt" in run.status.note
    train(model, optimizer, 2)  # the model is as usable as before


@pytest.mark.parametrize("moment", ["on_node", "on_op"])
def test_stop_never_strikes_inside_a_backward_pass(moment):
    _, _, _, run = setup()
    passes = []

    x = torch.ones(3, requires_grad=True)

    def hook(grad):
        if moment == "on_node":
            run.stop()
        else:
            run.stop()
            grad * 2  # an op inside the backward pass
        passes.append("hook")
        return grad

    with run:
        y = x * 2
        y.register_hook(hook)
        y.sum().backward()
        passes.append("backward done")
        x * 3
        passes.append("not reached")
    assert passes == ["hook", "backward done"]
    assert x.grad is not None


def test_stop_waits_until_parameters_moved_by_hand_have_all_moved():
    model, _, _, run = setup()
    reached = []
    with run, torch.no_grad():
        run.stop()
        for p in model.parameters():
            p -= 0.1 * p
        reached.append("all moved")
        model(torch.ones(1, 4))
        reached.append("not reached")
    assert reached == ["all moved"]
    assert run.status.state == "stopped"


def test_the_first_interrupt_stops_and_the_old_handler_comes_back():
    model, optimizer, _, run = setup()
    before = signal.getsignal(signal.SIGINT)
    with run:
        train(model, optimizer, 100, lambda step: step == 3 and os.kill(os.getpid(), signal.SIGINT))
    assert run.status.state == "stopped"
    assert run.status.step in (3, 4)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_during_a_pause_stops():
    model, optimizer, _, run = setup()
    thread = later(0.1, run.pause, lambda: os.kill(os.getpid(), signal.SIGINT))
    with run:
        train(model, optimizer, 100_000)
    thread.join()
    assert run.status.state == "stopped"


def test_the_second_interrupt_is_an_ordinary_one():
    _, _, _, run = setup()

    def twice():
        with run:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)

    with pytest.raises(KeyboardInterrupt):
        twice()
    assert run.status.state == "stopped"
    assert run.status.note == "interrupted"


def test_an_interrupt_that_brings_a_command_is_not_a_stop():
    model, optimizer, _, run = setup()
    knocked = []

    def fetch():
        knocked.append(True)
        run.hear(wire.Command(1, "seen", 1))
        return True

    run.control.fetch = fetch
    with run:
        train(model, optimizer, 6, lambda step: step == 3 and os.kill(os.getpid(), signal.SIGINT))
    assert knocked
    assert run.status.state == "finished"
    assert run.status.step == 6


def test_a_loop_that_catches_everything_cannot_be_held_by_a_stop():
    model, optimizer, _, run = setup()
    caught = []
    with run:
        run.stop()
        try:
            train(model, optimizer, 1)
        except BaseException as error:
            caught.append(error)
        train(model, optimizer, 1)  # asked once, raised once
    assert isinstance(caught[0], Stop)
    assert run.status.state == "finished"


def test_commands_are_acknowledged_but_life_signs_are_not_commands():
    _, _, _, run = setup()
    run.hear(wire.Command(1, "hello", 41))
    run.hear(wire.Command(1, "seen", 7))
    assert run.acked == 41
