"""The page of names is made from the two packages."""

import subprocess
import sys
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
def test_the_committed_page_is_fresh():
    """In a process of its own: PyTorch's modules offer more names once other tests have used them."""
    tool = [sys.executable, parity.__file__, "--check"]
    asked = subprocess.run(tool, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stdout + asked.stderr
