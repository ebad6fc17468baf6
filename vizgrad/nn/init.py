"""How parameters begin: zeros, constants, and random numbers whose size suits the layer."""

# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any, ParamSpec

import numpy

from vizgrad.engine.surface import create
from vizgrad.engine.surface.complain import complain
from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.surface.random import Generator, default
from vizgrad.engine.tensor import Tensor

__all__ = [
    "calculate_gain",
    "constant",
    "constant_",
    "dirac",
    "dirac_",
    "eye",
    "eye_",
    "kaiming_normal",
    "kaiming_normal_",
    "kaiming_uniform",
    "kaiming_uniform_",
    "normal",
    "normal_",
    "ones_",
    "orthogonal",
    "orthogonal_",
    "sparse",
    "sparse_",
    "trunc_normal_",
    "uniform",
    "uniform_",
    "xavier_normal",
    "xavier_normal_",
    "xavier_uniform",
    "xavier_uniform_",
    "zeros_",
]

P = ParamSpec("P")
GAINS = {"sigmoid": 1.0, "tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 0.75}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much weights must grow so that this nonlinearity keeps the variance of a signal

    ``param`` is the negative slope of "leaky_relu".  He et al., *Delving Deep into Rectifiers*, 2015,
    equation 14.
    """
    if nonlinearity.removesuffix("d") in {
        "linear",
        *(f"conv{t}{n}" for t in ("", "_transpose") for n in "123"),
    }:
        return 1.0
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {slope} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in GAINS:
        raise ValueError(
            f"Unsupported nonlinearity {nonlinearity}; known are {', '.join(GAINS)}, leaky_relu, linear"
        )
    return GAINS[nonlinearity]


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many inputs reach one output, and how many outputs one input reaches: weight (out, in, …)."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _fan(tensor: Tensor, mode: str) -> int:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    return _calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"]


@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Even between ``a`` and ``b``"""
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Normal with this mean and standard deviation"""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Normal with this mean and standard deviation, drawn again wherever it falls outside [a, b]"""
    if not a - 2 * std <= mean <= b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
            "incorrect.",
            stacklevel=2,
        )
    below, above = (0.5 * (1 + math.erf((x - mean) / (std * math.sqrt(2.0)))) for x in (a, b))
    stream = (generator or default(tensor.device)).stream
    if above - below > 0.3:
        x = stream.standard_normal(tensor.shape) * std + mean
        while (outside := (x < a) | (x > b)).any():
            x[outside] = stream.standard_normal(int(outside.sum())) * std + mean
        return _write(tensor, x)
    # Few normal numbers would fall inside: even ones are drawn, and kept as often as the density there is high
    peak = ((max(a, min(mean, b)) - mean) / std) ** 2
    x = stream.random(tensor.shape) * (b - a) + a
    wrong = stream.random(tensor.shape) >= numpy.exp(0.5 * (peak - ((x - mean) / std) ** 2))
    while wrong.any():
        x[wrong] = stream.random(int(wrong.sum())) * (b - a) + a
        wrong &= stream.random(tensor.shape) >= numpy.exp(0.5 * (peak - ((x - mean) / std) ** 2))
    return _write(tensor, x)


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """One number everywhere"""
    return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """1 everywhere"""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """0 everywhere"""
    return constant_(tensor, 0.0)


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """1 on the diagonal of a matrix: as many inputs as possible pass unchanged"""
    if tensor.ndim != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported, but this one has {tensor.ndim}")
    return tensor.copy_(create.eye(*tensor.shape))


@no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution's weight (out, in, …) that passes as many channels as possible unchanged"""
    if tensor.ndim not in (3, 4, 5):
        raise ValueError(
            f"Only tensors with 3, 4, or 5 dimensions are supported, but this one has {tensor.ndim}"
        )
    if tensor.shape[0] % groups:
        raise ValueError(f"dim 0 must be divisible by groups, but {tensor.shape[0]} is not by {groups}")
    w = numpy.zeros(tensor.shape)
    middle = tuple(n // 2 for n in tensor.shape[2:])
    each = tensor.shape[0] // groups
    for group in range(groups):
        for d in range(min(each, tensor.shape[1])):
            w[(group * each + d, d, *middle)] = 1
    return _write(tensor, w)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Even in ±gain √(6 / (inputs + outputs))   (Glorot & Bengio, 2010, equation 16)"""
    bound = gain * math.sqrt(6.0 / sum(_calculate_fan_in_and_fan_out(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal of variance gain² · 2 / (inputs + outputs)   (Glorot & Bengio, 2010, equation 12)"""
    std = gain * math.sqrt(2.0 / sum(_calculate_fan_in_and_fan_out(tensor)))
    return normal_(tensor, 0.0, std, generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Even in ±gain √(3 / fan)   (He et al., *Delving Deep into Rectifiers*, 2015, equation 14)

    ``mode`` "fan_in" keeps the size of the signal forward, "fan_out" that of the gradient backward.
    """
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    bound = math.sqrt(3.0) * calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode))
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Normal of variance gain² / fan   (He et al., *Delving Deep into Rectifiers*, 2015, equation 14)"""
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=2)
        return tensor
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode)), generator)


@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Rows (or columns, whichever are fewer) at right angles, of length ``gain``

    Saxe et al., 2014, section 3.
    """
    if tensor.ndim < 2:
        raise ValueError(
            f"Only tensors with 2 or more dimensions are supported, but this one has {tensor.ndim}"
        )
    if tensor.numel() == 0:
        return tensor
    rows = tensor.shape[0]
    flat = numpy.asarray(
        create.randn(rows, tensor.numel() // rows, generator=generator).array, dtype=numpy.float64
    )
    tall = flat.T if flat.shape[0] < flat.shape[1] else flat
    q, r = numpy.linalg.qr(tall)
    q = q * numpy.sign(numpy.diagonal(r))  # so that every such matrix is equally likely
    return _write(tensor, gain * (q.T if flat.shape[0] < flat.shape[1] else q).reshape(tensor.shape))


@no_grad()
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None) -> Tensor:
    """Normal, with the share ``sparsity`` of each column 0   (Martens, 2010, section 5)"""
    if tensor.ndim != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported, but this one has {tensor.ndim}")
    normal_(tensor, 0.0, std, generator)
    rows, columns = tensor.shape
    stream = (generator or default()).stream
    for column in range(columns):
        tensor[create.tensor(stream.permutation(rows)[: math.ceil(sparsity * rows)]), column] = 0
    return tensor


def _write(tensor: Tensor, values: Any) -> Tensor:
    return tensor.copy_(create.tensor(values, dtype=tensor.dtype))


def _formerly(function: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """The name without the underscore, as it was until PyTorch 0.4: it warns and does the same."""
    new = function.__name__
    old = new.removesuffix("_")

    def call(*args: P.args, **settings: P.kwargs) -> Tensor:
        text = f"`nn.init.{old}` is now deprecated in favor of `nn.init.{new}`."
        complain(text, FutureWarning)
        return function(*args, **settings)

    call.__name__ = call.__qualname__ = old
    call.__doc__ = f"The former name of `{new}`."
    return call


uniform, normal, constant = _formerly(uniform_), _formerly(normal_), _formerly(constant_)
eye, dirac, sparse, orthogonal = (
    _formerly(eye_),
    _formerly(dirac_),
    _formerly(sparse_),
    _formerly(orthogonal_),
)
xavier_uniform, xavier_normal = _formerly(xavier_uniform_), _formerly(xavier_normal_)
kaiming_uniform, kaiming_normal = _formerly(kaiming_uniform_), _formerly(kaiming_normal_)
