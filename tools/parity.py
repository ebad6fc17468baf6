"""Write docs/parity.md: which of PyTorch's public names exist here, what differs, how many of its tests pass.

Needs PyTorch, to ask it for its names.  ``--check`` fails if the page is not what would be written.
``--conformance DIR`` first takes over the figures that the conformance scripts wrote there (opinfo.json, modules.json,
optims.json); it fails, and names them, where something does not pass for no reason in tools/differences.toml.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))
from tools import differences  # noqa: E402 - found from the line above when this runs as a script

PAGE = TOP / "docs" / "parity.md"
AREAS = (
    "", "Tensor",
    "linalg", "fft", "special", "signal.windows", "masked", "sparse", "random", "serialization",
    "autograd", "autograd.functional", "autograd.forward_ad", "autograd.graph", "autograd.function",
    "nn", "nn.functional", "nn.init", "nn.attention", "nn.parameter", "nn.utils", "nn.utils.rnn",
    "nn.utils.parametrize", "nn.utils.parametrizations", "nn.utils.prune",
    "optim", "optim.lr_scheduler", "optim.swa_utils", "amp", "distributions",
    "utils.data", "utils.checkpoint", "utils.dlpack", "testing",
    "cuda", "cuda.amp", "cpu", "accelerator", "backends.cuda", "backends.cudnn", "backends.mps", "compiler",
)  # fmt: skip
HEAD = """\
# Parity with PyTorch {version}

Written by tools/parity.py. A name counts when it is public in PyTorch and exists here under the same path;
that it also computes the same is what the tests say. Names that only serve PyTorch's own compiler,
quantization and distributed packages are not counted.

Random numbers are repeatable here, but not PyTorch's: the same seed gives other numbers.

| area | here | of |
|---|--:|--:|
"""
DIFFERENCES = """
## What differs

On purpose, or because a test of PyTorch's does not pass.
"""
FIGURES = """
## PyTorch's own tests

The databases that PyTorch ships for its tests (operators, modules, optimizers), run against VizGrad: an entry passes
when every sample of it does. Variants are other forms of an operator: in place, with `out=`, of other dtypes,
its errors. Left out are private names, and samples that NumPy's arrays cannot carry.
"""
NOT_TAUGHT = (
    "quantize",
    "fake_quant",
    "fbgemm",
    "miopen",
    "cudnn",
    "sym_",
    "mkldnn",
    "q_",
    "fused_",
    "dequant",
)


def public(area: Any) -> set[str]:
    """The names an area offers: what it lists, or what has no underscore in front; modules left out."""
    names = getattr(area, "__all__", None) or [name for name in dir(area) if not name.startswith("_")]
    kept = (name for name in names if not name.startswith(("_", *NOT_TAUGHT)) and "typing" not in name)
    return {name for name in kept if _is_taught(getattr(area, name, None))}


def _is_taught(thing: Any) -> bool:
    foreign = getattr(thing, "__module__", None) in ("typing", "builtins", "enum", "collections")
    return (
        thing is not None and not isinstance(thing, ModuleType) and not (inspect.isclass(thing) and foreign)
    )


def written(theirs: Any, ours: Any) -> str:
    """The page, for two packages of the same shape."""
    rows, lists = [], []
    for area in AREAS:
        wanted = public(_at(theirs, area))
        mine = _at(ours, area)
        here = {name for name in wanted if mine is not None and hasattr(mine, name)}
        name = f"torch.{area}" if area else "torch"
        rows.append(f"| `{name}` | {len(here)} | {len(wanted)} |")
        lists += _area(name, here, wanted - here)
    known, stored = differences.rows(), differences.figures()
    said = [DIFFERENCES.rstrip("\n"), *differences.tables(known)]
    said += [FIGURES.rstrip("\n"), *differences.counted(stored, known)] if stored else []
    head = HEAD.format(version=theirs.__version__.split("+")[0])
    return head + "\n".join([*rows, *said, "\n## Names\n", *lists])


def _area(name: str, here: set[str], missing: set[str]) -> Iterator[str]:
    yield f"### `{name}`\n"
    if here:
        yield "Here: " + ", ".join(f"`{each}`" for each in sorted(here)) + "\n"
    if missing:
        yield f"<details><summary>Not yet: {len(missing)}</summary>\n"
        yield ", ".join(f"`{each}`" for each in sorted(missing)) + "\n\n</details>\n"


def _at(package: Any, area: str) -> Any:
    """A module or class by its path inside a package; None where there is none."""
    found = package
    for name in filter(None, area.split(".")):
        if not hasattr(found, name) and isinstance(found, ModuleType):
            with contextlib.suppress(ModuleNotFoundError):
                importlib.import_module(f"{found.__name__}.{name}")
        found = getattr(found, name, None)
    return found


def _taken_over(folder: Path) -> bool:
    """Store the figures of a folder, unless something does not pass for no known reason."""
    stored = differences.figures() | differences.summary(folder)
    left = differences.unexplained(stored, differences.rows())
    for entry in left:
        print(f"{entry} does not pass, and tools/differences.toml does not say why")
    if not left:
        text = json.dumps(stored, indent=1, ensure_ascii=False) + "\n"
        differences.FIGURES.write_text(text, encoding="utf-8", newline="\n")
    return not left


def main(arguments: list[str] | None = None) -> int:
    reader = argparse.ArgumentParser(description="Write docs/parity.md.")
    reader.add_argument("--check", action="store_true", help="write nothing; fail if the page is out of date")
    reader.add_argument(
        "--conformance", type=Path, metavar="DIR", help="take over the figures of this folder"
    )
    asked = reader.parse_args(arguments)
    check = asked.check
    if asked.conformance and not _taken_over(asked.conformance):
        return 1
    page = written(importlib.import_module("torch"), importlib.import_module("vizgrad"))
    if not check:
        PAGE.write_text(page, encoding="utf-8", newline="\n")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    print("docs/parity.md is out of date: run python tools/parity.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
