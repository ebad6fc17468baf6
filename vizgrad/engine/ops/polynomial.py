"""Orthogonal polynomials of degree n.  n may differ from element to element; PyTorch has no gradients of them."""

from __future__ import annotations

from vizgrad.engine.op import op

from .samples import Sample
from .special import special
from .words import Value


class orthogonal(special):
    """Of x, of degree n: 0 for negative n, the fraction of n cut off."""

    samples = (Sample((3, 4), 3), Sample((3, 1), (1, 4), whole={1: 12}))
    tensors = "any"


@op
class chebyshev_polynomial_t(orthogonal):
    """Chebyshev's polynomial of the first kind, cos(n arccos x)"""

    def forward(xp, input: Value, n: Value):
        return xp.chebyshev_t(input, n)


@op
class chebyshev_polynomial_u(orthogonal):
    """Chebyshev's polynomial of the second kind, sin((n + 1) arccos x) / sin(arccos x)"""

    def forward(xp, input: Value, n: Value):
        return xp.chebyshev_u(input, n)


@op
class chebyshev_polynomial_v(orthogonal):
    """Chebyshev's polynomial of the third kind"""

    def forward(xp, input: Value, n: Value):
        return xp.chebyshev_v(input, n)


@op
class chebyshev_polynomial_w(orthogonal):
    """Chebyshev's polynomial of the fourth kind"""

    def forward(xp, input: Value, n: Value):
        return xp.chebyshev_w(input, n)


@op
class shifted_chebyshev_polynomial_t(orthogonal):
    """Chebyshev's polynomial of the first kind, of 2x - 1"""

    def forward(xp, input: Value, n: Value):
        return xp.shifted_chebyshev_t(input, n)


@op
class shifted_chebyshev_polynomial_u(orthogonal):
    """Chebyshev's polynomial of the second kind, of 2x - 1"""

    def forward(xp, input: Value, n: Value):
        return xp.shifted_chebyshev_u(input, n)


@op
class shifted_chebyshev_polynomial_v(orthogonal):
    """Chebyshev's polynomial of the third kind, of 2x - 1"""

    def forward(xp, input: Value, n: Value):
        return xp.shifted_chebyshev_v(input, n)


@op
class shifted_chebyshev_polynomial_w(orthogonal):
    """Chebyshev's polynomial of the fourth kind, of 2x - 1"""

    def forward(xp, input: Value, n: Value):
        return xp.shifted_chebyshev_w(input, n)


@op
class hermite_polynomial_h(orthogonal):
    """The physicists' Hermite polynomial, from 1 and 2x"""

    def forward(xp, input: Value, n: Value):
        return xp.hermite_h(input, n)


@op
class hermite_polynomial_he(orthogonal):
    """The probabilists' Hermite polynomial, from 1 and x"""

    def forward(xp, input: Value, n: Value):
        return xp.hermite_he(input, n)


@op
class laguerre_polynomial_l(orthogonal):
    """Laguerre's polynomial, from 1 and 1 - x"""

    def forward(xp, input: Value, n: Value):
        return xp.laguerre(input, n)


@op
class legendre_polynomial_p(orthogonal):
    """Legendre's polynomial, from 1 and x"""

    def forward(xp, input: Value, n: Value):
        return xp.legendre(input, n)
