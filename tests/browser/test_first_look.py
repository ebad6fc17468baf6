"""The first notebook, as a newcomer meets it: from top to bottom, light and dark."""

import json

from tests.browser.lab import TOP
from tests.browser.notebook import failures

NAME = "00-first-look.ipynb"


def opened(notebook, lab, *, fast):
    """The notebook, its code cells, and the one of them that trains."""
    book = json.loads((TOP / "notebooks" / NAME).read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) if cell["cell_type"] == "code" else "" for cell in book["cells"]]
    code = [at for at, source in enumerate(sources) if source]
    (training,) = [at for at in code if "with torch.watch(" in sources[at]]
    if fast:
        shorter = "import os\nos.environ['VIZGRAD_FAST'] = '1'\n"
        book["cells"][code[0]]["source"] = shorter + sources[code[0]]
    (lab.folder / NAME).write_text(json.dumps(book), encoding="utf-8")
    return notebook(name=NAME), code, training


def both_themes(book, moment):
    for theme in ("Dark", "Light"):
        book.theme(theme)
        book.picture(f"{moment}-{theme.lower()}")


def test_from_top_to_bottom(notebook, lab):
    book, code, training = opened(notebook, lab, fast=False)
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
        words = view.says()  # here: JupyterLab renders only what is on the screen
    for shown in ("loss", "accuracy", "lr", "conv1", "fc2", "parameters", "optimizer"):
        assert shown in words, f"the views do not speak of {shown}"


def test_nothing_is_cut_or_scrolls_inside(notebook, lab):
    """No scroll bars inside scroll bars, at the width of a projector and at that of half a screen."""
    book, code, training = opened(notebook, lab, fast=True)
    for at in code[: code.index(training) + 1]:
        book.run(at, 300)
    view = book.view(training)
    view.awaits("finished")
    book.page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    for width in (1280, 700):
        book.page.set_viewport_size({"width": width, "height": 900})
        view.element.scroll_into_view_if_needed()
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
