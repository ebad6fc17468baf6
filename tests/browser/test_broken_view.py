"""A view that raises: training goes on, and the other views are drawn."""

from tests.browser.cells import SETUP, watched
from tests.browser.notebook import failures

PLANT = """() => {
  const original = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (...given) {
    if (this.closest?.('.vg-view') || !this.isConnected) throw new Error('planted');
    return original.apply(this, given);
  };
}"""


def test_in_the_page(notebook):
    """No canvas can be drawn on: the views that need one say so, the bar goes on."""
    book = notebook(SETUP, watched(200, 0.01))
    book.run(0)
    book.page.evaluate(PLANT)
    book.start(1)
    view = book.view(1)
    book.until(lambda: "could not be drawn" in view.says(), 20, view.says)
    book.picture("broken")
    assert not failures(book.finish(1))
    assert "steps 200" in book.text(1)


def test_in_the_kernel(notebook):
    """A watcher that raises is taken off with a warning; the run and its view go on."""
    spoiler = (
        "from vizgrad.engine import watch\n"
        "class Spoiler(watch.Watcher):\n"
        "    def on_step(self, optimizer):\n"
        "        raise RuntimeError('planted')\n"
        "watch.add(Spoiler())\n"
    )
    book = notebook(SETUP, spoiler + watched(100, 0.01))
    book.run(0)
    assert not failures(book.run(1))
    assert "steps 100" in book.text(1)
    assert "planted" in book.text(1)
    book.view(1).awaits("finished")
