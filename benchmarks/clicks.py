"""From a click on Step to the next pause as the page shows it, in real JupyterLab in headless Chromium.

The page itself measures: from the click until the sentence on top of the stepper speaks of another event.
Reported as a share of 50 ms, the time within which an answer feels immediate.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from timing import Row, compare, report, rounds

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SOON = 0.05  # seconds
READING = 500  # milliseconds before the next click: a person looks, and the picture comes to rest
CELLS = (
    """\
import vizgrad as torch
import vizgrad.nn as nn, vizgrad.nn.functional as F
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
opt = torch.optim.Adam(net.parameters(), lr=0.1)
x, t = torch.randn(5, 3), torch.tensor([0, 1, 0, 1, 1])
""",
    """\
with torch.step(net, opt):
    while True:
        opt.zero_grad()
        F.cross_entropy(net(x), t).backward()
        opt.step()
""",
)
CLICK = """async () => {
  const view = [...document.querySelectorAll(".vg-stepper")].at(-1);
  const says = view.querySelector(".vg-stepper-bar .vg-sentence");
  const before = says.textContent;
  const moved = () => says.textContent !== before && says.textContent.startsWith("Paused");
  const start = performance.now();
  view.querySelector("[data-act=step]").click();
  await new Promise((done) => {
    const observer = new MutationObserver(() => { if (moved()) { observer.disconnect(); done(); } });
    observer.observe(says, { childList: true, characterData: true, subtree: true });
  });
  return performance.now() - start;
}"""


def rows() -> Iterator[Row]:
    """One row, or none where there is no browser."""
    try:
        from playwright.sync_api import sync_playwright

        from tests.browser import chromium
        from tests.browser.lab import Lab
        from tests.browser.notebook import Notebook
    except ImportError:
        print('clicks.py needs a browser: pip install "vizgrad[test,lab]"', file=sys.stderr)
        return
    with sync_playwright() as play, tempfile.TemporaryDirectory() as home:
        path = chromium.find(play.chromium.executable_path)
        if path is None:
            print(chromium.MISSING, file=sys.stderr)
            return
        browser = play.chromium.launch(executable_path=path, args=chromium.QUIET)
        lab = Lab(Path(home))
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            book = Notebook(lab, page, lab.write("clicks.ipynb", list(CELLS)), Path(home)).open()
            book.run(0)
            book.start(1)
            book.view(1).awaits("stepping")
            page.wait_for_timeout(1000)
            seconds = []
            for _ in range(rounds(100)):
                seconds.append(page.evaluate(CLICK) / 1000)
                page.wait_for_timeout(READING)
        finally:
            browser.close()
            lab.close()
    yield compare("a click on Step to the next pause / 50 ms", [(s, SOON) for s in seconds], 1.0, 1, "click")


if __name__ == "__main__":
    report(rows())
