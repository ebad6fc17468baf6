"""Two notebooks train at once; neither hears of the other."""

from tests.browser.cells import SETUP, watched


def test_two_notebooks(notebook):
    books = [
        notebook(SETUP, watched(400, 0.01, f'model, optimizer, title="{title}"'), name=f"{title}.ipynb")
        for title in ("Ada", "Grace")
    ]
    for book in books:
        book.run(0)
    for book in books:
        book.start(1)
    for book in books:
        book.view(1).awaits("live")
    for book in books:
        book.finish(1)
        view = book.view(1)
        view.awaits("finished")
        assert view.step() == 400
        assert "steps 400" in book.text(1)


def test_two_tabs_of_one_page(notebook):
    """Both notebooks in one JupyterLab: their runs share the page, and its registry of runs."""
    first = notebook(SETUP, watched(300, 0.01), name="left.ipynb")
    second = first.lab.write("right.ipynb", [SETUP, watched(300, 0.01)])
    first.run(0)
    first.start(1)
    other = first.beside(second)
    other.run(0)
    other.start(1)
    other.view(1).awaits("live", "finished")
    other.finish(1)
    other.view(1).awaits("finished")
    assert other.view(1).step() == 300
    first.show()
    first.finish(1)
    first.view(1).awaits("finished")
    assert first.view(1).step() == 300
