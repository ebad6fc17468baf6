"""Which op runs in which type under autocast: PyTorch's answer, op by op."""

import functools
import pathlib
import re

import numpy as np
import pytest

import vizgrad
from tests.alike import torch
from vizgrad.engine.op import TABLE as TABLE_OF_OPS
from vizgrad.engine.surface import autocast

# m, n: matrices; v: a vector; b: a batch of matrices; p: positive numbers; c3 … c5: what convolutions take
EXPRESSIONS = """
t.mm(m, n); m @ n; m @ v; v @ v; t.matmul(b, m); t.bmm(b, b); t.addmm(m, m, n); t.addbmm(m, b, b); t.baddbmm(b, b, b)
t.mv(m, v); t.dot(v, v); t.addmv(v, m, v); t.addr(m, v, v); t.outer(v, v); t.einsum('ij,jk', m, n)
t.tensordot(m, n, 1); t.linalg.multi_dot([m, n, m]); t.linalg.vecdot(m, n); t.kron(m, n); t.inner(m, n)
F.linear(m, n, v); F.bilinear(m, n, b, v); F.prelu(m, v); F.conv1d(c3, c3, v); F.conv2d(c4, c4, v); F.conv3d(c5, c5, v)
F.conv_transpose1d(c3, c3); F.conv_transpose2d(c4, c4); F.conv_transpose3d(c5, c5)
F.scaled_dot_product_attention(b, b, b); nn.Linear(3, 2)(m); nn.Conv2d(3, 2, 1)(c4)
F.layer_norm(m, (3,)); F.group_norm(c4, 3); F.rms_norm(m, (3,)); F.batch_norm(m, v, p, training=True)
F.softmax(m, 1); F.log_softmax(m, 1); m.softmax(1); m.logsumexp(1); m.sum(); m.sum(1); m.prod(); m.prod(1)
m.cumsum(0); m.cumprod(0); m.mean(); m.var(); m.std(); m.norm(); m.norm(dim=1); t.linalg.vector_norm(m)
t.linalg.matrix_norm(m); m.exp(); p.log(); p.log2(); p.log10(); p.log1p(); m.expm1(); p.rsqrt(); p.reciprocal()
p.sqrt(); m.cosh(); m.sinh(); m.tan(); m.sin(); m.tanh(); p ** 2; p ** p; 2 ** p; m.sigmoid(); F.relu(m); F.gelu(m)
F.softplus(m); F.silu(m); u.acos(); u.asin(); u.erfinv(); m + n; m * n; m / p; t.atan2(m, p); t.addcmul(m, m, n)
t.addcdiv(m, m, p); t.cross(m, n, dim=1); t.cat([m, n]); t.stack([m, n]); t.where(m > 0, m, n); m.max(1)[0]; m.trace()
m.sort()[0]; m.scatter_add(0, i, n); t.cdist(m, n); t.dist(m, n); F.pdist(m); t.renorm(m, 2, 0, 1.0)
F.cosine_similarity(m, n); F.mse_loss(m, n); F.l1_loss(m, n); F.smooth_l1_loss(m, n); F.huber_loss(m, n)
F.nll_loss(m, k); F.cross_entropy(m, k); F.kl_div(m, u, reduction="sum"); F.poisson_nll_loss(m, p)
F.soft_margin_loss(m, s)
F.binary_cross_entropy_with_logits(m, u); F.hinge_embedding_loss(m, s); F.margin_ranking_loss(m, n, s)
F.cosine_embedding_loss(m, n, s[0]); F.triplet_margin_loss(m, n, u); F.multi_margin_loss(m, k)
F.multilabel_margin_loss(m, i); F.gaussian_nll_loss(m, n, p); F.interpolate(c4, scale_factor=2)
F.avg_pool2d(c4, 2); F.max_pool2d(c4, 2); F.avg_pool3d(c5, 2); F.max_pool3d(c5, 2); F.adaptive_avg_pool3d(c5, 1)
F.grid_sample(c4, g, align_corners=True); F.dropout(m, 0.0); F.embedding(i, m); F.pad(m, (1, 1)); F.normalize(m)
t.linalg.inv(q); t.linalg.qr(q)[0]; t.linalg.svd(q)[1]; t.linalg.solve(q, q); t.linalg.cholesky(q); t.linalg.det(q)
t.linalg.eigvalsh(q); t.inverse(q); t.quantile(v, 0.5); t.fft.fft(v).real; t.polar(p, p).real
F.binary_cross_entropy(u, u)
"""
TABLE = [part.strip() for part in EXPRESSIONS.replace("\n", ";").split(";") if part.strip()]


@functools.cache
def numbers():
    r = np.random.default_rng(0)
    m, n = r.standard_normal((2, 3, 3))
    k, i = np.array([0, 2, 1]), r.integers(0, 3, (3, 3))
    convs = {f"c{d}": r.standard_normal((3, 3, *(2,) * (d - 2))) for d in (3, 4, 5)}
    u, q = r.uniform(0.1, 0.9, (3, 3)), 4 * np.eye(3) + m @ m.T
    s, g = np.sign(n), r.uniform(-1, 1, (3, 2, 2, 2))
    return convs | {"m": m, "n": n, "v": m[0], "b": r.standard_normal((3, 3, 3)), "p": abs(n[1]) + 0.2, "u": u, "q": q,
                    "k": k, "i": i, "s": s, "g": g}  # fmt: skip


