"""Containers: the same lines mean the same in torch.nn and in vizgrad.nn."""

import pytest

import vizgrad
from tests.alike import torch
from vizgrad import nn

pytestmark = pytest.mark.torch

SHOWN = """
Sequential(Linear(1, 2), ReLU())
Sequential()
Sequential(OrderedDict(a=Linear(1, 2), b=ReLU()))
Sequential(Linear(1, 2), ReLU(), Tanh())[1:]
Sequential(OrderedDict(a=Linear(1, 2), b=ReLU()))[:1]
Sequential(Linear(1, 2), ReLU())[-1]
Sequential(Linear(1, 2)) + Sequential(ReLU())
Sequential(Linear(1, 2), ReLU()) * 2
Sequential(ReLU()).append(Tanh()).extend([Sigmoid()]).insert(1, ELU())
ModuleList([Linear(1, 2), Linear(1, 2), ReLU(), Linear(1, 2)])
ModuleList()
ModuleList([Linear(1, 2)]) + [Tanh()]
ModuleList([Linear(1, 2), ReLU(), Tanh()])[1:]
ModuleDict({"a": Linear(1, 2), "b": ReLU()})
ModuleDict([["a", Linear(1, 2)], ["b", ReLU()]])
ParameterList([ones(2), ones(2, 3)])
ParameterList([ones(2), ones(2, 3)])[1:]
ParameterDict({"a": ones(2), "b": ones(2, 3)})
ParameterDict({"a": ones(2)}) | ParameterDict({"c": ones(3)})
""".strip().splitlines()


def names(library):
    from collections import OrderedDict

    return vars(library.nn) | {"ones": library.ones, "OrderedDict": OrderedDict}


@pytest.mark.parametrize("text", SHOWN)
def test_same_as_torch(text):
    have, want = eval(text, names(vizgrad)), eval(text, names(torch()))
    assert repr(have) == repr(want)
    assert list(have.state_dict()) == list(want.state_dict())


def run(library, lines):
    space = names(library)
    exec("\n".join(lines), space)
    return space["seen"]


PROGRAMS = {
    "delete": ["m = Sequential(Linear(1, 1), ReLU(), Tanh())", "del m[0]", "seen = repr(m), len(m)"],
    "delete a slice": ["m = ModuleList([ReLU(), Tanh(), ELU()])", "del m[:2]", "seen = repr(m)"],
    "replace": ["m = Sequential(ReLU(), Tanh())", "m[-1] = ELU()", "seen = repr(m)"],
    "pop": ["m = ModuleList([ReLU(), Tanh()])", "seen = repr(m.pop(0)), repr(m)"],
    "names": ["m = ModuleDict({'a': ReLU()})", "m['b'] = Tanh()", "m.update({'c': ELU()})",
              "seen = list(m), 'b' in m, len(m), repr(m.pop('a')), repr(m)"],
    "parameters": ["m = ParameterDict({'a': ones(1)})", "m.setdefault('b', ones(2))", "m.popitem()",
                   "seen = list(m.keys()), m.get('x'), len(m), [k for k, v in m.items()]"],
    "list": ["m = ParameterList([ones(1)])", "m.append(ones(2))", "m += [3]", "m[0] = ones(4)",
             "seen = repr(m), len(m), [type(x).__name__ for x in m]"],
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_changing(program):
    assert run(vizgrad, PROGRAMS[program]) == run(torch(), PROGRAMS[program])


def test_sequential_runs_in_order():
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.Softmax(dim=1))
    assert net(vizgrad.ones(2, 2, 2)).sum().item() == pytest.approx(2, abs=1e-6)


def test_refuses():
    with pytest.raises(IndexError, match="index 3 is out of range"):
        nn.Sequential(nn.ReLU())[3]
    with pytest.raises(ValueError, match="only objects of Sequential"):
        nn.Sequential(nn.ReLU()).__add__([nn.ReLU()])
    with pytest.raises(RuntimeError, match="should not be called"):
        nn.ParameterList([])()
    with pytest.raises(TypeError, match="iterable"):
        nn.ModuleList().extend(3)
