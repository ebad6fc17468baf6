"""One curve: bounded, and nothing shown that was not measured."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizgrad.trace.series import LIMIT, OPEN, Series, thin, thin_to


def fill(series, values, batch):
    for start in range(0, len(values), batch):
        part = values[start : start + batch]
        if batch == 1:
            series.append(float(start), part[0])
        else:
            series.extend([float(start + i) for i in range(len(part))], part)


@pytest.mark.parametrize("batch", [1, 7, 100, 5000])
def test_a_long_curve_keeps_its_extremes_in_bounded_room(batch):
    n = 30_000 if batch == 1 else 100_000
    values = np.sin(np.arange(n) / 500).tolist()
    values[12_345], values[n - 2_222] = 50.0, -50.0
    series = Series()
    fill(series, values, batch)
    x, y = series.points()
    assert len(x) <= LIMIT + 2
    assert len(series) <= LIMIT + OPEN
    assert series.count == n
    assert 50.0 in y
    assert -50.0 in y
    assert all(a < b for a, b in pairwise(x))
    assert all(values[int(i)] == v for i, v in zip(x, y, strict=True))
    assert x[-1] == n - 1
    gaps = np.diff(x)
    assert gaps.max() <= 2.1 * series.span  # old parts are as fine as new ones
    assert f"every {series.span}" in series.sampled(len(x)) or "every" in series.sampled(len(x))


def test_a_short_curve_is_kept_as_it_is():
    series = Series()
    fill(series, [float(i) for i in range(4000)], 1)
    x, y = series.points()
    assert y.tolist() == [float(i) for i in range(4000)]
    assert series.sampled(len(x)) == ""


@given(
    st.lists(
        st.one_of(st.floats(-10, 10), st.sampled_from([math.nan, math.inf, -math.inf])),
        min_size=1,
        max_size=90,
    ),
    st.integers(2, 9),
)
@settings(deadline=None, max_examples=60)
def test_thinning_keeps_highest_lowest_and_nan_of_every_group(values, group):
    x, y = np.arange(len(values), dtype="f8"), np.array(values)
    kept_x, kept_y = thin(x, y, group)
    assert (np.diff(kept_x) > 0).all()
    for start in range(0, len(values), group):
        part = y[start : start + group]
        kept = kept_y[(kept_x >= start) & (kept_x < start + group)]
        assert np.isnan(part).any() == np.isnan(kept).any()
        if not np.isnan(part).any():
            assert part.max() in kept
            assert part.min() in kept
        elif not np.isnan(part).all() and len(part) > 1:
            assert np.nanmax(part) in kept


def test_thin_to_keeps_the_last_point():
    x = np.arange(10_001.0)
    kept, _ = thin_to(x, x, 100)
    assert len(kept) <= 100
    assert kept[-1] == 10_000


def test_taking_hands_out_each_point_once_and_starts_over_before_a_page_holds_too_much():
    series = Series()
    held = 0
    seen = []
    for n in range(60):
        fill_from = n * 300
        series.extend([float(fill_from + i) for i in range(300)], [float(n)] * 300)
        x, _, replace = series.take()
        assert len(x) <= 1024
        held = len(x) if replace else held + len(x)
        assert held <= 2 * LIMIT + 300
        assert replace or not seen or x[0] > seen[-1]
        seen = x.tolist() if replace else seen + x.tolist()
    assert not series.waiting
    assert seen[-1] == 60 * 300 - 1
    assert seen == sorted(seen)


def test_taking_raw_points_says_nothing_was_left_out():
    series = Series()
    series.append(1.0, 2.0)
    x, y, replace = series.take()
    assert (x.tolist(), y.tolist(), replace, series.sampled_taken) == ([1.0], [2.0], False, "")
