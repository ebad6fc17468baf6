"""Recurrent layers: each state is computed from the input of its time and from the state before.

One row is one layer in one direction over all times.  Its rows of numbers lie time after time: at time t the
first ``sizes[t]`` samples are still running, so batches of equal lengths (all sizes equal) and packed sequences
are the same thing.  ``reverse`` runs from the last time to the first.

The gradients of all inputs come from one walk back through time, which the first formula that is asked takes.
The numbers come from kernels/recurrent.py; for gradients of gradients the same equations are run again, step by
step, with recorded ops (`_retaken`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from vizgrad.engine.bare import Bare
from vizgrad.engine.kernels import recurrent as kernel
from vizgrad.engine.op import TABLE, Formula, op
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value

Sizes = tuple[int, ...]


class recurrent(Formula):
    """Half-precision numbers are computed with in single precision; gradients go back in the inputs' dtype."""

    broadcasts = True


def _wide(*arrays: Any) -> list[Any]:
    return [a.astype("float32") if a is not None and a.dtype.itemsize < 4 else a for a in arrays]


def _sum(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else a + b


class Walked:
    """What a walk back through time found, for as long as the same gradients are asked about."""

    __slots__ = ("asked", "found")

    def __init__(self) -> None:
        self.asked: Any = None
        self.found: Any = None

    def once(self, grads: tuple[Any, ...], walk: Callable[[], Any]) -> Any:
        """What ``walk`` finds for these gradients, found once."""
        if self.asked is None or any(a is not b for a, b in zip(self.asked, grads, strict=True)):
            self.asked, self.found = grads, walk()
        return self.found


def _gradients(kept: str, walk: Callable[..., Any], retake: Callable[..., Any]) -> Callable[[str], Any]:
    """Makes ``d_<input>``: each asks ``walk`` (arrays) or ``retake`` (tensors) for everything, and takes its part.

    ``kept`` are the names, after xp, that both are told: gradients of the outputs, then what the row keeps.
    """
    names = kept.split()
    signature = inspect.Signature(
        [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in ("xp", *names)]
    )
    count = sum(n == "g" or n.startswith("g_") for n in names)

    def d(input: str) -> Any:
        def formula(xp: Any, *given: Any) -> Any:
            grads, known = given[:count], SimpleNamespace(**dict(zip(names, given, strict=True)))
            if any(isinstance(g, Bare) for g in grads):
                found = known.walked.once(grads, lambda: retake(xp, grads, known))
                return found[input]
            found = known.walked.once(grads, lambda: walk(xp, _wide(*grads), known))
            return PARTS[input](xp, found, known)

        formula.__signature__ = signature  # type: ignore[attr-defined] - what the row reads names from
        return formula

    return d


def _d_w_hh(xp: Any, found: Any, k: Any) -> Any:
    return found.by_hidden.T @ kernel.previous(xp, *_wide(k.y, k.hidden), k.sizes, reverse=k.reverse)


PARTS: dict[str, Callable[..., Any]] = {
    "input": lambda xp, found, k: found.gates @ k.w_ih,
    "hidden": lambda xp, found, k: found.hidden,
    "cell": lambda xp, found, k: found.cell,
    "w_ih": lambda xp, found, k: found.gates.T @ k.input,
    "w_hh": _d_w_hh,
    "b_ih": lambda xp, found, k: xp.sum(found.gates, axis=0),
    "b_hh": lambda xp, found, k: xp.sum(found.by_hidden, axis=0),
    "w_hr": lambda xp, found, k: found.w_hr,
}


def _retaken(step: Callable[..., Any], inputs: str) -> Callable[..., Any]:
    """The gradients of ``inputs`` as tensors: ``step`` is run over time with recorded ops, and walked back through.

    Every input gets a node of its own first, so that the walk ends there, also where one was computed from another.
    """
    names = inputs.split()

    def retake(xp: Any, grads: tuple[Any, ...], known: Any) -> dict[str, Any]:
        from vizgrad.engine import backward, tape

        given = {n: x.expand(x.shape) for n in names if isinstance(x := getattr(known, n), Bare)}
        values = SimpleNamespace(**(vars(known) | given))
        outputs = unrolled(xp, step, values)
        roots = [(tape.edge(y), g) for y, g in zip(outputs, grads, strict=True) if g is not None]
        wanted = {n: target for n, x in given.items() if (target := tape.edge(x)) is not None}
        found = backward.run(roots, create_graph=True, wanted=list(wanted.values()), store=False)
        return dict.fromkeys(names) | dict(zip(wanted, found, strict=True))

    return retake


def unrolled(xp: Any, step: Callable[..., Any], values: Any) -> tuple[Any, ...]:
    """The outputs of a row by its equations: ``step(xp, x, states, values)`` gives the states of the next time."""
    states = [values.hidden, *([values.cell] if hasattr(values, "cell") else [])]
    found = []
    for rows, n in kernel.times(values.sizes, reverse=values.reverse):
        now = step(xp, values.input[rows], [s[:n] for s in states], values)
        states = [
            a if n == len(s) else xp.concatenate([a, s[n:]], 0) for a, s in zip(now, states, strict=True)
        ]
        found.append(now[0])
    return xp.concatenate(found[::-1] if values.reverse else found, 0), *states


def _linear(xp: Any, x: Any, w: Any, b: Any) -> Any:
    return _sum(xp.matmul(x, xp.swapaxes(w, 0, 1)), b)


def _gates(parts: int, x: Any) -> list[Any]:
    size = x.shape[1] // parts
    return [x[:, k * size : (k + 1) * size] for k in range(parts)]


def _sigmoid(xp: Any, x: Any) -> Any:
    return 1 / (1 + xp.exp(-x))


# --- Elman's ------------------------------------------------------------------------------------------------


def rnn_step(xp: Any, x: Any, states: Any, v: Any) -> list[Any]:
    """h′ = tanh(W x + b + U h + c), or relu of it."""
    z = _linear(xp, x, v.w_ih, v.b_ih) + _linear(xp, states[0], v.w_hh, v.b_hh)
    return [xp.rule("relu")(z) if v.relu else xp.tanh(z)]


def _rnn_walk(xp: Any, grads: Any, k: Any) -> Any:
    y, h, w = _wide(k.y, k.hidden, k.w_hh)
    return kernel.rnn_back(xp, *grads, y, h, w, k.sizes, k.reverse, k.relu)


_RNN = "input hidden w_ih w_hh b_ih b_hh"
_d_rnn = _gradients(f"g g_last {_RNN} y walked sizes reverse relu", _rnn_walk, _retaken(rnn_step, _RNN))


@op
class rnn_layer(recurrent):
    """hₜ = tanh(W xₜ + b + U hₜ₋₁ + c), or relu of it: Elman's recurrent layer

    input (rows, I), hidden (N, H), w_ih (H, I), w_hh (H, H), biases (H,); returns h of all times (rows, H) and
    each sample's last (N, H).  Elman, *Finding Structure in Time*, 1990.
    """

    samples = (
        Sample((6, 3), (2, 4), (4, 3), (4, 4), (4,), (4,), sizes=(2, 2, 2)),
        Sample((6, 3), (3, 4), (4, 3), (4, 4), None, None, sizes=(3, 2, 1), reverse=True, relu=True),
    )
    formula = "tanh(W xₜ + b + U hₜ₋₁ + c)"
    formulas = {
        "input": "dₜ W with dₜ = (gₜ + dₜ₊₁ U) · (1 - hₜ²)",
        "hidden": "d₀ U",
        "w_ih": "Σₜ dₜ xₜ",
        "w_hh": "Σₜ dₜ hₜ₋₁",
        "b_ih": "Σₜ dₜ",
        "b_hh": "Σₜ dₜ",
    }
    outputs = ("y", "last")

    def forward(
        xp,
        input: Value,
        hidden: Value,
        w_ih: Value,
        w_hh: Value,
        b_ih: Value | None = None,
        b_hh: Value | None = None,
        sizes: Sizes = (),
        reverse: bool = False,
        relu: bool = False,
    ):
        x, h, w, u, b = _wide(input, hidden, w_ih, w_hh, _sum(b_ih, b_hh))
        y, last = kernel.rnn(xp, x, h, w, u, b, sizes, reverse, relu)
        kind = input.dtype
        return y.astype(kind, copy=False), last.astype(kind, copy=False), {"walked": Walked()}

    d_input, d_hidden, d_w_ih, d_w_hh, d_b_ih, d_b_hh = map(_d_rnn, _RNN.split())


# --- LSTM ---------------------------------------------------------------------------------------------------


def lstm_step(xp: Any, x: Any, states: Any, v: Any) -> list[Any]:
    """i, f, o = σ(…), g = tanh(…) of W x + b + U h + c; c′ = f c + i g; h′ = o tanh c′, or a projection of it."""
    z = _linear(xp, x, v.w_ih, v.b_ih) + _linear(xp, states[0], v.w_hh, v.b_hh)
    i, f, g, o = _gates(4, z)
    cell = _sigmoid(xp, f) * states[1] + _sigmoid(xp, i) * xp.tanh(g)
    h = _sigmoid(xp, o) * xp.tanh(cell)
    return [h if v.w_hr is None else _linear(xp, h, v.w_hr, None), cell]


def _lstm_walk(xp: Any, grads: Any, k: Any) -> Any:
    h, c, w_hh, w_hr = _wide(k.hidden, k.cell, k.w_hh, k.w_hr)
    kept = k.gates, k.cells, k.squashed
    return kernel.lstm_back(xp, grads, h, c, w_hh, w_hr, kept, k.sizes, k.reverse)


_LSTM = "input hidden cell w_ih w_hh b_ih b_hh w_hr"
_d_lstm = _gradients(
    f"g g_last g_cell {_LSTM} y gates cells squashed walked sizes reverse",
    _lstm_walk,
    _retaken(lstm_step, _LSTM),
)


@op
class lstm_layer(recurrent):
    """c′ = f · c + i · g, h′ = o · tanh c′, with gates i, f, o = σ(…) and g = tanh(…) of W x + b + U h + d

    input (rows, I), hidden (N, P), cell (N, H), w_ih (4H, I), w_hh (4H, P), biases (4H,), gates in the order
    i, f, g, o; with w_hr (P, H) the state is w_hr h′, else P = H.  Returns h of all times (rows, P), each sample's
    last (N, P) and its cell (N, H).
    Hochreiter & Schmidhuber, *Long Short-Term Memory*, 1997; forget gates: Gers, Schmidhuber & Cummins, 2000;
    the projection: Sak, Senior & Beaufays, 2014.
    """

    samples = (
        Sample((6, 3), (2, 2), (2, 2), (8, 3), (8, 2), (8,), (8,), None, sizes=(2, 2, 2)),
        Sample((4, 3), (2, 2), (2, 3), (12, 3), (12, 2), None, None, (2, 3), sizes=(2, 1, 1), reverse=True),
    )
    formula = "o · tanh(c′) with c′ = f · c + i · g"
    formulas = {
        "input": "dₜ W with dₜ the gradient of what goes into the gates at t",
        "hidden": "d₀ U",
        "cell": "f₀ · (the gradient of the first c′)",
        "w_ih": "Σₜ dₜ xₜ",
        "w_hh": "Σₜ dₜ hₜ₋₁",
        "b_ih": "Σₜ dₜ",
        "b_hh": "Σₜ dₜ",
        "w_hr": "Σₜ gₜ (o · tanh c′)",
    }
    outputs = ("y", "last", "last_cell")

    def forward(
        xp,
        input: Value,
        hidden: Value,
        cell: Value,
        w_ih: Value,
        w_hh: Value,
        b_ih: Value | None = None,
        b_hh: Value | None = None,
        w_hr: Value | None = None,
        sizes: Sizes = (),
        reverse: bool = False,
    ):
        given = _wide(input, hidden, cell, w_ih, w_hh, _sum(b_ih, b_hh), w_hr)
        *results, gates, cells, squashed = kernel.lstm(xp, *given, sizes, reverse)
        y, last, last_cell = (r.astype(input.dtype, copy=False) for r in results)
        kept = {"gates": gates, "cells": cells, "squashed": squashed, "walked": Walked()}
        return y, last, last_cell, kept

    d_input, d_hidden, d_cell, d_w_ih, d_w_hh, d_b_ih, d_b_hh, d_w_hr = map(_d_lstm, _LSTM.split())


# --- GRU ----------------------------------------------------------------------------------------------------


def gru_step(xp: Any, x: Any, states: Any, v: Any) -> list[Any]:
    """r, z = σ(…), n = tanh(W x + b + r · (U h + c)); h′ = (1 - z) n + z h."""
    h = states[0]
    (r, z, n), (u_r, u_z, u_n) = (
        _gates(3, _linear(xp, *given)) for given in ((x, v.w_ih, v.b_ih), (h, v.w_hh, v.b_hh))
    )
    n = xp.tanh(n + _sigmoid(xp, r + u_r) * u_n)
    return [n + _sigmoid(xp, z + u_z) * (h - n)]


def _gru_walk(xp: Any, grads: Any, k: Any) -> Any:
    y, h, w = _wide(k.y, k.hidden, k.w_hh)
    return kernel.gru_back(xp, grads, y, h, w, (k.gates, k.added), k.sizes, k.reverse)


_d_gru = _gradients(
    f"g g_last {_RNN} y gates added walked sizes reverse", _gru_walk, _retaken(gru_step, _RNN)
)


@op
class gru_layer(recurrent):
    """h′ = (1 - z) · n + z · h with gates r, z = σ(W x + b + U h + c) and n = tanh(W x + b + r · (U h + c))

    input (rows, I), hidden (N, H), w_ih (3H, I), w_hh (3H, H), biases (3H,), gates in the order r, z, n; returns h of
    all times (rows, H) and each sample's last (N, H).
    Cho et al., *Learning Phrase Representations using RNN Encoder-Decoder*, 2014, with r applied after the product.
    """

    samples = (
        Sample((6, 3), (2, 2), (6, 3), (6, 2), (6,), (6,), sizes=(2, 2, 2)),
        Sample((4, 3), (2, 2), (6, 3), (6, 2), None, None, sizes=(2, 1, 1), reverse=True),
    )
    formula = "(1 - z) · n + z · hₜ₋₁"
    formulas = {
        "input": "dₜ W with dₜ the gradient of what goes into the gates at t",
        "hidden": "d₀ U + z₀ · (the gradient of h₀′)",
        "w_ih": "Σₜ dₜ xₜ",
        "w_hh": "Σₜ dₜ hₜ₋₁, for n times r",
        "b_ih": "Σₜ dₜ",
        "b_hh": "Σₜ dₜ, for n times r",
    }
    outputs = ("y", "last")

    def forward(
        xp,
        input: Value,
        hidden: Value,
        w_ih: Value,
        w_hh: Value,
        b_ih: Value | None = None,
        b_hh: Value | None = None,
        sizes: Sizes = (),
        reverse: bool = False,
    ):
        given = _wide(input, hidden, w_ih, w_hh, b_ih, b_hh)
        y, last, gates, added = kernel.gru(xp, *given, sizes, reverse)
        kind, kept = input.dtype, {"gates": gates, "added": added, "walked": Walked()}
        return y.astype(kind, copy=False), last.astype(kind, copy=False), kept

    d_input, d_hidden, d_w_ih, d_w_hh, d_b_ih, d_b_hh = map(_d_gru, _RNN.split())


ROWS = {name: TABLE[name].function for name in ("rnn_layer", "lstm_layer", "gru_layer")}
