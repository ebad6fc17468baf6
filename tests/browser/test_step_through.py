"""The second notebook, as its text says to use it: step, read, edit, branch, rewind, break."""

import json

from tests.browser.lab import TOP
from tests.browser.notebook import failures
from tests.browser.test_stepper import Stepper

NAME = "01-step-through.ipynb"


class Course:
    """The notebook, with its code cells by name."""

    def __init__(self, notebook, lab):
        text = (TOP / "notebooks" / NAME).read_text(encoding="utf-8")
        (lab.folder / NAME).write_text(text, encoding="utf-8")
        self.book = notebook(name=NAME)
        self.book.page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
        code = [at for at, cell in enumerate(json.loads(text)["cells"]) if cell["cell_type"] == "code"]
        self.at = dict(zip(CELLS, code, strict=True))

    def run(self, name):
        assert not failures(self.book.run(self.at[name], 60))
        return self.book.text(self.at[name])

    def start(self, name):
        self.book.start(self.at[name])
        view = Stepper(self.book, self.book.output(self.at[name]).locator(".vg-view").first)
        view.awaits("stepping")
        view.element.scroll_into_view_if_needed()
        return view

    def end(self, name, view, button="continue"):
        view.act(button, waits=False)
        assert not failures(self.book.finish(self.at[name], 60))
        return self.book.text(self.at[name])

    def edit(self, view, what, how, said, **fields):
        """Fill in the form, apply it, and wait until the edit waits."""
        form = view.fold("edit")
        form.get_by_label("what").select_option(what)
        form.get_by_label("how").select_option(label=how)
        for label, value in fields.items():
            form.get_by_label(label, exact=label == "by").fill(value)
        form.get_by_role("button", name="Apply").click()
        self.book.until(lambda: said in form.inner_text(), 10, form.inner_text)


CELLS = (
    "setup", "small", "by hand", "events", "adam", "change", "driven", "silenced", "nan", "cured", "network",
    "convolution", "last",
)  # fmt: skip


def test_what_the_text_says_can_be_done(notebook, lab):
    course = Course(notebook, lab)
    course.run("setup")
    course.run("small")
    by_hand(course)
    change(course)
    course.run("driven")
    course.run("silenced")
    guilty(course)
    convolution(course)


def by_hand(course):
    """One step of SGD, then two of Adam."""
    view = course.start("by hand")
    course.book.picture("first")
    backward = ("MseLossBackward0", "AddmmBackward0 in output", "TanhBackward0")
    for place in ("tanh", "linear in output", "mse_loss", *backward):
        view.act("step")
        view.at(place)
    assert "finite differences agree" in view.says()
    course.book.picture("tanh-backward")
    view.key("n")
    view.at("the update of hidden.weight")
    course.book.picture("rule")
    course.end("by hand", view)
    assert "TanhBackward0" in course.run("events")
    view = course.start("adam")
    view.key("n")
    view.at("the update of hidden.weight")
    assert "exp_avg_sq" in view.says()
    course.book.picture("adam")
    course.end("adam", view)


def change(course):
    """A gradient is edited, both ways are followed; then an output is edited in the past."""
    book, view = course.book, course.start("change")
    view.act("backward")
    for place in ("AddmmBackward0 in output", "TanhBackward0"):
        view.act("step")
        view.at(place)
    course.edit(view, "g", "multiply", "g · 10", by="10")
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
    course.edit(view, "y", "set to zero", "y[1, 0] = 0", element="1, 0")
    book.picture("rewound")
    course.end("change", view)


def guilty(course):
    """The breakpoint finds where NaN begins, and nothing once that is cured."""
    view = course.start("nan")
    view.act("continue")
    course.book.until(lambda: "Paused after log" in view.sentence(), 10, view.sentence)
    assert "NaN or Inf in y of log" in view.says()
    course.book.picture("nan")
    course.end("nan", view, "stop")
    assert "0 events gave NaN or Inf" in course.end("cured", course.start("cured"))


def convolution(course):
    """Over a layer, out of one, and from breakpoint to breakpoint."""
    course.run("network")
    view = course.start("convolution")
    view.key("o")
    view.at("relu in features.1")
    view.act("continue")
    view.at("conv2d in features.2")
    course.book.picture("convolution")
    view.key("u")
    view.at("flatten in classify.0")
    view.act("continue")
    view.at("ConvolutionBackward0 in features.2")
    view.act("continue")
    view.at("the update of features.2.weight")
    course.end("convolution", view, "stop")
