"""Ordinary PyTorch programs, each run twice

As written, and with torch replaced by vizgrad.  Losses must agree.

A program is a file beside this one, as one would write it for PyTorch: ``make_net()`` builds the network and
``train(net, dtype)`` yields the loss of every step.  Both runs begin with the same weights.  A program may say
``LEARNS = False`` where its losses need not fall, and ``CLOSE`` where it computes in fewer digits than its dtype has.
"""

import pathlib
import types

import numpy as np
import pytest

import vizgrad
from tests.alike import torch

HERE = pathlib.Path(__file__).parent
PROGRAMS = sorted(p.stem for p in HERE.glob("program_*.py"))


def load(name, library):
    """The program, with ``torch`` and everything below it taken from ``library``."""
    source = (HERE / f"{name}.py").read_text()
    if library is vizgrad:
        source = source.replace("import torch.", "import vizgrad.").replace("from torch", "from vizgrad")
        source = source.replace("import torch\n", "import vizgrad as torch\n")
        assert "import torch" not in source
    program = types.ModuleType(name)
    exec(compile(source, name, "exec"), vars(program))
    return program


def losses(library, name, dtype, start):
    program = load(name, library)
    net = program.make_net()
    net.load_state_dict({key: library.tensor(value.numpy()) for key, value in start.items()})
    kind = getattr(library, dtype)
    return [float(loss) for loss in program.train(net.to(kind), kind)], program


@pytest.mark.torch
@pytest.mark.parametrize(("dtype", "close"), [("float64", 1e-8), ("float32", 1e-4)])
@pytest.mark.parametrize("name", PROGRAMS)
def test_same_losses(name, dtype, close):
    torch().manual_seed(0)
    start = load(name, torch()).make_net().state_dict()
    (have, program), (want, _) = (losses(library, name, dtype, start) for library in (vizgrad, torch()))
    assert len(have) == len(want) >= 10
    np.testing.assert_allclose(have, want, rtol=getattr(program, "CLOSE", {}).get(dtype, close))
    if getattr(program, "LEARNS", True):
        assert np.mean(have[-3:]) < 0.9 * np.mean(have[:3]), "the program does not learn"


def test_programs_are_there():
    assert len(PROGRAMS) >= 12
