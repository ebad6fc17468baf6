"""Weighted sums of a few places along one dimension: what resizing and padding are made of.

`Taps` says which places of the input each place of the output is made of, and how much each counts.  It is a
matrix with few numbers per column; the gradient is the transposed matrix, which has the same form.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

_FEW = 6  # with more places per output, a product of matrices is faster than as many passes
_DENSE = 1 << 22  # a matrix of more numbers than this is not made


class Taps:
    """``index`` (k, out) names k places of ``size``; ``weight`` (k, out) says how they count, None: as they are."""

    def __init__(self, index: Any, weight: Any, size: int) -> None:
        self.index, self.size = np.atleast_2d(np.asarray(index, dtype=np.int64)), size
        self.weight = None if weight is None else np.atleast_2d(np.asarray(weight, dtype=np.float64))

    def __repr__(self) -> str:
        return f"{self.size}→{self.index.shape[1]} of {len(self.index)}"

    @cached_property
    def turned(self) -> Taps:
        """The transposed matrix: for each place of the input, the outputs that it counts in."""
        weight = np.ones(self.index.shape) if self.weight is None else self.weight
        counts = weight != 0
        place, weight = self.index[counts], weight[counts]
        out = np.broadcast_to(np.arange(self.index.shape[1]), self.index.shape)[counts]
        order = np.argsort(place, kind="stable")
        place, weight, out = place[order], weight[order], out[order]
        uses = np.bincount(place, minlength=self.size)
        slot = np.arange(place.size) - np.repeat(np.cumsum(uses) - uses, uses)
        size = (max(int(uses.max(initial=0)), 1), self.size)
        index, share = np.zeros(size, dtype=np.int64), np.zeros(size)
        index[slot, place], share[slot, place] = out, weight
        return Taps(index, None if (share == 1).all() else share, self.index.shape[1])

    @cached_property
    def coarse(self) -> Taps:
        """The weights rounded to whole multiples of a power of two, as many as fit 16 bits."""
        if self.weight is None:
            return self
        step = 1.0
        while step > 2.0**-22 and int(0.5 + self.weight.max() / (step / 2)) < 1 << 15:
            step /= 2
        return Taps(
            self.index, np.trunc(self.weight / step + np.copysign(0.5, self.weight)) * step, self.size
        )

    @cached_property
    def matrix(self) -> np.ndarray:
        """The same numbers with all zeros: (size, out)."""
        dense = np.zeros((self.size, self.index.shape[1]))
        out = np.broadcast_to(np.arange(self.index.shape[1]), self.index.shape)
        np.add.at(dense, (self.index, out), 1.0 if self.weight is None else self.weight)
        return dense


def weighted(xp: Any, x: Any, taps: Taps, dim: int) -> Any:
    """Along ``dim``, each output as the weighted sum of its places of ``x``."""
    kind, out = x.dtype, taps.index.shape[1]
    if not x.size or not out:  # nothing to add up
        return xp.zeros((*x.shape[:dim], out, *x.shape[dim + 1 :]), dtype=kind)
    if taps.weight is None and len(taps.index) == 1:
        return x.take(xp.asarray(taps.index[0]), axis=dim)
    wide = kind if kind.kind in "fc" and kind.itemsize >= 4 else xp.dtype("f4") if kind.kind == "f" else None
    if wide is not None:
        x = x.astype(wide, copy=False)
    if len(taps.index) > _FEW and taps.matrix.size <= _DENSE:
        matrix = xp.asarray(taps.matrix, dtype=x.dtype)
        y = xp.moveaxis(xp.matmul(xp.moveaxis(x, dim, -1), matrix), -1, dim)
        return xp.ascontiguousarray(y).astype(kind, copy=False)
    y: Any = None
    for k, places in enumerate(taps.index):
        part = x.take(xp.asarray(places), axis=dim)
        if taps.weight is not None:
            share = xp.asarray(taps.weight[k], dtype=part.real.dtype)
            part *= share.reshape(-1, *(1,) * (x.ndim - 1 - dim))
        y = part if y is None else xp.add(y, part, out=y)
    return y.astype(kind, copy=False)
