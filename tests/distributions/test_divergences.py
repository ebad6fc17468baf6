"""KL(p || q): equal to PyTorch's for every pair that it knows, with the gradients; and how pairs are found."""

from __future__ import annotations

import pytest

import vizgrad
import vizgrad.distributions as d
from tests.alike import same, torch
from tests.distributions.rules import build

SAME = (
    """
Normal(t([0.3, -2.0]), t(1.7)) || Normal(t(0.1), t([0.5, 2.0]))
Bernoulli(t([0.1, 0.5, 0.0, 1.0, 0.3])) || Bernoulli(t([0.3, 0.6, 0.2, 0.3, 0.0]))
Categorical(t([0.1, 0.5, 0.0])) || Categorical(t([[0.3, 0.6, 0.2], [0.3, 0.0, 1.0]]))
OneHotCategorical(t([0.1, 0.5, 0.3])) || OneHotCategorical(logits=t([[0.3, 0.6, 0.2], [0.3, 0.0, 1.0]]))
Uniform(t([-1.0, 2.0]), t(3.0)) || Uniform(t([-2.0, 2.5]), t(4.0))
Beta(t([0.3, 2.0]), t([0.5, 4.0])) || Beta(t([1.3, 2.0]), t([0.7, 1.0]))
Gamma(t([0.3, 2.0]), t([0.5, 4.0])) || Gamma(t([1.3, 2.0]), t([0.7, 1.0]))
Chi2(t([0.3, 2.0])) || Chi2(t([1.3, 2.0]))
Dirichlet(t([0.3, 2.0, 1.0])) || Dirichlet(t([[1.3, 0.2, 3.0]]))
Binomial(3, t([0.3, 0.6])) || Binomial(3, t([0.1, 0.7]))
Binomial(f([3.0, 4.0]), t([0.3, 0.6])) || Binomial(3, t([0.1, 0.7]))
Cauchy(t([0.3, -2.0]), t(1.7)) || Cauchy(t(0.1), t([0.5, 2.0]))
ContinuousBernoulli(t([0.3, 0.6])) || ContinuousBernoulli(t([0.1, 0.5]))
Exponential(t([0.3, 2.6])) || Exponential(t([0.1, 0.5]))
Geometric(t([0.3, 0.6])) || Geometric(t([0.1, 0.5]))
Gumbel(t([0.3, -2.0]), t(1.7)) || Gumbel(t(0.1), t([0.5, 2.0]))
HalfNormal(t([0.3, 2.6])) || HalfNormal(t([0.1, 0.5]))
Laplace(t([0.3, -2.0]), t(1.7)) || Laplace(t(0.1), t([0.5, 2.0]))
Pareto(t([0.3, 2.6]), t(1.5)) || Pareto(t([0.1, 3.5]), t([0.5, 2.0]))
Poisson(t([0.3, 2.6])) || Poisson(t([0.1, 0.5]))
LogNormal(t([0.3, -2.0]), t(1.7)) || LogNormal(t(0.1), t([0.5, 2.0]))
MultivariateNormal(t([0.3, -2.0]), COV) || MultivariateNormal(t([[0.3, 1.0]]), t([[[1.0, 0.2], [0.2, 3.0]]]))
LowRankMultivariateNormal(t([0.3, -2.0]), TALL, ONES) || LowRankMultivariateNormal(t([1.0, 0.0]), TALL, t([0.5, 0.2]))
LowRankMultivariateNormal(t([0.3, -2.0]), TALL, t([1.0, 2.0])) || MultivariateNormal(t([1.0, 0.0]), COV)
MultivariateNormal(t([1.0, 0.0]), COV) || LowRankMultivariateNormal(t([0.3, -2.0]), TALL, t([1.0, 2.0]))
Independent(Normal(t([0.3, -2.0]), t(1.7)), 1) || Independent(Normal(t(0.1), t([0.5, 2.0])), 1)
Bernoulli(t([0.3, 0.6])) || Poisson(t([0.1, 0.5]))
Poisson(t([0.3, 0.6])) || Bernoulli(t([0.1, 0.5]))
Poisson(t([0.3, 0.6])) || Binomial(3, t([0.1, 0.5]))
""".replace("COV", "t([[2.0, 0.5], [0.5, 1.0]])")
    .replace("TALL", "t([[1.0], [0.5]])")
    .replace("ONES", "t([1.0, 1.0])")
    .strip()
    .splitlines()
)

