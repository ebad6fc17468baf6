"""Shapes, parts and places of memory: functions made of the table's rows, beside PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import vizgrad
from tests.alike import same, torch
from vizgrad.engine.surface import memory

R = np.random.default_rng(3)
X, M, V = R.standard_normal((2, 3, 4)), R.standard_normal((4, 5)), R.standard_normal(6)
I4 = np.array([0, 3, 3, 1])

# What is called, on which numbers: ``lib`` is either library, the rest are its tensors.
CALLS = {
    "cat": (lambda lib, a, b: lib.cat([a, b, a], 1), M, M + 1),
    "cat with an empty one": (lambda lib, a: lib.cat([a, lib.empty(0, dtype=a.dtype)], 0), M),
    "stack": (lambda lib, a, b: lib.stack([a, b], -1), M, M + 1),
    "hstack": (lambda lib, a, b: lib.hstack([a, b]), V, V),
    "dstack": (lambda lib, a, b: lib.dstack([a, b]), M, M),
    "column_stack": (lambda lib, a, b: lib.column_stack([a, b]), V, V.reshape(6, 1)),
    "block_diag": (lambda lib, a, b: lib.block_diag(a, b), M, V),
    "meshgrid": (lambda lib, a, b: lib.meshgrid(a, b, indexing="xy"), V, V[:2]),
    "cartesian_prod": (lambda lib, a, b: lib.cartesian_prod(a, b), V, V[:2]),
    "combinations": (lambda lib, a: lib.combinations(a, 3, with_replacement=True), V[:4]),
    "split, one part unused": (lambda lib, a: lib.split(a, [1, 0, 3])[0::2], M),
    "unbind, one slice unused": (lambda lib, a: lib.unbind(a, 1)[1:], M),
    "tensor_split": (lambda lib, a: lib.tensor_split(a, 3, 1), M),
    "unfold": (lambda lib, a: a.unfold(1, 3, 1), M),
    "as_strided, overlapping": (lambda lib, a: a.as_strided((3, 3), (2, 1), 1), M),
    "as_strided of a view": (lambda lib, a: a.t()[1:].as_strided((2, 3), (1, 5), 3), M),
    "as_strided of repeated memory": (lambda lib, a: a.expand(3, 6).as_strided((2, 4), (0, 1)), V),
    "diag": (lambda lib, a: (lib.diag(a, 1), lib.diag(a[0], -1)), M),
    "diag_embed": (lambda lib, a: lib.diag_embed(a, 1, 0, 2), M),
    "diagonal_scatter": (lambda lib, a, b: lib.diagonal_scatter(a, b, -1), M, V[:3]),
    "slice_scatter": (lambda lib, a, b: lib.slice_scatter(a, b, 1, 0, 4, 2), M, M[:, :2]),
    "select_scatter": (lambda lib, a, b: lib.select_scatter(a, b, 0, -1), M, M[0]),
    "scatter": (lambda lib, a, b, i: a.scatter(0, i[:, None], b), M, M[:, :1], np.array([0, 3, 2, 1])),
    "index_add": (lambda lib, a, b, i: a.index_add(1, i, b, alpha=2), M, M[:, :4], I4),
    "index_copy": (lambda lib, a, b: a.index_copy(0, lib.tensor([2, 0]), b), M, M[:2]),
    "index_reduce": (lambda lib, a, b, i: a.index_reduce(0, i, b, "amax"), M, M * 2, I4),
    "index_fill": (lambda lib, a, b, i: a.index_fill(1, i, b), M, V[0], I4),
    "take": (lambda lib, a, i: lib.take(a, i), M, I4),
    "put": (lambda lib, a, b, i: a.put(i, b, accumulate=True), M, V[:4], I4),
    "take_along_dim": (lambda lib, a, i: lib.take_along_dim(a, i[:, None], 1), M, I4),
    "masked_scatter": (lambda lib, a, b: a.masked_scatter(a > 0, b), M, M),
    "repeat_interleave": (lambda lib, a, i: lib.repeat_interleave(a, i, 0), M, I4),
    "rot90": (lambda lib, a: lib.rot90(a, 3, (0, 2)), X),
    "roll": (lambda lib, a: lib.roll(a, (1, -5), (0, 2)), X),
    "movedim": (lambda lib, a: lib.movedim(a, (0, 1), (-1, 0)), X),
    "tile": (lambda lib, a: lib.tile(a, (2, 1, 1, 2)), X),
    "unflatten": (lambda lib, a: a.unflatten(2, (2, -1)), X),
    "sum_to_size": (lambda lib, a: a.sum_to_size(3, 1), X),
    "atleast_3d": (lambda lib, a, b: lib.atleast_3d(a, b), M, V),
    "channels last": (lambda lib, a: a[None].contiguous(memory_format=lib.channels_last) * 2, X),
}


def parts(y):
    return list(y) if isinstance(y, (tuple, list)) else [y]


def run(lib, call, arrays):
    xs = [lib.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    ys = parts(call(lib, *xs))
    leaves = [x for x in xs if x.requires_grad]
    weights = [lib.tensor(np.cos(np.arange(y.numel()) + 1.0).reshape(tuple(y.shape))) for y in ys]
    total = sum(((y * y) * w).sum() for y, w in zip(ys, weights, strict=True))
    first = lib.autograd.grad(total, leaves, create_graph=True)
    second = lib.autograd.grad(sum((g * g).sum() for g in first), leaves)
    return [*ys, *first, *second], [tuple(y.stride()) for y in ys], [y._base is None for y in ys]


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:index_reduce")  # beta, says PyTorch
@pytest.mark.parametrize("name", CALLS)
def test_same_numbers_gradients_and_steps(name):
    call, *arrays = CALLS[name]
    theirs, strides, bases = run(torch(), call, arrays)
    ours, our_strides, our_bases = run(vizgrad, call, arrays)
    for a, b in zip(ours, theirs, strict=True):
        same(a, b, what=name)
    assert our_strides == strides
    assert our_bases == bases, "what is a view of what"


def test_pieces_share_one_node_and_may_not_be_written_to():
    x = vizgrad.arange(6.0).requires_grad_()
    a, b = (x * 1).split(3)
    assert a.grad_fn is b.grad_fn
    assert type(a.grad_fn).__name__ == "SplitBackward0"
    with pytest.raises(
        RuntimeError, match="Output 1 of SplitBackward0 is a view and is being modified inplace"
    ):
        b.add_(1)
    with vizgrad.no_grad():
        b.add_(1)
    assert b.tolist() == [4, 5, 6]


def test_the_gradient_of_few_pieces_is_zero_elsewhere():
    x = vizgrad.ones(1000, 4, requires_grad=True)
    x.unbind()[7].sum().backward()
    assert x.grad.sum().item() == 4
    assert x.grad[7].tolist() == [1, 1, 1, 1]


def test_as_strided_scatter_has_the_gradient_of_what_it_computes():
    """PyTorch 2.13's goes to the elements that were overwritten; this one to those that were kept."""
    x = vizgrad.arange(6.0).reshape(2, 3).requires_grad_()
    src = vizgrad.tensor([10.0, 20.0], requires_grad=True)
    y = x.as_strided_scatter(src, (2,), (4,), 1)
    assert y.tolist() == [[0, 10, 2], [3, 4, 20]]
    (y * vizgrad.arange(1.0, 7.0).reshape(2, 3)).sum().backward()
    assert x.grad.tolist() == [[1, 0, 3], [4, 5, 0]]
    assert src.grad.tolist() == [2, 6]


