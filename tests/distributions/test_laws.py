"""What distributions say of themselves: equal to PyTorch's, with the gradients."""

from __future__ import annotations

import pytest

import vizgrad
import vizgrad.distributions
from tests.alike import same, torch
from tests.distributions.rules import LAWS, build, precision

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
                same(a, b, rtol=10 * precision(law), atol=1e-9, what=f"gradient of {name}")
            assert len(given) != 1 or not given[0].any(), f"gradient of {name}: {a}, not {b}"