def outcome(library, expression, inputs, kind, device="cpu"):
    """The dtype of the result (or the class of the error) and the result."""

    def tensor(a):
        x = library.tensor(a)
        return x.to(getattr(library, inputs)) if a.dtype.kind == "f" else x

    library.manual_seed(0)
    names = {"t": library, "F": library.nn.functional, "nn": library.nn} | {
        n: tensor(a) for n, a in numbers().items()
    }
    names["w"] = library.tensor(numbers()["n"] + 3).float()
    try:
        with library.autocast(device, dtype=getattr(library, kind)):
            y = eval(expression, names)
    except (RuntimeError, NotImplementedError, ValueError) as error:
        return type(error).__name__, None
    return str(y.dtype), y.detach().double().numpy()


@pytest.mark.torch
@pytest.mark.parametrize("inputs", ["float32", "bfloat16"])
@pytest.mark.parametrize("expression", TABLE)
def test_cpu_as_pytorch(expression, inputs):
    want, theirs = outcome(torch(), expression, inputs, "bfloat16")
    have, ours = outcome(vizgrad, expression, inputs, "bfloat16")
    if theirs is None:  # PyTorch has no kernel for these types on a CPU: ours need only run
        assert ours is not None
        return
    assert have == want
    if "nn." not in expression:  # layers draw other weights
        np.testing.assert_allclose(ours, theirs, rtol=0.03, atol=0.03)


# What PyTorch's documentation says of GPUs, where float16 is the narrow type.
LOW = """
t.mm(m, n); m @ v; t.bmm(b, b); t.addmm(m, m, n); t.baddbmm(b, b, b); t.mv(m, v); t.addmv(v, m, v); t.addr(m, v, v)
t.einsum('ij,jk', m, n); t.linalg.multi_dot([m, n, m]); F.linear(m, n, v); F.prelu(m, v); F.conv2d(c4, c4, v)
F.conv_transpose2d(c4, c4); F.scaled_dot_product_attention(b, b, b); nn.Linear(3, 2)(m)
"""
WIDE = """
u.acos(); u.asin(); m.cosh(); u.erfinv(); m.exp(); m.expm1(); p.log(); p.log10(); p.log2(); p.log1p(); p.reciprocal()
p.rsqrt(); m.sinh(); m.tan(); p ** 2; p ** p; F.softmax(m, 1); F.log_softmax(m, 1); F.layer_norm(m, (3,)); m.norm()
F.group_norm(c4, 3); F.rms_norm(m, (3,)); F.cosine_similarity(m, n); m.cumsum(0); m.cumprod(0); t.dist(m, n)
F.pdist(m); t.cdist(m, n); m.prod(); t.renorm(m, 2, 0, 1.0); m.sum(); m.sum(1); m.logsumexp(1); F.softplus(m)
F.mse_loss(m, n); F.l1_loss(m, n); F.smooth_l1_loss(m, n); F.nll_loss(m, k); F.cross_entropy(m, k)
F.soft_margin_loss(m, s); F.multi_margin_loss(m, k); F.multilabel_margin_loss(m, i); F.kl_div(m, u, reduction="sum")
F.poisson_nll_loss(m, p); F.hinge_embedding_loss(m, s); F.cosine_embedding_loss(m, n, s[0])
F.margin_ranking_loss(m, n, s); F.triplet_margin_loss(m, n, u); F.binary_cross_entropy_with_logits(m, u)
F.interpolate(c4, scale_factor=2)
"""
WIDEST = """
t.addcdiv(m, n, w); t.addcmul(m, n, w); t.atan2(m, w); F.bilinear(m, w, b, v); t.cross(m, w, dim=1); t.dot(v, w[0])
t.tensordot(m, w, 1); m.scatter_add(0, i, w); m + w; t.cat([m, w])
"""


@pytest.mark.parametrize(("expressions", "inputs", "kind"), [
    (LOW, "float32", "float16"), (LOW, "float16", "float16"), (WIDE, "float16", "float32"),
    (WIDEST, "float16", "float32"),
    ("F.relu(m); m.sin(); m * n; F.max_pool2d(c4, 2); F.gelu(m)", "float16", "float16"),
])  # fmt: skip
def test_gpu_as_documented(monkeypatch, expressions, inputs, kind):
    monkeypatch.setitem(autocast.RULES, "cpu", autocast.RULES["cuda"])  # the lists are data: no GPU is needed
    for expression in expressions.replace("\n", ";").split(";"):
        if expression.strip():
            have, _ = outcome(vizgrad, expression.strip(), inputs, "float16")
            assert (expression, have) == (expression, f"torch.{kind}")


def test_probabilities_are_unsafe_on_a_gpu(monkeypatch):
    monkeypatch.setitem(autocast.RULES, "cpu", autocast.RULES["cuda"])
    assert outcome(vizgrad, "F.binary_cross_entropy(u, u)", "float32", "float16")[0] == "RuntimeError"


def test_every_name_in_the_lists_is_met():
    source = "".join(p.read_text() for p in pathlib.Path(vizgrad.__file__).parent.rglob("*.py"))
    known = {*TABLE_OF_OPS, *re.findall(r'@whole\("(\w+)"\)', source)}
    lists = {name for rules in autocast.RULES.values() for name in rules}
    assert {name for name in lists - known if not hasattr(vizgrad.fft, name.removeprefix("fft_"))} == set()
