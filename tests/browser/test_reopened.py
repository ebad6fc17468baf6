"""A notebook that was saved is opened again: the views replay, trusted or not."""

import pytest

from tests.browser.cells import SETUP, watched

MIME = "application/vnd.vizgrad.run+json"
LIMIT = 200_000


@pytest.fixture
def saved(notebook):
    book = notebook(SETUP, watched(200, 0.005), name="saved.ipynb")
    book.run(0)
    book.run(1)
    book.view(1).awaits("finished")
    book.page.wait_for_timeout(300)
    return book, book.save()


def bundle(content, at=1):
    """What the view left in the file, by mime type."""
    outputs = content["cells"][at]["outputs"]
    return next(output["data"] for output in outputs if MIME in output.get("data", {}))


def test_what_is_left_is_small_and_holds_a_picture(saved):
    _, content = saved
    left = bundle(content)
    assert {"text/plain", "text/html", MIME} <= set(left)
    assert "<img" in "".join(left["text/html"])
    assert "<script" not in "".join(left["text/html"])
    assert sum(len(str(each)) for each in left.values()) < LIMIT
    assert "widgets" not in content["metadata"]


def test_it_replays(saved, notebook):
    book, _ = saved
    book.page.close()
    book.lab.shut_kernels()
    again = notebook(name="saved.ipynb")
    view = again.view(1)
    view.awaits("replay")
    assert view.step() == 200
    again.picture("replay")


def test_it_replays_for_those_who_do_not_trust_it(saved, notebook):
    book, content = saved
    book.page.close()
    book.lab.shut_kernels()
    again = notebook(name=book.lab.copy(content, "stranger.ipynb"))
    assert again.trusted() is False
    view = again.view(1)
    view.awaits("replay")
    assert view.step() == 200
    again.picture("untrusted")
