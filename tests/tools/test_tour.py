"""docs/tour.md leads to files that exist and are about as long as it says; so do the other pages' links."""

import re

import pytest

from tools import tour

TOP = tour.TOP
LINK = re.compile(r"\]\((?!https?:|#|mailto:)(?P<path>[^)#]+)")
PAGES = [TOP / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((TOP / "docs").rglob("*.md"))


def test_the_tour_is_true():
    stops = list(tour.STOP.finditer(tour.PAGE.read_text(encoding="utf-8")))
    assert len(stops) > 10
    for stop in stops:
        path = (TOP / "docs" / stop["path"]).resolve()
        lines = tour.lines(stop["name"])
        assert path == TOP / stop["name"]
        assert abs(lines - int(stop["lines"])) <= 0.1 * lines, f"{stop['name']} has {lines} lines"


def test_counting():
    text = "[`LICENSE`](../LICENSE), 1 lines: what you may do"
    assert tour.counted(text) == f"[`LICENSE`](../LICENSE), {tour.lines('LICENSE')} lines: what you may do"


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(TOP)) for page in PAGES])
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for found in LINK.finditer(text):
        assert (page.parent / found["path"]).exists(), found["path"]


def test_words_lead_somewhere():
    """The glossary names files; they exist."""
    text = (TOP / "docs" / "glossary.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:vizgrad|labextension)/[^`]+)`", text):
        assert (TOP / path).exists(), path
