"""LRScheduler: what every learning-rate schedule shares."""

# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from vizgrad.engine.tensor import Tensor
from vizgrad.optim.optimizer import Optimizer

__all__ = ["LRScheduler"]


class LRScheduler:
    """Sets the learning rates of an optimizer, one value per parameter group, at each ``step()``.

    Subclasses say the next values in ``get_lr()``: ``self.last_epoch`` is the number of the coming epoch (0
    when the scheduler is made), ``self.base_lrs`` the values at the start, ``self.rates()`` the values now.
    """

    _get_lr_called_within_step = False
    _is_initial = False
    unsaved: ClassVar[tuple[str, ...]] = ("optimizer",)  # attributes that state_dict leaves out

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = checked(optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", _copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with "
                    f"last_epoch >= 0; load the optimizer's state first, or begin with last_epoch=-1"
                )
        self.base_lrs = [_copied(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self) -> None:
        """Set the rates of epoch 0."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def rates(self) -> list[Any]:
        """The learning rates that the optimizer has now."""
        return [_copied(group["lr"]) for group in self.optimizer.param_groups]

    def get_lr(self) -> list[Any]:
        """The learning rates of ``self.last_epoch``: subclasses override this."""
        raise NotImplementedError(f"{type(self).__name__} needs get_lr()")

    def get_last_lr(self) -> list[Any]:
        """The learning rates that were set last, one per parameter group."""
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next epoch; call it after ``optimizer.step()``."""
        if self._step_count == 1 and not self.optimizer._stepped:
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and "
                "later, you should call them in the opposite order: `optimizer.step()` before "
                "`lr_scheduler.step()`.  Failure to do this will result in skipping the first value of the "
                "learning rate schedule.",
                UserWarning,
                stacklevel=2,
            )
        self._step_count += 1
        if epoch is not None:
            warn_epoch()
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        closed = getattr(self, "_get_closed_form_lr", None)
        with self._asking():
            self.set_rates(self.get_lr() if epoch is None or closed is None else closed())

    @contextmanager
    def _asking(self) -> Generator[None]:
        """``get_lr`` is called by the schedule itself, so its warning stays away."""
        self._get_lr_called_within_step = True
        try:
            yield
        finally:
            self._get_lr_called_within_step = False

    def set_rates(self, values: Sequence[Any]) -> None:
        """Give each parameter group its learning rate."""
        for group, lr in zip(self.optimizer.param_groups, values, strict=True):
            set_rate(group, lr)
        self._last_lr = self.rates()

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer."""
        return {name: value for name, value in vars(self).items() if name not in self.unsaved}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where ``state_dict`` was taken."""
        vars(self).update(state_dict)


def warn_if_asked_outside(scheduler: LRScheduler) -> None:
    """``get_lr`` computes the next rates; whoever wants the present ones is told where they are."""
    if not scheduler._get_lr_called_within_step:
        warnings.warn(
            "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
            UserWarning,
            stacklevel=3,
        )


def warn_epoch() -> None:
    warnings.warn(
        "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. "
        "Please use `scheduler.step()` to step the scheduler.",
        UserWarning,
        stacklevel=3,
    )


def set_rate(group: dict[str, Any], lr: Any) -> None:
    """Set one group's learning rate; a Tensor is filled, so that whoever shares it sees the change."""
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(float(lr))
    else:
        group["lr"] = lr


def checked(optimizer: Any) -> Optimizer:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
    return optimizer


def per_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """One value for each parameter group: the same for all, or a list of the right length."""
    n = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [_copied(value) for _ in range(n)]
    if len(value) != n:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. "
            f"{name} has {len(value)} values, param_groups has {n}."
        )
    return [_copied(v) for v in value]


def cycles_momentum(
    optimizer: Optimizer, base: Any, top: Any, last_epoch: int
) -> tuple[bool, list[Any], list[Any]]:
    """Prepare the groups for a cycled momentum (or first beta)

    Whether it is a beta, lowest and highest values.
    """
    if "momentum" not in optimizer.defaults and "betas" not in optimizer.defaults:
        raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
    use_beta1 = "betas" in optimizer.defaults
    lows, tops = per_group("base_momentum", optimizer, base), per_group("max_momentum", optimizer, top)
    if last_epoch == -1:
        for group, low, high in zip(optimizer.param_groups, lows, tops, strict=True):
            set_momentum(group, high, use_beta1=use_beta1)
            group["max_momentum"], group["base_momentum"] = high, low
    return use_beta1, lows, tops


def set_momentum(group: dict[str, Any], value: Any, *, use_beta1: bool) -> None:
    if use_beta1:
        group["betas"] = (value, *group["betas"][1:])
    else:
        group["momentum"] = value


def saved_function(fn: Callable[..., Any] | None) -> dict[str, Any] | None:
    """What ``state_dict`` keeps of a callable: its attributes if it is an object, nothing if a function."""
    return None if fn is None or isinstance(fn, types.FunctionType) else vars(fn).copy()


def _copied(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value
