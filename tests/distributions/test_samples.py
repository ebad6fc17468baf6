"""Samples: drawn as their distributions say (fixed seeds), in their shapes, with the gradients of their ranks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

import vizgrad as torch
import vizgrad.distributions as d
from tests.alike import numbers
from tests.distributions.rules import LAWS, build

N = 20_000
SMOOTH = [
    ("Normal(0.3, 1.7)", stats.norm(0.3, 1.7)),
    ("Uniform(-1.0, 3.0)", stats.uniform(-1, 4)),
    ("Exponential(2.5)", stats.expon(scale=0.4)),
    ("Laplace(0.3, 1.7)", stats.laplace(0.3, 1.7)),
    ("Cauchy(0.3, 1.7)", stats.cauchy(0.3, 1.7)),
    ("HalfNormal(1.7)", stats.halfnorm(scale=1.7)),
    ("HalfCauchy(1.7)", stats.halfcauchy(scale=1.7)),
    ("Gumbel(0.3, 1.7)", stats.gumbel_r(0.3, 1.7)),
    ("Gamma(0.02, 2.0)", stats.gamma(0.02, scale=0.5)),
    ("Gamma(0.7, 2.0)", stats.gamma(0.7, scale=0.5)),
    ("Gamma(30.0, 2.0)", stats.gamma(30, scale=0.5)),
    ("Beta(0.7, 2.0)", stats.beta(0.7, 2)),
    ("Beta(5.0, 0.2)", stats.beta(5, 0.2)),
    ("Chi2(3.0)", stats.chi2(3)),
    ("StudentT(2.5, 0.3, 1.7)", stats.t(2.5, 0.3, 1.7)),
    ("FisherSnedecor(3.0, 5.0)", stats.f(3, 5)),
    ("LogNormal(0.3, 0.7)", stats.lognorm(0.7, scale=np.exp(0.3))),
    ("InverseGamma(3.0, 2.0)", stats.invgamma(3, scale=2)),
    ("Pareto(1.5, 2.5)", stats.pareto(2.5, scale=1.5)),
    ("Weibull(1.5, 2.5)", stats.weibull_min(2.5, scale=1.5)),
    ("GeneralizedPareto(0.5, 1.5, 0.3)", stats.genpareto(0.3, 0.5, 1.5)),
    ("GeneralizedPareto(0.5, 1.5, -0.3)", stats.genpareto(-0.3, 0.5, 1.5)),
    ("GeneralizedPareto(0.5, 1.5, 0.0)", stats.expon(0.5, 1.5)),
    ("VonMises(0.3, 1.7)", stats.vonmises(1.7, 0.3)),
    ("VonMises(0.0, 1e-7)", stats.uniform(-np.pi, 2 * np.pi)),
]


def drawn(text, n=N):
    torch.manual_seed(5)
    torch.set_default_dtype(torch.float64)
    try:
        return eval(text, vars(d)).sample((n,))
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(("text", "law"), SMOOTH, ids=[s[0] for s in SMOOTH])
def test_of_numbers(text, law):
    x = drawn(text).numpy()
    assert stats.kstest(x, law.cdf).pvalue > 1e-3
    assert eval(text, vars(d)).support.check(torch.tensor(x)).all()


OF_DENSITY = [
    "Kumaraswamy(2.0, 3.0)", "ContinuousBernoulli(0.8)", "ContinuousBernoulli(0.5)",
    "RelaxedBernoulli(torch.tensor(0.7), 0.3)",
    "MixtureSameFamily(Categorical(torch.tensor([0.3, 0.7])), Beta(torch.tensor([2.0, 3.0]), 2.0))",
]  # fmt: skip


@pytest.mark.parametrize("text", OF_DENSITY)
def test_samples_follow_the_density(text):
    law = eval(text, vars(d) | {"torch": torch})
    torch.manual_seed(5)
    counts = np.histogram(law.sample((N,)).numpy(), 20, (0, 1))[0]
    grid = (torch.arange(20000.0, dtype=torch.float64) + 0.5) / 20000
    chances = law.log_prob(grid.float()).double().exp().numpy().reshape(20, -1).mean(1) / 20
    assert abs(chances.sum() - 1) < 1e-3
    assert stats.chisquare(counts, chances / chances.sum() * N).pvalue > 1e-3


COUNTS = [
    ("Bernoulli(0.3)", stats.bernoulli(0.3)),
    ("Geometric(0.3)", stats.geom(0.3, -1)),
    ("Poisson(4.5)", stats.poisson(4.5)),
    ("Binomial(7, torch.tensor(0.3))", stats.binom(7, 0.3)),
    ("NegativeBinomial(2.5, torch.tensor(0.4))", stats.nbinom(2.5, 0.6)),
    ("Categorical(torch.tensor([0.1, 0.2, 0.7]))", stats.rv_discrete(values=([0, 1, 2], [0.1, 0.2, 0.7]))),
]


@pytest.mark.parametrize(("text", "law"), COUNTS, ids=[c[0] for c in COUNTS])
def test_of_counts(text, law):
    torch.manual_seed(5)
    x = eval(text, vars(d) | {"torch": torch}).sample((N,)).numpy().astype(int)
    top = int(law.ppf(0.999))
    counts = np.bincount(x.clip(0, top + 1), minlength=top + 2).astype(float)
    chances = np.append(law.pmf(np.arange(top + 1)), law.sf(top))
    keep = chances > 1e-12
    assert counts[~keep].sum() == 0
    assert stats.chisquare(counts[keep], chances[keep] / chances[keep].sum() * N).pvalue > 1e-3


VECTORS = [law for law in LAWS if law.startswith((
    "Dirichlet", "Multi", "LowRank", "OneHot", "Wishart", "Independent", "LogisticNormal", "RelaxedOneHot", "LKJ",
))]  # fmt: skip


@pytest.mark.parametrize("law", VECTORS)
def test_vectors_have_their_mean_and_variance(law):
    torch.manual_seed(7)
    dist = build(torch, law)[0]
    x = dist.sample((N,))
    assert dist.support.check(x).all()
    try:
        mean, variance = dist.mean.detach(), dist.variance.detach()
    except NotImplementedError:
        return
    error = (x.mean(0) - mean).abs() / (variance / N).sqrt().clamp(min=1e-12)
    assert error.max() < 4.5
    assert ((x.var(0) - variance).abs() <= 0.08 * variance + 1e-3).all()


def test_correlation_matrices_are_equally_likely_for_concentration_1():
    torch.manual_seed(5)
    lower = d.LKJCholesky(3, torch.tensor(1.0)).sample((N,))
    r = (lower @ lower.mT).numpy()
    law = stats.beta(1.5, 1.5, -1, 2)  # of each correlation, in 3 dimensions
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert stats.kstest(r[:, i, j], law.cdf).pvalue > 1e-3


@pytest.mark.parametrize("law", LAWS)
def test_shapes(law):
    dist, leaves = build(torch, law)
    batch, event = tuple(dist.batch_shape), tuple(dist.event_shape)
    for tracked in (False, True) if dist.has_rsample else (False,):
        draw = dist.rsample if tracked else dist.sample
        assert tuple(draw().shape) == (*batch, *event)
        x = draw((2, 3))
        assert tuple(x.shape) == (2, 3, *batch, *event)
        assert tuple(dist.log_prob(x.detach()).shape) == (2, 3, *batch)
        assert x.requires_grad == (tracked and bool(leaves))
    wide = dist.expand((4, *batch))
    assert type(wide) is type(dist)
    assert (tuple(wide.batch_shape), tuple(wide.event_shape)) == ((4, *batch), event)
    x = wide.sample((2,))
    assert tuple(x.shape) == (2, 4, *batch, *event)
    np.testing.assert_allclose(numbers(wide.log_prob(x)), numbers(dist.log_prob(x)), rtol=1e-6)
    if dist.has_enumerate_support:
        values = dist.enumerate_support()
        assert values.shape[1:] == (*batch, *event)
        np.testing.assert_allclose(numbers(dist.log_prob(values).exp().sum(0)), 1, rtol=1e-6)


@pytest.mark.parametrize("a", [1e-3, 0.05, 0.5, 1.0, 1.7, 20.0, 500.0, 3e4])
def test_gamma_draws_keep_their_rank(a):
    """The slope of log z by a equals that of the quantile at z's rank, by differences."""
    torch.manual_seed(3)
    x = torch.full((7,), a, dtype=torch.float64, requires_grad=True)
    log_z = d.noise.log_gamma(x, (7,))
    log_z.sum().backward()
    z = np.exp(log_z.detach().numpy())
    rank, h = special.gammainc(a, z), 1e-4 * a
    seen = (z > 1e-280) & (rank > 1e-3) & (rank < 0.999)
    step = [special.gammaincinv(a + k * h, rank[seen]) for k in (-2, -1, 1, 2)]
    slope = (step[0] - 8 * step[1] + 8 * step[2] - step[3]) / (12 * h)
    np.testing.assert_allclose(x.grad.numpy()[seen], slope / z[seen], rtol=2e-6)
    assert np.isfinite(x.grad.numpy()).all()


