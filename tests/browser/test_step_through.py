"""The second notebook, as its text says to use it: step, read, edit, branch, rewind, break."""

import json

from tests.browser.lab import TOP
from tests.browser.notebook import failures
from tests.browser.test_stepper import Stepper

NAME = "01-step-through.ipynb"


def test_what_the_text_says_can_be_done(notebook, lab):
    text = (TOP / "notebooks" / NAME).read_text(encoding="utf-8")
    (lab.folder / NAME).write_text(text, encoding="utf-8")
    book = notebook(name=NAME)
    book.page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    code = [at for at, cell in enumerate(json.loads(text)["cells"]) if cell["cell_type"] == "code"]
    setup, small, by_hand, events, adam, change, driven, silenced, nan, cured, network, convolution, last = (
        code
    )

    def start(at):
        book.start(at)
        view = Stepper(book, book.output(at).locator(".vg-view").first)
        view.awaits("stepping")
        view.element.scroll_into_view_if_needed()
        return view

    def end(at, view, button="continue"):
        view.act(button, waits=False)
        assert not failures(book.finish(at, 60))

    assert not failures(book.run(setup, 60))
    book.run(small)
    view = start(by_hand)
    book.picture("first")
    for place in (
        "tanh",
        "linear in output",
        "mse_loss",
        "MseLossBackward0",
        "AddmmBackward0 in output",
        "TanhBackward0",
    ):
        view.act("step")
        view.at(place)
    assert "finite differences agree" in view.says()
    book.picture("tanh-backward")
    view.key("n")
    view.at("the update of hidden.weight")
    book.picture("rule")
    end(by_hand, view)
    book.run(events)
    assert "TanhBackward0" in book.text(events)

    view = start(adam)
    view.key("n")
    view.at("the update of hidden.weight")
    assert "exp_avg_sq" in view.says()
    book.picture("adam")
    end(adam, view)

    view = start(change)
    view.act("backward")
    for place in ("AddmmBackward0 in output", "TanhBackward0"):
        view.act("step")
        view.at(place)
    form = view.fold("edit")
    form.get_by_label("what").select_option("g")
    form.get_by_label("how").select_option(label="multiply")
    form.get_by_label("by", exact=True).fill("10")
    form.get_by_role("button", name="Apply").click()
    book.until(lambda: "g · 10" in form.inner_text(), 10, form.inner_text)
    book.picture("edit")
    view.fold("difference").get_by_role("button", name="next update").click()
    view.at("the update of hidden.weight")
    book.until(lambda: "events differ" in view.says(), 10, view.says)
    book.picture("branch")
    for _ in range(7):
        view.key("b")
    assert "tanh" in view.title()
    view.element.get_by_role("button", name="Rewind here").click()
    view.at("tanh")
    form = view.fold("edit")
    form.get_by_label("what").select_option("y")
    form.get_by_label("how").select_option(label="set to zero")
    form.get_by_label("element").fill("1, 0")
    form.get_by_role("button", name="Apply").click()
    book.until(lambda: "y[1, 0] = 0" in form.inner_text(), 10, form.inner_text)
    book.picture("rewound")
    end(change, view)

    assert not failures(book.run(driven))
    assert not failures(book.run(silenced))
    view = start(nan)
    view.act("continue")
    book.until(lambda: "Paused after log" in view.sentence(), 10, view.sentence)
    assert "NaN or Inf in y of log" in view.says()
    book.picture("nan")
    end(nan, view, "stop")
    end(cured, start(cured))
    assert "0 events gave NaN or Inf" in book.text(cured)

    book.run(network)
    view = start(convolution)
    view.key("o")
    view.at("relu in features.1")
    view.act("continue")
    view.at("conv2d in features.2")
    book.picture("convolution")
    view.key("u")
    view.at("flatten in classify.0")
    view.act("continue")
    view.at("ConvolutionBackward0 in features.2")
    view.act("continue")
    view.at("the update of features.2.weight")
    view.act("stop", waits=False)
    assert not failures(book.finish(convolution, 60))
    assert last
