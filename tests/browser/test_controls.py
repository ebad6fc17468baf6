"""Pause, Resume and Stop, pressed while the cell runs."""

import json

import pytest

from tests.browser.cells import FOREVER, GAP, SETUP, USABLE, watched
from tests.browser.notebook import failures

WITHIN = 0.2  # seconds from the click to the last step


def training(notebook, cell=None):
    """A notebook whose second cell trains, live."""
    book = notebook(SETUP, cell or watched(FOREVER), GAP, USABLE)
    book.run(0)
    book.start(1)
    view = book.view(1)
    view.awaits("live")
    book.until(lambda: view.step() > 0)
    return book, view


def ends_well(book, seconds=20):
    """The training cell ended without a traceback, and the model can be used."""
    cell = book.finish(1, seconds)
    assert not failures(cell)
    assert "steps" in book.text(1)
    assert not failures(book.run(3))
    assert "usable True" in book.text(3)


def test_pause_resume_stop(notebook):
    book, view = training(notebook)
    clicked = view.press("pause")
    view.awaits("paused", seconds=5)
    step = view.step()
    book.page.wait_for_timeout(1500)
    assert view.step() == step, "a paused run does not move"
    assert book.cell(1)["state"] == "running"
    book.picture("paused")
    view.press("resume")
    view.awaits("live", seconds=5)
    book.until(lambda: view.step() > step)
    view.press("stop")
    view.awaits("stopped", seconds=5)
    ends_well(book)
    book.run(2)
    pause = json.loads(book.text(2))
    assert pause["gap"] > 1
    assert pause["began"] - clicked < WITHIN, f"halted {pause['began'] - clicked:.3f} s after the click"


def test_the_bar_says_how_it_is_heard(notebook):
    book, view = training(notebook)
    book.until(lambda: "controls: subshell" in view.says(), 10, view.says)
    view.press("stop")
    ends_well(book)


def test_stop_while_paused(notebook):
    book, view = training(notebook)
    view.press("pause")
    view.awaits("paused", seconds=5)
    view.press("stop")
    ends_well(book)
    assert view.state() == "stopped"


def test_without_subshells_the_page_interrupts(notebook):
    """As in an older kernel: nothing is heard until the cell ends, so the page knocks with an interrupt."""
    book = notebook(SETUP, watched(FOREVER), GAP, USABLE)
    book.without_subshells()
    book.run(0)
    book.start(1)
    view = book.view(1)
    book.until(lambda: "by interrupt" in view.says(), 15, view.says)
    view.press("pause")
    view.awaits("paused", seconds=5)
    view.press("resume")
    view.awaits("live", seconds=5)
    view.press("stop")
    ends_well(book)


@pytest.mark.parametrize("verb", ["pause", "stop"])
def test_in_the_background(notebook, verb):
    """Thread mode: the cell returns at once, and the run goes on."""
    cell = f"run = torch.watch(model, optimizer)\nrun.background(train, {FOREVER}, 0.001)\n"
    book, view = training(notebook, cell)
    book.finish(1, 5)
    book.until(lambda: "controls: thread" in view.says(), 10, view.says)
    view.press(verb)
    view.awaits("paused" if verb == "pause" else "stopped", seconds=5)
    if verb == "pause":
        view.press("stop")
        view.awaits("stopped", seconds=5)
    assert "usable True" in (book.run(3) and book.text(3))


def test_the_kernels_own_interrupt_is_a_stop(notebook):
    book, view = training(notebook)
    book.kernel("interrupt")
    ends_well(book)
    assert view.state() == "stopped"
