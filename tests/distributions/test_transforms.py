"""Transforms and constraints: equal to PyTorch's, there and back; which transform leads into which constraint."""

from __future__ import annotations

import pytest

import vizgrad
import vizgrad.distributions as d
from tests.alike import same, torch
from tests.distributions.rules import build
from vizgrad.distributions import constraints

TRANSFORMS = {
    "ExpTransform()": "t([0.3, -2.0])",
    "PowerTransform(t(-1.5))": "t([0.3, 2.0])",
    "SigmoidTransform()": "t([0.3, -2.0, 900.0])",
    "SoftplusTransform()": "t([0.3, -2.0])",
    "TanhTransform()": "t([0.3, -2.0])",
    "AbsTransform()": "t([0.3, -2.0])",
    "AffineTransform(t([0.5, 1.0]), t([-2.0, 3.0]))": "t([0.3, -2.0])",
    "AffineTransform(0.5, -2.0, event_dim=1)": "t([[0.3, -2.0]])",
    "CumulativeDistributionTransform(Normal(t(0.5), t(2.0)))": "t([0.3, -2.0])",
    "SoftmaxTransform()": "t([[0.3, -2.0, 1.0]])",
    "StickBreakingTransform()": "t([[0.3, -2.0, 1.0]])",
    "CorrCholeskyTransform()": "t([[0.3, -2.0, 1.0, 0.1, 0.2, -0.5]])",
    "LowerCholeskyTransform()": "t([[0.3, -2.0], [1.0, 2.0]])",
    "PositiveDefiniteTransform()": "t([[0.3, -2.0], [1.0, 2.0]])",
    "ReshapeTransform((2, 3), (6,))": "t([[[0.3, -2.0, 1.0], [0.1, 0.2, -0.5]]])",
    "ExpTransform().inv": "t([0.3, 2.0])",
    "StickBreakingTransform().inv": "t([[0.3, 0.2, 0.5]])",
    "ComposeTransform([ExpTransform(), AffineTransform(1.0, -2.0)])": "t([0.3, -2.0])",
    "ComposeTransform([AffineTransform(1.0, 2.0), StickBreakingTransform()])": "t([[0.3, -2.0]])",
    "ComposeTransform([StickBreakingTransform(), AffineTransform(1.0, 2.0)]).inv": "t([[1.6, 1.4, 2.0]])",
    "IndependentTransform(ExpTransform(), 1)": "t([[0.3, -2.0]])",
    "CatTransform([ExpTransform(), AffineTransform(1.0, 2.0)], -1, [1, 2])": "t([[0.3, -2.0, 1.0]])",
    "StackTransform([ExpTransform(), AffineTransform(1.0, 2.0)], 1)": "t([[0.3, -2.0], [1.0, 0.5]])",
    "identity_transform": "t([0.3])",
}


def there_and_back(library, text, value):
    t, leaves = build(library, text)
    x, more = build(library, value)
    y = t(x)
    out = [y, t.inv(y)]
    try:
        out += [t.log_abs_det_jacobian(x, y)]
    except NotImplementedError:
        out += [None]
    weighted = (y * library.arange(1, y.numel() + 1).reshape(y.shape)).sum()
    if out[2] is not None and out[2].requires_grad:
        weighted = weighted + out[2].sum()
    slopes = library.autograd.grad(weighted, leaves + more, allow_unused=True)
    shapes = (tuple(t.forward_shape(x.shape)), tuple(t.inverse_shape(y.shape)))
    about = shapes, t.bijective, repr(t.domain), repr(t.codomain), t.domain.event_dim, repr(t)
    return [*out, *slopes], about


@pytest.mark.torch
@pytest.mark.parametrize("text", TRANSFORMS)
def test_there_and_back(text):
    have, about = there_and_back(vizgrad, text, TRANSFORMS[text])
    want, about_theirs = there_and_back(torch(), text, TRANSFORMS[text])
    assert about == about_theirs
    for i, (a, b) in enumerate(zip(have, want, strict=True)):
        same(a, b, what=("y", "x", "log", *("slope",) * 9)[i])


