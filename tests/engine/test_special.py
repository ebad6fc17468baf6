"""Special functions: right to a few units in the last place, and at their edges what PyTorch says."""

from __future__ import annotations

import numpy as np
import pytest

import vizgrad
from vizgrad import special
from vizgrad.engine.kernels import expansions

mp = pytest.importorskip("mpmath")
R = np.random.default_rng(0)
TINY, NEAR, MIDDLE, FAR = (
    10 ** R.uniform(-300, -3, 20),
    R.uniform(0, 3, 60),
    R.uniform(3, 25, 40),
    10 ** R.uniform(1, 5, 20),
)
POSITIVE = np.concatenate([TINY, NEAR, MIDDLE, FAR])
SIDES = np.concatenate([POSITIVE[::2], -POSITIVE[1::2]])

# name: the definition, where it is asked for, and how many units in the last place the answer may be off
EXACT = {
    "lgamma": (mp.loggamma, np.concatenate([POSITIVE, 1 + TINY[:5], 2 - 1e-3 * NEAR[:9]]), 5),
    "digamma": (mp.digamma, np.concatenate([POSITIVE, 1.4616 + 1e-4 * NEAR[:9]]), 5),
    "erf": (mp.erf, SIDES, 5),
    "erfc": (mp.erfc, np.clip(SIDES, -30, 26), 6),
    "erfcx": (lambda x: mp.exp(x * x) * mp.erfc(x), np.clip(SIDES, -26, 1e5), 6),
    "erfinv": (mp.erfinv, np.concatenate([R.uniform(-1, 1, 50), 1 - 10 ** R.uniform(-15, -1, 20), TINY]), 6),
    "ndtr": (mp.ncdf, np.clip(SIDES, -37, 40), 6),
    "ndtri": (lambda p: mp.sqrt(2) * mp.erfinv(2 * p - 1), R.uniform(0, 1, 100), 5),
    "log_ndtr": (
        lambda x: mp.log1p(-mp.erfc(x / mp.sqrt(2)) / 2) if x > 0 else mp.log(mp.ncdf(x)),
        np.clip(SIDES, -99, 9),
        7,
    ),
    "log1p": (mp.log1p, np.concatenate([POSITIVE, -TINY, -NEAR / 3.1]), 2),
    "expm1": (mp.expm1, np.clip(SIDES, -700, 700), 2),
    "i0": (lambda x: mp.besseli(0, x), np.clip(SIDES, -600, 600), 8),
    "i0e": (lambda x: mp.exp(-abs(x)) * mp.besseli(0, x), SIDES, 6),
    "i1": (lambda x: mp.besseli(1, x), np.clip(SIDES, -600, 600), 10),
    "i1e": (lambda x: mp.exp(-abs(x)) * mp.besseli(1, x), SIDES, 10),
    "modified_bessel_k0": (lambda x: mp.besselk(0, x), np.clip(POSITIVE, 0, 600), 12),
    "modified_bessel_k1": (lambda x: mp.besselk(1, x), np.clip(POSITIVE, 1e-290, 600), 8),
    "scaled_modified_bessel_k0": (lambda x: mp.exp(x) * mp.besselk(0, x), POSITIVE, 12),
    "scaled_modified_bessel_k1": (lambda x: mp.exp(x) * mp.besselk(1, x), np.clip(POSITIVE, 1e-290, 1e9), 8),
    "spherical_bessel_j0": (lambda x: mp.sin(x) / x if x else 1, NEAR, 4),
}


def units(got, want):
    """How far apart, in units of the last place of what is right."""
    return np.where(got == want, 0, np.abs(got - want) / np.spacing(np.maximum(np.abs(want), 1e-307)))


@pytest.mark.parametrize("name", EXACT)
def test_last_places(name):
    definition, x, bound = EXACT[name]
    with mp.workdps(50):
        want = np.array([float(definition(mp.mpf(float(v)))) for v in x])
    got = getattr(special, name)(vizgrad.tensor(x)).numpy()
    assert units(got, want).max() <= bound, x[np.argmax(units(got, want))]
    for kind in ("f4", "f2"):  # narrower dtypes are rounded once
        narrow = x[np.abs(x) < 60].astype(kind)
        wide = getattr(special, name)(vizgrad.tensor(narrow.astype("f8"))).numpy()
        rounded = getattr(special, name)(vizgrad.tensor(narrow)).numpy()
        assert rounded.dtype == kind
        with np.errstate(over="ignore"):
            small = np.finfo(kind).smallest_normal
            np.testing.assert_allclose(rounded, wide.astype(kind), rtol=4 * np.finfo(kind).eps, atol=small)


@pytest.mark.parametrize("name", ["bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1"])
def test_waves_are_right_beside_their_amplitude(name):
    definition, order = (mp.besselj if "_j" in name else mp.bessely), int(name[-1])
    x = np.concatenate([NEAR, MIDDLE, FAR])
    want = np.array([float(definition(order, mp.mpf(float(v)))) for v in x])
    got = getattr(special, name)(vizgrad.tensor(x)).numpy()
    assert (np.abs(got - want) / np.maximum(np.abs(want), x**-0.5)).max() < 4e-15


