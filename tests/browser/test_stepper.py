"""Stepping in real JupyterLab: by button and by key, backwards, with breakpoints, edits and two outcomes."""

import json

import pytest

from tests.browser.cells import FOREVER, SETUP, USABLE, watched
from tests.browser.notebook import View, failures

NET = """\
import vizgrad as torch
import vizgrad.nn as nn, vizgrad.nn.functional as F

def build():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 2))
    return net, torch.optim.Adam(net.parameters(), lr=0.1), torch.randn(5, 3), torch.tensor([0, 1, 0, 1, 1])

def train(net, opt, x, t, steps=2):
    for _ in range(steps):
        opt.zero_grad()
        loss = F.cross_entropy(net(x), t)
        loss.backward()
        opt.step()
    return loss

def weights(net):
    return [p.detach().tolist() for p in net.parameters()]

alone = build()
train(*alone)
"""
STEP = """\
made = build()
with torch.step(*made[:2]) as s:
    loss = train(*made)
print("same", weights(made[0]) == weights(alone[0]))
"""


class Stepper(View):
    """The stepper as a person sees it."""

    def act(self, name, waits=True):
        """Press a button of the bar; wait until something is said about it."""
        before = self.sentence()
        self.element.locator(f"[data-act={name}]").first.click()
        if waits:
            self.book.until(lambda: self.sentence() != before, 10, self.sentence)

    def key(self, key):
        """Press a key in the view."""
        before = self.words()
        self.element.locator(".vg-stepper").first.focus()
        self.book.page.keyboard.press(key)
        self.book.until(lambda: self.words() != before, 10, self.words)

    def sentence(self):
        return self.element.locator(".vg-stepper-bar .vg-sentence").first.inner_text()

    def title(self):
        """Of the card."""
        return self.element.locator(".vg-card h4").first.inner_text()

    def words(self):
        return f"{self.sentence()} / {self.title()}"

    def fold(self, name):
        """Open what lies below."""
        button = self.element.locator(f"[data-fold={name}]")
        if button.get_attribute("aria-expanded") != "true":
            button.click()
        return self.element.locator(".vg-fold-body")

    def at(self, words):
        """Wait until the program waits at an event of that name."""
        self.book.until(lambda: f"Paused before {words}" in self.sentence(), 15, self.sentence)


@pytest.fixture
def stepping(notebook):
    """A notebook that waits before its first op, and its stepper."""

    def make(cell=STEP, *more):
        book = notebook(NET, cell, *more)
        book.run(0)
        book.start(1)
        view = Stepper(book, book.output(1).locator(".vg-view").first)
        view.awaits("stepping")
        view.at("linear in 0")
        return book, view

    return make


def ends(book, word="same True"):
    cell = book.finish(1, 30)
    assert not failures(cell)
    assert word in book.text(1)


def test_a_training_step_by_buttons_and_keys(stepping):
    book, view = stepping()
    book.until(lambda: "controls: subshell" in view.says(), 10, view.says)
    view.act("step")
    view.at("relu in 1")
    view.key("s")
    view.at("dropout in 2")
    view.key("ArrowLeft")
    assert "relu in 1" in view.title(), "looking back moves the card, not the program"
    assert "dropout in 2" in view.sentence()
    view.key("ArrowRight")
    view.act("backward")
    view.at("NllLossBackward0")
    view.key("o")
    view.act("step")
    assert "∂L/∂x = g @ W" in view.says(), "the formula of the linear layer's gradient"
    assert "finite differences agree" in view.says()
    assert "loss.backward()" not in view.element.locator(".vg-source-now, [aria-current]").first.inner_text()
    book.picture("backward")
    view.key("n")
    view.at("the update of 0.weight")
    assert "exp_avg" in view.says()
    book.picture("update")
    book.theme("Dark")
    book.picture("update-dark")
    book.theme("Light")
    book.page.set_viewport_size({"width": 720, "height": 900})
    book.picture("update-narrow")
    view.key("c")
    ends(book)
    view.awaits("finished", "replay")


def test_back_rewind_and_forward_again(stepping):
    book, view = stepping()
    view.act("backward")
    view.at("NllLossBackward0")
    for _ in range(3):
        view.key("b")
    view.element.get_by_role("button", name="Rewind here").click()
    view.at("linear in 3")
    assert "with the same bits" in view.says()
    view.act("step")
    view.at("log_softmax")
    view.act("backward")
    view.at("NllLossBackward0")
    view.act("continue", waits=False)
    ends(book)


def test_a_breakpoint_set_in_the_view(stepping):
    book, view = stepping()
    form = view.fold("breaks")
    form.get_by_label("op", exact=True).select_option("linear")
    form.get_by_label("in", exact=True).select_option(label="backward")
    form.get_by_role("button", name="Add").click()
    book.until(lambda: "Breakpoints (1)" in view.says(), 10, view.says)
    view.act("continue")
    view.at("AddmmBackward0 in 3")
    assert "breakpoint 1" in view.says()
    form.get_by_role("button", name="Remove").first.click()
    book.until(lambda: "Breakpoints (1)" not in view.says(), 10, view.says)
    view.act("continue", waits=False)
    ends(book)


