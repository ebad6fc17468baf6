"""The kernel is restarted in the middle of a run: the view says that it is stale; the next run is live."""

from tests.browser.cells import FOREVER, SETUP, watched


def test_stale_then_live_again(notebook):
    book = notebook(SETUP, watched(FOREVER))
    book.run(0)
    book.start(1)
    view = book.view(1)
    view.awaits("live")
    book.until(lambda: view.step() > 0)
    step = view.step()
    book.kernel("restart")
    view.awaits("stale", seconds=15)
    assert "stale since" in view.says()
    assert view.step() >= step, "what was known is still shown"
    assert view.element.locator("button[data-verb=stop]:visible").count() == 0
    book.picture("stale")
    book.idle()
    book.run(0)
    book.start(1)
    again = book.view(1)
    again.awaits("live")
    again.press("stop")
    again.awaits("stopped")
