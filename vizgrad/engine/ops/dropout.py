"""Dropout: what a drawn mask does to numbers.  The mask is an input, drawn by whoever calls."""

from __future__ import annotations

from vizgrad.engine.op import Formula, op
from vizgrad.engine.ops.samples import Sample
from vizgrad.engine.ops.words import Value


@op
class dropout(Formula):
    """x / (1 - p) where the mask is True, else 0: sums stay as large as they were, on average

    ``mask`` is True with probability 1 - p, and may leave out or have size 1 in dimensions that drop
    together. Srivastava et al., *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, 2014,
    section 4.
    """

    samples = (
        Sample((3, 4), (3, 4), whole={1: 2}, p=0.5),
        Sample((2, 3, 4), (2, 3, 1), whole={1: 2}, p=0.25),
    )
    broadcasts = True
    formula = "x · mask / (1 - p)"

    def forward(xp, input: Value, mask: Value, p: float = 0.5):
        y = xp.multiply(input, mask, dtype=input.dtype)
        y *= 0 if p == 1 else 1 / (1 - p)
        return y

    def d_input(xp, g, mask, p):
        return xp.rule("dropout")(g, mask, p)
