"""Activations: the bends between the matrices."""

from __future__ import annotations

from vizgrad.engine.kernels import blocks
from vizgrad.engine.op import op
from vizgrad.engine.ops import demands, shapes
from vizgrad.engine.ops.samples import ONE, Sample
from vizgrad.engine.ops.words import Value

from .elementwise import analytic, elementwise


@op
class relu(elementwise):
    """max(0, x)"""

    samples = ONE
    kinds = demands.ORDERED

    def forward(xp, input: Value):
        return xp.maximum(input, 0)

    def d_input(xp, g, y):
        return g * (y > 0)


@op
class leaky_relu(elementwise):
    """x if positive, else negative_slope · x"""

    samples = (Sample((3, 4)), Sample((3, 4), negative_slope=0.2))

    def forward(xp, input: Value, negative_slope: float = 0.01):
        return xp.where(input > 0, input, input * negative_slope)

    def d_input(xp, g, input, negative_slope):
        return xp.where(input > 0, g, g * negative_slope)


@op
class sigmoid(analytic):
    """1 / (1 + e⁻ˣ), which squeezes any number into (0, 1)"""

    samples = ONE

    def forward(xp, input: Value):
        return 1 / (1 + xp.exp(-input))

    def d_input(xp, g, y):
        return g * xp.conj(y * (1 - y))


@op
class tanh(analytic):
    """tanh x, which squeezes any number into (-1, 1)"""

    samples = ONE

    def forward(xp, input: Value):
        return xp.tanh(input)

    def d_input(xp, g, y):
        return g * xp.conj(1 - y * y)


@op
class silu(analytic):
    """x · sigmoid(x), also called swish

    Elfwing et al., *Sigmoid-Weighted Linear Units*, 2017, equation 5.
    """

    samples = ONE

    def forward(xp, input: Value):
        return input * xp.sigmoid(input)

    def d_input(xp, g, input):
        s = xp.sigmoid(input)
        return g * s * (1 + input * (1 - s))


@op
class elu(analytic):
    """x if positive, else alpha (eˣ - 1)

    Clevert et al., *Exponential Linear Units*, 2016, equation 15.
    """

    samples = (Sample((3, 4)), Sample((3, 4), alpha=0.5))

    def forward(xp, input: Value, alpha: float = 1.0):
        return xp.where(input > 0, input, alpha * xp.expm1(xp.minimum(input, 0)))

    def d_input(xp, g, input, alpha):
        return xp.where(input > 0, g, g * alpha * xp.exp(xp.minimum(input, 0)))


@op
class softplus(analytic):
    """log(1 + e^(beta x)) / beta, a smooth relu; a straight line above ``threshold``"""

    samples = (Sample((3, 4)), Sample((3, 4), beta=2.0, threshold=0.5))

    def forward(xp, input: Value, beta: float = 1.0, threshold: float = 20.0):
        bent = xp.log1p(xp.exp(xp.minimum(input * beta, threshold))) / beta
        return xp.where(input * beta > threshold, input, bent)

    def d_input(xp, g, input, beta, threshold):
        return xp.where(input * beta > threshold, g, g * xp.sigmoid(input * beta))


@op
class gelu(analytic):
    """x · Φ(x), with Φ the normal distribution: how likely a normal number is to be smaller than x

    ``approximate="tanh"``: x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))).
    Hendrycks & Gimpel, *Gaussian Error Linear Units*, 2016, section 2.
    """

    samples = (Sample((3, 4), low=-2.0, high=2.0), Sample((3, 4), low=-2.0, high=2.0, approximate="tanh"))
    shape = staticmethod(shapes.same)

    def forward(xp, input: Value, approximate: str = "none"):
        return blocks.each(lambda xp, x: x * _below(xp, x, approximate), xp, input)

    def d_input(xp, g, input, approximate):
        return blocks.each(lambda xp, g, x: _d_gelu(xp, g, x, approximate), xp, g, input)


def _d_gelu(xp, g, x, approximate):
    below = _below(xp, x, approximate)
    if approximate == "none":
        return g * (below + x * 0.3989422804014327 * xp.exp(-0.5 * x * x))  # 1/√(2π)
    inner = 0.7978845608028654 + 0.10703222440890037 * x * x
    return g * (below + 2 * x * below * (1 - below) * inner)


