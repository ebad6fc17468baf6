"""Compares two pieces of code fairly on a machine that does other things too.

Both are timed in turns, so that whatever slows the machine slows both; each round gives one ratio.  Reported
is the median ratio with a 95 % interval, from resampling the rounds.  Nothing here asserts: times belong to
machines.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from statistics import median

QUICK = "--quick" in sys.argv  # a tenth of the rounds, to see that everything runs


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    ratio: float
    low: float
    high: float
    target: float | None
    note: str


def rounds(many: int) -> int:
    """How many rounds to take: a tenth with ``--quick``, but never so few that an interval means nothing."""
    return max(5, many // 10) if QUICK else many


def interleaved(
    a: Callable[[], object],
    b: Callable[[], object],
    many: int,
    clock: Callable[[], float] = time.perf_counter,
) -> list[tuple[float, float]]:
    """Seconds of a and of b in each round; who goes first alternates.

    ``clock=time.process_time`` suits code that uses one thread: it leaves out what other programs took.
    """
    a(), b()  # whatever is built on first use is built now
    gc.collect()
    pairs: list[tuple[float, float]] = []
    for i in range(many):
        if i % 2:
            second = _seconds(b, clock)
            pairs.append((_seconds(a, clock), second))
        else:
            first = _seconds(a, clock)
            pairs.append((first, _seconds(b, clock)))
    return pairs


def _seconds(f: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    f()
    return clock() - start


def compare(
    what: str,
    pairs: Sequence[tuple[float, float]],
    target: float | None = None,
    per: int = 1,
    unit: str = "call",
) -> Row:
    """A row from rounds; ``per`` calls were made in each, ``unit`` says of what."""
    ratios = [a / b for a, b in pairs]
    low, high = interval(ratios)
    mine, other = (median(column) / per for column in zip(*pairs, strict=True))
    note = f"{_time(mine)} : {_time(other)} a {unit}, {len(pairs)} rounds"
    return Row(what, median(ratios), low, high, target, note)


def interval(ratios: Sequence[float], resamples: int = 2000) -> tuple[float, float]:
    """Where the median lies with 95 % confidence, by the bootstrap."""
    chance = random.Random(0)
    medians = sorted(median(chance.choices(ratios, k=len(ratios))) for _ in range(resamples))
    return medians[int(0.025 * resamples)], medians[int(0.975 * resamples)]


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def report(rows: Iterable[Row]) -> None:
    """Print the rows as they come: for people, or one JSON object a line with ``--json``."""
    if "--json" not in sys.argv:
        print(f"{versions()}\n{HEAD}")
    for row in rows:
        print(json.dumps(asdict(row)) if "--json" in sys.argv else line(row), flush=True)


def versions() -> str:
    """What the figures depend on.  Without Numba, VizGrad makes do with NumPy's calls."""
    found = [f"Python {platform.python_version()}", f"{os.cpu_count()} cores", platform.machine()]
    for name in ("numpy", "numba", "torch"):
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(f"no {name}")
    return ", ".join(found)


HEAD = f"{'what':<52} {'ratio':>6}  {'95 % interval':<15} {'target':<8} {'':<7} medians"


def line(row: Row) -> str:
    """A row for people.  "unsure" means that the target lies within the interval."""
    target, verdict = "", ""
    if row.target is not None:
        target = f"≤ {row.target:.2f}"
        verdict = "met" if row.high <= row.target else "missed" if row.low > row.target else "unsure"
    span = f"{row.low:.3f} – {row.high:.3f}"
    return f"{row.what:<52} {row.ratio:>6.3f}  {span:<15} {target:<8} {verdict:<7} {row.note}"
