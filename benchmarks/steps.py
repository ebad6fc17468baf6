"""Whole training steps of eight networks beside PyTorch eager, on one thread and on two; then single layers.

A library reads the number of its threads when it is loaded, so each number runs in a process of its own; within it
both libraries take turns, from the same weights, after their losses were seen to agree.  ``python benchmarks/steps.py
LSTM pooling`` measures what has one of these words in its name.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from statistics import median
from typing import Any

from timing import Row, compare, interleaved, interval, report, rounds

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LONG = 0.01  # seconds that a round of one library should at least take

Pairs = list[tuple[float, float]]


def rows() -> Iterator[Row]:
    if importlib.util.find_spec("torch") is None:
        print(
            'steps.py compares with PyTorch, which is not installed: pip install "torch==2.13.0"',
            file=sys.stderr,
        )
        return
    for threads in (1, 2):
        env = {**os.environ, **dict.fromkeys(VARIABLES, str(threads))}
        passed_on = [word for word in sys.argv[1:] if word != "--json"]
        command = [sys.executable, __file__, *passed_on, "--threads", str(threads)]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for found in process.stdout:
                yield Row(**json.loads(found))
        if process.returncode:
            raise SystemExit(process.returncode)


def inside(threads: int, wanted: list[str]) -> Iterator[Row]:
    """The rows of one process."""
    import torch
    import workloads

    import vizgrad

    importlib.import_module("vizgrad.nn.functional")
    torch.set_num_threads(threads)
    where = f"{threads} thread{'s'[: threads - 1]}"
    chosen = [n for n in workloads.WORKLOADS if not wanted or any(word in n for word in wanted)]
    steps: list[Pairs] = []
    for name in chosen:
        ours, theirs = workloads.pair(name, vizgrad, torch)
        row, pairs = timed(f"{name}, {where}", ours.step, theirs.step, threads, 60, "step")
        steps.append(pairs)
        yield row
    if steps:
        yield mean(f"geometric mean of {len(steps)} steps, {where}", steps, 1.5)
    yield from layers(vizgrad, torch, threads, where, wanted)


def layers(vizgrad: Any, torch: Any, threads: int, where: str, wanted: list[str]) -> Iterator[Row]:
    """Each layer of each family, and the geometric mean of the family."""
    from layers import FAMILIES, runner

    for family, cases in FAMILIES.items():
        if wanted and not any(word in family for word in wanted):
            continue
        found: list[Pairs] = []
        for name, case in cases.items():
            ours, theirs = runner(vizgrad, case), runner(torch, case)
            row, pairs = timed(f"{family}: {name}, {where}", ours, theirs, threads, 40, "run")
            found.append(pairs)
            yield row
        yield mean(f"geometric mean of {family}, {where}", found, 2.0)


def timed(
    what: str, ours: Callable[[], Any], theirs: Callable[[], Any], threads: int, many: int, unit: str
) -> tuple[Row, Pairs]:
    """A row, and the rounds behind it; short things are repeated within a round."""
    clock = time.process_time if threads == 1 else time.perf_counter
    theirs(), theirs(), ours()
    start = time.perf_counter()
    theirs()
    calls = max(1, math.ceil(LONG / (time.perf_counter() - start)))
    pairs = interleaved(_repeated(ours, calls), _repeated(theirs, calls), rounds(many), clock)
    return compare(what, pairs, None, calls, unit), pairs


def _repeated(run: Callable[[], Any], calls: int) -> Callable[[], None]:
    def loop() -> None:
        for _ in range(calls):
            run()

    return loop


def mean(what: str, measured: Iterable[Pairs], target: float) -> Row:
    """The geometric mean of the ratios, round by round."""
    each = [
        math.exp(sum(math.log(a / b) for a, b in together) / len(together))
        for together in zip(*measured, strict=True)
    ]
    return Row(what, median(each), *interval(each), target, f"{len(each)} rounds")


def main() -> None:
    words = sys.argv[1:]
    if "--threads" not in words:
        report(rows())
        return
    at = words.index("--threads")
    wanted = [word for word in words[:at] + words[at + 2 :] if not word.startswith("-")]
    sys.argv.append("--json")
    report(inside(int(words[at + 1]), wanted))


if __name__ == "__main__":
    main()
