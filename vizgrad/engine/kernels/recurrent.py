"""Recurrent layers over all times at once: products with the weights for the whole sequence, then a loop over time.

Rows of samples lie one time after the other: at time t the first ``sizes[t]`` samples of the batch are still
running (the longest come first), so padded and packed sequences are the same thing here.  A batch of equal
lengths has equal sizes.

The logistic function is computed as (1 + tanh(x / 2)) / 2: all gates of a step then take one call of tanh, and
the halves are drawn into the weights beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any


def times(sizes: tuple[int, ...], *, reverse: bool, back: bool = False) -> Iterator[tuple[slice, int]]:
    """For each time, in the order of the computation (``back``: against it): its rows, and how many they are."""
    start, found = 0, []
    for n in sizes:
        found.append((slice(start, start + n), n))
        start += n
    return reversed(found) if reverse != back else iter(found)


def previous(xp: Any, y: Any, first: Any, sizes: tuple[int, ...], *, reverse: bool) -> Any:
    """For each row of ``y`` the state from which it was computed: that of the time before, or ``first``."""
    if len(set(sizes)) == 1:  # nobody starts late or ends early
        n = sizes[0]
        return xp.concatenate([y[n:], first] if reverse else [first, y[: len(y) - n]], axis=0)
    found: list[Any] = []
    running = first[:0]
    for rows, n in times(sizes, reverse=reverse):
        found.append([running[:n], first[len(running) : n]])
        running = y[rows]
    order = reversed(found) if reverse else found
    return xp.concatenate([part for both in order for part in both if len(part)], axis=0)


def _halves(xp: Any, hidden: int, kinds: str, like: Any) -> tuple[Any, Any]:
    """Factors and offsets of the gates: 1/2 for those that are logistic ("s"), 1 and 0 for the others ("t")."""
    scale = xp.asarray([0.5 if k == "s" else 1.0 for k in kinds], dtype=like.dtype).repeat(hidden)
    return scale, 1 - scale


def _scaled(xp: Any, scale: Any, w_ih: Any, w_hh: Any) -> tuple[Any, Any]:
    """Weights by which rows are multiplied, from the right, the gates' factors included."""
    return xp.multiply(w_ih, scale[:, None]).T, xp.ascontiguousarray(xp.multiply(w_hh, scale[:, None]).T)


def _started(xp: Any, like: Any, g_last: Any) -> Any:
    """The gradient of the state, as it is after the last time."""
    return xp.zeros_like(like) if g_last is None else g_last.astype(like.dtype)


# --- Elman's ------------------------------------------------------------------------------------------------


def rnn(xp: Any, x: Any, h: Any, w_ih: Any, w_hh: Any, b: Any, sizes: Any, reverse: bool, relu: bool) -> Any:
    """Output and last state; ``b`` is the sum of both biases, or None."""
    y = x @ w_ih.T
    if b is not None:
        y += b
    last, w, a = h.copy(), xp.ascontiguousarray(w_hh.T), xp.empty_like(h)
    matmul, tanh, maximum = xp.module.matmul, xp.module.tanh, xp.module.maximum
    for rows, n in times(sizes, reverse=reverse):
        now = y[rows]
        now += matmul(last[:n], w, out=a[:n])
        maximum(now, 0, out=now) if relu else tanh(now, out=now)
        last[:n] = now
    return y, last


def rnn_back(xp: Any, g: Any, g_last: Any, y: Any, h: Any, w_hh: Any, sizes: Any, reverse: bool, relu: bool):
    """Gradients of what goes into tanh (or relu), for all rows, and of the first state."""
    gates = (y > 0).astype(y.dtype) if relu else 1 - y * y
    dh = _started(xp, h, g_last)
    matmul = xp.module.matmul
    for rows, n in times(sizes, reverse=reverse, back=True):
        running, now = dh[:n], gates[rows]
        if g is not None:
            running += g[rows]
        now *= running
        matmul(now, w_hh, out=running)
    return SimpleNamespace(gates=gates, by_hidden=gates, hidden=dh)


