"""Distributions in use: errors, texts, subclasses, training by samples."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest

import vizgrad
import vizgrad.distributions as d
from tests.alike import torch
from tests.distributions.rules import LAWS, build

WRONG = """
Normal(0, -1)
Normal("a", 1)
Normal(f([float("nan")]), 1)
Normal(0.0, 1.0).log_prob(3.0)
Normal(f([0.0, 0.0, 0.0]), 1.0).log_prob(f([0.0, 0.0]))
Normal(0.0, 1.0).log_prob(f(float("nan")))
Normal(0.0, 1.0).sample(2)
Normal(f([0.0, 0.0]), 1.0).expand((3,))
Normal(0.0, 1.0).enumerate_support()
Normal(f([0.0, 1.0]), f([1.0, 1.0, 1.0]))
Bernoulli()
Bernoulli(0.3, 0.2)
Bernoulli(1.3)
Bernoulli(0.5).rsample()
Bernoulli(0.5).cdf(f(1.0))
Bernoulli(0.5).log_prob(f(0.5))
Categorical(f(1.0))
Categorical(f([1.0, -1.0]))
Categorical(logits=f([1.0, float("nan")]))
Categorical(f([1.0, 1.0, 1.0])).log_prob(i(3))
Categorical(f([1.0, 1.0, 1.0])).log_prob(f(1.5))
Categorical(f([1.0, 1.0, 1.0])).rsample()
MultivariateNormal(f([0.0, 0.0]))
MultivariateNormal(f(0.0), f([[1.0]]))
MultivariateNormal(f([0.0, 0.0]), f([1.0, 1.0]))
MultivariateNormal(f([0.0, 0.0]), f([[1.0, 2.0], [2.0, 1.0]]))
MultivariateNormal(f([0.0, 0.0]), scale_tril=f([[1.0, 2.0], [2.0, 1.0]]))
MultivariateNormal(f([0.0, 0.0]), f([[1.0, 0.0], [0.0, 1.0]])).log_prob(f([0.0, 0.0, 0.0]))
LowRankMultivariateNormal(f([0.0, 0.0]), f([[1.0], [1.0], [1.0]]), f([1.0, 1.0]))
LowRankMultivariateNormal(f([0.0, 0.0]), f([[1.0], [1.0]]), f([1.0, 1.0, 1.0]))
Uniform(1.0, 0.0)
Uniform(0.0, 1.0).log_prob(f(2.0))
Dirichlet(f(1.0))
Dirichlet(f([1.0, 1.0])).log_prob(f([0.5, 0.6]))
Beta(0.0, 1.0)
Gamma(1.0, -1.0)
Independent(Normal(f([0.0]), 1.0), 2)
Independent(Categorical(f([[1.0, 1.0]])), 1).enumerate_support()
Binomial(f([2.0, 3.0]), f([0.5, 0.5])).enumerate_support()
Binomial(2, f(0.5)).log_prob(f(3.0))
Binomial(-1, f(0.5))
Multinomial(f([1.0]), f([1.0, 1.0]))
Multinomial(3, f([1.0, 1.0])).mode
Geometric(0.0)
NegativeBinomial(3, f(1.0))
Poisson(2.0).log_prob(f(0.5))
ContinuousBernoulli(1.5, validate_args=True)
LKJCholesky(1)
LKJCholesky(3).mean
Wishart(0.5, f([[1.0, 0.0], [0.0, 1.0]]))
Wishart(3.0)
VonMises(0.0, 1.0).rsample()
HalfNormal(1.0).log_prob(f(-1.0))
MixtureSameFamily(3, Normal(f([0.0]), 1.0))
MixtureSameFamily(Categorical(f([1.0, 1.0])), 3)
MixtureSameFamily(Categorical(f([1.0, 1.0])), Normal(f([0.0, 0.0, 0.0]), 1.0))
TransformedDistribution(Normal(0.0, 1.0), 3)
TransformedDistribution(Normal(0.0, 1.0), [StickBreakingTransform()])
TransformedDistribution(Normal(0.0, 1.0), AbsTransform()).cdf(f(1.0))
TransformedDistribution(Normal(0.0, 1.0), ExpTransform()).mean
TransformedDistribution(Normal(0.0, 1.0), SoftmaxTransform())
ExpTransform(cache_size=3)
ReshapeTransform((2, 3), (5,))
ReshapeTransform((2, 3), (6,)).forward_shape((4, 3))
CorrCholeskyTransform().forward_shape((4,))
CorrCholeskyTransform().inverse_shape((2, 3))
StickBreakingTransform().forward_shape(())
SoftmaxTransform().log_abs_det_jacobian(f([1.0]), f([1.0]))
LowerCholeskyTransform().sign
IndependentTransform(ExpTransform(), 1)(f(1.0))
Distribution.set_default_validate_args(3)
Distribution().log_prob(f(1.0))
Distribution(validate_args=False).mean
""".strip().splitlines()


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:.*arg_constraints")
@pytest.mark.parametrize("text", WRONG)
def test_errors_are_of_the_same_type(text):
    try:
        build(torch(), text)
    except Exception as error:
        kind = type(error)
    else:
        pytest.fail("PyTorch takes it")
    with pytest.raises(Exception) as ours:  # noqa: PT011
        build(vizgrad, text)
    assert issubclass(ours.type, kind), f"{ours.value!r}, not {kind}"


@pytest.mark.torch
@pytest.mark.parametrize("law", LAWS)
def test_texts(law):
    ours, theirs = build(vizgrad, law)[0], build(torch(), law)[0]
    assert repr(ours) == repr(theirs)


def test_unchecked_values_are_computed_with():
    assert d.Uniform(0.0, 1.0, validate_args=False).log_prob(vizgrad.tensor(2.0)) == -float("inf")
    d.Distribution.set_default_validate_args(False)
    try:
        assert d.Normal(0.0, -1.0).scale == -1
    finally:
        d.Distribution.set_default_validate_args(True)


def test_a_distribution_of_ones_own():
    class Squashed(d.TransformedDistribution):
        """As programs for reinforcement learning write it."""

        def __init__(self, loc, scale):
            self.loc = loc
            super().__init__(d.Normal(loc, scale), [d.TanhTransform(cache_size=1)])

        @property
        def mean(self):
            return self.loc.tanh()

    class Point(d.Distribution):
        arg_constraints = {"at": d.constraints.real}
        support = d.constraints.real

        def __init__(self, at, validate_args=None):
            self.at = at
            super().__init__(at.shape, validate_args=validate_args)

        def expand(self, batch_shape, _instance=None):
            new = self._get_checked_instance(Point, _instance)
            new.at = self.at.expand(batch_shape)
            super(Point, new).__init__(batch_shape, validate_args=False)
            return new

        def sample(self, sample_shape=()):
            return self.at.expand(self._extended_shape(sample_shape))

    loc = vizgrad.zeros(3, requires_grad=True)
    action = Squashed(loc, 0.5).rsample()
    Squashed(loc, 0.5).log_prob(action).sum().backward()
    assert loc.grad is not None
    assert Point(vizgrad.tensor(2.0)).expand((4,)).sample((2,)).shape == (2, 4)
    assert repr(Point(vizgrad.tensor(2.0))) == "Point(at: 2.0)"
    with pytest.raises(ValueError, match="at"):
        Point(vizgrad.tensor(float("nan")))


@pytest.mark.parametrize("law", LAWS)
def test_copies_and_pickles(law):
    x = build(vizgrad, re.sub(r"\b[ts]\(", "f(", law))[0]
    value = build(vizgrad, LAWS[law])[0]
    want = x.log_prob(value).numpy()
    for other in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        np.testing.assert_array_equal(other.log_prob(value).numpy(), want)


def test_lazy_chances_get_gradients_also_when_first_seen_without():
    logits = vizgrad.zeros(3, requires_grad=True)
    law = d.Categorical(logits=logits)
    with vizgrad.no_grad():
        law.sample()
    law.probs[0].backward()
    assert logits.grad.abs().sum() > 0


def test_reinforce_finds_the_better_arm():
    vizgrad.manual_seed(0)
    logits = vizgrad.zeros(3, requires_grad=True)
    pay = vizgrad.tensor([0.1, 1.0, 0.3])
    optimizer = vizgrad.optim.SGD([logits], lr=0.5)
    for _ in range(100):
        law = d.Categorical(logits=logits)
        action = law.sample((16,))
        loss = -(law.log_prob(action) * pay[action]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert logits.softmax(0)[1] > 0.8


def test_variational_inference_finds_the_posterior():
    """Of a coin's chance after 7 heads in 10: Beta(8, 4) for an even prior."""
    vizgrad.manual_seed(0)
    free = vizgrad.zeros(2, requires_grad=True)
    optimizer = vizgrad.optim.Adam([free], lr=0.1)
    heads = vizgrad.tensor([1.0] * 7 + [0.0] * 3)
    for _ in range(300):
        guess = d.Beta(*d.transform_to(d.Beta.arg_constraints["concentration1"])(free).unbind())
        chance = guess.rsample((32,))
        likely = d.Bernoulli(chance.unsqueeze(-1)).log_prob(heads).sum(-1).mean()
        loss = d.kl_divergence(guess, d.Beta(1.0, 1.0)) - likely
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = free.exp().detach().numpy()
    assert abs(found[0] / found.sum() - 8 / 12) < 0.03
    np.testing.assert_allclose(found, [8, 4], rtol=0.25)


def test_it_is_loaded_when_first_used():
    program = (
        "import sys, vizgrad as torch; assert 'vizgrad.distributions' not in sys.modules; "
        "print(torch.distributions.Normal(0.0, 1.0).mean.item(), 'scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0.0", "False"]