MEMBERS = """
Beta(t([0.3, 2.0, 3.0]), t([0.5, 4.0, 1.0]))
ContinuousBernoulli(t([0.1, 0.499, 0.8]))
Exponential(t([0.3, 2.6, 1.0]))
Gamma(t([0.3, 2.0, 3.0]), t([0.5, 4.0, 1.0]))
Gumbel(t([0.3, -2.0, 1.0]), t([0.5, 4.0, 1.0]))
Laplace(t([0.3, -2.0, 1.0]), t([0.5, 4.0, 1.0]))
Normal(t([0.3, -2.0, 1.0]), t([0.5, 4.0, 1.0]))
Pareto(t([0.3, 2.0, 0.1]), t([0.5, 4.0, 1.5]))
Uniform(t([-1.0, 0.1, 0.2]), t([2.0, 0.9, 0.7]))
""".strip().splitlines()
PAIRS = [*SAME, *(f"{p} || {q}" for p in MEMBERS for q in MEMBERS if p != q)]


def divergence(library, pair):
    (p, q), leaves = build(library, pair.replace("||", ","))
    y = library.distributions.kl_divergence(p, q)
    finite = y[y.isfinite()].sum()
    return y, library.autograd.grad(finite, leaves, allow_unused=True) if finite.requires_grad else []


@pytest.mark.torch
@pytest.mark.parametrize("pair", PAIRS)
def test_pairs(pair):
    try:
        y_theirs, slopes_theirs = divergence(torch(), pair)
    except NotImplementedError:
        with pytest.raises(NotImplementedError):
            divergence(vizgrad, pair)
        return
    y, slopes = divergence(vizgrad, pair)
    same(y, y_theirs)
    for a, b in zip(slopes, slopes_theirs, strict=True):
        given = [g for g in (a, b) if g is not None]
        if len(given) == 2:
            same(a, b, rtol=1e-8, atol=1e-9)
        assert len(given) != 1 or not given[0].any(), f"{a}, not {b}"


def test_the_nearest_pair_is_taken_and_ambiguity_is_said():
    class Mine(d.Normal):
        pass

    class Yours(d.Normal):
        pass

    p, q = Mine(0.0, 1.0), Yours(0.0, 1.0)
    assert d.kl_divergence(p, q) == 0
    d.register_kl(Mine, d.Normal)(lambda p, q: "left")
    assert d.kl_divergence(p, q) == "left"
    assert d.kl_divergence(q, p) == 0
    d.register_kl(d.Normal, Yours)(lambda p, q: "right")
    with pytest.warns(RuntimeWarning, match="ambiguous"):
        assert d.kl_divergence(p, q) == "left"
    with pytest.raises(TypeError, match="Distribution"):
        d.register_kl(int, Mine)


def test_what_is_sure_to_be_inside_is_finite():
    """PyTorch says ∞ where both supports end at the same place."""
    p = d.ContinuousBernoulli(vizgrad.tensor(0.3))
    assert abs(d.kl_divergence(p, d.Uniform(0.0, 1.0)) + p.entropy()) < 1e-6


def test_unknown_pairs_are_refused():
    with pytest.raises(NotImplementedError, match="p type Cauchy and q type Normal"):
        d.kl_divergence(d.Cauchy(0.0, 1.0), d.Normal(0.0, 1.0))
    with pytest.raises(NotImplementedError, match="one class"):
        d.kl_divergence(d.Normal(0.0, 1.0), d.Bernoulli(0.5))


@pytest.mark.torch
def test_pytorch_knows_no_other_pairs():
    theirs = torch().distributions.kl._KL_REGISTRY
    ours = {(p.__name__, q.__name__) for p, q in d.kl._KL_REGISTRY}
    assert {(p.__name__, q.__name__) for p, q in theirs} <= ours
