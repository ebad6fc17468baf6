"""The harness itself: a notebook opens, runs, prints, fails, and can be waited for."""

from tests.browser.notebook import failures


def test_a_trivial_notebook(notebook):
    book = notebook("import time\nprint(6 * 7)", "time.sleep(1)\nprint('slept')", "1 / 0")
    assert not failures(book.run(0))
    assert book.text(0) == "42\n"
    book.start(1)
    assert book.cell(1)["state"] == "running"
    book.finish(1)
    assert book.text(1) == "slept\n"
    assert failures(book.run(2)) == ["ZeroDivisionError: division by zero"]
    book.theme("Dark")
    assert book.picture("dark").stat().st_size > 10_000
    assert book.heap() > 5


def test_the_extension_is_there(notebook):
    book = notebook("print('hello')")
    loaded = book.page.evaluate(
        "() => [...window.jupyterapp.listPlugins()].filter(id => id.startsWith('vizgrad'))"
    )
    assert loaded
