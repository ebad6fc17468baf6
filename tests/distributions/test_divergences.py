"""KL(p || q): equal to PyTorch's for every pair that it knows, with the gradients; and how pairs are found."""

from __future__ import annotations

import pytest

import vizgrad
import vizgrad.distributions as d
from tests.alike import same, torch
from tests.distributions.rules import build

PAIRS = """
Normal(t([0.3, -2.0]), t(1.7)) || Normal(t(0.1), t([0.5, 2.0]))
Bernoulli(t([0.1, 0.5, 0.0, 1.0, 0.3])) || Bernoulli(t([0.3, 0.6, 0.2, 0.3, 0.0]))
Categorical(t([0.1, 0.5, 0.0])) || Categorical(t([[0.3, 0.6, 0.2], [0.3, 0.0, 1.0]]))
Uniform(t([-1.0, 2.0]), t(3.0)) || Uniform(t([-2.0, 2.5]), t(4.0))
Beta(t([0.3, 2.0]), t([0.5, 4.0])) || Beta(t([1.3, 2.0]), t([0.7, 1.0]))
Gamma(t([0.3, 2.0]), t([0.5, 4.0])) || Gamma(t([1.3, 2.0]), t([0.7, 1.0]))
Dirichlet(t([0.3, 2.0, 1.0])) || Dirichlet(t([[1.3, 0.2, 3.0]]))
MultivariateNormal(t([0.3, -2.0]), t([[2.0, 0.5], [0.5, 1.0]])) || MultivariateNormal(t([[0.3, 1.0]]), t([[[1.0, 0.2], [0.2, 3.0]]]))
Independent(Normal(t([0.3, -2.0]), t(1.7)), 1) || Independent(Normal(t(0.1), t([0.5, 2.0])), 1)
""".strip().splitlines()  # noqa: E501


def divergence(library, pair):
    (p, q), leaves = build(library, pair.replace("||", ","))
    y = library.distributions.kl_divergence(p, q)
    finite = y[y.isfinite()].sum()
    return y, library.autograd.grad(finite, leaves, allow_unused=True) if finite.requires_grad else []


@pytest.mark.torch
@pytest.mark.parametrize("pair", PAIRS)
def test_pairs(pair):
    torch()
    (y, slopes), (y_theirs, slopes_theirs) = divergence(vizgrad, pair), divergence(torch(), pair)
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


def test_unknown_pairs_are_refused():
    with pytest.raises(NotImplementedError, match="p type Normal and q type Bernoulli"):
        d.kl_divergence(d.Normal(0.0, 1.0), d.Bernoulli(0.5))
