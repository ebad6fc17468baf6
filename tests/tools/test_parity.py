"""The page of names is made from the two packages."""

from types import ModuleType, SimpleNamespace

import pytest

from tools import parity


def package(name, **areas):
    made = ModuleType(name)
    made.__version__ = "2.0+cpu"
    for area, names in areas.items():
        setattr(made, area, SimpleNamespace(**dict.fromkeys(names, len)))
    return made


def test_counts_and_lists(monkeypatch):
    monkeypatch.setattr(parity, "AREAS", ("Tensor", "nn"))
    theirs = package("theirs", Tensor=["exp", "log", "_hidden"], nn=["Linear"])
    ours = package("ours", Tensor=["exp", "own"])
    page = parity.written(theirs, ours)
    assert "Parity with PyTorch 2.0\n" in page
    assert "| `torch.Tensor` | 1 | 2 |" in page
    assert "| `torch.nn` | 0 | 1 |" in page
    assert "Here: `exp`" in page
    assert "`log`" in page
    assert "_hidden" not in page
    assert "`own`" not in page


@pytest.mark.torch
def test_the_committed_page_is_fresh(capsys):
    assert parity.main(["--check"]) == 0, capsys.readouterr().out
