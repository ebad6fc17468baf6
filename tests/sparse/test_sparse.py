"""Sparse tensors against PyTorch's: what they are, what can be done with them, and the optimizers that take them."""

import copy
import pickle

import numpy as np
import pytest

import vizgrad
from tests.alike import draw, ours, same, theirs, torch

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:Sparse invariant", "ignore:torch.sparse.SparseTensor"),
]


def made(library):
    """Sparse tensors with places named twice, and dense ones."""
    at = library.tensor([[0, 2, 0, 3], [1, 1, 1, 0]])
    values, d, x = (
        library.tensor(draw(size, i).copy()) for i, size in enumerate([(4, 2), (4, 3, 2), (3, 5)])
    )
    s = library.sparse_coo_tensor(at, values, (4, 3, 2))
    m = library.sparse_coo_tensor(at, values[:, 0].clone(), (4, 3))
    r = library.sparse_coo_tensor([[1, 3], [1, 0]], values[:2], (4, 3, 2))
    return {"t": library, "s": s, "m": m, "r": r, "d": d, "x": x}


EXPRESSIONS = """
s; s.coalesce(); s.to_dense(); s.coalesce().values(); s.coalesce().indices(); s._values(); s._indices(); s.shape
s.size(); s.size(1); s.dim(); s.numel(); len(s); s.dtype; s.layout; s.is_sparse; d.is_sparse; s._nnz(); s.sparse_dim()
s.dense_dim(); s.is_coalesced(); s.coalesce().is_coalesced(); d.sparse_dim(); d.dense_dim(); d.to_dense(); s.T.shape
(s + r).coalesce(); (s - r).coalesce(); -s; s * 3; 3 * s; s / 2; d + s
s.clone(); s.detach(); s.float(); s.to(t.float32); s.zero_(); s.add(r).coalesce()
s.clone().mul_(2); s.clone().add_(r, alpha=2).coalesce(); s.coalesce() + r.coalesce(); (s * r).to_dense(); m.t()
m.t().coalesce(); len(m)
m.sum(); t.sparse.mm(m, x); m @ x; t.spmm(m, x); m.mm(x); m @ x[:, 0]; d.to_sparse(); d.to_sparse(1)
(d > 0).to_sparse(); t.sparse_coo_tensor((2, 3)); t.sparse_coo_tensor([[0, 4]], [1.0, 2.0])
t.sparse_coo_tensor([[0, 0]], [1, 2], (3,))
t.sparse_coo_tensor([[0]], [1.0], (2,), dtype=t.float64); t.sparse_coo_tensor([[0]], [1.0], (2,), requires_grad=True)
t.sparse.FloatTensor(t.tensor([[0, 1]]), t.tensor([1.0, 2.0]), t.Size([2])); t.sparse.sum(s); s.requires_grad
s.values(); s.indices(); s.numpy(); s.exp(); s + 'x'; d.coalesce(); d.values(); d.is_coalesced(); d.to_sparse(0)
t.sparse_coo_tensor([[0, 1]], [1.0, 2.0, 3.0]); t.sparse_coo_tensor([[0, 1]], [1.0, 2.0], (4, 4)); s.reshape(-1)
t.sparse_coo_tensor([0, 1], [1.0, 2.0], (4,)); m @ x.t(); s.t(); s.view(-1); t.exp(s); s + m
t.sparse_coo_tensor([[0, 1]], [[1.0], [2.0]], (4, 2)); t.sparse_coo_tensor([[0, 1]], [1.0, 2.0]) == 0
"""
TABLE = [part.strip() for part in EXPRESSIONS.replace("\n", ";").split(";") if part.strip()]


@pytest.mark.parametrize("expression", TABLE)
def test_as_pytorch(expression):
    def outcome(library):
        try:
            return repr(eval(expression, made(library)))
        except Exception as error:
            return error

    have, want = outcome(vizgrad), outcome(torch())
    if isinstance(want, Exception):
        assert isinstance(have, type(want)), have
    else:
        assert have == want


@pytest.mark.parametrize("bad", ["[[0, 5]], [1.0, 2.0], (4,)", "[[0, -1]], [1.0, 2.0], (4,)"])
def test_places_outside_are_refused(bad):
    with pytest.raises(RuntimeError, match="index"):
        eval(f"vizgrad.sparse_coo_tensor({bad})")


def test_gradients_flow_to_the_values_and_through_products():
    def gradients(library):
        v = library.tensor(draw((4,), 1).copy(), requires_grad=True)
        x = library.tensor(draw((3, 5), 3).copy(), requires_grad=True)

        def matrix():
            return library.sparse_coo_tensor([[0, 2, 0, 3], [1, 1, 1, 0]], v, (4, 3))

        (library.sparse.mm(matrix(), x) ** 2).sum().backward()
        (matrix().coalesce().to_dense() ** 3).sum().backward()
        return v.grad.numpy(), x.grad.numpy()

    for have, want in zip(gradients(vizgrad), gradients(torch()), strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-12)


def embedded(library, **settings):
    table = library.nn.Embedding(6, 3, sparse=True, dtype=library.float64, **settings)
    with library.no_grad():
        table.weight.copy_(library.tensor(draw((6, 3), 5).copy()))
    return table


