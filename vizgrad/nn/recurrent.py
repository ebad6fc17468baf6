"""Layers with a memory: RNN, LSTM and GRU, over whole sequences."""

# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Callable
from typing import Any

from vizgrad.engine.local import here
from vizgrad.engine.surface import create, recurrent
from vizgrad.engine.tensor import Tensor

from . import init
from .module import Module
from .parameter import Parameter
from .utils.rnn import PackedSequence

__all__ = ["GRU", "LSTM", "RNN", "RNNBase"]

NETWORKS: dict[str, tuple[int, Callable[..., Any]]] = {  # how many gates, and what computes
    "LSTM": (4, recurrent.lstm),
    "GRU": (3, recurrent.gru),
    "RNN_TANH": (1, recurrent.rnn_tanh),
    "RNN_RELU": (1, recurrent.rnn_relu),
}


class RNNBase(Module):
    """What RNN, LSTM and GRU share: weights of every layer and direction, and what may be fed to them.

    ``weight_ih_l0`` (gates · hidden_size, input_size), ``weight_hh_l0`` (gates · hidden_size, hidden_size),
    ``bias_ih_l0``, ``bias_hh_l0`` (gates · hidden_size,), the same with ``_reverse`` for the second direction and
    ``l1``, … for the next layers; all start even in ±1/√hidden_size.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.mode, self.input_size, self.hidden_size, self.num_layers = (
            mode,
            input_size,
            hidden_size,
            num_layers,
        )
        self.bias, self.batch_first, self.dropout = bias, batch_first, _probability(dropout, num_layers)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        self._refuse()
        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            width = input_size if layer == 0 else (proj_size or hidden_size) * (2 if bidirectional else 1)
            for suffix in ("", "_reverse") if bidirectional else ("",):
                self._all_weights.append(self._add_weights(f"_l{layer}{suffix}", width, device, dtype))
        self.reset_parameters()

    def _refuse(self) -> None:
        for name, kind in (("bias", bool), ("batch_first", bool), ("input_size", int), ("hidden_size", int)):
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
        for name in ("input_size", "hidden_size", "num_layers"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if self.proj_size >= self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if self.mode not in NETWORKS:
            raise ValueError("Unrecognized RNN mode: " + self.mode)

    def _add_weights(self, suffix: str, width: int, device: Any, dtype: Any) -> list[str]:
        """Register the weights of one layer in one direction; return their names."""
        size = NETWORKS[self.mode][0] * self.hidden_size
        shapes: dict[str, Any] = {
            "weight_ih": (size, width),
            "weight_hh": (size, self.proj_size or self.hidden_size),
        }
        if self.bias:
            shapes |= {"bias_ih": (size,), "bias_hh": (size,)}
        if self.proj_size:
            shapes["weight_hr"] = (self.proj_size, self.hidden_size)
        for name, shape in shapes.items():
            setattr(self, name + suffix, Parameter(create.empty(shape, device=device, dtype=dtype)))
        return [name + suffix for name in shapes]

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing to do here: it asks for weights side by side in memory, which nothing here needs."""

    @property
    def _flat_weights_names(self) -> list[str]:
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Any]:
        return [getattr(self, name, None) for name in self._flat_weights_names]

    @property
    def all_weights(self) -> list[list[Any]]:
        """The weights of every layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    # --- what may be fed to it

    def check_input(self, input: Tensor, batch_sizes: Tensor | None) -> None:
        """Raise unless ``input`` has this network's dtype and width, and as many dimensions as it must."""
        kind = self._flat_weights[0].dtype
        if input.dtype != kind and here.cast is None:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({kind}). Convert input: "
                f"input.to({kind}), or convert model: model.to({input.dtype})"
            )
        wanted = 3 if batch_sizes is None else 2
        if input.ndim != wanted:
            raise RuntimeError(f"input must have {wanted} dimensions, got {input.ndim}")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.shape[-1]}"
            )

    def get_expected_hidden_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """(layers · directions, N, proj_size or hidden_size)."""
        n = input.shape[0 if self.batch_first else 1] if batch_sizes is None else int(batch_sizes[0])
        return self.num_layers * (2 if self.bidirectional else 1), n, self.proj_size or self.hidden_size

    def get_expected_cell_size(self, input: Tensor, batch_sizes: Tensor | None) -> tuple[int, int, int]:
        """(layers · directions, N, hidden_size)."""
        return (*self.get_expected_hidden_size(input, batch_sizes)[:2], self.hidden_size)

    def check_hidden_size(
        self,
        hx: Tensor,
        expected_hidden_size: tuple[int, int, int],
        msg: str = "Expected hidden size {}, got {}",
    ) -> None:
        """Raise unless a state has this shape."""
        if tuple(hx.shape) != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.shape)))

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Raise unless input and state fit this network and each other."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """States in another order of the batch."""
        return hx if permutation is None else hx.index_select(1, permutation)

    # --- running

    def _zeros(self, input: Tensor, batch_sizes: Any) -> Any:
        """The states that a sequence starts with."""
        shape = self.get_expected_hidden_size(input, batch_sizes)
        return create.zeros(shape, dtype=input.dtype, device=input.device)

    def _check_dims(self, hx: Any, batched: bool) -> None:
        if hx.ndim != (3 if batched else 2):
            kind = "batched 3-D" if batched else "unbatched 2-D"
            raise RuntimeError(
                f"For {kind} input, hx should also be {3 if batched else 2}-D but got {hx.ndim}-D tensor"
            )

    def _each(self, do: Callable[[Tensor], Tensor], hx: Any) -> Any:
        """``do`` of the state, or of each of them."""
        return do(hx)

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        if input.ndim not in (2, 3):
            name = self.mode.partition("_")[0]
            tensor = " tensor" if name == "RNN" else ""
            raise ValueError(f"{name}: Expected input to be 2D or 3D, got {input.ndim}D{tensor} instead")
        batched, dim = input.ndim == 3, 0 if self.batch_first else 1
        input = input if batched else input.unsqueeze(dim)
        if hx is None:
            hx = self._zeros(input, None)
        else:
            self._check_dims(hx, batched)
            hx = hx if batched else self._each(lambda h: h.unsqueeze(1), hx)
        self.check_forward_args(input, hx, None)
        y, *states = self._run(input, hx, batch_first=self.batch_first)
        if not batched:
            y, states = y.squeeze(dim), [s.squeeze(1) for s in states]
        return y, self._packed_states(states)

    def _forward_packed(self, input: PackedSequence, hx: Any) -> tuple[Any, Any]:
        data, sizes, order, back = input
        hx = self._zeros(data, sizes) if hx is None else self.permute_hidden(hx, order)
        self.check_forward_args(data, hx, sizes)
        y, *states = self._run(data, hx, batch_sizes=sizes)
        return PackedSequence(y, sizes, order, back), self.permute_hidden(self._packed_states(states), back)

    def _run(self, input: Tensor, hx: Any, **layout: Any) -> tuple[Any, ...]:
        return NETWORKS[self.mode][1](
            input,
            hx=hx,
            params=self._flat_weights,
            has_biases=self.bias,
            num_layers=self.num_layers,
            dropout=self.dropout,
            train=self.training,
            bidirectional=self.bidirectional,
            **layout,
        )

    def _packed_states(self, states: list[Tensor]) -> Any:
        return states[0]

    def extra_repr(self) -> str:
        shown = [
            f"{name}={getattr(self, name)}"
            for name, usual in (
                ("proj_size", 0),
                ("num_layers", 1),
                ("bias", True),
                ("batch_first", False),
                ("dropout", 0),
                ("bidirectional", False),
            )
            if getattr(self, name) != usual
        ]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *shown])


def _probability(dropout: Any, num_layers: int) -> float:
    if isinstance(dropout, bool) or not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1:  # type: ignore[operator]
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
        )
    p = float(dropout)  # type: ignore[arg-type]
    if p > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
            f"num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}",
            stacklevel=4,
        )
    return p


class RNN(RNNBase):
    """``hₜ = tanh(W_ih xₜ + b_ih + W_hh hₜ₋₁ + b_hh)``, or relu of it (``nonlinearity="relu"``).

    input (T, N, input_size), (N, T, input_size) with ``batch_first``, (T, input_size) for one sequence, or a
    `PackedSequence`; h₀ (layers · directions, N, hidden_size), zeros if not given.  Returns the last layer's h of
    all times (T, N, directions · hidden_size) and the last h of all layers.  The next layer's input is h, of which
    ``dropout`` drops a part.  Elman, *Finding Structure in Time*, 1990.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        *args: Any,
        **kwargs: Any,
    ) -> None:
        _refuse_projection(kwargs)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        self.nonlinearity = nonlinearity
        super().__init__(f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, *args, **kwargs)


