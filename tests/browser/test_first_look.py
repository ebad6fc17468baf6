"""The first notebook, as a newcomer meets it: from top to bottom, light and dark."""

import json
import shutil

import pytest

from tests.browser.lab import TOP
from tests.browser.notebook import failures

NAME = "00-first-look.ipynb"


@pytest.fixture
def first_look(notebook, lab):
    shutil.copyfile(TOP / "notebooks" / NAME, lab.folder / NAME)
    cells = json.loads((lab.folder / NAME).read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) if cell["cell_type"] == "code" else "" for cell in cells]
    (training,) = [at for at, source in enumerate(sources) if "watch(" in source and "with " in source]
    return notebook(name=NAME), [at for at, source in enumerate(sources) if source], training


def both_themes(book, moment):
    for theme in ("Dark", "Light"):
        book.theme(theme)
        book.picture(f"{moment}-{theme.lower()}")


def test_from_top_to_bottom(first_look):
    book, code, training = first_look
    book.page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    view = book.view(training)
    for at in code:
        if at != training:
            assert not failures(book.run(at, 120))
            continue
        book.start(at)
        view.awaits("live")
        view.element.scroll_into_view_if_needed()
        book.picture("start")
        book.until(lambda: view.step() > 30)
        both_themes(book, "middle")
        assert not failures(book.finish(at, 300))
        view.awaits("finished")
        view.element.scroll_into_view_if_needed()
        both_themes(book, "end")
    words = view.says()
    for shown in ("loss", "accuracy", "lr", "conv1", "fc2", "parameters", "optimizer"):
        assert shown in words, f"the views do not speak of {shown}"


def test_nothing_is_cut_or_scrolls_inside(first_look):
    """No scroll bars inside scroll bars, at the width of a projector and at that of half a screen."""
    book, code, training = first_look
    for at in code[: code.index(training) + 1]:
        book.run(at, 300)
    view = book.view(training)
    view.awaits("finished")
    for width in (1280, 700):
        book.page.set_viewport_size({"width": width, "height": 900})
        book.page.wait_for_timeout(500)
        book.picture(f"width-{width}")
        scrolls = view.element.evaluate(
            """element => [element, ...element.querySelectorAll('*')].filter(each =>
                 /auto|scroll/.test(getComputedStyle(each).overflowY)
                 && each.scrollHeight > each.clientHeight + 1).map(each => each.className)"""
        )
        assert scrolls == []
        wider = view.element.evaluate("element => element.scrollWidth - element.clientWidth")
        assert wider <= 1
