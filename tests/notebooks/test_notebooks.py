"""Every notebook runs from a clean kernel, and is kept the way a stranger should find it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((TOP / "notebooks").glob("*.ipynb"))
IDS = [path.name for path in NOTEBOOKS]

# In a process of its own: nbclient and Playwright each want the event loop of theirs.
RUN = """
import sys, nbformat
from nbclient import NotebookClient
book = nbformat.read(sys.argv[1], as_version=4)
where = {"metadata": {"path": sys.argv[2]}}
NotebookClient(book, timeout=300, kernel_name="python3", resources=where).execute()
"""


def test_there_is_a_first_look():
    assert "00-first-look.ipynb" in IDS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_runs(path, tmp_path):
    private = dict.fromkeys(("HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"), str(tmp_path))
    env = {**os.environ, **private}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(TOP), os.environ.get("PYTHONPATH")]))
    env["VIZGRAD_FAST"] = "1"
    env["VIZGRAD_STEP"] = "continue"  # nobody is there to step
    asked = [sys.executable, "-c", RUN, str(path), str(tmp_path)]
    done = subprocess.run(asked, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_is_kept_clean(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    assert "widgets" not in book["metadata"], "widget state is never saved"
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert not [cell["source"] for cell in code if cell["outputs"] or cell["execution_count"]]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_ends_with_what_it_taught(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    last = [cell for cell in book["cells"] if cell["cell_type"] == "code"][-1]
    assert "assert " in "".join(last["source"])
