"""torch.special: the special functions, most of them under a second name.

https://pytorch.org/docs/stable/special.html
"""

# ruff: noqa: F401 - names are imported to be found here
from __future__ import annotations

from vizgrad.engine.contents.reduction import log_softmax, logsumexp, softmax
from vizgrad.engine.ops.activation import sigmoid as expit
from vizgrad.engine.ops.bessel import (
    airy_ai,
    bessel_j0,
    bessel_j1,
    bessel_y0,
    bessel_y1,
    i0,
    i0e,
    i1,
    i1e,
    modified_bessel_i0,
    modified_bessel_i1,
    modified_bessel_k0,
    modified_bessel_k1,
    scaled_modified_bessel_k0,
    scaled_modified_bessel_k1,
    spherical_bessel_j0,
)
from vizgrad.engine.ops.exponential import entr, exp2, expm1, log1p, logit, xlog1py, xlogy
from vizgrad.engine.ops.polynomial import (
    chebyshev_polynomial_t,
    chebyshev_polynomial_u,
    chebyshev_polynomial_v,
    chebyshev_polynomial_w,
    hermite_polynomial_h,
    hermite_polynomial_he,
    laguerre_polynomial_l,
    legendre_polynomial_p,
    shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w,
)
from vizgrad.engine.ops.rounding import round
from vizgrad.engine.ops.special import (
    digamma,
    erf,
    erfc,
    erfcx,
    erfinv,
    igamma,
    igammac,
    lgamma,
    log_ndtr,
    ndtr,
    ndtri,
    zeta,
)
from vizgrad.engine.ops.trigonometric import sinc
from vizgrad.engine.surface.special import mvlgamma, polygamma

gammaln, psi, gammainc, gammaincc, multigammaln = lgamma, digamma, igamma, igammac, mvlgamma
