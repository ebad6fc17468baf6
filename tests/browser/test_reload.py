"""The page is reloaded while the cell runs."""

from tests.browser.cells import SETUP, watched
from tests.browser.notebook import failures

PROOF = "open('reload-proof.txt', 'w').write(str(len(times)))\n"


def test_training_goes_on_and_the_view_recovers(notebook):
    book = notebook(SETUP, watched(600, 0.03) + PROOF)
    book.run(0)
    book.start(1)
    book.view(1).awaits("live")
    book.save()
    book.reload()
    view = book.view(1)
    view.awaits("live", "replay", "stale")
    book.picture("after-reload")
    view.awaits("live")
    before = view.step()
    book.until(lambda: view.step() > before)
    view.awaits("finished", "replay", seconds=60)
    assert (book.lab.folder / "reload-proof.txt").read_text() == "600"
    assert view.step() == 600


def test_stop_still_works(notebook):
    book = notebook(SETUP, watched(10_000_000), "print('usable', len(times))")
    book.run(0)
    book.start(1)
    book.view(1).awaits("live")
    book.save()
    book.reload()
    view = book.view(1)
    view.awaits("live")
    view.press("stop")
    view.awaits("stopped", "replay", seconds=15)
    assert not failures(book.run(2))
    assert "usable" in book.text(2)
