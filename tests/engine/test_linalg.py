"""Products, decompositions and solving, against PyTorch: values, gradients, gradients of gradients, errors."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import vizgrad
from vizgrad.engine.namespace import NUMPY

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
KINDS = ["float64", "complex128"]


def numbers(*shape, kind="float64", seed=0):
    r = np.random.default_rng([seed, *shape])
    x = r.standard_normal(shape)
    return x + 1j * r.standard_normal(shape) if kind == "complex128" else x


def H(x):
    return x.mT.conj() if isinstance(x, (torch.Tensor, vizgrad.Tensor)) else x.swapaxes(-1, -2).conj()


def definite(x):
    """A positive definite matrix from any."""
    return x @ H(x)


def flat(y):
    return [*y] if isinstance(y, (tuple, list)) else [y]


def measured(lib, f, arrays, weights=None):
    """The outputs of f(lib, *tensors), their gradients for fixed weights, and the gradients of those gradients."""
    of = torch.from_numpy if lib is torch else vizgrad.tensor
    ts = [of(a.copy()).requires_grad_() for a in arrays]
    ys = [y for y in flat(f(lib, *ts)) if y.dtype in (lib.float64, lib.complex128)]
    loss = sum((y * of(numbers(*y.shape, seed=7 + i)) * y.conj()).sum().abs() for i, y in enumerate(ys))
    first = lib.autograd.grad(loss, ts, create_graph=True)
    total = sum((g * g.conj()).sum().real.sum() if g.is_complex() else (g * g).sum() for g in first)
    second = lib.autograd.grad(total, ts)
    plain = (lambda t: t.detach().resolve_conj().numpy()) if lib is torch else (lambda t: t.detach().numpy())
    return [[plain(t) for t in part] for part in (ys, first, second)]


# Functions of (library, tensors): invariant of signs and phases, so that every implementation agrees.
GAUGE_FREE = {
    "cholesky": lambda t, a: t.linalg.cholesky(definite(a)),
    "cholesky upper": lambda t, a: t.linalg.cholesky(definite(a), upper=True),
    "cholesky_inverse": lambda t, a: t.cholesky_inverse(t.linalg.cholesky(definite(a))),
    "cholesky_solve": lambda t, a, b: t.cholesky_solve(b, t.linalg.cholesky(definite(a))),
    "eigh": lambda t, a: (lambda e: (e[0], (e[1] * e[0].exp().unsqueeze(-2)) @ H(e[1])))(t.linalg.eigh(a + H(a))),
    "eigvalsh": lambda t, a: t.linalg.eigvalsh(a + H(a)),
    "eig": lambda t, a: (lambda e: (e[0].abs().sum(-1), e[1].abs() ** 2))(t.linalg.eig(a)),
    "eigvals": lambda t, a: (t.linalg.eigvals(a) ** 2).sum(-1),
    "svd": lambda t, a: (lambda s: (s[1], (s[0] * s[1].sin().unsqueeze(-2)) @ s[2]))(t.linalg.svd(a, False)),
    "qr": lambda t, a: (lambda q: (q[0].abs(), q[1].abs()))(t.linalg.qr(a)),
    "lu": lambda t, a: t.linalg.lu(a)[1:],
    "lu_solve": lambda t, a, b: t.linalg.lu_solve(*t.linalg.lu_factor(a), b),
    "lu_solve adjoint": lambda t, a, b: t.linalg.lu_solve(*t.linalg.lu_factor(a), b, adjoint=True),
    "det": lambda t, a: t.linalg.det(a),
    "slogdet": lambda t, a: t.linalg.slogdet(a),
    "inv": lambda t, a: t.linalg.inv(a),
    "solve": lambda t, a, b: t.linalg.solve(a, b),
    "solve right": lambda t, a, b: t.linalg.solve(a, H(b), left=False),
    "matrix_exp": lambda t, a: t.matrix_exp(a / 2),
    "matrix_power": lambda t, a: t.linalg.matrix_power(a, -3),
    "householder": lambda t, a: t.linalg.householder_product(a[..., :3], a[..., 0, :3] / 5),
    "ormqr": lambda t, a, b: t.ormqr(a[..., :3], a[..., 0, :3] / 5, b, transpose=True),
    "lstsq": lambda t, a, b: t.linalg.lstsq(a[..., :2], b, driver="gelsd")[:2],
    "nuclear": lambda t, a: t.linalg.matrix_norm(a, "nuc"),
    "condition": lambda t, a: t.linalg.cond(a),
    "norm 3": lambda t, a: t.linalg.vector_norm(a, 3, dim=-1),
    "cross": lambda t, a, b: t.linalg.cross(a[..., :3], b[..., :1, :]),
    "kron": lambda t, a, b: t.kron(a, b),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lead", [(), (2,)], ids=["matrix", "stack"])
@pytest.mark.parametrize("name", GAUGE_FREE)
def test_values_and_both_gradients(name, lead, kind):
    f = GAUGE_FREE[name]
    count = f.__code__.co_argcount - 1
    arrays = [numbers(*lead, 4, 4, kind=kind), numbers(*lead, 4, 3, kind=kind, seed=1)][:count]
    for ours, theirs in zip(measured(vizgrad, f, arrays), measured(torch, f, arrays), strict=True):
        for a, b in zip(ours, theirs, strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6 * max(1, abs(b).max()))


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (40, 33), (70, 70)])
def test_factors_of_rectangles_multiply_to_the_matrix(shape):
    for kind in KINDS:
        a = vizgrad.tensor(numbers(2, *shape, kind=kind))
        p, low, up = vizgrad.linalg.lu(a)
        q, r = vizgrad.linalg.qr(a)
        for product in (p @ low @ up, q @ r):
            np.testing.assert_allclose(product.numpy(), a.numpy(), atol=1e-12)
        theirs = torch.linalg.lu_factor(torch.from_numpy(a.numpy()))
        np.testing.assert_array_equal(vizgrad.linalg.lu_factor(a).pivots.numpy(), theirs.pivots.numpy())


@pytest.mark.parametrize("hermitian", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_ldl_pivots_as_lapack_and_solves(kind, hermitian):
    x = numbers(3, 7, 7, kind=kind)
    a = x + (H(x) if hermitian else x.swapaxes(-1, -2))
    a[1, range(7), range(7)] = 0  # needs pivots of two
    b = numbers(3, 7, 2, kind=kind, seed=3)
    ours = vizgrad.linalg.ldl_factor(vizgrad.tensor(a), hermitian=hermitian)
    theirs = torch.linalg.ldl_factor(torch.from_numpy(a), hermitian=hermitian)
    np.testing.assert_array_equal(ours.pivots.numpy(), theirs.pivots.numpy())
    np.testing.assert_allclose(ours.LD.numpy(), theirs.LD.numpy(), atol=1e-12)
    solved = vizgrad.linalg.ldl_solve(ours.LD, ours.pivots, vizgrad.tensor(b), hermitian=hermitian)
    np.testing.assert_allclose(a @ solved.numpy(), b, atol=1e-10)


EINSUMS = [
    ("ij,jk->ik", (3, 4), (4, 5)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)), ("ij,jk", (3, 4), (4, 5)),
    ("ii->i", (4, 4)), ("ii", (4, 4)), ("i,j->ij", (3,), (4,)), ("...ij,jk->...ik", (2, 6, 3, 4), (4, 5)),
    ("b...d,...dk->bk...", (2, 3, 4), (3, 4, 5)), ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
    ("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)), ("iji,j->i", (3, 4, 3), (4,)), ("ij->", (3, 4)),
    (" i j , k -> k j ", (3, 4), (2,)), ("aij,ajk->ik", (1, 3, 4), (5, 4, 2)), ("ba,b->", (3, 2), (3,)),
]  # fmt: skip


@pytest.mark.parametrize("case", EINSUMS, ids=[c[0] for c in EINSUMS])
def test_einsum(case):
    equation, *shapes = case
    arrays = [numbers(*s, seed=i) for i, s in enumerate(shapes)]

    def f(t, *xs):
        return t.einsum(equation, *xs)

    for ours, theirs in zip(measured(vizgrad, f, arrays), measured(torch, f, arrays), strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


def test_einsum_of_numbered_dimensions():
    a, b = numbers(3, 4), numbers(4, 5)
    got = vizgrad.einsum(vizgrad.tensor(a), [0, 1], vizgrad.tensor(b), [1, 2], [2, 0])
    np.testing.assert_allclose(got.numpy(), (a @ b).T)


SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
BAD = {
    "inverse of a singular one": lambda t, a: t.linalg.inv(a(SINGULAR)),
    "solving with a singular one": lambda t, a: t.linalg.solve(a(SINGULAR), a(SINGULAR)),
    "not definite": lambda t, a: t.linalg.cholesky(a(np.stack([np.eye(2), -SINGULAR]))),
    "not square": lambda t, a: t.linalg.det(a(numbers(2, 3))),
    "integers": lambda t, a: t.linalg.inv(a(np.ones((2, 2), int))),
    "a vector": lambda t, a: t.linalg.eigh(a(numbers(3))),
    "mm of stacks": lambda t, a: t.mm(a(numbers(2, 3, 3)), a(numbers(3, 3))),
    "bmm of unequal stacks": lambda t, a: t.bmm(a(numbers(2, 3, 3)), a(numbers(1, 3, 3))),
    "dot of unequal lengths": lambda t, a: t.dot(a(numbers(3)), a(numbers(4))),
    "two dtypes": lambda t, a: t.mm(a(numbers(3, 3)), a(numbers(3, 3)).float()),
    "True times True": lambda t, a: t.mm(a(np.ones((2, 2), bool)), a(np.ones((2, 2), bool))),
    "einsum sizes": lambda t, a: t.einsum("ij,jk", a(numbers(2, 3)), a(numbers(4, 2))),
    "einsum letters": lambda t, a: t.einsum("ij->k", a(numbers(2, 3))),
    "einsum dimensions": lambda t, a: t.einsum("ijk", a(numbers(2, 3))),
    "singular triangle, wide": lambda t, a: t.linalg.solve_triangular(a(numbers(3, 2)), a(numbers(3, 2)), upper=True),
    "qr mode": lambda t, a: t.linalg.qr(a(numbers(3, 2)), mode="economic"),
    "multi_dot of one": lambda t, a: t.linalg.multi_dot([a(numbers(3, 2))]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_errors_are_of_the_same_type(name):
    f = BAD[name]
    with pytest.raises(Exception) as theirs:  # noqa: PT011 - whatever PyTorch raises
        f(torch, torch.from_numpy)
    kind = vizgrad.linalg.LinAlgError if "LinAlgError" in theirs.typename else theirs.type
    with pytest.raises(kind):
        f(vizgrad, vizgrad.tensor)


def test_singular_matrices_say_which_and_where():
    a = vizgrad.tensor(np.stack([np.eye(2), SINGULAR]))
    with pytest.raises(vizgrad.linalg.LinAlgError, match=r"Batch element 1.*diagonal element 2 is zero"):
        vizgrad.linalg.inv(a)
    inverse, info = vizgrad.linalg.inv_ex(a)
    assert info.tolist() == [0, 2]
    np.testing.assert_array_equal(inverse[0].numpy(), np.eye(2))


def test_the_slope_of_a_determinant_that_is_zero():
    x = vizgrad.tensor(SINGULAR, requires_grad=True)
    vizgrad.linalg.det(x).backward()
    np.testing.assert_allclose(x.grad.numpy(), [[4, -2], [-2, 1]], atol=1e-12)


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_narrow_products_add_up_in_float32(kind):
    ours, theirs = getattr(vizgrad, kind), getattr(torch, kind)
    ones = np.full((1, 4096), 0.01)
    a, b = vizgrad.tensor(ones).to(ours), torch.from_numpy(ones).to(theirs)
    y = a @ a.mT
    assert y.dtype is ours
    assert abs(y.item() - (b.double() @ b.double().mT).item()) < 0.005
    w = a.clone().requires_grad_()
    (w @ a.mT).sum().backward()
    assert w.grad.dtype is ours


def test_a_stack_meets_one_matrix_in_one_product():
    calls = []

    class Spy(np.ndarray):
        def dot(self, b, out=None):
            calls.append(self.shape)
            return np.asarray(self).dot(np.asarray(b), out)

    NUMPY.matmul(numbers(6, 5, 4).view(Spy), numbers(4, 2))
    assert calls == [(30, 4)]


def test_empty_matrices():
    e = vizgrad.zeros(0, 0, dtype=vizgrad.float64)
    assert vizgrad.linalg.det(e).item() == 1
    assert vizgrad.linalg.pinv(vizgrad.zeros(0, 3)).shape == (3, 0)
    assert vizgrad.zeros(3, 0).mm(vizgrad.zeros(0, 2)).tolist() == [[0, 0]] * 3
    x = vizgrad.zeros(2, 3, 0, requires_grad=True)
    (x @ vizgrad.zeros(0, 4)).sum().backward()
    assert x.grad.shape == (2, 3, 0)


def test_whole_numbers_multiply_exactly():
    a = np.full((2, 2), 2**40 + 1)
    assert (vizgrad.tensor(a) @ vizgrad.tensor(a)).tolist() == (
        torch.from_numpy(a) @ torch.from_numpy(a)
    ).tolist()


def test_low_rank_matrices_are_found_again():
    vizgrad.manual_seed(0)
    a = vizgrad.tensor(numbers(30, 3) @ numbers(3, 20))
    u, s, v = vizgrad.svd_lowrank(a, q=3)
    np.testing.assert_allclose(((u * s) @ v.mT).numpy(), a.numpy(), atol=1e-10)
    u, s, v = vizgrad.pca_lowrank(a, q=3)
    np.testing.assert_allclose(((u * s) @ v.mT).numpy(), (a - a.mean(0)).numpy(), atol=1e-10)


def test_the_largest_eigenvalues_as_scipy():
    linalg = pytest.importorskip("scipy.linalg")
    a, b = numbers(9, 9), numbers(9, 9, seed=1)
    a, b = a + a.T, b @ b.T
    values, vectors = vizgrad.lobpcg(vizgrad.tensor(a), k=2, B=vizgrad.tensor(b))
    np.testing.assert_allclose(values.numpy(), linalg.eigh(a, b, eigvals_only=True)[:-3:-1])
    np.testing.assert_allclose(a @ vectors.numpy(), b @ vectors.numpy() * values.numpy(), atol=1e-9)


def test_results_have_names_and_print_as_pytorch():
    a = numbers(2, 2)
    assert repr(vizgrad.linalg.slogdet(vizgrad.tensor(a))) == repr(torch.linalg.slogdet(torch.from_numpy(a)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert vizgrad.svd(vizgrad.tensor(a))._fields == ("U", "S", "V")
