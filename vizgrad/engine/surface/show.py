"""How a tensor prints: PyTorch's way, so that a tutorial's output looks the same here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy

from vizgrad.engine import bare
from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype

PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}
options: dict[str, Any] = {**PROFILES["default"], "sci_mode": None}
further: list[Callable[[Any], list[str]]] = []  # what other rooms have to say of a tensor


def set_printoptions(precision: int | None = None, threshold: float | None = None, edgeitems: int | None = None,
                     linewidth: int | None = None, profile: str | None = None,
                     sci_mode: bool | None = None) -> None:  # fmt: skip
    """Change how tensors print; what is None stays as it is (``sci_mode``: None lets the numbers decide).

    ``precision``: digits after the point; ``threshold``: elements above which a tensor is shortened to
    ``edgeitems`` at each end; ``linewidth``: characters; ``profile``: "default", "short" or "full" for all of these.
    """
    options.update(PROFILES.get(profile or "", {}))
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    options.update({k: v for k, v in given.items() if v is not None})
    options["sci_mode"] = sci_mode


def get_printoptions() -> dict[str, Any]:
    """How tensors print now, for `set_printoptions`."""
    return dict(options)


@contextmanager
def printoptions(**changes: Any) -> Iterator[None]:
    """Other print options inside a ``with``."""
    before = get_printoptions()
    set_printoptions(**changes)
    try:
        yield
    finally:
        set_printoptions(**before)


class Real:
    """Writes the real numbers of one tensor alike, to one width.

    Floats are whole ("3."), or have digits after the point, or a power of ten where their sizes differ much.
    NaN, infinity and 0 have no say in that, and do not widen the column.
    """

    def __init__(self, values: numpy.ndarray) -> None:
        self.floating = values.dtype.kind == "f"
        self.whole, self.scientific, self.width = True, False, 1
        if not self.floating:
            self.width = max((len(str(v)) for v in values.ravel().tolist()), default=1)
            return
        numbers = values[numpy.isfinite(values) & (values != 0)].astype(numpy.float64)
        if not numbers.size:
            return
        top, least = float(abs(numbers).max()), float(abs(numbers).min())
        self.whole = bool((numbers == numpy.ceil(numbers)).all())
        self.scientific = options["sci_mode"]
        if self.scientific is None:
            self.scientific = top / least > 1000 or top > 1e8 or least < 1e-4
        self.width = max(map(len, map(self._written, numbers.tolist())))

    def _written(self, v: Any) -> str:
        if not self.floating:
            return str(v)
        if self.scientific:
            return f"{v:.{options['precision']}e}"
        if self.whole:
            return f"{v:.0f}." if math.isfinite(v) else f"{v:.0f}"
        return f"{v:.{options['precision']}f}"

    def __call__(self, v: Any) -> str:
        return self._written(v).rjust(self.width)


class Complex:
    """Writes complex numbers: two columns, each as its own numbers want."""

    def __init__(self, values: Any) -> None:
        self.real, self.imag = Real(values.real), Real(values.imag)
        self.width = self.real.width + self.imag.width + 1

    def __call__(self, v: complex) -> str:
        imag = self.imag(v.imag).lstrip() + "j"
        return self.real(v.real) + (imag if imag[0] in "+-" else "+" + imag)


def _text(values: numpy.ndarray, write: Any, indent: int, cut: bool) -> str:
    if values.ndim == 0:
        return write(values.item())
    if values.ndim == 1:
        return _line(values, write, indent, cut)
    edge = options["edgeitems"]
    shortened = cut and len(values) > 2 * edge
    kept = [*values[:edge], None, *values[len(values) - edge :]] if shortened else list(values)
    parts = ["..." if v is None else _text(v, write, indent + 1, cut) for v in kept]
    return "[" + ("," + "\n" * (values.ndim - 1) + " " * (indent + 1)).join(parts) + "]"


def _line(values: numpy.ndarray, write: Any, indent: int, cut: bool) -> str:
    edge = options["edgeitems"]
    if cut and not edge:
        words = ["..."]
    elif cut and len(values) > 2 * edge:
        words = [*map(write, values[:edge].tolist()), " ...", *map(write, values[-edge:].tolist())]
    else:
        words = [write(v) for v in values.tolist()]
    per_line = max(1, (options["linewidth"] - indent) // (write.width + 2))
    lines = [", ".join(words[i : i + per_line]) for i in range(0, len(words), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _edges(values: numpy.ndarray) -> numpy.ndarray:
    """The elements that a shortened print shows: they alone decide the format."""
    edge = options["edgeitems"]
    for axis, n in enumerate(values.shape):
        if n > 2 * edge:
            values = numpy.take(values, [*range(edge), *range(n - edge, n)], axis)
    return values


def numbers_of(self: Any) -> numpy.ndarray:
    """The tensor's values on the CPU, in a dtype that Python can write."""
    values = _device.host(self.array)
    return values.astype(numpy.float32) if values.dtype.kind == "V" else values


def written(values: numpy.ndarray, indent: int) -> str:
    """The numbers in brackets, as PyTorch lays them out."""
    if not values.size:
        return "[]"
    cut = values.size > options["threshold"]
    shown = _edges(values) if cut else values
    return _text(values, (Complex if values.dtype.kind == "c" else Real)(shown), indent, cut)


def notes(self: Any) -> list[str]:
    """What is said after the numbers, where it is not the usual: device, size, dtype, history."""
    kind, default = _dtype.of(self.array), _dtype.get_default_dtype()
    usual = _device.default or _device.CPU
    said = []
    if self.device.type != usual.type or (usual.index is not None and self.device.index != usual.index):
        said.append(f"device='{self.device}'")
    if self.array.size == 0:
        if self.array.ndim != 1:
            said.append(f"size={tuple(self.array.shape)}")
        if kind is not default:
            said.append(f"dtype={kind}")
    else:
        if not options["edgeitems"]:
            said.append(f"size={tuple(self.array.shape)}")
        if kind not in (default, default.to_complex(), _dtype.int64, _dtype.bool_):
            said.append(f"dtype={kind}")
    if (node := self.grad_fn) is not None:
        said.append(f"grad_fn=<{type(node).__name__}>")
    elif self.requires_grad:
        said.append("requires_grad=True")
    return said + [note for notes_of in further for note in notes_of(self)]


def text(self: Any) -> str:
    """``tensor([1., 2.], requires_grad=True)``"""
    parameter = type(self).__name__ == "Parameter"
    word = "tensor(" if parameter or type(self) is bare.kind else f"{type(self).__name__}("
    body = word + written(numbers_of(self), len(word))
    column = len(body) - body.rfind("\n") + 1
    for note in notes(self):
        fits = column + len(note) + 2 <= options["linewidth"]
        body += f", {note}" if fits else f",\n{' ' * len(word)}{note}"
        column = column + len(note) + 2 if fits else len(word) + len(note)
    return ("Parameter containing:\n" if parameter else "") + body + ")"


def formatted(self: Any, spec: str) -> str:
    """``f"{x:.2f}"``: a tensor without dimensions is formatted as its number, others only as they print."""
    if self.array.ndim == 0 and type(self) is bare.kind:
        return format(numbers_of(self).item(), spec)
    return object.__format__(self, spec)