# --- LSTM ---------------------------------------------------------------------------------------------------


def lstm(xp: Any, x: Any, h: Any, c: Any, w_ih: Any, w_hh: Any, b: Any, w_hr: Any, sizes: Any, reverse: bool):
    """Output, the last state and cell, and for backward: the four gates i, f, g, o, cells, and their tanh."""
    size = c.shape[1]
    scale, offset = _halves(xp, size, "ssts", x)
    w_ih, w = _scaled(xp, scale, w_ih, w_hh)
    gates = x @ w_ih
    if b is not None:
        gates += b * scale
    cells = xp.empty((len(x), size), dtype=x.dtype)
    squashed, out = xp.empty_like(cells), xp.empty_like(cells)
    y = out if w_hr is None else xp.empty((len(x), len(w_hr)), dtype=x.dtype)
    last, cell, a, t = h.copy(), c.copy(), xp.empty((len(h), 4 * size), dtype=x.dtype), xp.empty_like(c)
    matmul, tanh, multiply = xp.module.matmul, xp.module.tanh, xp.module.multiply
    for rows, n in times(sizes, reverse=reverse):
        now, at = gates[rows], cell[:n]
        now += matmul(last[:n], w, out=a[:n])
        tanh(now, out=now)
        now *= scale
        now += offset
        at *= now[:, size : 2 * size]
        at += multiply(now[:, :size], now[:, 2 * size : 3 * size], out=t[:n])
        cells[rows] = at
        tanh(at, out=squashed[rows])
        multiply(now[:, 3 * size :], squashed[rows], out=out[rows])
        if w_hr is not None:
            matmul(out[rows], w_hr.T, out=y[rows])
        last[:n] = y[rows]
    return y, last, cell, gates, cells, squashed


def lstm_back(
    xp: Any, grads: Any, h: Any, c: Any, w_hh: Any, w_hr: Any, kept: Any, sizes: Any, reverse: bool
) -> Any:
    """Gradients of what goes into the gates, for all rows, of the first state and cell, and of w_hr."""
    (g, g_last, g_cell), (gates, cells, squashed), size = grads, kept, c.shape[1]
    slopes, of_cell = _lstm_slopes(xp, gates, previous(xp, cells, c, sizes, reverse=reverse), squashed)
    dh, dc, t = _started(xp, h, g_last), _started(xp, c, g_cell), xp.empty_like(c)
    d_y = None if w_hr is None else xp.empty((len(gates), len(w_hr)), dtype=gates.dtype)
    matmul, multiply = xp.module.matmul, xp.module.multiply
    for rows, n in times(sizes, reverse=reverse, back=True):
        state, cell, now = dh[:n], dc[:n], slopes[rows]
        if g is not None:
            state += g[rows]
        d_out = state
        if d_y is not None:
            d_y[rows] = state
            d_out = state @ w_hr
        cell += multiply(d_out, of_cell[rows], out=t[:n])
        first = now[:, : 3 * size].reshape(n, 3, size)
        first *= cell[:, None]
        now[:, 3 * size :] *= d_out
        cell *= gates[rows, size : 2 * size]
        matmul(now, w_hh, out=state)
    d_hr = None if d_y is None else d_y.T @ (gates[:, 3 * size :] * squashed)
    return SimpleNamespace(gates=slopes, by_hidden=slopes, hidden=dh, cell=dc, w_hr=d_hr)


