"""What one small op costs beside PyTorch's: 8×8 numbers, recorded for backward, one thread.

At this size nearly all of it is the library's own work, not arithmetic.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from timing import Row, compare, interleaved, report, rounds

CALLS = 500
OPS: dict[str, tuple[Callable[..., Any], int, float | None]] = {  # function, number of tensors, target
    "a + b": (lambda a, b: a + b, 2, 1.5),
    "a * b": (lambda a, b: a * b, 2, None),
    "a @ b": (lambda a, b: a @ b, 2, None),
    "a.exp()": (lambda a: a.exp(), 1, None),
    "a.sum()": (lambda a: a.sum(), 1, None),
    "a.reshape(64)": (lambda a: a.reshape(64), 1, None),
}


def rows() -> Iterator[Row]:
    try:
        import torch
    except ImportError:
        print(
            'ops.py compares with PyTorch, which is not installed: pip install "torch==2.13.0"',
            file=sys.stderr,
        )
        return
    import vizgrad

    torch.set_num_threads(1)
    for name, (op, count, target) in OPS.items():
        ours, theirs = (_loop(lib, op, count) for lib in (vizgrad, torch))
        pairs = interleaved(ours, theirs, rounds(300), time.process_time)
        yield compare(f"{name}, 8×8 tracked: VizGrad / PyTorch", pairs, target, CALLS, "op")


def _loop(library: Any, op: Callable[..., Any], count: int) -> Callable[[], None]:
    tensors = [library.ones(8, 8, requires_grad=True) for _ in range(count)]

    def loop() -> None:
        for _ in range(CALLS):
            op(*tensors)

    return loop


if __name__ == "__main__":
    report(rows())
