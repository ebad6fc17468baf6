"""Whole recurrent networks as functions: layers and directions of the rows in ops/recurrent.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import recurrent as rows
from vizgrad.engine.ops.dropout import dropout as drop
from vizgrad.engine.ops.join import cat, stack

from .create import rand

__all__ = [
    "gru",
    "gru_cell",
    "lstm",
    "lstm_cell",
    "rnn_relu",
    "rnn_relu_cell",
    "rnn_tanh",
    "rnn_tanh_cell",
]


def _layers(kind: str, x: Any, hx: Sequence[Any], params: Sequence[Any], how: dict[str, Any]) -> list[Any]:
    """Output rows of the last layer and the last states of all, for rows of numbers that lie time after time."""
    directions = 2 if how["bidirectional"] else 1
    row, last = rows.ROWS[kind], [[] for _ in hx]
    per = len(params) // (how["num_layers"] * directions)
    settings = {"sizes": how["sizes"]} | ({"relu": True} if how.get("relu") else {})
    for layer in range(how["num_layers"]):
        outputs = []
        for back in range(directions):
            k = layer * directions + back
            weights = _named(params[k * per : (k + 1) * per], how["has_biases"])
            y, *states = row(x, *(h[k] for h in hx), **weights, reverse=bool(back), **settings)
            outputs.append(y)
            for found, state in zip(last, states, strict=True):
                found.append(state)
        x = cat(outputs, 1) if directions == 2 else outputs[0]
        if how["train"] and how["dropout"] and layer + 1 < how["num_layers"]:
            p = how["dropout"]
            x = drop(x, rand(x.shape, device=x.device) >= p, p)
    return [x, *(stack(states) if len(states) > 1 else states[0].unsqueeze(0) for states in last)]


def _named(weights: Sequence[Any], has_biases: bool) -> dict[str, Any]:
    names = ["w_ih", "w_hh", "b_ih", "b_hh", "w_hr"] if has_biases else ["w_ih", "w_hh", "w_hr"]
    return dict(zip(names, weights, strict=False))


def _padded(kind: str, input: Any, hx: Sequence[Any], params: Any, batch_first: bool, how: dict[str, Any]):
    x = input.transpose(0, 1) if batch_first else input
    time, n = x.shape[:2]
    if not time:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    how["sizes"] = (n,) * time
    y, *states = _layers(kind, x.reshape(time * n, x.shape[2]), hx, params, how)
    y = y.reshape(time, n, y.shape[1])
    return (y.transpose(0, 1) if batch_first else y, *states)


def _network(kind: str, states: int, relu: bool = False) -> Any:
    """The function of a whole network, for padded batches or for the data and sizes of packed ones."""

    def run(input: Any, *args: Any, **named: Any) -> tuple[Any, ...]:
        packed = "batch_sizes" in named or (len(args) > 1 and not _is_flag(args[2]))
        words = ["hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional"]
        words = ["batch_sizes", *words] if packed else [*words, "batch_first"]
        if len(args) > len(words):
            raise TypeError(f"{name}() takes {1 + len(words)} arguments, but {1 + len(args)} were given")
        given = dict(zip(words, args, strict=False)) | named
        if missing := [w for w in words if w not in given]:
            raise TypeError(f"{name}() is missing {', '.join(missing)}")
        hx, params = given.pop("hx"), given.pop("params")
        hx = [hx] if isinstance(hx, Bare) else list(hx)
        if len(hx) != states:
            raise RuntimeError(f"{name} expects {states} hidden states, but got {len(hx)}")
        given["relu"] = relu
        if not packed:
            return _padded(kind, input, hx, params, given.pop("batch_first"), given)
        given["sizes"] = tuple(given.pop("batch_sizes").tolist())
        return tuple(_layers(kind, input, hx, params, given))

    name = kind.replace("_layer", "") + ({"rnn_layer": "_relu" if relu else "_tanh"}.get(kind, ""))
    run.__name__ = run.__qualname__ = name
    run.__doc__ = (
        f"All layers of the recurrent network `{name}`: the output of the last, and the last state{'s' * (states > 1)} "
        "of all.\n\nOf a padded batch (input, hx, params, has_biases, num_layers, dropout, train, bidirectional, "
        "batch_first), or of a packed one (data, batch_sizes, hx, params, …, bidirectional).  See nn.RNN, nn.LSTM and "
        "nn.GRU."
    )
    return run


def _is_flag(value: Any) -> bool:
    return isinstance(value, (bool, int))


rnn_tanh = _network("rnn_layer", 1)
rnn_relu = _network("rnn_layer", 1, relu=True)
gru = _network("gru_layer", 1)
lstm = _network("lstm_layer", 2)


# --- one step ---------------------------------------------------------------------------------------------


def _checked(input: Any, hx: Sequence[Any], w_ih: Any, w_hh: Any) -> dict[str, Any]:
    """The settings of a row that runs one step on these operands, once they fit together."""
    if input.shape[1] != w_ih.shape[1]:
        raise RuntimeError(
            f"input has inconsistent input_size: got {input.shape[1]} expected {w_ih.shape[1]}"
        )
    for i, h in enumerate(hx):
        if h.shape[0] != input.shape[0]:
            raise RuntimeError(
                f"Input batch size {input.shape[0]} doesn't match hidden{i} batch size {h.shape[0]}"
            )
        if h.shape[1] != w_hh.shape[1]:
            raise RuntimeError(
                f"hidden{i} has inconsistent hidden_size: got {h.shape[1]}, expected {w_hh.shape[1]}"
            )
    return {"sizes": (input.shape[0],)}


def rnn_tanh_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """h′ = tanh(w_ih x + b_ih + w_hh h + b_hh): one step of `rnn_tanh`, x (N, I), h (N, H)."""
    row: Any = rows.rnn_layer
    return row(input, hx, w_ih, w_hh, b_ih, b_hh, **_checked(input, [hx], w_ih, w_hh))[0]


def rnn_relu_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """h′ = relu(w_ih x + b_ih + w_hh h + b_hh): one step of `rnn_relu`, x (N, I), h (N, H)."""
    row: Any = rows.rnn_layer
    return row(input, hx, w_ih, w_hh, b_ih, b_hh, **_checked(input, [hx], w_ih, w_hh), relu=True)[0]


def gru_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """One step of `gru`: x (N, I), h (N, H), gates r, z, n in the weights."""
    row: Any = rows.gru_layer
    return row(input, hx, w_ih, w_hh, b_ih, b_hh, **_checked(input, [hx], w_ih, w_hh))[0]


def lstm_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """One step of `lstm`, to (h′, c′): x (N, I), hx a pair (h, c), gates i, f, g, o in the weights."""
    if len(hx) != 2:
        raise RuntimeError("lstm_cell expects two hidden states")
    row: Any = rows.lstm_layer
    y, _, cell = row(input, *hx, w_ih, w_hh, b_ih, b_hh, **_checked(input, hx, w_ih, w_hh))
    return y, cell
