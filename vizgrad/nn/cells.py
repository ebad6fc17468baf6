"""One step of a recurrent layer, for loops that you write yourself."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine.local import here
from vizgrad.engine.ops.matrices import same_factors
from vizgrad.engine.surface import create, recurrent
from vizgrad.engine.tensor import Tensor

from . import init
from .module import Module
from .parameter import Parameter

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]


class RNNCellBase(Module):
    """What the cells share: ``weight_ih`` (chunks · hidden_size, input_size), ``weight_hh``, ``bias_ih``, ``bias_hh``.

    All start even in ±1/√hidden_size.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        size = num_chunks * hidden_size
        for name, width in (("weight_ih", input_size), ("weight_hh", hidden_size)):
            setattr(self, name, Parameter(create.empty((size, width), device=device, dtype=dtype)))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(
                name, Parameter(create.empty(size, device=device, dtype=dtype)) if bias else None
            )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _weights(self) -> tuple[Any, ...]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def _check(self, input: Tensor, *states: tuple[str, Tensor]) -> None:
        name = type(self).__name__
        if input.ndim not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.ndim}D instead")
        for what, state in states:
            if state.ndim not in (1, 2):
                raise ValueError(f"{name}: Expected {what} to be 1D or 2D, got {state.ndim}D instead")
        if here.cast is None:
            for x, weight in ((input, self.weight_ih), *((state, self.weight_hh) for _, state in states)):
                if x.dtype != weight.dtype:
                    same_factors(x.array, weight.array)

    def _zeros(self, input: Tensor) -> Tensor:
        return create.zeros((input.shape[0], self.hidden_size), dtype=input.dtype, device=input.device)

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        text += "" if self.bias is True else f", bias={self.bias}"
        kind = vars(self).get("nonlinearity", "tanh")
        return text if kind == "tanh" else f"{text}, nonlinearity={kind}"


class _OneState(RNNCellBase):
    """A cell whose state is one tensor."""

    def _step(self, input: Tensor, hx: Tensor) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} has no step")

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        self._check(input, *([] if hx is None else [("hidden", hx)]))
        batched = input.ndim == 2
        x = input if batched else input.unsqueeze(0)
        hx = self._zeros(x) if hx is None else hx if batched else hx.unsqueeze(0)
        y: Any = self._step(x, hx)
        return y if batched else y.squeeze(0)


class RNNCell(_OneState):
    """``h′ = tanh(W_ih x + b_ih + W_hh h + b_hh)``, or relu of it (``nonlinearity="relu"``): one step of `RNN`.

    input (N, input_size) or (input_size,), h and h′ (N, hidden_size) or (hidden_size,); h is zeros if not given.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def _step(self, input: Tensor, hx: Tensor) -> Tensor:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        step = recurrent.rnn_tanh_cell if self.nonlinearity == "tanh" else recurrent.rnn_relu_cell
        return step(input, hx, *self._weights())


class GRUCell(_OneState):
    """One step of `GRU`: h, x to h′.

    input (N, input_size) or (input_size,), h and h′ (N, hidden_size) or (hidden_size,); h is zeros if not given.
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def _step(self, input: Tensor, hx: Tensor) -> Tensor:
        return recurrent.gru_cell(input, hx, *self._weights())


class LSTMCell(RNNCellBase):
    """One step of `LSTM`: (h, c), x to (h′, c′).

    input (N, input_size) or (input_size,), states (N, hidden_size) or (hidden_size,); they are zeros if not given.
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        self._check(input, *((f"hx[{i}]", h) for i, h in enumerate(hx or ())))
        batched = input.ndim == 2
        x = input if batched else input.unsqueeze(0)
        if hx is None:
            zeros = self._zeros(x)
            hx = zeros, zeros
        elif not batched:
            hx = hx[0].unsqueeze(0), hx[1].unsqueeze(0)
        h, c = recurrent.lstm_cell(x, hx, *self._weights())
        return (h, c) if batched else (h.squeeze(0), c.squeeze(0))