def test_airy():
    x = np.concatenate([-MIDDLE, -NEAR, NEAR, MIDDLE])
    want = np.array([float(mp.airyai(mp.mpf(float(v)))) for v in x])
    got = special.airy_ai(vizgrad.tensor(x)).numpy()
    phase = 1 + np.abs(x) ** 1.5  # is rounded too
    assert (
        np.abs(got - want) / np.where(x > 0, want, np.maximum(np.abs(x), 1) ** -0.25) / phase
    ).max() < 4e-15


def test_zeta_and_polygamma():
    s, q = R.uniform(1.05, 60, 80), 10 ** R.uniform(-2, 2, 80)
    with mp.workdps(130):
        want = [float(mp.zeta(mp.mpf(float(a)), mp.mpf(float(b)))) for a, b in zip(s, q, strict=True)]
    np.testing.assert_allclose(special.zeta(vizgrad.tensor(s), vizgrad.tensor(q)).numpy(), want, rtol=1e-13)
    for n in (0, 1, 2, 5):
        want = [float(mp.polygamma(n, mp.mpf(float(b)))) for b in q]
        np.testing.assert_allclose(special.polygamma(n, vizgrad.tensor(q)).numpy(), want, rtol=2e-14)
    left = -R.uniform(0.1, 3.9, 40)
    want = [float(mp.polygamma(1, mp.mpf(float(b)))) for b in left]
    np.testing.assert_allclose(special.polygamma(1, vizgrad.tensor(left)).numpy(), want, rtol=1e-12)


def test_incomplete_gamma():
    a = np.concatenate([10 ** R.uniform(-3, 2, 200), R.uniform(20, 1e5, 100)])
    x = np.concatenate([10 ** R.uniform(-3, 2.3, 200), a[200:] * (1 + R.normal(0, 0.05, 100))])
    scipy = pytest.importorskip("scipy.special")
    for ours, theirs in ((special.gammainc, scipy.gammainc), (special.gammaincc, scipy.gammaincc)):
        got = ours(vizgrad.tensor(a), vizgrad.tensor(x)).numpy()
        np.testing.assert_allclose(got, theirs(a, x), rtol=2e-11, atol=1e-280)


POLYNOMIALS = {
    "chebyshev_polynomial_t": "eval_chebyt",
    "chebyshev_polynomial_u": "eval_chebyu",
    "shifted_chebyshev_polynomial_t": "eval_sh_chebyt",
    "shifted_chebyshev_polynomial_u": "eval_sh_chebyu",
    "hermite_polynomial_h": "eval_hermite",
    "hermite_polynomial_he": "eval_hermitenorm",
    "laguerre_polynomial_l": "eval_laguerre",
    "legendre_polynomial_p": "eval_legendre",
}


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials(name):
    scipy = pytest.importorskip("scipy.special")
    x, n = np.linspace(-1.5, 1.5, 21)[:, None], np.arange(20)
    want = getattr(scipy, POLYNOMIALS[name])(n, x)
    got = getattr(special, name)(vizgrad.tensor(x), vizgrad.tensor(n))
    np.testing.assert_allclose(got.numpy(), want, rtol=1e-9, atol=1e-12)


EDGES = [float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1.0, -1.0, -2.0, -2.5, 2.0, 500.0]
UNARY = [
    "lgamma", "digamma", "erfc", "erfcx", "erfinv", "ndtr", "ndtri", "log_ndtr", "entr", "logit", "i0e",
    "i1e", "bessel_y0", "bessel_y1", "modified_bessel_k0", "modified_bessel_k1",
    "scaled_modified_bessel_k0", "spherical_bessel_j0", "sinc", "expit", "exp2", "expm1", "log1p",
]  # fmt: skip


@pytest.mark.torch
@pytest.mark.parametrize("name", [name.replace("lgamma", "gammaln") for name in UNARY])
def test_edges_are_pytorchs(name):
    torch = pytest.importorskip("torch")
    want = getattr(torch.special, name)(torch.tensor(EDGES, dtype=torch.float64)).numpy()
    got = getattr(special, name)(vizgrad.tensor(EDGES, dtype=vizgrad.float64)).numpy()
    np.testing.assert_allclose(got, want, rtol=1e-9)


@pytest.mark.torch
def test_edges_of_two_operands_are_pytorchs():
    torch = pytest.importorskip("torch")
    x = [*EDGES[1:], 1.5, 3.0]
    for name in ("zeta", "gammainc", "gammaincc", "xlogy", "xlog1py"):
        a, b = np.meshgrid(x, x)
        if name == "zeta":  # of infinite q PyTorch sums nothing but NaN
            keep = np.isfinite(a) & np.isfinite(b)
            a, b = a[keep], b[keep]
        want = getattr(torch.special, name)(torch.tensor(a), torch.tensor(b)).numpy()
        got = getattr(special, name)(vizgrad.tensor(a), vizgrad.tensor(b)).numpy()
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-300, err_msg=name)


def test_expansions_are_those_of_the_definitions():
    from tools import expansions as tool

    for name in ("K0_NEAR", "J1_NEAR"):
        made = tool.coefficients(tool.expansions()[name][1])
        np.testing.assert_allclose(made, getattr(expansions, name), rtol=1e-15)
