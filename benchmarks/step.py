"""One training step of the first notebook's network beside PyTorch eager, on one thread and on two.

A library reads the number of its threads when it is loaded, so each number runs in a process of its own;
within it both libraries take turns.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator

from timing import Row, compare, interleaved, report, rounds

CASES = ((32, 8), (64, 28))  # batch, side of the images: the digits, and MNIST
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def rows() -> Iterator[Row]:
    if importlib.util.find_spec("torch") is None:
        print(
            'step.py compares with PyTorch, which is not installed: pip install "torch==2.13.0"',
            file=sys.stderr,
        )
        return
    for threads in (1, 2):
        env = {**os.environ, **dict.fromkeys(THREADS, str(threads))}
        passed_on = [word for word in sys.argv[1:] if word == "--quick"]
        command = [sys.executable, __file__, "--threads", str(threads), *passed_on]
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
        for found in done.stdout.splitlines():
            yield Row(**json.loads(found))


def inside(threads: int) -> Iterator[Row]:
    """The rows of one process."""
    import torch
    from net import library, stepper

    torch.set_num_threads(threads)
    for batch, side in CASES:
        ours, theirs = (stepper(library(name), batch, side)[0] for name in ("vizgrad", "torch"))
        pairs = interleaved(ours, theirs, rounds(200 if side < 20 else 40))
        words = f"CNN step, {batch}×1×{side}×{side}, {threads} thread{'s'[: threads - 1]}"
        yield compare(f"{words}: VizGrad / PyTorch", pairs, unit="step")


if __name__ == "__main__":
    if "--threads" in sys.argv:
        sys.argv.append("--json")
        report(inside(int(sys.argv[sys.argv.index("--threads") + 1])))
    else:
        report(rows())
