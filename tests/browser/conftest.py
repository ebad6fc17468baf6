"""Fixtures of the journeys: one JupyterLab for all, one Chromium a file, one page a notebook."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.browser.lab import BUILT, TOP, Lab

playwright = pytest.importorskip(
    "playwright.sync_api", reason='no browser tests: pip install "vizgrad[test]"'
)

from tests.browser.notebook import Notebook  # noqa: E402  after the check that Playwright is there


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as play:
        path = chromium.find(play.chromium.executable_path)
        if path is None:
            pytest.skip(chromium.MISSING)
        started = play.chromium.launch(executable_path=path, args=chromium.QUIET)
        yield started
        started.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory) -> Iterator[Lab]:
    if not (BUILT / "package.json").is_file():
        pytest.fail("the page is not built: python tools/npm.py --node build.mjs", pytrace=False)
    server = Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()


@pytest.fixture
def results(request) -> Path:
    return TOP / "test-results" / re.sub(r"\W+", "-", request.node.name).strip("-")


@pytest.fixture
def notebook(browser, lab, results) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook made of these cells.  When the test ends, none of our code may have complained."""
    opened: list[Notebook] = []

    def make(*cells: str, name: str | None = None, page: playwright.Page | None = None) -> Notebook:
        file = lab.write(name or f"{results.name}-{len(opened)}.ipynb", list(cells)) if cells else str(name)
        page = page or browser.new_page(viewport={"width": 1280, "height": 900})
        opened.append(Notebook(lab, page, file, results))
        return opened[-1].open()

    yield make
    errors = [error for each in opened for error in each.errors]
    dialogs = [dialog for each in opened for dialog in each.dialogs]
    for each in opened:
        if not each.page.is_closed():
            each.picture(f"last-{each.name.removesuffix('.ipynb')}")
            each.page.context.close()
    lab.shut_kernels()
    assert not dialogs, "a dialog opened:\n" + "\n".join(dialogs)
    assert not errors, "the page complained:\n" + "\n".join(errors)
