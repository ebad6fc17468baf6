"""Single layers, forward and backward, at the sizes that small networks have: the families that steps.py times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

Case = tuple[
    tuple[tuple[int, ...], ...], Callable[..., Any]
]  # sizes of the operands, (torch, *operands) -> result


def _conv(**settings: Any) -> Callable[..., Any]:
    return lambda t, x, w: t.nn.functional.conv2d(x, w, **settings)


def _recurrent(name: str) -> Callable[..., Any]:
    """A layer of 64 inputs and 128 outputs, made at first use; weights do not change its time."""
    made: dict[str, Any] = {}

    def run(t: Any, x: Any) -> Any:
        if t.__name__ not in made:
            made[t.__name__] = getattr(t.nn, name)(64, 128)
        return made[t.__name__](x)[0]

    return run


def _looked_up(t: Any, w: Any) -> Any:
    rows = t.arange(2048).reshape(64, 32) * 7 % len(w)
    return t.nn.functional.embedding(rows, w)


def _batch_norm(t: Any, x: Any, w: Any, b: Any) -> Any:
    return t.nn.functional.batch_norm(x, t.zeros(len(w)), t.ones(len(w)), w, b, True)


def _heads(t: Any, q: Any, k: Any, v: Any) -> Any:
    return t.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)


FAMILIES: dict[str, dict[str, Case]] = {
    "convolution": {
        "32×16×28×28, 3×3": (((32, 16, 28, 28), (32, 16, 3, 3)), _conv(padding=1)),
        "8×64×16×16, 3×3": (((8, 64, 16, 16), (64, 64, 3, 3)), _conv(padding=1)),
        "8×64×16×16, 1×1": (((8, 64, 16, 16), (128, 64, 1, 1)), _conv()),
        "8×32×32×32, 3×3, stride 2": (((8, 32, 32, 32), (64, 32, 3, 3)), _conv(stride=2, padding=1)),
        "8×32×16×16, each channel alone": (((8, 32, 16, 16), (32, 1, 3, 3)), _conv(padding=1, groups=32)),
        "8×64×8×8, transposed 4×4": (
            ((8, 64, 8, 8), (64, 32, 4, 4)),
            lambda t, x, w: t.nn.functional.conv_transpose2d(x, w, stride=2, padding=1),
        ),
        "8×32×100, of 5": (((8, 32, 100), (64, 32, 5)), lambda t, x, w: t.nn.functional.conv1d(x, w)),
    },
    "pooling": {
        "max, 32×16×28×28": (((32, 16, 28, 28),), lambda t, x: t.nn.functional.max_pool2d(x, 2)),
        "average, 32×16×28×28": (((32, 16, 28, 28),), lambda t, x: t.nn.functional.avg_pool2d(x, 2)),
        "adaptive, 32×16×28×28": (
            ((32, 16, 28, 28),),
            lambda t, x: t.nn.functional.adaptive_avg_pool2d(x, 1),
        ),
    },
    "normalization": {
        "batch, 32×16×28×28": (((32, 16, 28, 28), (16,), (16,)), _batch_norm),
        "layer, 64×32×128": (
            ((64, 32, 128), (128,), (128,)),
            lambda t, x, w, b: t.nn.functional.layer_norm(x, (128,), w, b),
        ),
        "group, 8×32×16×16": (
            ((8, 32, 16, 16), (32,), (32,)),
            lambda t, x, w, b: t.nn.functional.group_norm(x, 4, w, b),
        ),
    },
    "attention": {
        "8×4×64×32": (((8, 4, 64, 32),) * 3, _heads),
        "2×4×256×32": (((2, 4, 256, 32),) * 3, _heads),
    },
    "embedding": {"64×32 of 1000×64": (((1000, 64),), _looked_up)},
    "recurrent": {
        "LSTM, 32×16×64": (((32, 16, 64),), _recurrent("LSTM")),
        "GRU, 32×16×64": (((32, 16, 64),), _recurrent("GRU")),
        "RNN, 32×16×64": (((32, 16, 64),), _recurrent("RNN")),
    },
}


def runner(library: Any, case: Case) -> Callable[[], None]:
    """A function that runs the case forward and backward."""
    sizes, function = case
    chance = numpy.random.default_rng(0)
    operands = [library.tensor(chance.standard_normal(s).astype("f4"), requires_grad=True) for s in sizes]
    g = library.ones_like(function(library, *operands).detach())

    def run() -> None:
        for x in operands:
            x.grad = None
        function(library, *operands).backward(g)

    return run
