"""The command ``vizgrad``."""

import pytest

from vizgrad import cli


@pytest.fixture
def started(monkeypatch):
    """What JupyterLab would be started with."""
    calls = []

    class Done:
        returncode = 0

    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(cli.subprocess, "run", lambda asked, cwd: calls.append((asked, cwd)) or Done)
    return calls


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """VizGrad as a wheel installs it: no checkout around it, notebooks inside."""
    package = tmp_path / "site-packages" / "vizgrad"
    (package / "_notebooks").mkdir(parents=True)
    (package / "_notebooks" / cli.FIRST).write_text("{}")
    monkeypatch.setattr(cli, "HERE", package)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def test_lab_opens_the_checkouts_first_notebook(started, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lab", "--no-browser", "--port", "9000"]) == 0
    ((asked, folder),) = started
    assert asked[1:4] == ["-m", "jupyterlab", "notebooks/00-first-look.ipynb"]
    assert asked[4:7] == ["--no-browser", "--port", "9000"]
    assert folder == cli.HERE.parent
    assert list(tmp_path.iterdir()) == []


def test_lab_copies_an_installed_notebook_once(started, installed, capsys):
    cli.main(["lab"])
    copy = installed / cli.FIRST
    assert copy.read_text() == "{}"
    copy.write_text("mine")
    cli.main(["lab", "00-first-look"])
    assert copy.read_text() == "mine"
    assert [asked[3] for asked, _ in started] == [cli.FIRST, cli.FIRST]
    assert capsys.readouterr().out.count("copied") == 1


def test_lab_opens_a_file_where_it_is(started, installed, tmp_path):
    (installed / "mine.ipynb").write_text("{}")
    (tmp_path / "other.ipynb").write_text("{}")
    cli.main(["lab", "mine.ipynb"])
    cli.main(["lab", str(tmp_path / "other.ipynb")])
    assert [(asked[3], folder) for asked, folder in started] == [
        ("mine.ipynb", installed),
        ("other.ipynb", tmp_path),
    ]


@pytest.mark.parametrize("wanted", ["nothing", "../00-first-look", "sub/nothing.ipynb"])
def test_lab_says_when_there_is_no_such_notebook(started, installed, capsys, wanted):
    assert cli.main(["lab", wanted]) == 1
    assert f"no notebook {wanted}" in capsys.readouterr().err
    assert not started


def test_lab_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
    assert cli.main(["lab"]) == 1
    assert 'pip install "vizgrad[lab]"' in capsys.readouterr().err


def test_doctor_fits_on_a_screen(capsys):
    assert cli.main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 20
    assert any("NumPy" in line and "✓" in line for line in lines)


def test_help_is_ours(capsys):
    with pytest.raises(SystemExit):
        cli.main(["lab", "--help"])
    assert "passed on to JupyterLab" in " ".join(capsys.readouterr().out.split())


def test_doctor_takes_nothing_else():
    with pytest.raises(SystemExit):
        cli.main(["doctor", "now"])
