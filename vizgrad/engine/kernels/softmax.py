"""Softmax of the scores of attention, and its gradient, part by part in the cache: what ops/attention.py says, faster.

Scores are subtracted their largest only where e to their power would overflow or vanish; what must not be seen is
multiplied by 0 afterwards.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from . import blocks, threads
from .rows import dots, lefts, ones, sums

_SAFE = 40  # the size of scores up to which neither their exponentials nor the sums of these leave float32
_ELEMENTS = 1 << 16  # how many a part has at most, unless one row has more
_TRIANGLE = 1 << 18  # elements of a triangle that is worth keeping


def weights(x: Any, mask: Any, is_causal: bool, scale: float) -> np.ndarray:
    """softmax(x · scale + mask) over the last dimension; a row in which everything is hidden becomes 0.

    ``mask``: None, or the same for all heads, True where something may be seen, or numbers to add.
    """
    heads = x.reshape(-1, *x.shape[-2:])
    whole = blocks.aligned(x.shape, x.dtype)
    shares = threads.parts(len(heads), x.size)
    out, cuts = whole.reshape(heads.shape), _cuts(heads, _ELEMENTS * min(2, len(shares)))
    added = seen = None
    if mask is not None:
        mask = np.broadcast_to(
            mask.reshape(-1, *mask.shape[-2:])[-1] if mask.ndim > 2 else mask, x.shape[-2:]
        )
        added, seen = (None, mask.astype(x.dtype)) if mask.dtype.kind == "b" else (mask, None)
    if is_causal:
        triangle = _triangle(x.shape[-2], x.shape[-1], x.dtype)
        seen = triangle if seen is None else seen * triangle

    def work(share: slice) -> None:
        for some, rows in cuts[share]:
            y = np.multiply(heads[some, rows], scale, out=out[some, rows])
            if added is not None:
                y += added[rows]
            _normalize(y, None if seen is None else seen[rows], shift=added is not None)

    threads.run(work, threads.parts(len(cuts), x.size))
    return whole


def d_scores(g: Any, y: Any, scale: float) -> np.ndarray:
    """Y · (g - Σ g · y) · scale, the gradient by the scores of their softmax y."""
    whole = blocks.aligned(y.shape, y.dtype)
    n = y.shape[-1]
    rows, other, out = y.reshape(-1, n), g.reshape(-1, n), whole.reshape(-1, n)
    line = ones(n, y.dtype)[0]

    def work(share: slice) -> None:
        for part in blocks.parts(rows, larger=2, within=share):
            some = rows[part]
            (factor,) = lefts((len(some),), -dots(other[part], some))
            dx = np.matmul(factor, line, out=out[part])
            dx += other[part]
            dx *= some
            if scale != 1:
                dx *= scale

    threads.run(work, threads.parts(len(rows), y.size))
    return whole


def _normalize(y: Any, seen: Any, *, shift: bool) -> None:
    """Softmax of each row in place."""
    if shift or not (y.min() >= -_SAFE and y.max() <= _SAFE):  # also where a score is not a number
        if seen is not None:
            np.copyto(y, -np.inf, where=seen == 0)
        top = y.max(axis=-1, keepdims=True)
        top[top == -np.inf] = 0
        y -= top
    np.exp(y, out=y)
    if seen is not None:
        y *= seen
    total = sums(y)
    if seen is not None or shift:
        total[total == 0] = 1
    rows, n = y.reshape(-1, y.shape[-1]), y.shape[-1]
    (factor,) = lefts((len(rows),), total.reshape(-1, 1))
    rows /= np.matmul(factor, ones(n, y.dtype)[0], out=blocks.room(len(rows), n, y.dtype))


def _cuts(heads: Any, most: int) -> list[tuple[slice, slice]]:
    """Parts of (heads, queries, keys): some heads with all queries or, where these are large, one with some."""
    many, queries, keys = heads.shape
    each = most // max(1, queries * keys)
    if each:
        return [(slice(i, min(many, i + each)), slice(0, queries)) for i in range(0, many, each)]
    each = max(1, most // keys)
    return [
        (slice(i, i + 1), slice(j, min(queries, j + each)))
        for i in range(many)
        for j in range(0, queries, each)
    ]


def _triangle(queries: int, keys: int, kind: np.dtype) -> np.ndarray:
    """1 where a query may see a key: those up to its own place."""
    return (_kept if queries * keys <= _TRIANGLE else np.tri)(queries, keys, dtype=kind)


@lru_cache(maxsize=8)
def _kept(queries: int, keys: int, dtype: np.dtype) -> np.ndarray:
    return np.tri(queries, keys, dtype=dtype)
