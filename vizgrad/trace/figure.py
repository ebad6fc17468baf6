"""Recorded curves as a plotly figure, for analysis after the run: hover, zoom, a switch to a log axis."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from . import wire
from .clean import clean
from .curves import Curve, of_group, read
from .svg import CATEGORY, CURVES

if TYPE_CHECKING:
    from plotly.graph_objects import Figure  # pyright: ignore[reportMissingTypeStubs]

INSTALL = 'pip install "vizgrad[figures]"'
UNITS = {"": "", "fraction": "%", "bytes": "bytes"}
LOG_GROUPS = ("gradient",)  # measures whose layers differ by powers of ten
SPEAKS = {"metric": "Metrics", "rate": "Learning rate", "memory": "Memory", "gradient": "Gradient norm"}


def figure(
    what: str, series: Iterable[wire.Part], points: Any, *, log: bool | None = None, title: str = ""
) -> Figure:
    """Draw the curve called ``what``, or all curves of the group called so ("gradient", "rate", "memory").

    ``series`` and ``points`` are what a keyframe holds.  ``log`` puts the values on a logarithmic axis; by
    default gradients are.
    """
    curves = _chosen(what, read(series, points))
    try:
        plotly = importlib.import_module("plotly.graph_objects")
    except ImportError:
        raise ModuleNotFoundError(
            f"Figures are drawn by plotly, which is not installed: {INSTALL}."
        ) from None
    group = curves[0].group if curves[0].group == what else ""
    log = what in LOG_GROUPS if log is None else log
    drawn = plotly.Figure()
    for i, curve in enumerate(curves):
        drawn.add_trace(_trace(plotly, curve, _colour(curve, i)))
    drawn.update_layout(
        title={"text": _plain(title or SPEAKS.get(group, what))},
        template="plotly_white",
        hovermode="x unified",
        xaxis={"title": {"text": "step"}},
        yaxis=_axis(curves, what, log),
        showlegend=len(curves) > 1,
        margin={"t": 56, "r": 24},
    )
    return drawn


def _chosen(what: str, curves: list[Curve]) -> list[Curve]:
    """By name, whatever its group; else by group."""
    named = [curve for curve in curves if curve.name == what and curve.y]
    found = [c for c in named if c.group == "metric"] or of_group(curves, what) or named
    if found:
        return found
    known = sorted({curve.name for curve in curves if curve.group == "metric"} | {c.group for c in curves})
    close = get_close_matches(what, known, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known) or 'none yet'}."
    raise LookupError(f"No curve or group is called {clean(what)!r}: {hint}")


def _trace(plotly: Any, curve: Curve, colour: str) -> Any:
    fraction = curve.unit == "fraction"
    y = [100 * v for v in curve.y] if fraction else curve.y
    value = "%{y:.3s}B" if curve.unit == "bytes" else "%{y:.2f} %" if fraction else "%{y:.4g}"
    return plotly.Scattergl(
        x=curve.x,
        y=[v if math.isfinite(v) else None for v in y],  # a gap: plotly's JSON has no words for NaN
        name=_plain(curve.name or "(the model)"),
        mode="lines" if len(curve.x) > 60 else "lines+markers",
        line={"color": colour, "width": 1.6},
        connectgaps=False,
        hovertemplate=value,
    )


def _axis(curves: list[Curve], what: str, log: bool) -> dict[str, Any]:
    """The values' axis: its unit, its scale, and what was left out."""
    units = list(dict.fromkeys(UNITS.get(curve.unit, clean(curve.unit, 20)) for curve in curves))
    unit = ", ".join(filter(None, units))
    left_out = next((clean(curve.sampled) for curve in curves if curve.sampled), "")
    words = [SPEAKS.get(what, what) + (f" in {unit}" if unit else ""), "log scale" if log else "", left_out]
    axis: dict[str, Any] = {"title": {"text": _plain(", ".join(filter(None, words)))}}
    if log:
        return {**axis, "type": "log", "exponentformat": "power"}
    return {**axis, "rangemode": "tozero"} if unit in ("bytes", "") else axis


def _colour(curve: Curve, i: int) -> str:
    """A category of memory has the colour that it has everywhere."""
    return (
        CATEGORY.get(curve.name, CURVES[i % len(CURVES)])
        if curve.group == "memory"
        else CURVES[i % len(CURVES)]
    )


def _plain(text: str) -> str:
    """Text that plotly, which reads a subset of HTML in its labels, shows as it stands."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