class GRU(RNNBase):
    """``h′ = (1 - z) n + z h`` with ``r, z = σ(W_ih x + b_ih + W_hh h + b_hh)``, ``n = tanh(W x + b + r (U h + c))``.

    Shapes are those of `RNN`; weights hold the gates r, z, n one below the other.
    Cho et al., *Learning Phrase Representations using RNN Encoder-Decoder*, 2014; here r is applied after the
    product, as in PyTorch.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _refuse_projection(kwargs)
        super().__init__("GRU", *args, **kwargs)


def _refuse_projection(kwargs: dict[str, Any]) -> None:
    if "proj_size" in kwargs:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


class LSTM(RNNBase):
    """``c′ = f c + i g``, ``h′ = o tanh c′`` with ``i, f, o = σ(…)``, ``g = tanh(…)`` of ``W x + b + U h + c``.

    Shapes are those of `RNN`; the state is a pair (h, c), and weights hold the gates i, f, g, o one below the
    other.  With ``proj_size`` h is a product of ``weight_hr_l0`` (proj_size, hidden_size) and o tanh c′.
    Hochreiter & Schmidhuber, *Long Short-Term Memory*, 1997; Gers, Schmidhuber & Cummins, 2000 (forget gates);
    Sak, Senior & Beaufays, 2014 (the projection).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        self.check_input(input, batch_sizes)
        wanted = (
            ("[0]", self.get_expected_hidden_size(input, batch_sizes)),
            ("[1]", self.get_expected_cell_size(input, batch_sizes)),
        )
        for h, (place, shape) in zip(hidden, wanted, strict=False):
            self.check_hidden_size(h, shape, "Expected hidden" + place + " size {}, got {}")

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        if permutation is None:
            return hx
        return tuple(h.index_select(1, permutation) for h in hx)

    def _zeros(self, input: Tensor, batch_sizes: Any) -> Any:
        shapes = (
            self.get_expected_hidden_size(input, batch_sizes),
            self.get_expected_cell_size(input, batch_sizes),
        )
        return tuple(create.zeros(shape, dtype=input.dtype, device=input.device) for shape in shapes)

    def _check_dims(self, hx: Any, batched: bool) -> None:
        wanted = 3 if batched else 2
        if hx[0].ndim != wanted or hx[1].ndim != wanted:
            kind = "batched 3-D" if batched else "unbatched 2-D"
            raise RuntimeError(
                f"For {kind} input, hx and cx should also be {wanted}-D but got ({hx[0].ndim}-D, "
                f"{hx[1].ndim}-D) tensors"
            )

    def _each(self, do: Callable[[Tensor], Tensor], hx: Any) -> Any:
        return tuple(do(h) for h in hx)

    def _packed_states(self, states: list[Tensor]) -> Any:
        return tuple(states)
