"""Random numbers: streams that repeat, and distributions that are what they say (SciPy's tests, fixed seeds)."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from scipy import stats

import vizgrad as torch

N = 20_000


def drawn(write, dtype="float64"):
    torch.manual_seed(3)
    return write(torch.empty(N, dtype=getattr(torch, dtype))).float().numpy().astype("f8")


CONTINUOUS = [
    ("rand", lambda x: torch.rand(N, dtype=x.dtype), stats.uniform()),
    ("randn", lambda x: torch.randn(N, dtype=x.dtype), stats.norm()),
    ("rand_like", torch.rand_like, stats.uniform()),
    ("randn_like", torch.randn_like, stats.norm()),
    ("normal", lambda x: torch.normal(2.0, 3.0, (N,), dtype=x.dtype), stats.norm(2, 3)),
    ("normal_", lambda x: x.normal_(2, 3), stats.norm(2, 3)),
    ("uniform_", lambda x: x.uniform_(-1, 3), stats.uniform(-1, 4)),
    ("exponential_", lambda x: x.exponential_(2.5), stats.expon(scale=1 / 2.5)),
    ("cauchy_", lambda x: x.cauchy_(1, 2), stats.cauchy(1, 2)),
    ("log_normal_", lambda x: x.log_normal_(0.5, 0.7), stats.lognorm(0.7, scale=np.exp(0.5))),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("write", "law"), [c[1:] for c in CONTINUOUS], ids=[c[0] for c in CONTINUOUS])
def test_continuous(write, law, dtype):
    assert stats.kstest(drawn(write, dtype), law.cdf).pvalue > 1e-3


def fits(counts, chances):
    """Whether these counts are likely for those chances (which may leave a rest)."""
    chances = np.asarray(chances, dtype="f8")
    expected = chances / chances.sum() * counts.sum()
    return stats.chisquare(counts, expected).pvalue > 1e-3


DISCRETE = [
    ("randint", lambda x: torch.randint(2, 9, (N,)), stats.randint(2, 9)),
    ("randint_like", lambda x: torch.randint_like(x, 5), stats.randint(0, 5)),
    ("random_", lambda x: x.random_(3, 8), stats.randint(3, 8)),
    ("random_ int8", lambda x: x.char().random_(3, 8), stats.randint(3, 8)),
    ("geometric_", lambda x: x.geometric_(0.3), stats.geom(0.3)),
    ("bernoulli", lambda x: torch.bernoulli(x.fill_(0.3)), stats.bernoulli(0.3)),
    ("bernoulli_", lambda x: x.bernoulli_(0.3), stats.bernoulli(0.3)),
    ("poisson", lambda x: torch.poisson(x.fill_(2.5)), stats.poisson(2.5)),
]


@pytest.mark.parametrize(("write", "law"), [c[1:] for c in DISCRETE], ids=[c[0] for c in DISCRETE])
def test_discrete(write, law):
    values = drawn(write).astype(int)
    seen = np.arange(values.min(), int(law.ppf(0.999)) + 1)
    counts = np.array([(values == k).sum() for k in seen])
    assert fits(
        np.append(counts, N - counts.sum() + 5), np.append(law.pmf(seen), 1 - law.pmf(seen).sum() + 5 / N)
    )


def test_narrow_types_never_reach_the_end():
    torch.manual_seed(0)
    for kind in (torch.float16, torch.bfloat16):
        x = torch.rand(200_000, dtype=kind).float().numpy()
        assert x.max() < 1
        assert abs(x.mean() - 0.5) < 0.01


def test_random_fills_what_the_type_tells_apart():
    torch.manual_seed(0)
    for kind, top in ((torch.uint8, 255), (torch.int16, 2**15 - 1), (torch.float16, 2**11), (torch.bool, 1)):
        x = torch.empty(100_000, dtype=kind).random_().double()
        assert x.min() >= 0
        assert x.max() <= top
        assert x.max() > 0.99 * top


def test_multinomial_with_replacement():
    torch.manual_seed(1)
    p = torch.tensor([[0.1, 0.0, 0.2, 0.7], [5.0, 1.0, 0.0, 4.0]])
    picked = torch.multinomial(p, N, replacement=True).numpy()
    for row, chances in zip(picked, p.numpy(), strict=True):
        counts = np.bincount(row, minlength=4)
        assert not counts[chances == 0].any()
        assert fits(counts[chances > 0], chances[chances > 0])


def test_multinomial_without_replacement():
    torch.manual_seed(1)
    p = torch.tensor([1.0, 2.0, 3.0, 4.0])
    pairs = torch.multinomial(p.expand(N, 4), 2).numpy()
    assert (pairs[:, 0] != pairs[:, 1]).all()
    counts = np.zeros((4, 4))
    np.add.at(counts, (pairs[:, 0], pairs[:, 1]), 1)
    q = p.numpy() / 10
    chances = q[:, None] * q[None, :] / (1 - q[:, None])  # the first, then the second among the rest
    off = ~np.eye(4, dtype=bool)
    assert fits(counts[off], chances[off])


def test_shuffles_are_even():
    torch.manual_seed(2)
    order = np.array([torch.randperm(3).numpy() @ [9, 3, 1] for _ in range(3000)])
    _, counts = np.unique(order, return_counts=True)
    assert len(counts) == 6
    assert fits(counts, np.ones(6))


def test_the_same_seed_gives_the_same_numbers():
    torch.manual_seed(5)
    a = torch.randn(4), torch.randint(9, (3,)), torch.empty(2).exponential_()
    torch.manual_seed(5)
    b = torch.randn(4), torch.randint(9, (3,)), torch.empty(2).exponential_()
    assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
    assert torch.initial_seed() == 5
    assert torch.manual_seed(-1).initial_seed() == 2**64 - 1


def test_states():
    state = torch.get_rng_state()
    a = torch.rand(5)
    torch.set_rng_state(state)
    assert torch.equal(torch.rand(5), a)
    with torch.random.fork_rng():
        torch.rand(100)
        torch.manual_seed(1)
    torch.set_rng_state(state)
    torch.rand(5)
    b = torch.rand(5)
    torch.set_rng_state(state)
    torch.rand(5)
    with torch.random.fork_rng():
        torch.rand(3)
    assert torch.equal(torch.rand(5), b)


def test_generators_stand_alone():
    g = torch.Generator().manual_seed(7)
    twin = pickle.loads(pickle.dumps(g)), copy.deepcopy(g), g.clone_state()
    torch.manual_seed(0)
    a = torch.rand(3, generator=g)
    torch.manual_seed(1)
    assert all(torch.equal(torch.rand(3, generator=t), a) for t in twin)
    assert torch.Generator().initial_seed() == torch.Generator().initial_seed()
    assert g.seed() == g.initial_seed() != 7
    with pytest.raises(TypeError, match="ByteTensor"):
        g.set_state(torch.ones(3))
    with pytest.raises(RuntimeError, match="not one that get_state"):
        g.set_state(torch.zeros(3, dtype=torch.uint8))
    with pytest.raises(ValueError, match="Overflow"):
        torch.manual_seed(2**65)


def test_drawing_into_a_result_cuts_its_history():
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    y.normal_()
    (y * y).sum().backward()
    assert torch.equal(x.grad, torch.zeros(3))
    with pytest.raises(RuntimeError, match="leaf Variable"):
        x.uniform_()
    with torch.no_grad():
        assert x.uniform_(2, 3).min() >= 2
