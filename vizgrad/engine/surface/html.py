"""How a tensor shows itself in a notebook: what it is, how its numbers spread, and a table of them.

Plain text stays what it is everywhere else, and is folded below the table here.
"""

from __future__ import annotations

import html
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype

from . import show

EDGE = 5  # rows and columns shown at each end of a larger table

# Colours are the notebook's own where it has any; cells are tinted by their size, the words on them keep theirs.
STYLE = """<style>
.vz-tensor{--vz-ink:var(--jp-content-font-color1,CanvasText);--vz-soft:var(--jp-content-font-color2,CanvasText);
--vz-line:var(--jp-border-color2,color-mix(in srgb,CanvasText 25%,transparent));
--vz-high:var(--jp-warn-color1,#e07b00);--vz-low:var(--jp-brand-color1,#1976d2);
color:var(--vz-ink);font-size:13px;line-height:1.45;display:inline-block;max-width:100%;overflow-x:auto}
.vz-tensor p{margin:0 0 4px}.vz-tensor .vz-facts{color:var(--vz-soft)}
.vz-tensor table{color:var(--vz-ink);font-size:13px;margin:0 0 4px;
border-collapse:collapse;border:1px solid var(--vz-line)}
.vz-tensor caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.vz-tensor th,.vz-tensor td{padding:1px 7px;text-align:right;font-variant-numeric:tabular-nums;font-weight:400;
white-space:pre;color:inherit;background:none}
.vz-tensor th{color:var(--vz-soft);font-size:11px}
.vz-tensor td.vz-h{background:color-mix(in srgb,var(--vz-high) calc(var(--v)*45%),transparent)}
.vz-tensor td.vz-l{background:color-mix(in srgb,var(--vz-low) calc(var(--v)*45%),transparent)}
.vz-tensor summary{cursor:pointer;color:var(--vz-soft)}.vz-tensor pre{margin:2px 0;color:inherit;background:none}
</style>"""


def page(self: Any) -> str:
    """The tensor as HTML: facts, statistics, a table of one or two dimensions, and its plain text."""
    values = show.numbers_of(self)
    facts, spread = _facts(self), _spread(values)
    text = html.escape(repr(self))
    table = _table(values) if values.size and values.ndim <= 2 else ""
    plain = f"<pre>{text}</pre>"
    if table:
        plain = f"<details><summary>as text</summary>{plain}</details>"
    first = (
        f"<p><b>{html.escape(type(self).__name__)}</b> <span class='vz-facts'>{html.escape(facts)}</span></p>"
    )
    second = f"<p class='vz-facts'>{html.escape(spread)}</p>" if spread else ""
    label = html.escape(f"{type(self).__name__}: {facts}. {spread}", quote=True)
    return (
        f'{STYLE}<div class="vz-tensor" role="group" aria-label="{label}">{first}{second}{table}{plain}</div>'
    )


def _facts(self: Any) -> str:
    """``3 × 4 · float32 · cpu · requires_grad``"""
    shape = " × ".join(map(str, self.array.shape)) or "scalar"
    said = [shape, _dtype.of(self.array).name, str(_device.of(self.array))]
    if (node := self.grad_fn) is not None:
        said.append(f"grad_fn {type(node).__name__}")
    elif self.requires_grad:
        said.append("requires_grad")
    return " · ".join(said)


def _spread(values: numpy.ndarray) -> str:
    """The least, the mean and the largest of the finite numbers, and how many are not finite."""
    if not values.size:
        return "no elements"
    if values.dtype.kind == "b":
        return f"{int(values.sum())} of {values.size} true"
    if values.dtype.kind == "c" or values.size == 1:
        return ""
    odd = 0
    if values.dtype.kind == "f":
        finite = numpy.isfinite(values)
        odd = values.size - int(finite.sum())
        values = values[finite] if odd else values
    parts = []
    if values.size:
        least, mean, most = float(values.min()), float(values.mean(dtype=numpy.float64)), float(values.max())
        parts = [f"min {least:.4g}", f"mean {mean:.4g}", f"max {most:.4g}"]
    if odd:
        parts.append(f"{odd} NaN or infinite")
    return " · ".join(parts)


def _kept(n: int) -> list[int | None]:
    """The indices shown of a dimension; None for those left out."""
    return list(range(n)) if n <= 2 * EDGE + 1 else [*range(EDGE), None, *range(n - EDGE, n)]


def _table(values: numpy.ndarray) -> str:
    grid = values.reshape(1, -1) if values.ndim < 2 else values
    rows, columns = _kept(grid.shape[0]), _kept(grid.shape[1])
    shown = grid[numpy.ix_([r for r in rows if r is not None], [c for c in columns if c is not None])]
    write = (show.Complex if values.dtype.kind == "c" else show.Real)(shown)
    tint = _tints(shown)
    head = "".join(f'<th scope="col">{"…" if c is None else c}</th>' for c in columns)
    corner = "<td></td>" if values.ndim == 2 else ""
    lines = [f"<tr>{corner}{head}</tr>"] if values.ndim else []
    for r in rows:
        side = f'<th scope="row">{"⋮" if r is None else r}</th>' if values.ndim == 2 else ""
        cells = "".join(_cell(grid, r, c, write, tint) for c in columns)
        lines.append(f"<tr>{side}{cells}</tr>")
    size = " by ".join(map(str, values.shape)) or "one number"
    return f"<table><caption>{size}</caption>{''.join(lines)}</table>"


def _tints(shown: numpy.ndarray) -> float:
    """What counts as the strongest: the largest finite size among the cells; 0 where they are not to be compared."""
    if shown.dtype.kind not in "fiu" or shown.size < 2:
        return 0.0
    sizes = abs(shown.astype(numpy.float64))
    return float(sizes[numpy.isfinite(sizes)].max(initial=0))


def _cell(grid: numpy.ndarray, r: int | None, c: int | None, write: Any, top: float) -> str:
    if r is None or c is None:
        return f"<td>{'⋮' if r is None and c is not None else '…'}</td>"
    v = grid[r, c].item()
    text = html.escape(write(v).strip())
    if not top or not numpy.isfinite(v) or not v:
        return f"<td>{text}</td>"
    return f'<td class="{"vz-h" if v > 0 else "vz-l"}" style="--v:{abs(v) / top:.2f}">{text}</td>'