def _lstm_slopes(xp: Any, gates: Any, before: Any, squashed: Any) -> tuple[Any, Any]:
    """How much the cell (for i, f, g), the output (for o) follow what goes into a gate; the output, the cell."""
    size = before.shape[1]
    i, g, o = (gates[:, k * size : (k + 1) * size] for k in (0, 2, 3))
    slopes = gates * gates
    xp.subtract(gates, slopes, out=slopes)  # s (1 - s), right where the gate is logistic
    d_i, d_f, d_g, d_o = (slopes[:, k * size : (k + 1) * size] for k in range(4))
    d_i *= g
    d_f *= before
    xp.multiply(g, g, out=d_g)
    xp.subtract(1, d_g, out=d_g)
    d_g *= i
    d_o *= squashed
    of_cell = squashed * squashed
    xp.subtract(1, of_cell, out=of_cell)
    of_cell *= o
    return slopes, of_cell


# --- GRU ----------------------------------------------------------------------------------------------------


def gru(
    xp: Any, x: Any, h: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, sizes: Any, reverse: bool
) -> Any:
    """Output, the last state, and for backward: the gates r, z, n, and what the state adds to n before r is applied."""
    size = h.shape[1]
    scale, offset = _halves(xp, size, "sst", x)
    w_ih, w = _scaled(xp, scale, w_ih, w_hh)
    gates = x @ w_ih
    if b_ih is not None:
        gates += b_ih * scale
    b = None if b_hh is None else b_hh * scale
    added, y = (xp.empty((len(x), size), dtype=x.dtype) for _ in range(2))
    last, a, t = h.copy(), xp.empty((len(h), 3 * size), dtype=x.dtype), xp.empty_like(h)
    matmul, tanh, multiply, subtract = (
        getattr(xp.module, f) for f in ("matmul", "tanh", "multiply", "subtract")
    )
    scale, offset = scale[: 2 * size], offset[: 2 * size]
    for rows, n in times(sizes, reverse=reverse):
        now, state, by_state, part = gates[rows], last[:n], a[:n], t[:n]
        matmul(state, w, out=by_state)
        if b is not None:
            by_state += b
        both, new = now[:, : 2 * size], now[:, 2 * size :]
        both += by_state[:, : 2 * size]
        tanh(both, out=both)
        both *= scale
        both += offset
        added[rows] = by_state[:, 2 * size :]
        new += multiply(both[:, :size], by_state[:, 2 * size :], out=part)
        tanh(new, out=new)
        subtract(state, new, out=part)
        part *= both[:, size:]
        xp.add(new, part, out=state)
        y[rows] = state
    return y, last, gates, added


def gru_back(xp: Any, grads: Any, y: Any, h: Any, w_hh: Any, kept: Any, sizes: Any, reverse: bool) -> Any:
    """Gradients of what input and state give to the gates, for all rows, and of the first state."""
    (g, g_last), (gates, added), size = grads, kept, h.shape[1]
    r, z, new = (gates[:, k * size : (k + 1) * size] for k in range(3))
    by_input = gates * gates
    xp.subtract(gates, by_input, out=by_input)  # s (1 - s), right where the gate is logistic
    d_r, d_z, d_n = (by_input[:, k * size : (k + 1) * size] for k in range(3))
    d_z *= previous(xp, y, h, sizes, reverse=reverse) - new
    xp.multiply(new, new, out=d_n)
    xp.subtract(1, d_n, out=d_n)
    d_n *= 1 - z
    d_r *= d_n * added
    by_hidden = by_input.copy()
    by_hidden[:, 2 * size :] *= r
    dh, t, of_state = _started(xp, h, g_last), xp.empty_like(h), xp.empty_like(y)
    matmul, multiply = xp.module.matmul, xp.module.multiply
    for rows, n in times(sizes, reverse=reverse, back=True):
        state, now = dh[:n], by_hidden[rows].reshape(n, 3, size)
        if g is not None:
            state += g[rows]
        now *= state[:, None]
        of_state[rows] = state
        part = multiply(state, z[rows], out=t[:n])
        matmul(by_hidden[rows], w_hh, out=state)
        state += part
    by_input[:, : 2 * size] = by_hidden[:, : 2 * size]
    d_n *= of_state
    return SimpleNamespace(gates=by_input, by_hidden=by_hidden, hidden=dh)