@pytest.mark.torch
def test_gamma_slopes_are_those_of_pytorch():
    """PyTorch's are approximations, to about a thousandth."""
    theirs = pytest.importorskip("torch", exc_type=ImportError)
    stream = np.random.default_rng(0)
    a = stream.uniform(0.05, 40, 2000)
    z = stream.gamma(a)
    from vizgrad.engine.ops.gamma_draw import gamma_slope

    ours = gamma_slope(torch.tensor(a), torch.tensor(np.log(z))).numpy() * z
    want = theirs._standard_gamma_grad(theirs.tensor(a), theirs.tensor(z)).numpy()
    np.testing.assert_allclose(ours, want, rtol=5e-3)


def test_second_derivatives_of_gamma_draws_are_refused():
    a = torch.tensor([2.0], requires_grad=True)
    x = d.Gamma(a, 1.0).rsample()
    (slope,) = torch.autograd.grad(x.sum(), a, create_graph=True)
    with pytest.raises(NotImplementedError, match="second derivative"):
        slope.sum().backward()


PATHS = [
    ("Gamma(p[0], p[1])", [0.6, 2.0], lambda x: x, lambda p: p[0] / p[1]),
    ("Beta(p[0], p[1])", [0.6, 2.0], lambda x: x, lambda p: p[0] / (p[0] + p[1])),
    ("Dirichlet(p)", [0.6, 2.0, 1.0], lambda x: x[..., 1], lambda p: p[1] / p.sum()),
    ("StudentT(p[0], p[1], p[2])", [7.0, 0.5, 1.5], lambda x: x**2,
     lambda p: p[1] ** 2 + p[2] ** 2 * p[0] / (p[0] - 2)),
    ("Wishart(p[0], p[1] * torch.eye(2).double())", [4.5, 0.5], lambda x: x.sum((-1, -2)), lambda p: 2 * p[0] * p[1]),
    ("Weibull(p[0], p[1])", [1.5, 2.5], lambda x: x, lambda p: p[0] * (1 + 1 / p[1]).lgamma().exp()),
    ("Kumaraswamy(p[0], p[1])", [1.5, 2.5], lambda x: x, lambda p: d.Kumaraswamy(p[0], p[1]).mean),
    ("ContinuousBernoulli(p[0])", [0.3], lambda x: x, lambda p: d.ContinuousBernoulli(p[0]).mean),
    ("MultivariateNormal(p, covariance_matrix=p.diag())", [1.5, 2.5], lambda x: x.prod(-1), lambda p: p.prod()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "start", "f", "mean"), PATHS, ids=[p[0] for p in PATHS])
def test_gradients_through_samples_are_those_of_the_mean(text, start, f, mean):
    torch.manual_seed(11)
    p = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    law = eval(text, vars(d) | {"torch": torch, "p": p})
    y = f(law.rsample((100_000,)))
    (have,) = torch.autograd.grad(y.mean(), p)
    (want,) = torch.autograd.grad(mean(p), p)
    np.testing.assert_allclose(have.numpy(), want.numpy(), rtol=0.05, atol=0.02)


def test_no_gradient_flows_through_sample():
    mean = torch.tensor([0.5], requires_grad=True)
    assert not d.Normal(mean, 1.0).sample().requires_grad
    assert (
        d.OneHotCategoricalStraightThrough(logits=torch.zeros(3, requires_grad=True)).rsample().requires_grad
    )
    with pytest.raises(NotImplementedError):
        d.Bernoulli(torch.tensor(0.5)).rsample()


def test_small_concentrations_draw_finite_numbers():
    torch.manual_seed(0)
    a = torch.full((1000,), 1e-4, requires_grad=True)
    x = d.Gamma(a, 1.0).rsample()
    assert (x > 0).all()
    d.Dirichlet(a).rsample().log().sum().backward()
    assert a.grad.isfinite().all()
