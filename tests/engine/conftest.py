"""Kernels that have a form in NumPy's calls and one in compiled loops are tested in both."""

from __future__ import annotations

import pytest

from vizgrad.engine.kernels import loops


@pytest.fixture(params=["NumPy", "Python", "machine code"])
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who goes over the numbers: NumPy's calls; the loops as they are written; the loops compiled."""
    if request.param == "machine code":
        pytest.importorskip("numba", reason="loops are compiled by Numba")
        assert loops.available()
    else:
        monkeypatch.setattr(loops, "available", lambda: request.param == "Python")
    if request.param == "Python":
        monkeypatch.setattr(loops, "_compiled", lambda function: function)
    return request.param
