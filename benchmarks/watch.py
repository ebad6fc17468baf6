"""What watching costs: a training loop with all views on, and small ops when nobody watches.

The loop runs in a real Jupyter kernel.  This process plays the page; it reads every message, never answers:
the kernel also sends the keyframes that it sends to a page it has lost.  With nobody watching, the cost is
that of the one question per op, whether anybody watches: the ops as shipped beside the same ops without it.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from statistics import median
from types import CodeType
from typing import Any

from timing import QUICK, Row, compare, interleaved, report, rounds

STEPS = 30 if QUICK else 100  # in each run of the loop
CHAIN, CHAINS = 60, 10  # small ops in a chain, chains in a round
MARK = "RESULT "


def rows() -> Iterator[Row]:
    yield unwatched()
    yield from watched()


# --- nobody watches


def unwatched() -> Row:
    """The ops of a chain as shipped, beside the same ops whose check is cut out."""
    import vizgrad

    calls: list[Any] = [vizgrad.mul, vizgrad.add, vizgrad.tanh]
    chain = _chain()
    chain()  # ops compile their common case at the first call
    shipped = [call.__code__ for call in calls]
    without = [_without_check(call) for call in calls]

    def by(codes: list[CodeType]) -> Callable[[], None]:
        def run() -> None:
            for call, code in zip(calls, codes, strict=True):
                call.__code__ = code
            chain()

        return run

    try:
        pairs = interleaved(by(shipped), by(without), rounds(600), time.process_time)
    finally:
        by(shipped)()
    return compare("small ops, nobody watching: shipped / no check", pairs, 1.02, CHAIN * CHAINS, "op")


def _without_check(call: Any) -> CodeType:
    """The code of an op's function, compiled without its one question for watchers."""
    import vizgrad
    from vizgrad.engine.kernels import compiled, quick

    row = call.row
    shipped = quick.END
    quick.END = "".join(line for line in shipped.splitlines(keepends=True) if "_here.watchers" not in line)
    assert shipped != quick.END, "the common case of an op asks for watchers"
    try:
        arguments = list(inspect.signature(row.forward).parameters.values())[1:]
        twin: Any = compiled.function(row, arguments, takes_out=row.family.out)
        twin(*(vizgrad.ones(2) for _ in row.inputs))  # compiled at the first call
    finally:
        quick.END = shipped
    return twin.__code__


def _chain() -> Callable[[], None]:
    import vizgrad

    x = vizgrad.ones(8, 8, requires_grad=True)
    a = vizgrad.full((8, 8), 0.5)

    def run() -> None:
        for _ in range(CHAINS):
            y = x
            for _ in range(CHAIN // 3):
                y = (y * a + a).tanh()

    return run


# --- all views on


def watched() -> Iterator[Row]:
    """Pairs of runs in a kernel: the same loop with every view on, and with none."""
    try:
        from jupyter_client.manager import start_new_kernel
    except ImportError:
        print('watch.py needs a Jupyter kernel for this: pip install "vizgrad[lab]"', file=sys.stderr)
        return
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.getcwd(), os.environ.get("PYTHONPATH")]))
    manager, client = start_new_kernel(stderr=subprocess.DEVNULL)
    try:
        here = str(Path(__file__).resolve().parent)
        code = f"import sys; sys.path.insert(0, {here!r}); import watch; watch.inside({rounds(20)}, {STEPS})"
        result = _played(client, client.execute(code))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    pairs = [tuple(pair) for pair in result["pairs"]]
    row = compare("training loop: all six views on / none", pairs, 1.10, STEPS, "step")
    around = f"; {result['around']:.2f} s more for opening and closing the views"
    sent = f"; {result['messages'] / result['seconds']:.0f} messages/s"
    yield Row(**{**vars(row), "note": row.note + sent + around})


def _played(client: Any, asked: str) -> dict[str, Any]:
    """Read everything that the kernel says, as a page would, until the cell is done."""
    messages, said, over = 0, "", False
    while not over:
        try:
            message = client.get_iopub_msg(timeout=120)
        except Empty:
            raise RuntimeError("the kernel has been silent for two minutes") from None
        kind, content = message["msg_type"], message["content"]
        messages += kind == "comm_msg"
        if kind == "stream" and content["name"] == "stdout":
            said += content["text"]
        elif kind == "error":
            raise RuntimeError("\n".join(content["traceback"]))
        elif kind == "status" and content["execution_state"] == "idle":
            over = message["parent_header"].get("msg_id") == asked
    found: dict[str, Any] = json.loads(said.split(MARK, 1)[1].splitlines()[0])
    return {**found, "messages": messages}


def inside(many: int, steps: int) -> None:
    """Runs in the kernel: measure, and print what was found."""
    from net import stepper

    import vizgrad

    step, model, optimizer = stepper(vizgrad, 32, 8)
    around: list[float] = []

    def loop() -> float:
        start = time.perf_counter()
        for _ in range(steps):
            step()
        return time.perf_counter() - start

    def watched_loop() -> float:
        start = time.perf_counter()
        run = vizgrad.watch(model, optimizer, show=False)
        with run:
            for name in ("dashboard", "curves", "rates", "gradients", "memory", "graph"):
                getattr(run, name)().show()
            inner = loop()
        around.append(time.perf_counter() - start - inner)
        return inner

    watched_loop(), loop()
    pairs: list[tuple[float, float]] = []
    for i in range(many):
        if i % 2:
            alone = loop()
            pairs.append((watched_loop(), alone))
        else:
            pairs.append((watched_loop(), loop()))
    seconds = sum(pair[0] for pair in pairs)
    print(MARK + json.dumps({"pairs": pairs, "around": median(around), "seconds": seconds}))


if __name__ == "__main__":
    report(rows())
