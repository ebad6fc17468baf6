"""Keep files, functions and the engine small enough to be read (house rules, checked by `make check`).

A file has at most 400 lines, a function at most 40 (docstring not counted), the engine without its op table,
kernels, surface and contents at most 2,000.  Functions in TypeScript are measured by Biome, which parses them
(biome.json has the same 40), and build.mjs weighs the bundle.  Exceptions, each with its reason, are in
tools/size.toml.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parent.parent
FILE, FUNCTION, ENGINE = 400, 40, 2000
CODE = {".py", ".ts", ".mjs", ".cjs", ".css", ".js"}


def complaints(top: Path, files: list[str], exceptions: dict[str, Any]) -> Iterator[str]:
    """One sentence for each thing that is too long, and for each exception that is no longer needed."""
    used: set[str] = set()

    def over(name: str, lines: int, limit: int) -> bool:
        if lines <= limit:
            return False
        allowed = exceptions.get(name)
        if allowed is None:
            return True
        used.add(name)
        return lines > int(allowed["lines"])

    engine = 0
    for name in files:
        text = (top / name).read_text(encoding="utf-8")
        lines = text.count("\n")
        if over(name, lines, FILE):
            yield f"{name}: {lines} lines; a file has at most {FILE}"
        if in_engine(name):
            engine += lines
        if name.endswith(".py"):
            for function, start, length in functions(text):
                if over(f"{name}::{function}", length, FUNCTION):
                    yield f"{name}:{start}: {function} has {length} lines; a function has at most {FUNCTION}"
    if over("vizgrad/engine", engine, ENGINE):
        yield f"vizgrad/engine without ops/, kernels/, surface/ and contents/: {engine} lines; at most {ENGINE}"
    for name in sorted(set(exceptions) - used):
        yield f"tools/size.toml: {name} needs no exception any more"


def functions(text: str) -> Iterator[tuple[str, int, int]]:
    """Each function of a Python file: its dotted name, first line, and lines without its docstring."""

    def walk(node: ast.AST, path: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from walk(child, path)
                continue
            inner = (*path, child.name)
            if not isinstance(child, ast.ClassDef):
                yield ".".join(inner), child.lineno, _length(child)
            yield from walk(child, inner)

    return walk(ast.parse(text), ())


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        doc = function.body[0]
        lines -= (doc.end_lineno or doc.lineno) - doc.lineno + 1
    return lines


def in_engine(name: str) -> bool:
    outside = name.startswith(
        tuple(f"vizgrad/engine/{room}/" for room in ("ops", "kernels", "surface", "contents"))
    )
    return name.startswith("vizgrad/engine/") and not outside


def ours(top: Path) -> list[str]:
    """Files of code that git knows, or would if they were added."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=top, check=True, capture_output=True, text=True).stdout.splitlines()
    return sorted({name for name in listed if Path(name).suffix in CODE and (top / name).is_file()})


def main() -> int:
    exceptions = tomllib.loads((TOP / "tools" / "size.toml").read_text(encoding="utf-8"))
    found = list(complaints(TOP, ours(TOP), exceptions))
    for sentence in found:
        print(sentence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
