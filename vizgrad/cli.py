"""The command ``vizgrad``: open a notebook in JupyterLab, or say which parts of VizGrad work here."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIRST = "00-first-look.ipynb"


def main(arguments: list[str] | None = None) -> int:
    reader = argparse.ArgumentParser(prog="vizgrad", description="Watch a network train.")
    commands = reader.add_subparsers(dest="command", required=True, metavar="lab | doctor")
    opens = commands.add_parser(
        "lab",
        help="open a notebook in JupyterLab (the first look, if none is named)",
        epilog="What follows is passed on to JupyterLab: vizgrad lab --no-browser --port 9000",
    )
    opens.add_argument("notebook", nargs="?", help="a file, or the name of a bundled notebook")
    commands.add_parser("doctor", help="say what is installed, and what it is good for")
    given = sys.argv[1:] if arguments is None else arguments
    helped = given[1:2] in (["-h"], ["--help"])
    asked, rest = reader.parse_args(given[: 2 if helped else 1]), given[1:]  # the rest may be JupyterLab's
    if asked.command == "lab":
        named = bool(rest) and not rest[0].startswith("-")
        return lab(rest[0], rest[1:]) if named else lab(FIRST, rest)
    if rest:
        reader.error(f"doctor takes no arguments, not {' '.join(rest)}")
    print("\n".join(report()))
    return 0


def lab(wanted: str, rest: list[str]) -> int:
    """Open JupyterLab on a notebook; does not return before JupyterLab is closed."""
    if importlib.util.find_spec("jupyterlab") is None:
        print('JupyterLab is not installed here: pip install "vizgrad[lab]"', file=sys.stderr)
        return 1
    try:
        folder, notebook = place(wanted, Path.cwd())
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 1
    asked = [sys.executable, "-m", "jupyterlab", notebook.as_posix(), *rest]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        asked.append("--allow-root")  # containers: JupyterLab would refuse, and still asks for its token
    try:
        return subprocess.run(asked, cwd=folder).returncode
    except KeyboardInterrupt:
        return 0


def place(wanted: str, here: Path) -> tuple[Path, Path]:
    """The folder to start JupyterLab in, and the notebook's path inside it.

    A file is opened where it is.  A bundled notebook is opened in the checkout, or, where VizGrad was
    installed from a wheel, copied to ``here`` first: what was installed is not for writing in.
    """
    for named in (here / wanted, here / f"{wanted}.ipynb"):
        if named.is_file():
            inside = named.is_relative_to(here)
            return (here, named.relative_to(here)) if inside else (named.parent, Path(named.name))
    name = wanted if wanted.endswith(".ipynb") else f"{wanted}.ipynb"
    checkout = HERE.parent / "notebooks" / name
    if (HERE.parent / "pyproject.toml").is_file() and checkout.is_file():
        return HERE.parent, checkout.relative_to(HERE.parent)
    bundled = HERE / "_notebooks" / name
    if name != Path(name).name or not bundled.is_file():
        raise FileNotFoundError(f"no notebook {wanted} here, and none of that name comes with VizGrad")
    shutil.copyfile(bundled, here / name)
    print(f"copied {name} to {here}")
    return here, Path(name)


def report() -> Iterator[str]:
    """One line a part: what it is, which version, what it is good for."""
    yield f"VizGrad {_version('vizgrad') or 'from a checkout'}, Python {sys.version.split()[0]}, in {HERE}"
    yield ""
    for name, package, good, missing in PARTS:
        version = _version(package)
        words = good if version else missing
        yield f"{'✓' if version else '–'} {name:<12}{version or 'not installed':<16}{words}"
    for name, look in LOOKS:
        found, words = look()
        yield f"{'✓' if found else '–'} {name:<28}{words}"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


# name, package, what it is good for, what to do without it
PARTS = (
    ("NumPy", "numpy", "computes every number on the CPU", "pip install numpy"),
    ("Numba", "numba", "compiles what NumPy is slow at", 'slower without it: pip install "vizgrad[fast]"'),
    ("ipywidgets", "ipywidgets", "live views", 'no live views: pip install "vizgrad[lab]"'),
    ("JupyterLab", "jupyterlab", "where the views are shown", 'pip install "vizgrad[lab]"'),
    ("Plotly", "plotly", "run.figure(...)", 'run.figure(...) needs: pip install "vizgrad[figures]"'),
    ("graphviz", "graphviz", "run.graph().to_graphviz()", 'needs: pip install "vizgrad[graphviz]"'),
    ("PyGraphviz", "pygraphviz", "draws where no dot is installed", 'pip install "vizgrad[graphviz]"'),
    ("PyTorch", "torch", "our tests compare with it", "only our tests need it: pip install torch"),
)


def _commands() -> tuple[bool, str]:
    version = _version("ipykernel")
    if version is None:
        return False, 'no kernel: pip install "vizgrad[lab]"'
    if tuple(int(part) for part in version.split(".")[:2]) >= (7, 1):
        return True, f"by subshell, while a cell runs (ipykernel {version})"
    return True, f"by interrupt, or in the background (ipykernel {version}; 7.1 has subshells)"


def _page() -> tuple[bool, str]:
    page = Path("share", "jupyter", "labextensions", "vizgrad", "package.json")
    if (Path(sys.prefix) / page).is_file():
        return True, "installed"
    return False, "not built: pip install . without VIZGRAD_SKIP_UI"


def _gpu() -> tuple[bool, str]:
    for package in ("cupy-cuda12x", "cupy-cuda13x", "cupy"):
        if version := _version(package):
            return True, f"CuPy {version}"
    return False, 'none: with an NVIDIA GPU, pip install "vizgrad[cuda12]" or "vizgrad[cuda13]"'


LOOKS: tuple[tuple[str, Callable[[], tuple[bool, str]]], ...] = (
    ("JupyterLab extension", _page),
    ("Pause, Resume, Stop", _commands),
    ("GPU", _gpu),
)
