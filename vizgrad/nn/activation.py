"""Activations: functions from `functional` that remember their settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vizgrad.engine.surface.create import full
from vizgrad.engine.tensor import Tensor

from . import functional as F
from .module import Module
from .parameter import Parameter

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "SELU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "PReLU",
    "RReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]


@dataclass(eq=False, repr=False)
class ReLU(Module):
    """``max(0, x)``

    Nair & Hinton, *Rectified Linear Units Improve Restricted Boltzmann Machines*, 2010.
    """

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.relu(input, self.inplace)


@dataclass(eq=False, repr=False)
class ReLU6(Module):
    """``min(max(0, x), 6)``"""

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.relu6(input, self.inplace)


@dataclass(eq=False, repr=False)
class LeakyReLU(Module):
    """``x`` if positive, else ``negative_slope · x``   (Maas et al., 2013)"""

    negative_slope: float = 0.01
    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.leaky_relu(input, self.negative_slope, self.inplace)


@dataclass(eq=False, repr=False)
class ELU(Module):
    """``x`` if positive, else ``alpha (eˣ - 1)``   (Clevert et al., 2016, equation 15)"""

    alpha: float = 1.0
    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.elu(input, self.alpha, self.inplace)


@dataclass(eq=False, repr=False)
class CELU(Module):
    """``x`` if positive, else ``alpha (e^(x/alpha) - 1)``   (Barron, 2017, equation 2)"""

    alpha: float = 1.0
    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.celu(input, self.alpha, self.inplace)


@dataclass(eq=False, repr=False)
class SELU(Module):
    """An `ELU` scaled so that layers keep mean 0 and variance 1   (Klambauer et al., 2017, equation 2)"""

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.selu(input, self.inplace)


@dataclass(eq=False, repr=False)
class GELU(Module):
    """``x · Φ(x)``, with Φ the normal distribution; ``approximate`` "none" or "tanh"

    Hendrycks & Gimpel, 2016.
    """

    approximate: str = "none"

    def forward(self, input: Tensor) -> Tensor:
        return F.gelu(input, approximate=self.approximate)


@dataclass(eq=False, repr=False)
class SiLU(Module):
    """``x · sigmoid(x)``, also called swish   (Elfwing et al., 2017, equation 5)"""

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.silu(input, self.inplace)


@dataclass(eq=False, repr=False)
class Mish(Module):
    """``x · tanh(softplus(x))``   (Misra, 2020, equation 1)"""

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.mish(input, self.inplace)


@dataclass(eq=False, repr=False)
class Sigmoid(Module):
    """``1 / (1 + e⁻ˣ)``: squeezes any number into (0, 1)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.sigmoid(input)


@dataclass(eq=False, repr=False)
class Tanh(Module):
    """Squeezes any number into (-1, 1)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.tanh(input)


@dataclass(eq=False, repr=False)
class LogSigmoid(Module):
    """``log(1 / (1 + e⁻ˣ))``, computed without overflow"""

    def forward(self, input: Tensor) -> Tensor:
        return F.logsigmoid(input)


@dataclass(eq=False, repr=False)
class Softplus(Module):
    """``log(1 + e^(beta x)) / beta``: a smooth `ReLU`; a straight line where ``beta x > threshold``"""

    beta: float = 1.0
    threshold: float = 20.0

    def forward(self, input: Tensor) -> Tensor:
        return F.softplus(input, self.beta, self.threshold)


@dataclass(eq=False, repr=False)
class Softsign(Module):
    """``x / (1 + |x|)``: squeezes any number into (-1, 1)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.softsign(input)


@dataclass(eq=False, repr=False)
class Tanhshrink(Module):
    """``x - tanh(x)``"""

    def forward(self, input: Tensor) -> Tensor:
        return F.tanhshrink(input)


@dataclass(eq=False, repr=False)
class Hardshrink(Module):
    """``x``, but 0 between ``-lambd`` and ``lambd``"""

    lambd: float = 0.5

    def forward(self, input: Tensor) -> Tensor:
        return F.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


@dataclass(eq=False, repr=False)
class Softshrink(Module):
    """``x`` moved towards 0 by ``lambd``, and 0 in between"""

    lambd: float = 0.5

    def forward(self, input: Tensor) -> Tensor:
        return F.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


@dataclass(eq=False, repr=False)
class Hardsigmoid(Module):
    """A sigmoid of three straight lines: ``(x + 3) / 6`` between 0 and 1"""

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.hardsigmoid(input, self.inplace)

    def extra_repr(self) -> str:
        return ""  # PyTorch's does not mention inplace


@dataclass(eq=False, repr=False)
class Hardswish(Module):
    """``x · hardsigmoid(x)``   (Howard et al., *Searching for MobileNetV3*, 2019)"""

    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.hardswish(input, self.inplace)

    def extra_repr(self) -> str:
        return ""  # PyTorch's does not mention inplace


@dataclass(eq=False, repr=False)
class Threshold(Module):
    """``x`` where it exceeds ``threshold``, else ``value``"""

    threshold: float
    value: float
    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.threshold(input, self.threshold, self.value, self.inplace)


@dataclass(eq=False, repr=False)
class Softmax(Module):
    """Scores to probabilities along ``dim``: ``eˣ / Σ eˣ``"""

    dim: int | None = None

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim)


@dataclass(eq=False, repr=False)
class LogSoftmax(Module):
    """Scores to log-probabilities along ``dim``: ``x - log Σ eˣ``"""

    dim: int | None = None

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim)


@dataclass(eq=False, repr=False)
class Softmin(Module):
    """`Softmax` of ``-x``"""

    dim: int | None = None

    def forward(self, input: Tensor) -> Tensor:
        return F.softmin(input, self.dim)


@dataclass(eq=False, repr=False)
class GLU(Module):
    """The first half along ``dim`` times the sigmoid of the second   (Dauphin et al., 2017, equation 1)"""

    dim: int = -1

    def forward(self, input: Tensor) -> Tensor:
        return F.glu(input, self.dim)


class Softmax2d(Module):
    """`Softmax` over the channels of an image: input (N, C, H, W) or (C, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.ndim}D instead")
        return F.softmax(input, -3)


class Hardtanh(Module):
    """``x``, cut off below ``min_val`` and above ``max_val``."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        if min_val >= max_val:
            raise AssertionError(
                f"max_val must be larger than min_val, but {max_val} is not larger than {min_val}"
            )
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        return f"min_val={self.min_val}, max_val={self.max_val}" + (", inplace=True" if self.inplace else "")


@dataclass(eq=False, repr=False)
class RReLU(Module):
    """`LeakyReLU` with a slope drawn anew for each element in training, their mean otherwise

    Xu et al., 2015.
    """

    lower: float = 1.0 / 8
    upper: float = 1.0 / 3
    inplace: bool = False

    def forward(self, input: Tensor) -> Tensor:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class PReLU(Module):
    """``x`` if positive, else ``weight · x``: the slope is learnt, one for all or one per channel.

    input (N, *) or (N, num_parameters, *).  He et al., *Delving Deep into Rectifiers*, 2015, equation 1.
    """

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(full((num_parameters,), float(init), device=device, dtype=dtype))

    def reset_parameters(self) -> None:
        """Set every slope back."""
        self.weight.data.fill_(self.init)

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"
