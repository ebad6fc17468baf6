"""What one op costs beside PyTorch's, family by family, at 10, 10⁴ and 10⁷ elements, recorded for backward.

At 10 elements nearly all of it is the library's own work, at 10⁷ nearly all arithmetic and memory.  Both libraries
use the threads that they use by default.  ``python benchmarks/ops.py add matmul`` measures those families only;
``--one-thread`` holds PyTorch to one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from typing import Any

from timing import QUICK, Row, compare, interleaved, interval, report, rounds

SIZES = {10: "10", 10**4: "10⁴", 10**7: "10⁷"}
CALLS = {10: 500, 10**4: 100, 10**7: 1}
ROUNDS = {10: 200, 10**4: 100, 10**7: 15}

Op = Callable[[Any, Any], Any]  # of the library and its tensors: see `tensors`
FAMILIES: dict[str, Op] = {
    "add": lambda t, x: x.a + x.b,
    "mul": lambda t, x: x.a * x.b,
    "div": lambda t, x: x.a / x.b,
    "square": lambda t, x: x.a**2,
    "exp": lambda t, x: x.a.exp(),
    "log": lambda t, x: x.positive.log(),
    "tanh": lambda t, x: x.a.tanh(),
    "sigmoid": lambda t, x: x.a.sigmoid(),
    "relu": lambda t, x: x.a.relu(),
    "gelu": lambda t, x: t.nn.functional.gelu(x.a),
    "compare": lambda t, x: x.a > x.b,
    "where": lambda t, x: t.where(x.mask, x.a, x.b),
    "clamp": lambda t, x: x.a.clamp(-0.5, 0.5),
    "add_": lambda t, x: x.plain.add_(x.other),
    "sum": lambda t, x: x.a.sum(),
    "mean(1)": lambda t, x: x.rows.mean(1),
    "var(1)": lambda t, x: x.rows.var(1),
    "max(1)": lambda t, x: x.rows.max(1),
    "argmax(1)": lambda t, x: x.rows.argmax(1),
    "norm": lambda t, x: x.a.norm(),
    "softmax(1)": lambda t, x: x.rows.softmax(1),
    "logsumexp(1)": lambda t, x: x.rows.logsumexp(1),
    "cumsum": lambda t, x: x.a.cumsum(0),
    "sort(1)": lambda t, x: x.rows.sort(1),
    "topk(1)": lambda t, x: x.rows.topk(3, 1),
    "reshape": lambda t, x: x.a.reshape(-1, 1),
    "t": lambda t, x: x.rows.t(),
    "slice": lambda t, x: x.a[1:],
    "expand": lambda t, x: x.a.unsqueeze(0).expand(4, -1),
    "contiguous": lambda t, x: x.rows.t().contiguous(),
    "clone": lambda t, x: x.a.clone(),
    "cat": lambda t, x: t.cat([x.a, x.b]),
    "gather(1)": lambda t, x: x.rows.gather(1, x.columns),
    "index": lambda t, x: x.a[x.places],
    "masked_fill": lambda t, x: x.a.masked_fill(x.mask, 0.0),
    "matmul": lambda t, x: x.square @ x.square,
    "linear": lambda t, x: t.nn.functional.linear(x.rows, x.weight),
    "solve": lambda t, x: t.linalg.solve(x.small, x.small),
    "fft": lambda t, x: t.fft.rfft(x.rows),
    "rand": lambda t, x: t.rand(x.n),
    "randn": lambda t, x: t.randn(x.n),
    "double": lambda t, x: x.a.double(),
    "backward": lambda t, x: (x.a * x.b).sum().backward(),
}


# Why a family may cost more than three times as much.
WHY = {
    "gelu": "NumPy has no error function: without Numba ours is some thirty passes over the array, each in the cache",
    "randn": "NumPy draws one normal number after the other, PyTorch eight at once",
    "topk(1)": "small: sorting, cutting and picking are NumPy calls of a µs each; large: one thread partitions a copy",
    "gather(1)": "the index is checked, then turned into places: NumPy calls of a µs each",
    "softmax(1)": "five NumPy calls of a µs each",
    "var(1)": "six NumPy calls of a µs each",
    "fft": "small: NumPy's transform takes ten µs to begin; large: one thread, narrower instructions than MKL",
    "cumsum": "NumPy adds one number after the other",
}


class Tensors:
    """What the families compute with: ``n`` elements each, in rows of 5, 100 or 1000."""

    def __init__(self, library: Any, n: int) -> None:
        import numpy

        chance = numpy.random.default_rng(0)
        width = {10: 5, 10**4: 100, 10**7: 1000}[n]
        side = int(min(n**0.5, 1000)) or 2

        def tensor(array: Any) -> Any:
            made = library.tensor(array)
            return made.requires_grad_() if array.dtype == "f4" else made

        def normal(*shape: int) -> Any:
            return chance.standard_normal(shape).astype("f4")

        self.n = n
        values = normal(n)
        self.a, self.b, self.positive = tensor(values), tensor(normal(n)), tensor(abs(values) + 0.1)
        self.plain, self.other = self.a.detach().clone(), self.b.detach().clone()
        self.rows, self.weight = tensor(values.reshape(-1, width)), tensor(normal(width, width))
        self.square, self.small = tensor(normal(side, side)), tensor(normal(min(side, 100), min(side, 100)))
        self.mask, self.places = tensor(values > 0), tensor(chance.integers(0, n, n))
        self.columns = tensor(chance.integers(0, width, (n // width, width)))


def rows(names: list[str]) -> Iterator[Row]:
    try:
        import torch
    except ImportError:
        print(
            'ops.py compares with PyTorch, which is not installed: pip install "torch==2.13.0"',
            file=sys.stderr,
        )
        return
    import vizgrad

    if "--one-thread" in sys.argv:
        torch.set_num_threads(1)
    everything = []
    for n, size in SIZES.items():
        ours, theirs = Tensors(vizgrad, n), Tensors(torch, n)
        calls = max(CALLS[n] // 10, 1) if QUICK else CALLS[n]
        found = []
        for name in names or FAMILIES:
            mine, other = (_loop(t, FAMILIES[name], x, calls) for t, x in ((vizgrad, ours), (torch, theirs)))
            pairs = interleaved(mine, other, rounds(ROUNDS[n]))
            row = compare(f"{name}, {size}: VizGrad / PyTorch", pairs, 3.0, calls, "op")
            found.append(row.ratio)
            yield replace(row, note=f"{row.note}; {WHY[name]}") if row.ratio > 3 and name in WHY else row
        everything += found
        yield _median(f"median of the families, {size}", found)
    yield _median("median of all", everything)


def _loop(library: Any, op: Op, tensors: Tensors, calls: int) -> Callable[[], None]:
    def loop() -> None:
        for _ in range(calls):
            op(library, tensors)

    return loop


def _median(what: str, ratios: list[float]) -> Row:
    span = f"{len(ratios)} families, from {min(ratios):.2f} to {max(ratios):.2f}"
    return Row(what, median(ratios), *interval(ratios), 1.3, span)


if __name__ == "__main__":
    report(rows([a for a in sys.argv[1:] if not a.startswith("-")]))
