"""Ops that look numbers up or count them: no gradient."""

from __future__ import annotations

import numpy

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.words import Dim, Value

from .reduce import wide


class looking(Formula):
    """Whole numbers, or true and false, about other numbers."""

    out = True


@op
class isin(looking):
    """Whether each element occurs among the test elements"""

    def forward(
        xp, elements: Value, test_elements: Value, *, assume_unique: bool = False, invert: bool = False
    ):
        if not any(hasattr(x, "dtype") for x in (elements, test_elements)):
            raise TypeError(
                "isin(): one of elements and test_elements must be a tensor, but both are numbers"
            )
        for x in (elements, test_elements):
            if hasattr(x, "dtype") and x.dtype.kind in "bc":
                raise RuntimeError(f"Unsupported input type encountered for isin(): {_dtype.of(x).legacy}")
        return xp.asarray(xp.isin(elements, test_elements, assume_unique=assume_unique, invert=invert))


@op
class searchsorted(looking):
    """Where each value would go in a sorted sequence: before equal elements, or after them if ``right``.

    Of a sequence with several dimensions, each lane of the last one is searched for its own values.
    """

    def forward(xp, sorted_sequence: Value, input: Value, *, out_int32: bool = False, right: bool = False):
        kind = "i4" if out_int32 else "i8"
        values = wide(xp.asarray(input)) if hasattr(input, "dtype") else xp.asarray(input)
        if sorted_sequence.ndim == 1:
            side = "right" if right else "left"
            return xp.asarray(xp.searchsorted(wide(sorted_sequence), values, side=side)).astype(kind)
        if values.shape[:-1] != sorted_sequence.shape[:-1] or not values.ndim:
            raise RuntimeError(
                "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of "
                f"boundaries tensor and input value tensor must match, but we got boundaries tensor "
                f"{list(sorted_sequence.shape)} and input value tensor {list(values.shape)}"
            )
        return _lane_by_lane(xp, wide(sorted_sequence), values, right).astype(kind)


def _lane_by_lane(xp, edges, values, right):
    """Sort edges and values together; a value's place is the number of edges in front of it."""
    n, m = edges.shape[-1], values.shape[-1]
    both = xp.concatenate([edges, values] if right else [values, edges], axis=-1)
    order = xp.argsort(both, axis=-1, kind="stable")
    is_edge = order < n if right else order >= m
    count = xp.cumsum(is_edge, axis=-1)
    back = xp.argsort(order, axis=-1, kind="stable")
    return xp.take_along_axis(count, back[..., n:] if right else back[..., :m], axis=-1)


@op
class bincount(looking):
    """How often each whole number from 0 on occurs; with ``weights``, the sum of its weights"""

    def forward(xp, input: Value, weights: Value = None, minlength: int = 0):
        if input.dtype.kind not in "iu":
            raise NotImplementedError(f'"bincount" not implemented for {input.dtype}; give whole numbers')
        if input.ndim != 1 or (input.size and int(input.min()) < 0):
            raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
        if minlength < 0:
            raise RuntimeError(f"minlength should be >= 0, but got {minlength}")
        if weights is not None and weights.shape != input.shape:
            raise RuntimeError(
                f"weights should be 1-d and have the same length as input, but got {list(weights.shape)} for "
                f"{list(input.shape)}"
            )
        if not input.size:
            kind = "i8" if weights is None else "f4" if weights.dtype == numpy.float32 else "f8"
            return xp.zeros(minlength, dtype=kind)
        if weights is None:
            return xp.bincount(input.astype("i8", copy=False), minlength=minlength).astype("i8", copy=False)
        total = xp.bincount(input.astype("i8", copy=False), weights=weights, minlength=minlength)
        return total.astype("f4" if weights.dtype == numpy.float32 else "f8", copy=False)


@op
class histc(looking):
    """How many elements fall into each of ``bins`` equal parts of [min, max]; of the data where both are 0"""

    def forward(xp, input: Value, bins: int = 100, min: float = 0, max: float = 0):
        if input.dtype.kind != "f":
            raise NotImplementedError(f'"histogram" not implemented for {input.dtype}; use .float() first')
        if bins <= 0:
            raise RuntimeError(f"torch.histc(): bins must be > 0, but got {bins}")
        x = xp.reshape(input, (-1,))
        low, high = float(min), float(max)
        if low == high and x.size:
            low, high = float(x.min()), float(x.max())
        if low == high:
            low, high = low - 1, high + 1
        if not (numpy.isfinite(low) and numpy.isfinite(high)):
            raise RuntimeError(f"torch.histc: range of [{low}, {high}] is not finite")
        if low > high:
            raise RuntimeError(f"torch.histc: max must be larger than min, but got [{low}, {high}]")
        x = x[(x >= low) & (x <= high)]
        place = ((x - low) * (bins / (high - low))).astype("i8")
        return xp.bincount(xp.minimum(place, bins - 1), minlength=bins).astype(input.dtype)


@op
class hash_tensor(looking):
    """A number that stands for the contents: the bits of all elements, as 64-bit numbers, exclusive-or'd"""

    def forward(xp, input: Value, dim: Dim = (), *, keepdim: bool = False, mode: int = 0):
        if mode != 0:
            raise RuntimeError(f"hash_tensor(): only mode 0 (exclusive or) is defined, but got {mode}")
        kind = input.dtype.kind
        if kind == "c":
            raise NotImplementedError("hash_tensor(): complex tensors are not supported")
        bits = xp.ascontiguousarray(input.astype("f8" if kind in "fV" else "i8" if kind != "u" else "u8"))
        axis = shapes.axis(input, dim)
        return xp.bitwise_xor.reduce(bits.view("u8").reshape(input.shape), axis=axis, keepdims=keepdim)
