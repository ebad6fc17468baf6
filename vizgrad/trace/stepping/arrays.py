"""One tensor as a card shows it: its statistics, its histogram, and a slice of its numbers, pooled where large."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy
from numpy.typing import NDArray

from vizgrad.engine import namespace
from vizgrad.engine.device import host
from vizgrad.trace import wire
from vizgrad.trace.clean import clean
from vizgrad.trace.statistics import fetch

SIDE = 32  # cells of a heat map, in either direction
BINS = 24
BLOCK = 1 << 16  # numbers looked at at a time: half a megabyte in float64 stays in the processor's cache
FAR_BLOCK = 1 << 24  # the same on a GPU, where each look is a kernel
TINY = 1e-280  # a sum of squares below this has lost digits

Numbers = NDArray[numpy.float64]


def describe(
    array: Any,
    *,
    name: str,
    says: str,
    role: wire.Role,
    kept: bool = False,
    target: str = "",
    index: Sequence[int] = (),
) -> tuple[wire.Array, Numbers]:
    """The part of a card about one array, and its numbers in the order that `wire.Array` says.

    ``index`` chooses the slice of the leading dimensions; what is out of range is brought into it.  Of complex
    numbers the magnitudes are shown.
    """
    array = array if hasattr(array, "__setitem__") else numpy.asarray(array)  # a scalar of NumPy's
    xp = namespace.of((array,)).module
    with numpy.errstate(all="ignore"):
        seen = _statistics(xp, array)
        ends, counts = _histogram(xp, array, seen)
        at, cells, pooled = heat(xp, array, index)
    says += "; magnitudes of complex numbers" if array.dtype.kind == "c" else ""
    first = [seen.low, seen.mean, seen.high, seen.norm, *ends]
    cells = numpy.asarray(host(cells))
    numbers = numpy.concatenate([first, numpy.asarray(host(counts)), cells.reshape(-1)])
    part = wire.Array(
        name=clean(name),
        says=clean(says),
        role=role,
        shape=tuple(int(n) for n in array.shape),
        dtype=str(array.dtype),
        nbytes=int(array.nbytes),
        kept=kept,
        target=clean(target),
        nans=seen.nans,
        infs=seen.infs,
        zeros=seen.zeros,
        index=at,
        rows=int(cells.shape[0]),
        columns=int(cells.shape[1]),
        pooled=pooled,
        bins=len(counts),
        points=len(numbers),
    )
    return part, numbers


# --- statistics of the whole


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at all numbers gave.  NaN and Inf are counted and otherwise left out."""

    low: float
    high: float
    mean: float
    norm: float
    zeros: int
    nans: int
    infs: int


def _statistics(xp: Any, array: Any) -> Seen:
    nans = infs = 0
    seen = _sums(xp, array, bad=False)
    if seen is not None and not (math.isfinite(seen.low) and math.isfinite(seen.high)):
        nans = int(sum(fetch([xp.isnan(block).sum() for block in _blocks(xp, array)])))
        infs = int(sum(fetch([xp.isinf(block).sum() for block in _blocks(xp, array)])))
        seen = _sums(xp, array, bad=True)
    if seen is None:
        return Seen(math.nan, math.nan, math.nan, 0.0, 0, nans, infs)
    return replace(seen, nans=nans, infs=infs)


def _sums(xp: Any, array: Any, *, bad: bool, scale: float = 1.0) -> Seen | None:
    """Everything that adds up; None where there is no number.  ``bad``: leave NaN and Inf out."""
    found: list[Any] = []
    count = 0
    for block in _blocks(xp, array, finite=bad):
        if not block.size:
            continue
        count += int(block.size)
        x = block if scale == 1.0 else block / scale
        found += [x.sum(), (x * x).sum(), block.min(), block.max(), xp.count_nonzero(block)]
    if not count:
        return None
    numbers = fetch(found)
    total, squares, nonzero = sum(numbers[0::5]), sum(numbers[1::5]), int(sum(numbers[4::5]))
    low, high = _extreme(min, numbers[2::5]), _extreme(max, numbers[3::5])
    largest = max(abs(low), abs(high))
    if scale == 1.0 and math.isfinite(largest) and largest and not TINY < squares < math.inf:
        return _sums(xp, array, bad=bad, scale=largest)  # squares of 1e200 and 1e-200 leave float64
    return Seen(low, high, total / count * scale, math.sqrt(squares) * scale, count - nonzero, 0, 0)


def _extreme(choose: Any, numbers: list[float]) -> float:
    """The smallest or largest of them, NaN if there is one."""
    return math.nan if any(math.isnan(x) for x in numbers) else float(choose(numbers))


