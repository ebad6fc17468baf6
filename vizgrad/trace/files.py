"""Recordings: one line of JSON for each update, so that a file is readable up to where it was cut off."""

from __future__ import annotations

import base64
import binascii
import json
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy

from . import wire
from .clean import clean
from .history import History
from .message import UnreadableError, from_json, numbers_of
from .stepping.feed import Feed

LONGEST_LINE = 16_000_000  # characters


class Log:
    """A sink that writes a file."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._file = self.path.open("w", encoding="utf-8")

    def send(self, message: dict[str, Any], points: bytes) -> None:
        """Write one line, whole, and hand it to the system at once."""
        line = {"update": message, "data": base64.b64encode(points).decode("ascii")}
        self._file.write(json.dumps(line, separators=(",", ":"), allow_nan=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Nothing more comes."""
        self._file.close()


def lines(path: str | Path) -> Iterator[tuple[wire.Update, bytes]]:
    """The updates of a recording and their points.  A last line that was cut off is left out."""
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            try:
                yield _read(line)
            except UnreadableError as error:
                if not line.endswith("\n") and not file.readline(1):
                    return
                raise ValueError(f"{Path(path).name}, line {number}: {error}") from None


def _read(line: str) -> tuple[wire.Update, bytes]:
    try:
        entry: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise UnreadableError("this is not a recording of VizGrad") from None
    if not isinstance(entry, dict):
        raise UnreadableError("this is not a recording of VizGrad")
    found = cast("dict[str, Any]", entry)
    update = from_json(wire.Update, found.get("update"))
    if update.version != wire.VERSION:
        raise UnreadableError(f"recorded by another version ({update.version}, not {wire.VERSION})")
    try:
        points = base64.b64decode(found.get("data", ""), validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise UnreadableError("its points are damaged") from None
    told = [numbers_of(part) for part in update.parts]
    if any(n < 0 for n in told) or len(points) != 8 * sum(told):
        raise UnreadableError("its points do not match what it says of them")
    return update, points


class Recording:
    """A run that was recorded: what `Run` knows, read back from a file."""

    def __init__(self, path: str | Path) -> None:
        self.id = self.title = ""
        self.history = History()
        self.acked = 0
        self.active = False
        self._status: wire.Status | None = None
        for update, points in lines(path):
            if not self.id:
                self.id, self.title = clean(update.run), clean(update.title)
            if clean(update.run) == self.id:  # a file holds one run; whatever else is in it is not shown
                self._take(update, points)
        if self._status is None:
            raise ValueError(f"{Path(path).name} holds no run")

    @property
    def status(self) -> wire.Status:
        """How the run ended."""
        status = self._status
        assert status is not None
        if status.state in ("finished", "stopped", "failed"):
            return status
        said = "the recording ends before the run did"
        return wire.Status("stopped", "none", status.step, status.every, status.elapsed, status.rate, said)

    def _take(self, update: wire.Update, points: bytes) -> None:
        numbers = array("d", points)
        at = 0
        with self.history.lock:
            for part in update.parts:
                here, at = at, at + numbers_of(part)
                if isinstance(part, wire.Series):
                    middle = here + part.points
                    self.history.restore(part, numbers[here:middle], numbers[middle:at])
                elif isinstance(part, wire.Graph):
                    self.history.graph = part
                elif isinstance(part, wire.Memory):
                    self.history.memory = part
                elif isinstance(part, wire.Status):
                    self._status = part
                else:
                    self._restore_step(part, numbers[here:at])

    def _restore_step(self, part: wire.Part, numbers: array[float]) -> None:
        if self.history.steps is None:
            self.history.steps = Feed()
        if self.history.graph is not None:
            self.history.steps.put(self.history.graph)
        self.history.steps.restore(part, numpy.asarray(numbers, dtype="f8"))
