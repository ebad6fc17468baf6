"""What differs from PyTorch and why (tools/differences.toml), and how many of its tests pass (docs/conformance.json).

The conformance scripts write long files; `summary` keeps of them what the page says: totals, and what does not pass.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parent.parent
ROWS = TOP / "tools" / "differences.toml"
FIGURES = TOP / "docs" / "conformance.json"
OUT_OF_SCOPE = ("SKIP", "NOT_PUBLIC")
KINDS = (
    ("operators", "opinfo.json", "op"),
    ("modules", "modules.json", "module"),
    ("optimizers", "optims.json", "name"),
)


@dataclass
class Row:
    """One difference."""

    area: str
    name: str
    what: str
    why: str
    covers: list[str] = field(default_factory=list)


def rows(source: Path = ROWS) -> list[Row]:
    """The differences, in the order in which they are written."""
    with source.open("rb") as file:
        return [Row(**row) for row in tomllib.load(file)["row"]]


def figures() -> dict[str, Any]:
    """The stored summary; empty where none was stored yet."""
    return json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}


def summary(folder: Path) -> dict[str, Any]:
    """What the scripts wrote into a folder, in short.  Kinds whose file is not there are left out."""
    found: dict[str, Any] = {}
    for kind, file, key in KINDS:
        if (folder / file).is_file():
            results = json.loads((folder / file).read_text(encoding="utf-8"))["results"]
            found[kind] = _summed(results, key)
    return found


def _summed(results: list[dict[str, Any]], key: str) -> dict[str, Any]:
    verdicts = Counter(r["status"] for r in results)
    variants: dict[str, Counter[str]] = {}
    failing: dict[str, str] = {}
    for r in results:
        name = r.get("label") or r[key]
        if r["status"] not in ("PASS", *OUT_OF_SCOPE):
            failing[f"{name}/result"] = r["status"]
        for variant, label, verdict in _variants(r):
            variants.setdefault(variant, Counter())[verdict] += 1
            if verdict not in ("PASS", *OUT_OF_SCOPE):
                failing[f"{name}/{label}"] = verdict
    return {
        "verdicts": dict(sorted(verdicts.items())),
        "variants": {name: dict(sorted(counted.items())) for name, counted in sorted(variants.items())},
        "cases": sum(r.get("samples", r.get("cases", 0)) or 0 for r in results),
        "not_passing": dict(sorted(failing.items())),
    }


def _variants(result: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(kind of variant, its label in the list, verdict) for each; aliases are several of one kind."""
    for variant, verdict in (result.get("variants") or {}).items():
        if isinstance(verdict, dict):
            for name, (word, *_) in verdict.items():
                yield variant, f"{variant} {name}", word
        else:
            yield variant, variant, verdict[0]


def unexplained(stored: dict[str, Any], known: list[Row]) -> list[str]:
    """What does not pass and is in no row's ``covers``."""
    patterns = [pattern for row in known for pattern in row.covers]
    entries = [f"{kind}/{entry}" for kind, sums in stored.items() for entry in sums["not_passing"]]
    return [entry for entry in entries if not any(fnmatchcase(entry, p) for p in patterns)]


def tables(known: list[Row]) -> Iterator[str]:
    """The rows of the page, a table for each area."""
    area = None
    for row in known:
        if row.area != area:
            area = row.area
            yield f"\n### {area}\n\n| name | difference | reason |\n|---|---|---|"
        yield f"| {_plain(row.name)} | {row.what} | {row.why} |"


def counted(stored: dict[str, Any], known: list[Row]) -> Iterator[str]:
    """The figures of the page."""
    if not stored:
        return
    yield "\n| PyTorch's tests of | pass | in scope | left out |\n|---|--:|--:|--:|"
    for kind, sums in stored.items():
        yield _line(kind, sums["verdicts"])
        for variant, verdicts in sums["variants"].items():
            yield _line(f"{kind}: {variant}", verdicts)
    failing = [
        (f"{kind}/{e}", verdict)
        for kind, sums in stored.items()
        for e, verdict in sums["not_passing"].items()
    ]
    if failing:
        yield "\n| does not pass | verdict | because of |\n|---|---|---|"
        for entry, verdict in failing:
            reason = next((r.name for r in known if any(fnmatchcase(entry, p) for p in r.covers)), "")
            yield f"| `{entry}` | {verdict} | {_plain(reason)} |"


def _plain(name: str) -> str:
    """Underscores as they are, not as Markdown's emphasis."""
    return name.replace("_", r"\_")


def _line(name: str, verdicts: dict[str, int]) -> str:
    scored = sum(n for word, n in verdicts.items() if word not in OUT_OF_SCOPE)
    left = sum(verdicts.values()) - scored
    return f"| {name} | {verdicts.get('PASS', 0)} | {scored} | {left} |"
