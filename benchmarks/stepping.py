"""What stepping costs: nothing while nobody steps; and how long a step takes where somebody does.

While nobody steps, all that is left of it is one question before a view op, whether anything happens before ops on
some thread (other ops asked it already, for autocast): views as shipped beside views without it.
"""

from __future__ import annotations

import inspect
import itertools
import multiprocessing
import textwrap
import time
from collections.abc import Callable, Iterator
from typing import Any

from timing import QUICK, Row, compare, interleaved, report, rounds

CHAINS = 200  # of four views
TRAINED = 100  # steps in a round
STEPS = 5 if QUICK else 20
SOON = 0.05  # seconds in which a click should have led to the next pause


def rows() -> Iterator[Row]:
    yield unasked()
    yield afterwards()
    yield stepped()


def unasked() -> Row:
    """View ops as shipped, beside the same without the question."""
    import vizgrad
    from vizgrad.engine import alias

    source = textwrap.dedent(inspect.getsource(alias.look))
    question = (
        '    if local.early and here.watchers:\n        watch.tell("on_begin", op, (x,), settings, None)\n'
    )
    assert question in source, "a view op asks whether anything happens before it"
    names = dict(vars(alias))
    exec(compile(source.replace(question, ""), alias.__file__, "exec"), names)
    shipped, without = alias.look.__code__, names["look"].__code__
    x = vizgrad.ones(4, 6, requires_grad=True)

    def by(code: Any) -> Callable[[], None]:
        def run() -> None:
            alias.look.__code__ = code
            for _ in range(CHAINS):
                x.reshape(6, 4).transpose(0, 1).unsqueeze(0).flatten()

        return run

    try:
        pairs = interleaved(by(shipped), by(without), rounds(400), time.process_time)
    finally:
        alias.look.__code__ = shipped
    return compare("views, nobody steps: shipped / no question", pairs, 1.02, 4 * CHAINS, "op")


def afterwards() -> Row:
    """Training in a process that steps through something before each round, beside one that never did."""
    context = multiprocessing.get_context("spawn")
    ends = []
    for steps_first in (True, False):
        mine, theirs = context.Pipe()
        context.Process(target=_work, args=(theirs, steps_first), daemon=True).start()
        ends.append(mine)

    def ask(end: Any) -> float:
        end.send(True)
        return float(end.recv())

    pairs = [
        (ask(ends[0]), ask(ends[1])) if i % 2 else (ask(ends[1]), ask(ends[0]))[::-1]
        for i in range(rounds(100))
    ]
    for end in ends:
        end.send(False)
    return compare("training after stepping / where nobody ever did", pairs[1:], 1.02, TRAINED, "step")


def _work(end: Any, steps_first: bool) -> None:
    """In a process of its own: seconds for some training steps, each time it is asked."""
    train = _training()
    while end.recv():
        if steps_first:
            _step_through(lambda s: s.step())
        start = time.process_time()
        train()
        end.send(time.process_time() - start)


def _training() -> Callable[[], None]:
    """A loop of small training steps, where the cost of the library shows."""
    import vizgrad
    import vizgrad.nn.functional as F

    model = vizgrad.nn.Sequential(vizgrad.nn.Linear(8, 16), vizgrad.nn.ReLU(), vizgrad.nn.Linear(16, 4))
    optimizer = vizgrad.optim.SGD(model.parameters(), lr=0.01)
    x, target = vizgrad.randn(16, 8), vizgrad.arange(16) % 4

    def train() -> None:
        for _ in range(TRAINED):
            optimizer.zero_grad()
            F.cross_entropy(model(x), target).backward()
            optimizer.step()

    return train


def stepped() -> Row:
    """From one pause to the next in the kernel alone, with everything that a card shows, as a share of 50 ms."""
    moments: list[float] = []

    def drive(s: Any) -> None:
        moments.append(time.perf_counter())
        s.step()

    for _ in range(STEPS):
        _step_through(drive)
    pairs = [(b - a, SOON) for a, b in itertools.pairwise(moments)]
    return compare("one step, its card included / 50 ms", pairs, 1.0, 1, "step")


def _step_through(drive: Callable[[Any], None]) -> None:
    import vizgrad
    import vizgrad.nn.functional as F

    vizgrad.manual_seed(0)
    model = vizgrad.nn.Sequential(vizgrad.nn.Linear(3, 4), vizgrad.nn.ReLU(), vizgrad.nn.Linear(4, 2))
    optimizer = vizgrad.optim.Adam(model.parameters())
    x, target = vizgrad.randn(5, 3), vizgrad.arange(5) % 2
    with vizgrad.step(model, optimizer, drive=drive):
        F.cross_entropy(model(x), target).backward()
        optimizer.step()


if __name__ == "__main__":
    report(rows())
