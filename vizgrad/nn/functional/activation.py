"""Activations: the rows of the op table, and those that are a few of them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine.ops import activation as rows
from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.ops import exponential, reduce
from vizgrad.engine.surface import create
from vizgrad.engine.surface.complain import complain
from vizgrad.engine.tensor import Tensor

__all__ = [
    "celu",
    "celu_",
    "elu",
    "elu_",
    "gelu",
    "glu",
    "gumbel_softmax",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "leaky_relu",
    "leaky_relu_",
    "log_softmax",
    "logsigmoid",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "rrelu",
    "rrelu_",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "threshold_",
]

sigmoid, tanh = rows.sigmoid, rows.tanh


def _bend(f: Callable[[Any], Tensor], input: Tensor, inplace: bool) -> Tensor:
    """``f`` of the input, written back into the input's memory if ``inplace``."""
    return input.copy_(f(input.clone())) if inplace else f(input)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(0, x)"""
    return input.relu_() if inplace else rows.relu(input)


def relu_(input: Tensor) -> Tensor:
    """`relu`, in place."""
    return input.relu_()


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """``x`` if positive, else negative_slope · x"""
    return _bend(lambda x: rows.leaky_relu(x, negative_slope), input, inplace)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """`leaky_relu`, in place."""
    return leaky_relu(input, negative_slope, inplace=True)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``x`` if positive, else alpha (eˣ - 1)"""
    return _bend(lambda x: rows.elu(x, alpha), input, inplace)


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`elu`, in place."""
    return elu(input, alpha, inplace=True)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """``x`` if positive, else alpha (e^(x/alpha) - 1)   (Barron, 2017, equation 2)"""
    return _bend(
        lambda x: e.where(x > 0, x, alpha * exponential.expm1(e.minimum(x, 0.0) / alpha)), input, inplace
    )


def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`celu`, in place."""
    return celu(input, alpha, inplace=True)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """An elu scaled so that layers keep mean 0 and variance 1   (Klambauer et al., 2017, equation 2)"""
    alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
    return _bend(lambda x: scale * rows.elu(x, alpha), input, inplace)


def selu_(input: Tensor) -> Tensor:
    """`selu`, in place."""
    return selu(input, inplace=True)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """``x · sigmoid(x)``"""
    return _bend(rows.silu, input, inplace)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """``x · tanh(softplus(x))``   (Misra, 2020, equation 1)"""
    return _bend(lambda x: x * tanh(rows.softplus(x)), input, inplace)


gelu, softplus, logsigmoid = rows.gelu, rows.softplus, rows.logsigmoid


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """x, cut off below ``min_val`` and above ``max_val``"""
    if min_val > max_val:
        raise ValueError(f"min_val cannot be greater than max_val, but got {min_val} and {max_val}")
    return _bend(lambda x: rows.hardtanh(x, min_val, max_val), input, inplace)


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """`hardtanh`, in place."""
    return hardtanh(input, min_val, max_val, inplace=True)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """min(max(0, x), 6)"""
    return hardtanh(input, 0.0, 6.0, inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """A sigmoid of three straight lines: (x + 3) / 6 between 0 and 1"""
    return _bend(lambda x: hardtanh(x + 3.0, 0.0, 6.0) / 6.0, input, inplace)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """``x · hardsigmoid(x)``   (Howard et al., *Searching for MobileNetV3*, 2019, section 5.2)"""
    return _bend(_hardswish, input, inplace)


def _hardswish(x: Tensor) -> Tensor:
    middle = x * (x + 3.0) / 6.0
    return e.where(x <= -3, x * 0.0, e.where(x < 3, middle, x))


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """``x`` where it exceeds ``threshold``, else ``value``"""
    return _bend(lambda x: rows.threshold(x, threshold, value), input, inplace)


def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """`threshold`, in place."""
    return _bend(lambda x: rows.threshold(x, threshold, value), input, inplace=True)


def softsign(input: Tensor) -> Tensor:
    """``x / (1 + |x|)``"""
    return input / (e.abs(input) + 1.0)


def tanhshrink(input: Tensor) -> Tensor:
    """``x - tanh(x)``"""
    return input - tanh(input)


hardshrink, softshrink = rows.hardshrink, rows.softshrink


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """``x`` if positive, else weight · x, with a learnt weight per channel (dimension 1) or one for all"""
    if weight.ndim > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}"
        )
    if weight.numel() != 1:
        channels = input.shape[1] if input.ndim > 1 else 1
        if not input.ndim or weight.numel() != channels:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{weight.numel()} and channel size = {channels}."
            )
        weight = weight.reshape(-1, *(1,) * (input.ndim - 2))
    return rows.prelu(input, weight.reshape(()) if not input.ndim else weight)


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """leaky_relu with a slope drawn anew for each element in training, their mean otherwise

    Xu et al., 2015.
    """
    if lower > upper:
        raise RuntimeError(
            f"Lower bound should be less than or equal to the upper bound, but they are {lower} and {upper}"
        )
    if not training:
        return leaky_relu(input, (lower + upper) / 2, inplace)
    slope = create.rand_like(input) * (upper - lower) + lower
    return _bend(lambda x: e.where(x > 0, x, x * slope), input, inplace)


def rrelu_(input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False) -> Tensor:
    """`rrelu`, in place."""
    return rrelu(input, lower, upper, training, inplace=True)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half along ``dim`` times the sigmoid of the second   (Dauphin et al., 2017, equation 1)"""
    if input.ndim == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    if input.shape[dim] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {input.shape[dim]}")
    a, b = input.chunk(2, dim)
    return a * sigmoid(b)


def _dim(name: str, ndim: int) -> int:
    complain(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument."
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Scores to probabilities along ``dim``: eˣ / Σ eˣ"""
    dim = _dim("softmax", input.ndim) if dim is None else dim
    return reduce.softmax(input if dtype is None else input.to(dtype), dim)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Scores to log-probabilities along ``dim``: x - log Σ eˣ"""
    dim = _dim("log_softmax", input.ndim) if dim is None else dim
    return reduce.log_softmax(input if dtype is None else input.to(dtype), dim)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """`softmax` of -x"""
    return softmax(-input, _dim("softmin", input.ndim) if dim is None else dim, dtype=dtype)


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """A random choice with gradients: softmax of the scores plus Gumbel noise

    Jang et al., 2017, equation 2.

    ``hard`` returns the choice itself, with the gradient of the soft one.
    """
    noise = -e.log(-e.log(e.clamp(create.rand_like(logits), 1e-20)))
    soft = reduce.softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    top = (soft == soft.detach().amax(dim, keepdim=True)).to(soft.dtype)
    return top - soft.detach() + soft
