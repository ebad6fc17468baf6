"""The page of names is made from the two packages."""

import json
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import pytest

from tools import differences, parity


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


def test_figures_are_short_and_what_fails_needs_a_reason(tmp_path):
    results = [
        {
            "op": "exp",
            "status": "PASS",
            "samples": 3,
            "variants": {"out": ["PASS", ""], "alias": {"e": ["MISSING", ""]}},
        },
        {
            "op": "sort",
            "status": "WRONG_FORWARD",
            "samples": 2,
            "variants": {"bool": ["WRONG_FORWARD", "ties"]},
        },
        {"op": "_own", "status": "NOT_PUBLIC", "samples": 0, "variants": {}},
    ]
    (tmp_path / "opinfo.json").write_text(json.dumps({"results": results}), encoding="utf-8")
    short = differences.summary(tmp_path)
    assert short["operators"]["cases"] == 5
    assert short["operators"]["variants"]["out"] == {"PASS": 1}
    assert set(short["operators"]["not_passing"]) == {"exp/alias e", "sort/result", "sort/bool"}
    known = [differences.Row("Numbers", "sort", "ties", "no order", ["operators/sort/*"])]
    assert differences.unexplained(short, known) == ["operators/exp/alias e"]
    page = "\n".join(differences.counted(short, known))
    assert "| operators | 1 | 2 | 1 |" in page
    assert "| `operators/sort/bool` | WRONG_FORWARD | sort |" in page


def test_figures_without_a_reason_are_not_taken_over(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(differences, "FIGURES", tmp_path / "figures.json")
    results = [{"module": "Nobody", "status": "ERROR", "cases": 1}]
    (tmp_path / "modules.json").write_text(json.dumps({"results": results}), encoding="utf-8")
    assert parity.main(["--conformance", str(tmp_path)]) == 1
    assert "modules/Nobody/result does not pass" in capsys.readouterr().out
    assert not (tmp_path / "figures.json").exists()


def test_every_reason_is_still_needed():
    stored, known = differences.figures(), differences.rows()
    for row in known:
        if row.covers:
            left = differences.unexplained(stored, [r for r in known if r is not row])
            assert left, f"nothing fails for the reason of {row.name!r} any more"


@pytest.mark.torch
def test_the_committed_page_is_fresh():
    """In a process of its own: PyTorch's modules offer more names once other tests have used them."""
    tool = [sys.executable, parity.__file__, "--check"]
    asked = subprocess.run(tool, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stdout + asked.stderr
