"""Programs about autograd, run here and on PyTorch: they must say the same."""

from __future__ import annotations

import inspect
import re
import warnings

import pytest

import vizgrad
from tests.alike import torch
from tests.autograd import programs_custom, programs_functional, programs_graph, programs_modes

ROOMS = (programs_custom, programs_functional, programs_graph, programs_modes)
PROGRAMS = [
    pytest.param(f, id=f.__name__)
    for room in ROOMS
    for f in vars(room).values()
    if inspect.isfunction(f) and list(inspect.signature(f).parameters) == ["t", "p", "e"]
]


def said_by(program, library):
    """What a program says when it runs on a library: a list of lines."""
    said = []

    def p(*values):
        said.append(re.sub(r" at 0x[0-9a-f]+", "", " ".join(map(str, values))))

    def e(call, *args, **settings):
        try:
            p("gave", call(*args, **settings))
        except Exception as error:
            p(type(error).__name__, str(error))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program(library, p, e)
    return said


@pytest.mark.torch
@pytest.mark.parametrize("program", PROGRAMS)
def test_says_what_pytorch_says(program):
    ours, theirs = said_by(program, vizgrad), said_by(program, torch())
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert a == b


def test_a_cycle_is_warned_of():
    """What backward leaves in ``.grad`` leads back to the parameter, when it keeps a graph."""
    x = vizgrad.ones(2, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x.sum().backward()
        vizgrad.autograd.grad((x * x).sum(), x, create_graph=True)
    with pytest.warns(UserWarning, match="reference cycle between the parameter and its gradient") as seen:
        (x * x).sum().backward(create_graph=True)
    assert seen[0].filename == __file__