def _below(xp, x, approximate):
    """Φ(x), exactly or by tanh."""
    if approximate == "none":
        return 0.5 * (1 + xp.erf(x * 0.7071067811865476))
    if approximate != "tanh":
        raise RuntimeError(f"approximate argument must be either none or tanh, but got {approximate!r}.")
    return 0.5 * (1 + xp.tanh(0.7978845608028654 * x * (1 + 0.044715 * x * x)))  # √(2/π)


@op
class hardtanh(elementwise):
    """x, cut off below ``min_val`` and above ``max_val``, where its slope is 0"""

    samples = (Sample((3, 4), min_val=-0.4, max_val=0.6), Sample((3, 4), low=-2.0, high=2.0))
    kinds = demands.ORDERED
    formulas = {"input": "g if min_val < x < max_val else 0"}

    def forward(xp, input: Value, min_val: float = -1.0, max_val: float = 1.0):
        if input.dtype.kind in "iu":
            min_val, max_val = int(min_val), int(max_val)
            if input.dtype.kind == "u" and min_val < 0:
                raise RuntimeError("Cannot do hardtanh on an unsigned type with negative limits")
        return xp.clip(input, min_val, max_val)

    def d_input(xp, g, input, min_val, max_val):
        return xp.where((input > min_val) & (input < max_val), g, xp.zeros_like(g))


@op
class threshold(elementwise):
    """x where it exceeds ``threshold``, else ``value``"""

    samples = (Sample((3, 4), threshold=0.1, value=20.0),)
    kinds = demands.ORDERED

    def forward(xp, input: Value, threshold: float, value: float):
        return xp.where(input > threshold, input, xp.full_like(input, value))

    def d_input(xp, g, input, threshold):
        return xp.where(input > threshold, g, xp.zeros_like(g))


@op
class hardshrink(elementwise):
    """x, but 0 between -lambd and lambd"""

    samples = (Sample((3, 4), lambd=0.3),)
    kinds = demands.FLOATING
    formulas = {"input": "g if |x| > lambd else 0"}

    def forward(xp, input: Value, lambd: float = 0.5):
        return xp.where(xp.absolute(input) <= lambd, xp.zeros_like(input), input)

    def d_input(xp, g, input, lambd):
        return xp.where(xp.absolute(input) <= lambd, xp.zeros_like(g), g)


@op
class softshrink(elementwise):
    """x moved towards 0 by ``lambd``, and 0 in between"""

    samples = (Sample((3, 4), lambd=0.3),)
    kinds = demands.FLOATING
    formula = "sign(x) · max(|x| - lambd, 0)"
    formulas = {"input": "g if |x| > lambd else 0"}

    def forward(xp, input: Value, lambd: float = 0.5):
        if lambd < 0:
            raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd}.")
        near = xp.absolute(input) <= lambd
        return xp.where(near, input * 0, input - xp.copysign(xp.full_like(input, lambd), input))

    def d_input(xp, g, input, lambd):
        return xp.where(xp.absolute(input) <= lambd, xp.zeros_like(g), g)


@op
class prelu(elementwise):
    """x if positive, else weight · x, with a learnt weight"""

    samples = (Sample((3, 4), (1,)),)
    tensors = "all"
    kinds = demands.FLOATING

    def forward(xp, input: Value, weight: Value):
        return xp.where(input > 0, input, weight * input)

    def d_input(xp, g, input, weight):
        return xp.where(input > 0, g, weight * g)

    def d_weight(xp, g, input):
        return xp.where(input > 0, xp.zeros_like(g), input * g)


@op
class logsigmoid(elementwise):
    """log(1 / (1 + e⁻ˣ)), without overflow"""

    grad_fn = "LogSigmoid"
    samples = ONE
    kinds = demands.FLOATING
    formula = "min(x, 0) - log1p(exp(-|x|))"

    def forward(xp, input: Value):
        return xp.minimum(input, 0) - xp.log1p(xp.exp(-xp.absolute(input)))

    def d_input(xp, g, input):
        return g * xp.sigmoid(-input)