def test_an_edited_gradient_goes_on(stepping):
    book, view = stepping(
        STEP.replace("train(*made)", "train(*made, steps=1)")
        + "print(made[0][3].bias.grad.abs().sum().item())\n"
    )
    view.act("backward")
    form = view.fold("edit")
    form.get_by_label("what").select_option("g")
    form.get_by_label("how").select_option("zero")
    form.get_by_role("button", name="Apply").click()
    book.until(lambda: "g = 0" in form.inner_text(), 10, form.inner_text)
    book.picture("edit")
    view.act("continue", waits=False)
    ends(book, "same False\n0.0")


def test_two_outcomes(stepping):
    book, view = stepping(STEP.replace("train(*made)", "train(*made, steps=1)"))
    view.act("step")
    form = view.fold("edit")
    form.get_by_label("what").select_option("y")
    form.get_by_label("how").select_option("scale")
    form.get_by_label("by", exact=True).fill("2")
    form.get_by_role("button", name="Apply").click()
    book.until(lambda: "y · 2" in form.inner_text(), 10, form.inner_text)
    view.fold("difference").get_by_role("button", name="next update").click()
    view.at("the update of 0.weight")
    book.until(lambda: "events differ" in view.says(), 10, view.says)
    book.picture("two-outcomes")
    view.element.get_by_role("button", name="Go on with the edited").click()
    book.until(lambda: "goes on with the edited" in view.says(), 10, view.says)
    view.act("continue", waits=False)
    ends(book, "same False")


def test_stop_in_the_middle(stepping):
    book, view = stepping(STEP, "train(*made)\nprint('usable')")
    view.act("step")
    view.act("stop", waits=False)
    assert not failures(book.finish(1, 20))
    assert "same" in book.text(1)
    assert not failures(book.run(2))
    assert view.state() in ("stopped", "replay")


def test_a_reload_in_the_middle(stepping):
    book, view = stepping()
    view.act("step")
    book.save()
    book.reload()
    view = Stepper(book, book.output(1).locator(".vg-view").first)
    view.awaits("stepping", seconds=20)
    book.until(lambda: view.element.locator("[data-act=step]").first.is_visible(), 20, view.says)
    view.act("step")
    view.at("dropout in 2")
    view.act("continue", waits=False)
    view.awaits("finished", "replay", seconds=20)


def test_step_on_a_run_that_is_live(notebook):
    book = notebook(SETUP, watched(FOREVER), USABLE)
    book.run(0)
    book.start(1)
    view = book.view(1)
    view.awaits("live")
    view.press("step")
    view.awaits("stepping", seconds=10)
    inside = Stepper(
        book,
        book.output(1)
        .locator(".vg-stepper-bar")
        .first.locator("xpath=ancestor::*[contains(@class,'vg-view')][1]"),
    )
    book.until(lambda: "Paused before" in inside.sentence(), 10, inside.sentence)
    book.picture("step-of-a-live-run")
    step = view.step()
    inside.act("update")
    inside.act("continue", waits=False)
    view.awaits("live", seconds=10)
    book.until(lambda: view.step() > step + 5)
    view.press("stop")
    assert not failures(book.finish(1, 20))


def test_where_no_subshell_reaches_the_kernel(notebook):
    """As in an older kernel or another editor: while it waits, the program looks into its queue itself."""
    book = notebook(NET, STEP)
    book.without_subshells()
    book.run(0)
    book.start(1)
    view = Stepper(book, book.output(1).locator(".vg-view").first)
    view.awaits("stepping")
    book.until(lambda: "by interrupt" in view.says(), 15, view.says)
    view.act("step")
    view.at("relu in 1")
    view.act("continue", waits=False)
    ends(book)


def test_an_op_that_raises_stays_open(stepping):
    cell = "with torch.step(*made[:2]) as s:\n    hidden = made[0][0](made[2])\n    made[0][0](hidden)\n"
    book, view = stepping("made = build()\n" + cell)
    view.act("continue", waits=False)
    cell = book.finish(1, 20)
    assert "RuntimeError" in failures(cell)[0]
    view.awaits("failed", "replay")
    assert "linear" in view.title()
    assert "mat1 and mat2 shapes cannot be multiplied" in view.says()
    book.picture("failed")
    text = json.dumps(book.save()["cells"][1]["outputs"])
    assert "application/vnd.vizgrad.run+json" in text


def test_step_on_a_view_that_stands_alone(notebook):
    """It has no bar, so it has its own Step; the stepper appears below it."""
    cell = watched(FOREVER, what="model, optimizer, show=False")
    book = notebook(SETUP, cell.replace("as run:\n", "as run:\n    run.curves().show()\n"))
    book.run(0)
    book.start(1)
    view = book.view(1)
    view.awaits("live")
    view.element.locator(".vg-step-here").click()
    view.awaits("stepping", seconds=10)
    inside = Stepper(book, book.output(1).locator(".vg-view:has(> .vg-stepper)"))
    book.until(lambda: "Paused before" in inside.says(), 10, inside.says)
    book.picture("stands-alone")
    inside.act("stop", waits=False)
    assert not failures(book.finish(1, 20))