def test_a_storage_is_shared_by_all_views(monkeypatch):
    monkeypatch.setattr(memory.TypedStorage, "warned", False)
    x = vizgrad.arange(12.0).reshape(3, 4)
    row = x[1:].t()
    assert row.storage_offset() == 4
    assert row.untyped_storage() == x.untyped_storage()
    assert row.untyped_storage().nbytes() == 48
    with pytest.warns(UserWarning, match="TypedStorage is deprecated"):
        numbers = row.storage()
    numbers[4] = 40.0
    assert row[0, 0].item() == 40
    assert numbers.tolist() == [0, 1, 2, 3, 40, *range(5, 12)]
    assert vizgrad.tensor([1.5], dtype=vizgrad.bfloat16).storage().tolist() == [1.5]
    with pytest.raises(RuntimeError, match="slices"):
        numbers[1:]
    y = vizgrad.empty(0).set_(x.untyped_storage(), 2, (2, 2), (4, 1))
    y[0, 0] = -1.0
    assert x[0, 2].item() == -1
    assert not y.is_set_to(x)
    assert y.is_set_to(vizgrad.empty(0).set_(x, 2, (2, 2), (4, 1)))
    assert y.detach().storage_offset() == 2


@pytest.mark.parametrize("lib", [vizgrad, torch()], ids=["ours", "theirs"])
def test_what_needs_no_stretching_is_left_as_it_is(lib):
    x = lib.ones(2, requires_grad=True)
    wide, kept = lib.broadcast_tensors(x, lib.ones(2, 1))[0], lib.broadcast_tensors(x, lib.ones(2))[0]
    assert kept is x
    assert "Expand" in str(wide.grad_fn)
    assert "requires_grad=True" in str(lib.distributions.Exponential(x[:1].detach().requires_grad_()))