def _blocks(xp: Any, array: Any, *, finite: bool = False) -> Iterator[Any]:
    """All numbers in float64, some at a time, in whatever order they lie in memory."""
    flat = array.ravel(order="K") if xp is numpy else array.ravel()  # CuPy does not know K
    size = BLOCK if xp is numpy else FAR_BLOCK
    for first in range(0, flat.size, size):
        block = real(xp, flat[first : first + size])
        if finite and not (fine := xp.isfinite(block)).all():
            block = block[fine]
        yield block


def real(xp: Any, array: Any) -> Any:
    """The numbers in float64: of complex ones the magnitudes."""
    return (xp.absolute(array) if array.dtype.kind == "c" else array).astype("f8", copy=False)


def _histogram(xp: Any, array: Any, seen: Seen) -> tuple[tuple[float, float], Any]:
    """Both ends, and how many numbers lie in each of the bins between them.

    Without numbers there are no bins; where all are equal the bins reach half of it to both sides.
    """
    low, high = seen.low, seen.high
    if math.isnan(low):
        return (math.nan, math.nan), numpy.zeros(0)
    if low == high:
        reach = abs(low) / 2 or 0.5
        low, high = low - reach, high + reach
    shrink = 1.0 if math.isfinite(high - low) else 0.25  # the ends may be too far apart to subtract
    start, width = low * shrink, high * shrink - low * shrink
    counts = xp.zeros(BINS, "f8")
    for block in _blocks(xp, array, finite=bool(seen.nans or seen.infs)):
        x = block if shrink == 1.0 else block * shrink
        place = x - start
        place /= width
        place *= BINS
        bins = xp.minimum(place.astype("i8"), BINS - 1)
        counts += xp.bincount(bins, minlength=BINS)
    return (low, high), counts


# --- the heat map


def heat(xp: Any, array: Any, index: Sequence[int]) -> tuple[tuple[int, ...], Any, str]:
    """Which slice is shown, its cells, and what a cell is where it is more than one number."""
    lengths = array.shape[:-2]
    wanted = (*index, *(0,) * len(lengths))[: len(lengths)]
    at = tuple(min(max(int(i), 0), max(n - 1, 0)) for i, n in zip(wanted, lengths, strict=True))
    if 0 in lengths:
        return at, numpy.zeros((0, 0)), ""
    plane = array[at]
    plane = plane.reshape((1, -1) if plane.ndim < 2 else plane.shape)
    rows, columns = plane.shape
    tall, wide = max(1, -(-rows // SIDE)), max(1, -(-columns // SIDE))
    if tall == wide == 1:
        return at, real(xp, plane), ""
    cells = _pooled(xp, plane, tall, wide)
    what = "mean magnitude" if array.dtype.kind == "c" else "mean"
    most = "at most " if rows % tall or columns % wide else ""
    return at, cells, f"each cell: {what} of {most}{tall}×{wide}"


def _pooled(xp: Any, plane: Any, tall: int, wide: int) -> Any:
    """Means of blocks.  A block that holds a NaN is NaN; else, if it holds an Inf, it is that."""
    if plane.dtype.kind not in "biuf" or plane.dtype.itemsize < 4:
        plane = real(xp, plane)
    counts = xp.asarray(_lengths(plane.shape[0], tall)[:, None] * _lengths(plane.shape[1], wide))
    means = _folded(xp, _folded(xp, plane, 0, tall), 1, wide) / counts
    if bool(xp.isfinite(means).all()):
        return means
    plane = real(xp, plane)

    def total(of: Any) -> Any:
        return _folded(xp, _folded(xp, of, 0, tall), 1, wide)

    fine = xp.isfinite(plane)
    largest = float(xp.where(fine, xp.absolute(plane), 0).max()) or 1.0
    means = total(xp.where(fine, plane / largest, 0)) / counts * largest  # their sum may leave float64
    means = xp.where(total(plane == -math.inf) > 0, -math.inf, means)
    means = xp.where(total(plane == math.inf) > 0, math.inf, means)
    return xp.where(total(xp.isnan(plane)) > 0, math.nan, means)


def _lengths(n: int, block: int) -> Numbers:
    """How many of ``n`` lie in each block: the last one may hold fewer."""
    return numpy.minimum(block, n - numpy.arange(0, n, block)).astype("f8")


def _folded(xp: Any, plane: Any, axis: int, block: int) -> Any:
    """Sums of neighbours along an axis, in float64."""
    if block == 1:
        return plane
    n = plane.shape[axis]
    whole = n // block * block
    before = (slice(None),) * axis
    main, rest = plane[(*before, slice(whole))], plane[(*before, slice(whole, n))]
    split = (*main.shape[:axis], whole // block, block, *main.shape[axis + 1 :])
    sums = main.reshape(split).sum(axis=axis + 1, dtype="f8")
    if whole == n:
        return sums
    return xp.concatenate([sums, rest.sum(axis=axis, dtype="f8", keepdims=True)], axis)
