"""Averages of a model over training: stochastic weight averaging and exponential moving averages."""

# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from itertools import chain
from typing import Any

from vizgrad.engine.dtype import int64
from vizgrad.engine.surface.create import tensor
from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.tensor import Tensor
from vizgrad.nn.module import Module
from vizgrad.nn.norm import _BatchNorm, _InstanceNorm

from .lr_scheduler.scheduler import LRScheduler, per_group, warn_if_asked_outside
from .optimizer import Optimizer

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]

Average = Callable[[Tensor, Tensor, Any], Tensor]
MultiAverage = Callable[[Sequence[Tensor], Sequence[Tensor], Any], None]


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """The next exponential moving average: ``decay · average + (1 - decay) · now``."""
    _check_decay(decay)

    @no_grad()
    def ema_update(ema_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_ema_multi_avg_fn(decay: float = 0.999) -> MultiAverage:
    """The same as `get_ema_avg_fn`, into all averages of a list."""
    _check_decay(decay)

    @no_grad()
    def ema_update(
        ema_param_list: Sequence[Tensor], current_param_list: Sequence[Tensor], num_averaged: Any = None
    ) -> None:
        for average, now in zip(ema_param_list, current_param_list, strict=True):
            average.copy_(_between(average, now, 1 - decay))

    return ema_update


def get_swa_avg_fn() -> Average:
    """The next mean of all models so far: ``average + (now - average) / (number + 1)``."""

    @no_grad()
    def swa_update(averaged_param: Tensor, current_param: Tensor, num_averaged: Any) -> Tensor:
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def get_swa_multi_avg_fn() -> MultiAverage:
    """The same as `get_swa_avg_fn`, into all averages of a list."""

    @no_grad()
    def swa_update(
        averaged_param_list: Sequence[Tensor], current_param_list: Sequence[Tensor], num_averaged: Any
    ) -> None:
        for average, now in zip(averaged_param_list, current_param_list, strict=True):
            average.copy_(_between(average, now, 1 / (float(num_averaged) + 1)))

    return swa_update


def _between(a: Tensor, b: Tensor, share: float) -> Tensor:
    return a + share * (b - a)


def _check_decay(decay: float) -> None:
    if not 0 <= decay <= 1:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


class AveragedModel(Module):
    """A copy of ``model`` whose parameters are the mean of those of all ``update_parameters(model)`` so far.

    Izmailov et al., *Averaging Weights Leads to Wider Optima and Better Generalization*, 2018, equation 1:
    ``average ← average + (now - average) / (n_averaged + 1)``.  ``avg_fn(average, now, n)`` returns another
    average, ``multi_avg_fn(averages, nows, n)`` writes one into a list (see `get_ema_multi_avg_fn`).  With
    ``use_buffers`` buffers are averaged too; else they are copied.  After averaging, `update_bn` gives batch
    normalization the statistics of the new weights.
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: Average | None = None,
        multi_avg_fn: MultiAverage | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, dtype=int64, device=device))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model: Module) -> None:
        """Take the parameters of ``model`` into the average; the first time, copy them."""
        averages, nows = self._averaged(self.module), self._averaged(model)
        pairs = [(a.detach(), b.detach().to(a.device)) for a, b in zip(averages, nows, strict=False)]
        n = int(self.n_averaged.item())
        if n == 0:
            for average, now in pairs:
                average.copy_(now)
        elif self.avg_fn is not None:
            for average, now in pairs:
                average.copy_(self.avg_fn(average, now, self.n_averaged))
        else:
            self._average_alike(pairs, self.multi_avg_fn or get_swa_multi_avg_fn())
        if not self.use_buffers:
            for ours, theirs in zip(self.module.buffers(), model.buffers(), strict=True):
                ours.detach().copy_(theirs.detach().to(ours.device))
        self.n_averaged += 1

    def _averaged(self, model: Module) -> Iterable[Tensor]:
        return chain(model.parameters(), model.buffers()) if self.use_buffers else model.parameters()

    def _average_alike(self, pairs: list[tuple[Tensor, Tensor]], average: MultiAverage) -> None:
        """Call ``average`` once for the tensors of each device and dtype."""
        groups: dict[Any, list[tuple[Tensor, Tensor]]] = {}
        for pair in pairs:
            groups.setdefault((str(pair[0].device), pair[0].dtype), []).append(pair)
        for group in groups.values():
            average([a for a, _ in group], [b for _, b in group], self.n_averaged)


@no_grad()
def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Measure the statistics of all batch normalization layers anew, in one pass over ``loader``.

    A batch is the input, or a list or tuple that begins with it; it is moved to ``device`` if that is given.
    """
    layers = {
        layer: layer.momentum
        for layer in model.modules()
        if isinstance(layer, _BatchNorm) and not isinstance(layer, _InstanceNorm)
    }
    if not layers:
        return
    was_training = model.training
    model.train()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # a plain mean over all batches
    for batch in loader:
        given: Any = batch[0] if isinstance(batch, (list, tuple)) else batch
        model(given if device is None else given.to(device))
    for layer, momentum in layers.items():
        layer.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Moves the learning rates to ``swa_lr`` within ``anneal_epochs`` epochs, and keeps them there.

    Along a cosine (``anneal_strategy="cos"``) or a line ("linear"); ``swa_lr`` is one value or one for each
    parameter group.  Izmailov et al., 2018, section 3.2.
    """

    unsaved = ("optimizer", "anneal_func")

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: Any,
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        for value, group in zip(per_group("swa_lr", optimizer, swa_lr), optimizer.param_groups, strict=True):
            group["swa_lr"] = value
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:  # type: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self._anneal_strategy, self.anneal_epochs = anneal_strategy, anneal_epochs
        super().__init__(optimizer, last_epoch)

    def anneal_func(self, t: float) -> float:
        """The share of the way that is done at time t, both from 0 to 1."""
        return t if self._anneal_strategy == "linear" else (1 - math.cos(math.pi * t)) / 2

    def get_lr(self) -> list[Any]:
        """The present rates are on the way already: go back to where it began, then forth to the new place."""
        warn_if_asked_outside(self)
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = (
            self.anneal_func(max(0, min(1, n / max(1, self.anneal_epochs)))) for n in (step - 1, step)
        )
        rates: list[Any] = []
        for group in self.optimizer.param_groups:
            goal = group["swa_lr"]
            first = goal if before == 1 else (group["lr"] - before * goal) / (1 - before)
            rates.append(goal * now + first * (1 - now))
        return rates
