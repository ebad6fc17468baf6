"""Names that would be code if anybody were careless, and numbers that are none."""

from tests.browser.cells import SETUP, watched
from tests.browser.notebook import failures

EVIL = "<img src=x onerror=alert(1)>"
LAYER = f"""\
model = nn.Sequential()
model.add_module({EVIL!r}, nn.Linear(8, 8))
model.add_module("</script><script>alert(2)</script>", nn.Linear(8, 1))
optimizer = optim.SGD(model.parameters(), lr=0.01)
"""
NOTHING = "img[src='x'], [onerror], script:text-matches('^alert')"


def harmless(book, at):
    view = book.view(at)
    assert EVIL in view.says(), "the name is shown as it is written"
    assert book.page.locator(NOTHING).count() == 0
    assert book.dialogs == []


def test_a_layer_with_a_name_like_a_tag(notebook):
    book = notebook(SETUP, LAYER, watched(50, 0.01, f"model, optimizer, title={EVIL!r}"))
    book.run(0)
    book.run(1)
    assert not failures(book.run(2))
    view = book.view(2)
    view.awaits("finished")
    book.page.wait_for_timeout(500)
    harmless(book, 2)
    book.picture("evil-name")
    saved = book.save()
    again = notebook(name=book.lab.copy(saved, "evil-copy.ipynb"))
    again.view(2).awaits("replay")
    harmless(again, 2)


def test_a_loss_that_is_not_a_number(notebook):
    wild = "for group in optimizer.param_groups:\n    group['lr'] = 1e30\n"
    book = notebook(SETUP, wild + watched(60, 0.02), "print('usable', len(times))")
    book.run(0)
    cell = book.run(1)
    assert not failures(cell)
    view = book.view(1)
    view.awaits("finished")
    assert "nan" in view.says().lower()
    book.picture("nan")
    assert not failures(book.run(2))
