"""What distributions say of themselves: equal to PyTorch's, with the gradients."""

from __future__ import annotations

import pytest

import vizgrad
import vizgrad.distributions
from tests.alike import same, torch
from tests.distributions.rules import LAWS, WRONG, build, precision

pytestmark = pytest.mark.torch


def answers(library, law, value):
    """Everything that this distribution can be asked, and the gradients of each answer."""
    out = {}
    for name in ("log_prob", "cdf", "icdf", "entropy", "perplexity", "mean", "mode", "variance", "stddev"):
        d, leaves = build(library, law)
        x = build(library, value)[0]
        try:
            if name == "icdf":
                y = d.icdf(library.sigmoid(x * 1.0))
            elif name in ("log_prob", "cdf"):
                if x.dtype.is_floating_point:
                    leaves.append(x.requires_grad_())
                y = getattr(d, name)(x)
            else:
                y = getattr(d, name)
                y = y() if callable(y) else y
        except (NotImplementedError, AttributeError) as error:
            out[name] = type(error)
            continue
        slopes = [None] * len(leaves)
        if y.requires_grad:
            weights = library.arange(1, y.numel() + 1).reshape(y.shape) / 7.0
            try:
                y_sum = (y * weights).sum()
                slopes = library.autograd.grad(y_sum, leaves, allow_unused=True)
            except (RuntimeError, NotImplementedError):
                slopes = None  # PyTorch has none for the gamma distribution's cdf by its concentration
        out[name] = (y, slopes)
    return out


@pytest.mark.parametrize("law", LAWS)
def test_answers(law):
    have, want = answers(vizgrad, law, LAWS[law]), answers(torch(), law, LAWS[law])
    for name, theirs in want.items():
        if (law.split("(")[0], name) in WRONG:
            continue
        ours = have[name]
        if isinstance(theirs, type):
            assert ours is theirs, f"{name}: {ours}, not {theirs}"
            continue
        assert not isinstance(ours, type), f"{name}: {ours}"
        same(ours[0], theirs[0], rtol=precision(law), atol=1e-10, what=name)
        for a, b in zip(ours[1], theirs[1], strict=True) if theirs[1] else ():
            given = [
                g for g in (a, b) if g is not None
            ]  # None: nothing flows there, which is as good as zeros
            if len(given) == 2:
                same(a, b, rtol=10 * precision(law), atol=precision(law), what=f"gradient of {name}")
            assert len(given) != 1 or not given[0].any(), f"gradient of {name}: {a}, not {b}"


def test_modes_are_the_likeliest_values():
    d = vizgrad.distributions.Kumaraswamy(
        vizgrad.tensor([1.5, 3.0, 0.5, 2.0]), vizgrad.tensor([1.5, 2.0, 2.0, 0.5])
    )
    grid = vizgrad.linspace(0.0005, 0.9995, 1000)
    best = grid[d.log_prob(grid.unsqueeze(-1)).argmax(0)]
    assert (d.mode[:2] - best[:2]).abs().max() < 1e-3
    assert d.mode[2:].isnan().all()


def test_slopes_of_the_generalized_pareto_pass_through_0():
    """At concentration 0, where PyTorch's are 0."""
    slopes = []
    for k in (-1e-4, 0.0, 1e-4):
        concentration = vizgrad.tensor(k, dtype=vizgrad.float64, requires_grad=True)
        law = vizgrad.distributions.GeneralizedPareto(0.0, 1.0, concentration)
        x = vizgrad.tensor([0.5, 1.0, 3.0], dtype=vizgrad.float64)
        y = law.log_prob(x) + law.cdf(x) + law.icdf(x / 4)
        slopes.append(vizgrad.autograd.grad(y.sum(), concentration)[0].item())
    assert abs(slopes[1] - (slopes[0] + slopes[2]) / 2) < 1e-5
