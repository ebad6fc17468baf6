"""The categorical distribution: one of K choices, by its number."""

from __future__ import annotations

from typing import Any

from vizgrad.engine.contents.creation import arange, full, multinomial
from vizgrad.engine.contents.shaping import broadcast_tensors
from vizgrad.engine.dtype import int64
from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.surface.kinds import finfo

from . import constraints
from .chances import Choices

__all__ = ["Categorical"]


class Categorical(Choices):
    """A whole number k from 0 to K - 1, with the chance ``probs[..., k]``.

    Give ``probs`` ≥ 0 (…, K), which are divided by their sum, or ``logits`` (…, K), any numbers, of which
    softmax makes the chances.  The batch has the shape of the other dimensions.
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        self._take(probs, logits)
        super().__init__(self.param_shape[:-1], validate_args=validate_args)

    @property
    def _num_events(self) -> int:
        return self.param_shape[-1]

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """Whole numbers from 0 to K - 1."""
        return constraints.integer_interval(0, self._num_events - 1)

    def _undefined(self) -> Any:
        p = self._param
        return full(self._batch_shape, float("nan"), dtype=self.probs.dtype, device=p.device)

    @property
    def mean(self) -> Any:
        """NaN: choices have no order."""
        return self._undefined()

    @property
    def mode(self) -> Any:
        return self.probs.argmax(dim=-1)

    @property
    def variance(self) -> Any:
        """NaN, as the mean."""
        return self._undefined()

    def sample(self, sample_shape: Any = ()) -> Any:
        sample_shape = tuple(sample_shape)
        rows = self.probs.detach().reshape(-1, self._num_events)
        times = 1
        for n in sample_shape:
            times *= n
        shape = self._extended_shape(sample_shape)
        if shape.numel() == 0:
            return full(shape, 0, dtype=int64, device=rows.device)
        with no_grad():
            return multinomial(rows, times, True).T.reshape(shape)

    def log_prob(self, value: Any) -> Any:
        self._checked(value)
        chosen, logits = broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, chosen[..., :1]).squeeze(-1)

    def entropy(self) -> Any:
        logits = self.logits.clamp(min=finfo(self.logits.dtype).min)  # 0 · -∞ is 0
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Any:
        values = arange(self._num_events, device=self._param.device)
        values = values.view((-1, *(1,) * len(self._batch_shape)))
        return values.expand((-1, *self._batch_shape)) if expand else values
