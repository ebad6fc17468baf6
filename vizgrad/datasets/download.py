"""Fetching a file, only when it was asked for."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from pathlib import Path

from vizgrad.utils.progress import progress

__all__ = ["fetch"]

PIECE = 1 << 16


def fetch(name: str, mirrors: tuple[str, ...], folder: Path) -> Path:
    """The file ``name``, from the first mirror that has it, put into ``folder``; whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path, part = folder / name, folder / f"{name}.part"
    problem: Exception | None = None
    for mirror in mirrors:
        try:
            _copy(mirror + name, part, name)
        except (urllib.error.URLError, OSError) as error:
            part.unlink(missing_ok=True)
            problem = error
            continue
        os.replace(part, path)
        return path
    raise RuntimeError(
        f"{name} could not be fetched ({problem}); copy it into {folder} by hand, or use "
        "datasets.Digits, which needs no network"
    )


def _copy(address: str, part: Path, name: str) -> None:
    with urllib.request.urlopen(address, timeout=30) as answer, part.open("wb") as file:
        wanted = int(answer.headers.get("Content-Length") or 0)
        got = 0
        with progress(desc=name, total=wanted or None, unit="B", unit_scale=True) as bar:
            while piece := answer.read(PIECE):
                file.write(piece)
                got += len(piece)
                bar.update(len(piece))
    if got < wanted:
        raise OSError(f"{got} of {wanted} bytes came")
