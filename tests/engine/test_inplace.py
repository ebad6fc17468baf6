"""Views and in-place writes: random programs run here and on PyTorch, values and gradients compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vizgrad

VIEWS = {
    "row": lambda x: x[0],
    "tail": lambda x: x[1:],
    "every other": lambda x: x[::2],
    "last column": lambda x: x[..., -1],
    "transpose": lambda x: x.transpose(0, -1),
    "flat": lambda x: x.reshape(-1),
    "column": lambda x: x.unsqueeze(-1),
    "all": lambda x: x[:],
    "diagonal": lambda x: x.diagonal() if x.ndim > 1 else x,
    "windows": lambda x: x.unfold(
        -1, min(2, x.shape[-1]), 2
    ),  # apart: sums of writes to one place are nobody's promise
    "strided": lambda x: x.as_strided((2, 2), (1, 2), x.storage_offset()) if x.numel() > 3 else x[:],
    "moved": lambda x: x.movedim(0, -1),
    "stretched": lambda x: x.expand(2, *x.shape),
    "squeezed": lambda x: x.squeeze(),
    "narrow": lambda x: x.narrow(0, 0, 1),
    "unflat": lambda x: x.unflatten(-1, (1, -1)),
    "second half": lambda x: x.tensor_split(2)[1],
    "piece": lambda x: x.unbind()[0],
    "chunk": lambda x: x.chunk(2)[0],
}
WRITES = {
    "add number": lambda lib, x, w: x.add_(2.0),
    "mul number": lambda lib, x, w: x.mul_(-1.5),
    "mul w": lambda lib, x, w: x.mul_(w),
    "add w": lambda lib, x, w: x.add_(w * w),
    "zero": lambda lib, x, w: x.zero_(),
    "fill": lambda lib, x, w: x.fill_(0.5),
    "exp": lambda lib, x, w: x.mul_(0.1).exp_(),
    "tanh": lambda lib, x, w: x.tanh_(),
    "copy w": lambda lib, x, w: x.copy_(w),
    "mask": lambda lib, x, w: x.masked_fill_(x > 0.2, 0.1),
    "index put": lambda lib, x, w: (
        x.__setitem__([0, 0], w) if x.ndim and 0 not in x.stride() else x.mul_(2.0)
    ),
    "index add": lambda lib, x, w: (
        x.index_add_(0, lib.tensor([0, 0]), x.detach()[[0, 0]] * w) if x.ndim else x.mul_(w)
    ),
    "set part": lambda lib, x, w: x.__setitem__(0, w * 3) if x.ndim else x.fill_(1.0),
}

FILLS = ("zero", "fill", "mask", "set part")
ERRORS = ("modified by an inplace", "multiple views", "single memory location", "view size is not compatible")

steps = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(sorted(VIEWS)),
        st.integers(0, 5),
        st.sampled_from([*sorted(WRITES), ""]),
    ),
    min_size=1,
    max_size=6,
)


def program(lib, plan):
    """Make views of views, write into them; return every value and the gradients, or the error's name."""
    x = lib.tensor(np.linspace(-1, 1, 24).reshape(4, 6), requires_grad=True)
    w = lib.tensor(np.asarray(0.7), requires_grad=True)
    tensors = [x * 1.0]
    try:
        for source, view, target, write in plan:
            a = tensors[source % len(tensors)]
            tensors.append(VIEWS[view](a) if a.ndim else a.reshape(1))
            x_ = tensors[target % len(tensors)]
            if write and not (
                write in FILLS and 0 in x_.stride()
            ):  # of those PyTorch's error comes only later
                WRITES[write](lib, x_, w)
        total = sum((t * (i + 1)).sum() for i, t in enumerate(tensors))
        total.backward()
    except RuntimeError as error:
        return "error", [word in str(error) for word in ERRORS]
    grads = [g if g is not None else lib.zeros(1) for g in (x.grad, w.grad)]
    return "values", [np.asarray(t.detach().numpy()) for t in (*tensors, *grads)]


@pytest.mark.torch
@settings(max_examples=300, deadline=None, derandomize=True)
@given(steps)
def test_random_programs_agree_with_pytorch(plan):
    import torch

    kind, theirs = program(torch, plan)
    ours_kind, ours = program(vizgrad, plan)
    assert ours_kind == kind
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def test_a_view_shares_memory_both_ways():
    x = vizgrad.zeros(3, 4)
    row = x[1]
    row[2] = 7.0
    assert x[1, 2].item() == 7.0
    x[1, 0] = -1.0
    assert row[0].item() == -1.0
    assert row.data_ptr() == x.data_ptr() + 4 * 4
    assert row.storage_offset() == 4
    assert x.t().stride() == (1, 4)


def test_detach_shares_memory_and_version():
    x = vizgrad.ones(3)
    x.detach().add_(1)
    assert x.tolist() == [2, 2, 2]
    assert x._version == 1
    x.data.add_(1)
    assert x._version == 1  # `.data` is not watched for writes


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda x: x.add_(1), "a leaf Variable that requires grad is being used in an in-place operation"),
        (lambda x: x[0].add_(1), "a view of a leaf Variable that requires grad"),
        (lambda x: x.detach().add_(vizgrad.ones(5, 3)), "doesn't match the broadcast shape"),
        (
            lambda x: vizgrad.arange(3).add_(0.5),
            "result type Float can't be cast to the desired output type Long",
        ),
    ],
)
def test_errors_are_pytorchs(write, words):
    with pytest.raises(RuntimeError, match=words):
        write(vizgrad.ones(3, requires_grad=True))


def test_a_changed_saved_tensor_names_the_op_and_the_line():
    x = vizgrad.ones(3, requires_grad=True)
    y = x.exp()
    y.mul_(2)
    with pytest.raises(
        RuntimeError, match=r"ExpBackward0.*version 1; expected version 0.*test_inplace\.py:\d+ by mul_"
    ):
        y.sum().backward()


def test_writing_under_no_grad_moves_a_leaf():
    w = vizgrad.ones(2, requires_grad=True)
    (w * w).sum().backward()
    with vizgrad.no_grad():
        w -= 0.1 * w.grad
    assert w.is_leaf
    np.testing.assert_allclose(w.detach().numpy(), [0.8, 0.8], rtol=1e-6)