def test_resize_keeps_the_order_in_memory():
    x = vizgrad.arange(4.0)
    assert x.resize_(2, 3).reshape(-1)[:4].tolist() == [0, 1, 2, 3]
    assert x.resize_(2).tolist() == [0, 1]
    with pytest.raises(RuntimeError, match="cannot resize variables that require grad"):
        vizgrad.ones(2, requires_grad=True).resize_(3)


def test_views_in_place_change_the_tensor_itself():
    x = vizgrad.arange(6.0, requires_grad=True)
    y = (x * 1).view(2, 3)
    assert tuple(y.t_().shape) == (3, 2)
    y.unsqueeze_(0).transpose_(0, 2)
    (y * vizgrad.arange(6.0).reshape(2, 3, 1)).sum().backward()
    assert x.grad.tolist() == [0, 1, 2, 3, 4, 5]
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
        x.unsqueeze_(0)


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda x: x.view(5), RuntimeError, r"shape '\[5\]' is invalid for input of size 12"),
        (lambda x: x.t().view(12), RuntimeError, "view size is not compatible"),
        (lambda x: x.reshape(-2, 6), RuntimeError, "invalid shape dimension -2"),
        (lambda x: x.as_strided((9,), (2,)), RuntimeError, "out of bounds for storage of size"),
        (lambda x: x.expand(3, 5), RuntimeError, r"size of the tensor \(5\) must match the existing size \(4\)"),
        (lambda x: x.expand(2, 3, 4).add_(1), RuntimeError, "refers to a single memory location"),
        (lambda x: vizgrad.cat([]), ValueError, "expected a non-empty list of Tensors"),
        (lambda x: vizgrad.cat([x, x[0]]), RuntimeError, "same number of dimensions: got 2 and 1"),
        (lambda x: vizgrad.cat([vizgrad.ones(0), x, x.t()]), RuntimeError, "size 4 but got size 3 for tensor number 2"),
        (lambda x: x + x.t(), RuntimeError, r"tensor a \(4\) must match .* b \(3\) at non-singleton dimension 1"),
        (lambda x: x.lerp(x.t(), 0.5), RuntimeError, r"tensor a \(4\) must match the size of tensor b \(3\)"),
        (lambda x: vizgrad.stack([x, x.t()]), RuntimeError, "each tensor to be equal size"),
        (lambda x: x.split([1, 1]), RuntimeError, "split_sizes to sum exactly to 3"),
        (lambda x: x.narrow(0, 2, 2), RuntimeError, "exceeds dimension size"),
        (lambda x: x.gather(0, vizgrad.tensor([[9]])), RuntimeError, "index 9 is out of bounds"),
        (lambda x: x.allclose(x.t()), RuntimeError, r"tensor a \(4\) must match the size of tensor b \(3\)"),
        (lambda x: x.allclose(0.0), TypeError, "argument 'other' .* must be Tensor, not float"),
        (lambda x: vizgrad.linalg.inv(x[:3, :3]), RuntimeError, "^linalg.inv: The diagonal element 1 is zero"),
        (lambda x: x.dim_order(ambiguity_check="x"), TypeError, "must be a bool or a list of memory formats"),
        (lambda x: x.unfold(0, 4, 1), RuntimeError, "maximum size for tensor at dimension 0 is 3 but size is 4"),
    ],
)  # fmt: skip
def test_errors_are_pytorchs(call, kind, words):
    with pytest.raises(kind, match=words):
        call(vizgrad.zeros(3, 4))
