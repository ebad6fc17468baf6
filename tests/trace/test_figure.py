"""Recorded curves as plotly figures."""

import math
import sys
from array import array

import pytest

from vizgrad.trace import wire
from vizgrad.trace.curves import Curve, numbers, read, smooth, thin
from vizgrad.trace.figure import figure


def keyframe(*curves):
    """Parts and points from (group, name, unit, ys)."""
    parts, points = [], array("d")
    for group, name, unit, ys in curves:
        parts.append(wire.Series(group, name, unit, len(ys), True, ""))
        points.extend(float(i) for i in range(1, len(ys) + 1))
        points.extend(ys)
    return parts, points


RUN = keyframe(
    ("metric", "loss", "", [2.3, 1.0, math.nan, 0.5]),
    ("metric", "accuracy", "fraction", [0.5, 0.975]),
    ("gradient", "conv1", "", [1e-3, 1e-2]),
    ("gradient", "<b>fc</b>", "", [1e-1, 1.0]),
    ("memory", "saved", "bytes", [1e6, 2e6]),
)


def test_one_curve_by_name():
    pytest.importorskip("plotly")
    drawn = figure("loss", *RUN)
    assert list(drawn.data[0].x) == [1, 2, 3, 4]
    assert drawn.data[0].y[2] is None or math.isnan(drawn.data[0].y[2])
    assert drawn.layout.xaxis.title.text == "step"
    assert "NaN" not in drawn.to_json()


def test_a_fraction_is_shown_in_per_cent():
    pytest.importorskip("plotly")
    drawn = figure("accuracy", *RUN)
    assert list(drawn.data[0].y) == [50, 97.5]
    assert "%" in drawn.layout.yaxis.title.text


def test_a_group_shows_all_its_curves_and_gradients_are_logarithmic():
    pytest.importorskip("plotly")
    drawn = figure("gradient", *RUN)
    assert [trace.name for trace in drawn.data] == ["conv1", "&lt;b&gt;fc&lt;/b&gt;"]
    assert drawn.layout.yaxis.type == "log"
    assert figure("gradient", *RUN, log=False).layout.yaxis.type is None
    assert figure("loss", *RUN, log=True).layout.yaxis.type == "log"
    assert "bytes" in figure("memory", *RUN).layout.yaxis.title.text


def test_an_unknown_name_suggests_a_known_one():
    with pytest.raises(LookupError, match="did you mean 'loss'"):
        figure("los", *RUN)
    with pytest.raises(LookupError, match="none yet"):
        figure("loss", [], b"")


def test_without_plotly_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "vizgrad\[figures\]"'):
        figure("loss", *RUN)


def test_reading_stops_where_the_points_are_missing():
    parts, points = keyframe(("metric", "loss", "", [1.0, 2.0]))
    parts.append(wire.Series("metric", "more", "", 5, True, ""))
    parts.append(wire.Series("metric", "minus", "", -5, True, ""))
    assert read(parts, points) == [Curve("metric", "loss", "", "", [1.0, 2.0], [1.0, 2.0])]
    assert numbers(points.tobytes() + b"odd") == list(points)


def test_thinning_keeps_spikes_gaps_and_ends():
    y = [1.0] * 10_000
    y[5000], y[6000], y[7000] = 99.0, -99.0, math.nan
    x, thinned = thin(list(range(10_000)), y, 100)
    assert len(x) <= 302
    assert {99.0, -99.0} <= set(thinned)
    assert any(map(math.isnan, thinned))
    assert (x[0], x[-1]) == (0, 9999)


def test_smoothing_is_centred_and_keeps_gaps():
    assert smooth([0, 3, 6, 3, 0], 2) == [0, 3, 4, 3, 0]
    assert math.isnan(smooth([1, math.nan, 1], 2)[1])
