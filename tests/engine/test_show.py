"""Tensors print as PyTorch's do, to the letter: dtypes, options, sizes and histories drawn by Hypothesis."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import vizgrad
from tests.alike import torch as pytorch

torch = pytorch()
pytestmark = pytest.mark.torch

DTYPES = ["bool", "u1", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "c8", "c16"]
SIZES = st.sampled_from([1e-6, 1e-3, 1.0, 30.0, 1e5, 1e9])


@st.composite
def arrays(draw):
    kind = np.dtype(draw(st.sampled_from(DTYPES)))
    shape = draw(npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
    r = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    values = r.normal(size=shape) * draw(SIZES)
    if kind.kind == "c":
        values = values + 1j * r.normal(size=shape) * draw(SIZES)
    elif kind.kind != "f":
        values = r.integers(0, 2 if kind.kind == "b" else 120, size=shape) * (1 if kind.kind in "bu" else -1)
    with np.errstate(all="ignore"):
        values = np.asarray(values).astype(kind)
        if kind.kind == "f":
            if draw(st.booleans()):
                values = np.asarray(np.round(values))
            for odd in draw(st.lists(st.sampled_from([np.nan, np.inf, -np.inf, -0.0, 0.0]), max_size=3)):
                values[r.random(shape) < 0.2] = odd
    return values


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.integers(0, 8),
        "threshold": st.sampled_from([0, 5, 40]),
        "edgeitems": st.integers(0, 4),
        "linewidth": st.integers(10, 120),
        "sci_mode": st.booleans(),
        "profile": st.sampled_from(["default", "short", "full"]),
    },
)


@settings(max_examples=200, deadline=None)
@given(values=arrays(), options=OPTIONS, history=st.sampled_from(["none", "leaf", "result"]))
def test_prints_as_pytorch(values, options, history):
    def printed(library):
        x = library.tensor(values)
        if history != "none" and values.dtype.kind in "fc":
            x.requires_grad_()
            x = x * 1 if history == "result" else x
        library.set_printoptions(profile="default")
        library.set_printoptions(**options)
        try:
            return repr(x)
        finally:
            library.set_printoptions(profile="default")

    assert printed(vizgrad) == printed(torch)


@pytest.mark.parametrize("default", ["float32", "float64", "float16"])
def test_the_default_dtype_is_not_named(default):
    def texts(library):
        library.set_default_dtype(getattr(library, default))
        try:
            kinds = ("float16", "float32", "float64", "bfloat16", "complex64", "complex128", "int64", "bool")
            return [repr(library.zeros(n, dtype=getattr(library, k))) for k in kinds for n in (0, 2)]
        finally:
            library.set_default_dtype(library.float32)

    assert texts(vizgrad) == texts(torch)


def test_many_elements_are_shortened():
    for shape in ((1001,), (40, 40), (7, 12, 13), (2, 2, 2, 300)):
        values = np.arange(np.prod(shape), dtype="f4").reshape(shape)
        assert repr(vizgrad.tensor(values)) == repr(torch.tensor(values))


def test_format_of_a_number_and_of_more():
    assert f"{vizgrad.tensor(3.14159):.2f}" == "3.14"
    assert f"{vizgrad.tensor(3.14159)}" == f"{torch.tensor(3.14159)}"
    assert f"{vizgrad.ones(2)}" == "tensor([1., 1.])"
    with pytest.raises(TypeError, match="unsupported format string"):
        f"{vizgrad.ones(2):.2f}"


def test_classes_of_ones_own_print_their_name():
    class Mine(vizgrad.Tensor):
        pass

    assert repr(Mine([1.0, 2.0])) == "Mine([1., 2.])"
    assert repr(vizgrad.nn.Parameter(vizgrad.ones(1))) == repr(torch.nn.Parameter(torch.ones(1)))


def page(x):
    """What a notebook shows of a tensor, checked for being well formed."""
    text = x._repr_html_()
    opened = HTMLParser()
    stack = []
    opened.handle_starttag = lambda tag, attrs: stack.append(tag)
    opened.handle_endtag = lambda tag: None if stack.pop() == tag else pytest.fail(f"</{tag}> closes another")
    opened.feed(text)
    assert not stack
    return text


def test_notebooks_show_facts_statistics_and_a_table():
    text = page(vizgrad.tensor([[1.0, -2.0], [float("nan"), 0.5]], requires_grad=True))
    assert "2 × 2 · float32 · cpu · requires_grad" in text
    assert "min -2 · mean -0.1667 · max 1 · 1 NaN or infinite" in text
    assert text.count("<td class=") == 3  # NaN has no size
    assert 'aria-label="Tensor: 2 × 2 · float32' in text
    assert html.escape(repr(vizgrad.ones(1))) in page(vizgrad.ones(1))


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1,), (300,), (40, 50), (2, 3, 4)])
@pytest.mark.parametrize("kind", ["float32", "bool", "int64", "complex64", "bfloat16"])
def test_notebooks_show_every_tensor(shape, kind):
    text = page(vizgrad.ones(shape, dtype=getattr(vizgrad, kind)))
    assert len(text) < 40_000
    assert text.count("<td") <= 12 * 12


def test_names_of_classes_are_escaped():
    evil = type("<script>alert(1)</script>", (vizgrad.Tensor,), {})
    assert "<script" not in page(evil([1.0]))


def test_what_users_hold_is_called_by_the_name_under_which_they_find_it():
    x = vizgrad.ones(2)
    kinds = [type(v) for v in (x, x.shape, x.dtype, x.device)]
    assert [str(kind) for kind in kinds] == [
        f"<class 'vizgrad.{name}'>" for name in ("Tensor", "Size", "dtype", "device")
    ]
    assert all(getattr(vizgrad, kind.__name__) is kind for kind in kinds)
