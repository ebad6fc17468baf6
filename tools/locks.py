"""No file may name the machine it was made on: no registry in a lockfile, no folder of a developer.

A lockfile that records where a package was downloaded from works only where that host is reached.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LOCKS = ("package-lock.json", "yarn.lock", "pnpm-lock.yaml", "uv.lock")
RECORDED = re.compile(r'"?resolved"?:?\s+"?https?:|https?://[\w.-]*regist' r"ry\.[\w.-]+")
FOLDERS = re.compile(r"(?<![\w.~/-])/(?:ho" r"me|Use" r"rs|ro" r"ot|wo" r"rk|tm" r"p/[\w.-]+)/[\w.-]+")
TEXT = {".py", ".ts", ".mjs", ".cjs", ".css", ".md", ".toml", ".json", ".yml", ".yaml", ".ipynb", ".html", ""}


def complaints(name: str, text: str) -> Iterator[str]:
    """One sentence for each line of a file that names a machine."""
    for number, line in enumerate(text.splitlines(), 1):
        if RECORDED.search(line):
            yield f"{name}:{number}: names the registry that a package came from"
        elif Path(name).name not in LOCKS and (found := FOLDERS.search(line)):
            yield f"{name}:{number}: names a folder of one machine, {found.group()}"


def main() -> int:
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=TOP, check=True, capture_output=True, text=True).stdout.splitlines()
    found: list[str] = []
    for name in sorted(set(listed)):
        path = TOP / name
        if path.suffix in TEXT and path.is_file():
            found += complaints(name, path.read_text(encoding="utf-8", errors="replace"))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
