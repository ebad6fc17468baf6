"""Measures: what is computed about every layer when a reading is cut.

A measure is one function.  It gets ``xp``, the arrays of a layer's own parameters and their gradients, and
returns one number that is still on the device, or None when there is nothing to measure.  `measure` enters it
in the table: from then on the recorder computes it, one curve a layer, and the page shows the group.  All
numbers of a reading come to the host in one copy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy

from vizgrad.engine import namespace

MEASURES: dict[str, Measure] = {}
Formula = Callable[[Any, Sequence[Any], Sequence[Any]], Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """One row: a name, what it says, how its numbers are read, and the function."""

    name: str
    says: str
    unit: str
    formula: Formula


def measure(unit: str = "") -> Callable[[Formula], Formula]:
    """Enter a function in the table of measures."""

    def enter(formula: Formula) -> Formula:
        name = getattr(formula, "__name__", "measure")
        if name in MEASURES:
            raise ValueError(f"measure {name!r} is declared twice")
        MEASURES[name] = Measure(name, (formula.__doc__ or "").strip(), unit, formula)
        return formula

    return enter


@measure()
def gradient(xp: Any, weights: Sequence[Any], gradients: Sequence[Any]) -> Any:
    """√(Σ g²) over all gradients of the layer's own parameters: how hard this layer is pulled."""
    return norm(xp, gradients) if gradients else None


@measure()
def weight(xp: Any, weights: Sequence[Any], gradients: Sequence[Any]) -> Any:
    """√(Σ w²) over all of the layer's own parameters: how large they have become."""
    return norm(xp, weights)


def norm(xp: Any, arrays: Sequence[Any]) -> Any:
    """√(Σ a²) over all numbers of all arrays, in float64; a number on the host, or still on the device."""
    if xp is namespace.NUMPY:
        return math.sqrt(sum(_square(a) for a in arrays))
    total = sum(_square_on_device(xp.module)(a) for a in arrays)
    return xp.sqrt(total)


def _square(a: Any) -> float:
    """Σ a² on the host: BLAS's dot product, done again in float64 where float32 is too narrow."""
    flat = a.reshape(-1)
    if flat.dtype.char not in "fd":
        flat = flat.astype("f8") if flat.dtype.kind != "c" else flat.view(flat.real.dtype).astype("f8")
    with numpy.errstate(over="ignore", under="ignore", invalid="ignore"):
        square = float(flat.dot(flat))
    if 1e-30 < square < 1e37 or flat.dtype.char == "d" or math.isnan(square) or not flat.size:
        return square
    wide = flat.astype("f8")
    return float(wide.dot(wide))


@cache
def _square_on_device(module: Any) -> Callable[[Any], Any]:
    """Σ a² in one kernel that adds in float64 and needs no memory of its own, whatever the dtype."""
    try:
        kernel = module.ReductionKernel(
            "T x", "float64 y", "(double)x * (double)x", "a + b", "y = a", "0", "squares"
        )
    except AttributeError:
        return lambda a: (abs(a).astype("f8") ** 2).sum()
    return lambda a: kernel(a if a.dtype.kind == "f" else abs(a).astype("f8"))


def read(layers: Iterable[tuple[str, Sequence[Any]]]) -> list[tuple[Measure, str, float]]:
    """Every measure of every layer: ``layers`` are pairs of a name and its parameters (tensors)."""
    found: list[tuple[Measure, str, Any]] = []
    for name, parameters in layers:
        weights = [p.array for p in parameters]
        gradients = [p.grad.array for p in parameters if p.grad is not None]
        xp = namespace.of(weights[:1])
        for row in MEASURES.values():
            value = row.formula(xp, weights, gradients)
            if value is not None:
                found.append((row, name, value))
    numbers = fetch([value for _, _, value in found])
    return [(row, name, number) for (row, name, _), number in zip(found, numbers, strict=True)]


def fetch(values: Sequence[Any]) -> list[float]:
    """Numbers as Python floats: those on a device are stacked there and copied once."""
    far: dict[int, list[int]] = {}
    spaces: dict[int, Any] = {}
    numbers = [math.nan] * len(values)
    for i, value in enumerate(values):
        xp = namespace.of((value,))
        if xp is namespace.NUMPY:
            numbers[i] = float(value)
        else:
            far.setdefault(id(xp), []).append(i)
            spaces[id(xp)] = xp
    for key, places in far.items():
        xp = spaces[key]
        stacked = xp.stack([values[i].reshape(()).astype("f8") for i in places])
        for i, number in zip(places, stacked.tolist(), strict=True):
            numbers[i] = number
    return numbers