def test_a_cache_remembers_the_very_tensor():
    x = vizgrad.tensor([30.0], requires_grad=True)
    plain, kept = d.TanhTransform(), d.TanhTransform(cache_size=1)
    assert plain.inv(plain(x)).isinf().all()
    assert kept.inv(kept(x)) is x
    assert kept.with_cache(0).inv(kept(x)).isinf().all()
    assert kept.inv.inv is kept
    assert d.ComposeTransform([d.ExpTransform()]).with_cache().parts[0]._cache_size == 1


def test_transforms_equal_those_with_the_same_settings():
    assert d.ExpTransform() == d.ExpTransform()
    assert d.AffineTransform(0, vizgrad.ones(2)) == d.AffineTransform(0, vizgrad.ones(2))
    assert d.AffineTransform(0, 1) != d.AffineTransform(0, 2)
    assert d.ComposeTransform([d.ExpTransform()]) != d.ComposeTransform([d.TanhTransform()])
    assert d.ExpTransform().inv != d.ExpTransform()


CONSTRAINTS = """
real
positive
nonnegative
greater_than(1.5)
less_than(t(1.5))
unit_interval
interval(-1.0, f(2.0))
half_open_interval(0.0, 1.0)
simplex
corr_cholesky
lower_cholesky
positive_definite
positive_semidefinite
independent(positive, 1)
real_vector
cat([positive, real], -1, [1, 2])
stack([positive, real, unit_interval], -1)
boolean
one_hot
integer_interval(0, 3)
lower_triangular
square
symmetric
multinomial(3)
nonnegative_integer
positive_integer
MixtureSameFamilyConstraint(positive)
""".strip().splitlines()

VALUES = [
    "f([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0], [-1.0, 2.0, 3.0]])",
    "f([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 0.0]])",
    "f([[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.48, 0.64, 0.6]])",
    "f([[1.0, 0.0, float('nan')], [0.0, 1.0, 0.0], [0.5, 1.5, float('inf')]])",
]


def named(library, text):
    return build(library, f"torch.distributions.constraints.{text}".replace("([", "([c.").replace("(p", "(c.p")
                 .replace(", real", ", c.real").replace(", unit", ", c.unit")
                 .replace("c.", "torch.distributions.constraints."))[0]  # fmt: skip


@pytest.mark.torch
@pytest.mark.parametrize("text", CONSTRAINTS)
def test_constraints(text):
    ours, theirs = named(vizgrad, text), named(torch(), text)
    assert (repr(ours), ours.event_dim, ours.is_discrete) == (
        repr(theirs),
        theirs.event_dim,
        theirs.is_discrete,
    )
    for value in VALUES:
        try:
            want = theirs.check(build(torch(), value)[0])
        except torch().linalg.LinAlgError:
            continue
        same(ours.check(build(vizgrad, value)[0]), want, what=value)
    for name in ("biject_to", "transform_to"):
        try:
            want = repr(getattr(torch().distributions, name)(theirs))
        except NotImplementedError:
            with pytest.raises(NotImplementedError):
                getattr(d, name)(ours)
            continue
        into = getattr(d, name)(ours)
        assert repr(into) == want
        free = vizgrad.randn(4, 3, *(3,) * (into.domain.event_dim - 1))
        assert ours.check(into(free)).all()


def test_a_constraint_of_ones_own():
    class Even(constraints.Constraint):
        pass

    @d.transform_to.register(Even)
    def _even(constraint):
        return d.ExpTransform()

    assert d.transform_to(Even()) == d.ExpTransform()
    with pytest.raises(NotImplementedError):
        d.biject_to(Even())
    with pytest.raises(TypeError, match="Constraint"):
        d.biject_to.register(3, 4)