@pytest.mark.parametrize("settings", [{}, {"padding_idx": 1}, {"padding_idx": -1}])
def test_embeddings_have_sparse_gradients(settings):
    def gradients(library):
        table, words = embedded(library, **settings), library.tensor([[0, 1, 0], [5, 1, 3]])
        (table(words) ** 2).sum().backward()
        yield repr(table.weight.grad)
        (table(words) ** 3).sum().backward()
        yield repr(table.weight.grad.coalesce())
        (table(words).sum() + (table.weight**2).sum()).backward()
        yield repr(table.weight.grad)  # dense from here on
        table.zero_grad()
        library.nn.functional.mse_loss(
            table(words) @ table.weight.t(), library.zeros(2, 3, 6).double()
        ).backward()
        yield repr(table.weight.grad)

    assert list(gradients(vizgrad)) == list(gradients(torch()))


def test_frequency_and_sparse_do_not_go_together():
    with pytest.raises(RuntimeError, match="scale_grad_by_freq"):
        embedded(vizgrad, scale_grad_by_freq=True)(vizgrad.tensor([1])).sum().backward()


OPTIMIZERS = [
    "SparseAdam(p, lr=0.1)", "SparseAdam(p, lr=0.1, betas=(0.5, 0.9), maximize=True)", "SGD(p, lr=0.1)",
    "SGD(p, lr=0.1, maximize=True)", "SGD(p, lr=0.1, momentum=0.9)", "SGD(p, lr=0.1, momentum=0.9, nesterov=True)",
    "Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.2)", "Adagrad(p, lr=0.1, maximize=True)",
    "SGD(p, lr=0.1, weight_decay=0.1)", "Adagrad(p, weight_decay=0.1)", "Adam(p)", "AdamW(p)", "RMSprop(p)", "ASGD(p)",
    "Adadelta(p)", "NAdam(p)", "RAdam(p)", "Rprop(p)", "Adamax(p)", "Adafactor(p)", "Muon(p)",
]  # fmt: skip


@pytest.mark.parametrize("text", OPTIMIZERS)
def test_optimizers_move_the_rows(text):
    def weights(library):
        table = embedded(library)
        optimizer = eval(f"optim.{text}", {"optim": library.optim, "p": table.parameters()})
        for step in range(4):
            optimizer.zero_grad()
            (table(library.tensor([step, 0, step, 4])) ** 2).sum().backward()
            optimizer.step()
        return table.weight.detach().numpy()

    try:
        want = weights(torch())
    except RuntimeError:
        with pytest.raises(RuntimeError, match="sparse"):
            weights(vizgrad)
    else:
        np.testing.assert_allclose(weights(vizgrad), want, rtol=1e-10)


def test_scaled_sparse_gradients_are_unscaled():
    table, scaler = embedded(vizgrad), vizgrad.amp.GradScaler("cpu", init_scale=1024.0)
    before = table.weight.detach().clone()
    optimizer = vizgrad.optim.SGD(table.parameters(), lr=1.0)
    scaler.scale(table(vizgrad.tensor([2, 2])).sum()).backward()
    scaler.step(optimizer)
    np.testing.assert_allclose(
        (before - table.weight.detach()).numpy(), 2.0 * (np.arange(6) == 2)[:, None] * np.ones(3)
    )


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_have_their_own_memory(copied):
    s = made(vizgrad)["s"]
    other = copied(s)
    s.mul_(2)
    assert repr(other) == repr(made(vizgrad)["s"])


GRAPH = ([[0, 0, 1, 2], [1, 2, 0, 2]], [2.0, 1.0, 4.0, 3.0])


@pytest.mark.filterwarnings("ignore:Sparse CSR")
@pytest.mark.parametrize(
    "call",
    [
        "d @ s", "v @ s",
        "t.mm(d, s)", "t.matmul(d, s)", "d.mm(s)", "t.spmm(d, s)", "t.mm(s, d)", "t.mv(s, v)", "s.mv(v)",
        "s @ s", "t.mm(s, s.t())", "t.sparse.mm(s, s)", "t.addmm(d, s, d, beta=2, alpha=3)", "t.add(d, s, alpha=2)",
        "t.sub(d, s)", "t.sub(s, s, alpha=3)", "t.mul(d, s)", "t.sparse.sum(s, -2)", "t.sparse.sum(s, (0, 1))",
        # PyTorch has no gradient for these
        "t.sqrt(c)", "c.relu()", "t.round(c / 3)", "t.abs(-c)", "c.sum(1)", "c.sum(1, dtype=t.float64)",
    ],
)  # fmt: skip
def test_a_sparse_operand_gives_what_pytorch_gives_in_its_layout(call):
    def run(t, tensor):
        at, values = t.tensor(GRAPH[0]), t.tensor(GRAPH[1])
        s = t.sparse_coo_tensor(at, values, (3, 3), check_invariants=True).requires_grad_()
        d, v = tensor(np.arange(9, dtype="f4").reshape(3, 3), True), tensor(np.arange(3, dtype="f4"))
        y = eval(call, {"t": t, "s": s, "d": d, "v": v, "c": s.detach()})
        if not y.requires_grad:
            return y.layout, y.to_dense(), None, None
        y.to_dense().pow(2).sum().backward()
        slopes = s.grad.to_dense()[tuple(at)]  # those of the numbers that are held
        return y.layout, y.to_dense(), slopes, None if d.grad is None else d.grad.to_dense()

    (layout, *numbers), (wanted, *expected) = run(vizgrad, ours), run(torch(), theirs)
    assert str(layout) == str(wanted)
    for a, b in zip(numbers, expected, strict=True):
        same(a, b, rtol=1e-6)


def test_an_operation_not_written_for_sparse_tensors_says_what_to_write():
    s = vizgrad.eye(2).to_sparse()
    for call in (lambda: vizgrad.exp(s), lambda: vizgrad.addmm(s, s, vizgrad.eye(2))):
        with pytest.raises(NotImplementedError, match=r"make it dense with \.to_dense\(\) first"):
            call()
