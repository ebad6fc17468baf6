"""How a tensor prints: PyTorch's way, so that a tutorial's output looks the same here."""

from __future__ import annotations

import math
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype

options: dict[str, Any] = {
    "precision": 4,
    "threshold": 1000,
    "edgeitems": 3,
    "linewidth": 80,
    "sci_mode": None,
}


def set_printoptions(**changes: Any) -> None:
    """Change how tensors print: precision, threshold, edgeitems, linewidth, sci_mode."""
    changes.pop("profile", None)
    options.update({k: v for k, v in changes.items() if v is not None or k == "sci_mode"})


class _Numbers:
    """Formats all elements of one tensor alike, to one width."""

    def __init__(self, values: numpy.ndarray) -> None:
        self.kind = values.dtype.kind
        self.scientific = self.whole = False
        if self.kind == "f" and values.size:
            self._look_at(values)
        wide = values[numpy.isfinite(values) & (values != 0)] if self.kind == "f" else values.ravel()
        self.width = max((len(self(v)) for v in wide), default=1)  # as PyTorch: NaN and infinity do not widen

    def _look_at(self, values: numpy.ndarray) -> None:
        finite = numpy.abs(values[numpy.isfinite(values) & (values != 0)].astype(numpy.float64))
        if not finite.size:
            self.whole = True
            return
        top, bottom = float(finite.max()), float(finite.min())
        self.whole = bool(numpy.all(finite == numpy.ceil(finite)))
        self.scientific = top > 1e8 if self.whole else top / bottom > 1000 or top > 1e8 or bottom < 1e-4
        self.whole = self.whole and not self.scientific
        if options["sci_mode"] is not None:
            self.scientific = options["sci_mode"]

    def __call__(self, v: Any) -> str:
        if self.kind == "b":
            return str(bool(v))
        if self.kind == "c":
            return f"{v.real:.{options['precision']}f}{v.imag:+.{options['precision']}f}j"
        if self.kind != "f" or not math.isfinite(v):
            return str(int(v)) if self.kind in "iu" else f"{float(v)}"
        if self.scientific:
            return f"{float(v):.{options['precision']}e}"
        return f"{float(v):.0f}." if self.whole else f"{float(v):.{options['precision']}f}"


def _text(values: numpy.ndarray, write: Any, indent: int, cut: bool) -> str:
    if values.ndim == 0:
        return write(values[()])
    edge = options["edgeitems"]
    shortened = cut and len(values) > 2 * edge
    kept = [*values[:edge], None, *values[-edge:]] if shortened else list(values)
    if values.ndim == 1:
        words = [" ..." if v is None else write(v).rjust(write.width) for v in kept]
        per_line = max(1, (options["linewidth"] - indent) // (write.width + 2))
        lines = [words[i : i + per_line] for i in range(0, len(words), per_line)] or [[]]
        return "[" + (",\n" + " " * (indent + 1)).join(", ".join(line) for line in lines) + "]"
    parts = ["..." if v is None else _text(v, write, indent + 1, cut) for v in kept]
    return "[" + ("," + "\n" * (values.ndim - 1) + " " * (indent + 1)).join(parts) + "]"


def _edges(values: numpy.ndarray) -> numpy.ndarray:
    """The elements that a shortened print shows: they alone decide the format."""
    edge = options["edgeitems"]
    for axis, n in enumerate(values.shape):
        if n > 2 * edge:
            values = numpy.take(values, [*range(edge), *range(n - edge, n)], axis)
    return values


def text(self: Any) -> str:
    """``tensor([1., 2.], requires_grad=True)``"""
    values = _device.host(self.array)
    kind = _dtype.of(values)
    if values.dtype.kind == "V":
        values = values.astype(numpy.float32)
    name = "Parameter containing:\ntensor(" if type(self).__name__ == "Parameter" else "tensor("
    cut = values.size > options["threshold"]
    write = _Numbers(_edges(values) if cut else values)
    body = "[]" if values.size == 0 else _text(values, write, 7, cut)
    if values.size == 0 and values.ndim != 1:
        body += f", size={tuple(values.shape)}"
    notes = []
    if self.device.type != "cpu":
        notes.append(f"device='{self.device}'")
    default = (_dtype.get_default_dtype(), _dtype.int64, _dtype.bool_)
    if kind not in default or (values.size == 0 and kind is not default[0]):
        notes.append(f"dtype={kind}")
    if self.node is not None:
        notes.append(f"grad_fn=<{self.node.name()}>")
    elif self.requires_grad:
        notes.append("requires_grad=True")
    return name + ", ".join([body, *notes]) + ")"
