"""``x[…]`` and ``x[…] = value``: every form, its gradient and its errors, beside PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgrad
from tests.alike import same

SHAPE = (3, 4, 5)
PARTS = st.one_of(
    st.integers(-3, 2),
    st.sampled_from([None, Ellipsis]),
    st.builds(slice, *[st.one_of(st.none(), st.integers(-4, 4))] * 2, st.sampled_from([None, 1, 2])),
    st.lists(st.integers(-3, 2), min_size=1, max_size=3),
    st.builds(range, st.integers(0, 3)),
    st.sampled_from(["tensor", "column", "scalar", "mask", "mask of two", "bytes", "true", "false"]),
)
INDICES = st.one_of(PARTS, st.lists(PARTS, max_size=4).map(tuple))


def made(lib, part):
    """The named tensors among the parts of an index, made by either library."""
    if isinstance(part, tuple):
        return tuple(made(lib, p) for p in part)
    if not isinstance(part, str):
        return part
    return {
        "tensor": lambda: lib.tensor([0, 2]),
        "column": lambda: lib.tensor([[0], [-1]]),
        "scalar": lambda: lib.tensor(1),
        "mask": lambda: lib.tensor([True, False, True]),
        "mask of two": lambda: lib.tensor(np.arange(12).reshape(3, 4) % 3 == 0),
        "bytes": lambda: lib.tensor([1, 0, 1], dtype=lib.uint8),
        "true": lambda: True,
        "false": lambda: False,
    }[part]()


def tried(run):
    try:
        return run()
    except Exception as error:
        return type(error)


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=400, deadline=None, derandomize=True)
@given(INDICES)
def test_any_index_picks_what_pytorch_picks(index):
    import torch

    def picked(lib):
        x = lib.tensor(np.arange(60.0).reshape(SHAPE), requires_grad=True)
        y = x[made(lib, index)]
        (y * y).sum().backward()
        shared = y._base is not None
        with lib.no_grad():
            y += 1.0  # a view writes into x, a copy does not
        return y, x, x.grad, shared

    theirs, ours = tried(lambda: picked(torch)), tried(lambda: picked(vizgrad))
    if isinstance(theirs, type):
        assert ours is theirs
        return
    for a, b in zip(ours[:3], theirs[:3], strict=True):
        same(a, b, what=str(index))
    assert ours[3] == theirs[3], "a view or a copy"


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    INDICES.filter(lambda i: "bytes" not in (i if isinstance(i, tuple) else (i,))),
    st.sampled_from([(), (1,), (5,), (2, 1), (1, 4, 5), (2,), "number"]),
)
def test_any_index_is_written_as_pytorch_writes(index, shape):
    import torch

    def written(lib):
        x = lib.tensor(np.arange(60.0).reshape(SHAPE), requires_grad=True)
        v = (
            lib.tensor(np.linspace(1, 2, int(np.prod(shape))).reshape(shape), requires_grad=True)
            if shape != "number"
            else 7
        )
        y = x * 1
        y[made(lib, index)] = v
        (y * lib.tensor(np.cos(np.arange(60.0)).reshape(SHAPE))).sum().backward()
        return y, x.grad, (v.grad if shape != "number" else None)

    theirs, ours = tried(lambda: written(torch)), tried(lambda: written(vizgrad))
    if isinstance(theirs, type):
        assert ours is theirs
        return
    if _names_a_place_twice(index):
        return  # which of several values stays is not promised
    for a, b in zip(ours, theirs, strict=True):
        same(a, b, what=str(index))


def _names_a_place_twice(index):
    parts = index if isinstance(index, tuple) else (index,)
    return any(
        (isinstance(p, list) and len({i % 12 if i >= 0 else i for i in p}) < len(p))
        or (isinstance(p, list) and min(p) < 0)
        for p in parts
    )


def test_the_index_may_change_before_the_gradient_is_taken():
    x = vizgrad.arange(3.0).requires_grad_()
    at = vizgrad.tensor([0, 2])
    y = x[at]
    at.fill_(1)
    y.sum().backward()
    assert x.grad.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("write", "kind", "words"),
    [
        (lambda x: x[3], IndexError, "index 3 is out of bounds for dimension 0 with size 3"),
        (lambda x: x[[0, 3]], IndexError, "index 3 is out of bounds for dimension 0 with size 3"),
        (lambda x: x[0, 0, 0, 0], IndexError, "too many indices for tensor of dimension 3"),
        (lambda x: x[::-1], ValueError, "step must be greater than zero"),
        (lambda x: x[x[0] > 0], IndexError, "does not match the shape of the indexed"),
        (lambda x: x[x], IndexError, "tensors used as indices must be long"),
        (lambda x: x[1.0], IndexError, "only integers, slices"),
        (lambda x: x.sum()[0], IndexError, "invalid index of a 0-dim tensor"),
        (lambda x: x[[0, 1], [0, 1, 2]], IndexError, "could not be broadcast together"),
        (lambda x: x.__setitem__(0, [1.0]), TypeError, "can't assign a list to a torch.FloatTensor"),
        (lambda x: x.__setitem__(0, vizgrad.ones(3)), RuntimeError, "must match the existing size"),
        (lambda x: x.__setitem__([0], vizgrad.ones(5).double()), RuntimeError, "dtypes match, got Float"),
        (
            lambda x: x.__setitem__([0, 1], vizgrad.ones(7)),
            RuntimeError,
            "cannot be broadcast to indexing result",
        ),
    ],
)
def test_errors_say_what_is_wrong(write, kind, words):
    with pytest.raises(kind, match=words):
        write(vizgrad.zeros(SHAPE))


def test_a_write_at_few_places_costs_what_it_writes():
    """No copy of the tensor is made: what is written to is the memory itself, also under a view."""
    x = vizgrad.zeros(1000, 1000)
    where = x.data_ptr()
    x[0, [1, 2]] = 5.0
    x[:, 3].index_fill_(0, vizgrad.tensor([7]), 2.0)
    assert x.data_ptr() == where
    assert (x[0, 1].item(), x[7, 3].item(), x.sum().item()) == (5.0, 2.0, 12.0)
