"""The user's own lines: of files, of cells, and of text that wants to do harm."""

from __future__ import annotations

import linecache

from vizgrad.trace.stepping.source import around


def test_a_file(tmp_path):
    path = tmp_path / "train.py"
    path.write_text("".join(f"\tline {i}\n" for i in range(1, 11)))
    seen = around(str(path), 5, 2)
    assert (seen.place, seen.first, seen.at) == ("train.py", 3, 5)
    assert seen.lines == tuple(f"    line {i}" for i in range(3, 8))
    assert around(str(path), 1).lines[0] == "    line 1"
    assert around(str(path), 10).lines[-1] == "    line 10"
    assert len(around(str(path), 5, 10**9).lines) == 10
    assert around(str(path), 11) is around(str(path), 0) is around("<string>", 1) is None


def test_a_cell(monkeypatch):
    from types import SimpleNamespace

    name = "ipykernel_1/77.py"
    shell = SimpleNamespace(compile=SimpleNamespace(_filename_map={name: 4}))
    monkeypatch.setitem(__import__("sys").modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    text = ["x = 1\n", "y = '\u202e" + "a" * 5000 + "'\n"]
    monkeypatch.setitem(linecache.cache, name, (1, None, text, name))
    seen = around(name, 2)
    assert seen.place == "cell 4"
    assert seen.lines[0] == "x = 1"
    assert len(seen.lines[1]) == 200
    assert "\u202e" not in seen.lines[1]
