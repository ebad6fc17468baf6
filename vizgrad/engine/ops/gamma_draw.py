"""Draws from the gamma distribution, and how they move with its parameter.  Who calls does the drawing."""

from __future__ import annotations

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.words import Value


@op
class gamma_slope(Formula):
    """How log z moves with a when z, drawn from Γ(a, 1), keeps its rank: see kernels/gamma_slope.py"""

    formula = "-(∂P(a, z)/∂a) / (z ∂P(a, z)/∂z)"
    formulas = {"input": "not known"}

    def forward(xp, input: Value, log_z: Value):
        return xp.gamma_slope(input, log_z)

    def d_input(xp, g):
        raise NotImplementedError("the second derivative of gamma draws by their concentration is not known")


@op
class log_gamma_draw(Formula):
    """The logarithms ``drawn`` of numbers from Γ(a, 1), as a function of a

    Figurnov, Mohamed & Mnih, *Implicit Reparameterization Gradients*, 2018.
    """

    formula = "drawn"

    def forward(xp, input: Value, drawn: Value):
        return drawn

    def d_input(xp, g, input, drawn):
        return g * xp.gamma_slope(input, drawn)
