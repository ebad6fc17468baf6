"""How often the kernel speaks to the page, and what the page holds after a while."""

import pytest

from tests.browser.cells import FOREVER, SETUP, watched

PER_SECOND = 20
SECOND = """\
twin = nn.Linear(8, 1)
hers = optim.SGD(twin.parameters(), lr=0.01)

def also(steps):
    for _ in range(steps):
        hers.zero_grad()
        F.mse_loss(twin(x), y).backward()
        hers.step()
        time.sleep(0.002)
"""


def most_in_a_second(times):
    """The largest number of arrivals within any one second."""
    return max(sum(begin <= t < begin + 1 for t in times) for begin in times)


def test_twenty_messages_a_second_at_most(notebook):
    """Two runs in one kernel, as fast as they go: they share the publisher."""
    second = SECOND + f"other = torch.watch(twin, hers)\nother.background(also, {FOREVER})\n"
    book = notebook(SETUP, second, watched(FOREVER, 0.001))
    book.run(0)
    book.run(1)
    book.start(2)
    view = book.view(2)
    view.awaits("live")
    book.page.wait_for_timeout(5000)
    times = book.updates()
    view.press("stop")
    book.finish(2)
    book.view(1).press("stop")
    book.view(1).awaits("stopped")
    assert len(times) > 20
    # At either end one may have been a little late on its way.
    assert len(times) - 1 <= PER_SECOND * (times[-1] - times[0]) + 1
    # A burst may gather on its way; the next second then has fewer.
    assert most_in_a_second(times) <= 1.5 * PER_SECOND


def grows(notebook, first, seconds):
    """Megabytes between ``first`` seconds of training and ``seconds``."""
    book = notebook(SETUP, watched(FOREVER))
    book.run(0)
    book.start(1)
    view = book.view(1)
    view.awaits("live")
    book.page.wait_for_timeout(first * 1000)
    before, steps = book.heap(), view.step()
    book.page.wait_for_timeout((seconds - first) * 1000)
    after = book.heap()
    print(f"heap {before:.1f} MB at {first} s, step {steps}")
    print(f"heap {after:.1f} MB at {seconds} s, step {view.step()}")
    assert view.state() == "live"
    book.picture("soaked")
    view.press("stop")
    book.finish(1)
    return after - before


def test_the_heap_is_bounded(notebook):
    assert grows(notebook, 10, 40) < 6


@pytest.mark.soak
def test_the_heap_is_bounded_for_ten_minutes(notebook):
    assert grows(notebook, 60, 600) < 6
