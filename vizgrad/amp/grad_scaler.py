"""GradScaler: losses are scaled up so that small gradients survive float16, gradients scaled down again."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import enum
import warnings
from collections.abc import Iterable
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import namespace
from vizgrad.engine.dtype import float16
from vizgrad.engine.tensor import Tensor

__all__ = ["GradScaler", "OptState"]


class OptState(enum.Enum):
    """How far an optimizer is in this iteration."""

    READY = 0
    UNSCALED = 1
    STEPPED = 2


class Progress:
    """What is known of one optimizer in this iteration."""

    def __init__(self) -> None:
        self.stage = OptState.READY
        self.found_inf: bool | None = None  # None: nobody has looked


class GradScaler:
    """Multiplies the loss by a scale that it finds by itself, and skips steps whose gradients are not finite.

    Micikevicius et al., *Mixed Precision Training*, 2018, section 3.2::

        scaler.scale(loss).backward()
        scaler.step(optimizer)   # divides the gradients by the scale; no step if one is inf or NaN
        scaler.update()

    After a skipped step the scale is multiplied by ``backoff_factor``, after ``growth_interval`` steps without one by
    ``growth_factor``.  ``enabled=False`` makes all of it do nothing; so it is on ``device="cuda"`` without a GPU.
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        if device == "cuda" and enabled and not _device.cuda_count():
            warnings.warn(
                "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2
            )
            enabled = False
        self._device, self._enabled = device, enabled
        if enabled and growth_factor <= 1:
            raise AssertionError(f"The growth factor must be > 1.0, but is {growth_factor}.")
        if enabled and backoff_factor >= 1:
            raise AssertionError(f"The backoff factor must be < 1.0, but is {backoff_factor}.")
        self._current = _narrow(init_scale)
        self._started = False  # whether anything was scaled yet
        self._growth_factor, self._backoff_factor = growth_factor, backoff_factor
        self._growth_interval, self._growth_tracker = growth_interval, 0
        self._progress: dict[int, Progress] = {}

    # --- in the loop

    def scale(self, outputs: Any) -> Any:
        """``outputs`` times the scale: a tensor, or an iterable of tensors."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            self._started = True
            return outputs * Tensor._wrap(namespace.of((outputs.array,)).module.asarray(self._current, "f4"))
        if not isinstance(outputs, Iterable):
            raise ValueError("outputs must be a Tensor or an iterable of Tensors")
        parts = map(self.scale, outputs)
        return type(outputs)(parts) if isinstance(outputs, (list, tuple)) else parts

    def unscale_(self, optimizer: Any) -> None:
        """Divide the optimizer's gradients by the scale, to clip or to look at them before `step`.

        Raises RuntimeError if that was done since the last `update`.
        """
        if not self._enabled:
            return
        self._require_started("unscale_")
        progress = self._of(optimizer)
        if progress.stage is OptState.UNSCALED:
            raise RuntimeError(
                "unscale_() has already been called on this optimizer since the last update()."
            )
        if progress.stage is OptState.STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        progress.found_inf = _unscale(optimizer, _narrow(1 / self._current))
        progress.stage = OptState.UNSCALED

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """`unscale_`, unless that was done, then ``optimizer.step(…)`` if all gradients are finite.

        Returns what the optimizer's step returns, None where it was skipped.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._require_started("step")
        progress = self._of(optimizer)
        if progress.stage is OptState.STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if progress.stage is OptState.READY:
            self.unscale_(optimizer)
        if progress.found_inf is None:
            raise AssertionError("No inf checks were recorded for this optimizer: it has no gradients.")
        result = None if progress.found_inf else optimizer.step(*args, **kwargs)
        progress.stage = OptState.STEPPED
        return result

    def update(self, new_scale: Any = None) -> None:
        """Let the scale grow or back off, or set it; the next iteration begins."""
        if not self._enabled:
            return
        self._require_started("update")
        if new_scale is not None:
            self._current = _narrow(new_scale)
        else:
            seen = [p.found_inf for p in self._progress.values() if p.found_inf is not None]
            if not seen:
                raise AssertionError("No inf checks were recorded prior to update.")
            self._adapt(any(seen))
        self._progress.clear()

    def _adapt(self, found_inf: bool) -> None:
        if found_inf:
            self._current = _narrow(self._current * self._backoff_factor)
            self._growth_tracker = 0
            return
        self._growth_tracker += 1
        if self._growth_tracker == self._growth_interval:
            grown = _narrow(self._current * self._growth_factor)
            if grown < float("inf"):
                self._current = grown
            self._growth_tracker = 0

    def _of(self, optimizer: Any) -> Progress:
        return self._progress.setdefault(id(optimizer), Progress())

    def _require_started(self, what: str) -> None:
        if not self._started:
            raise AssertionError(
                f"Attempted {what} but _scale is None.  This may indicate your script did not use "
                "scaler.scale(loss or outputs) earlier in the iteration."
            )

    # --- settings

    def get_scale(self) -> float:
        """The scale; 1 if not enabled."""
        return self._current if self._enabled else 1.0

    def get_growth_factor(self) -> float:
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        self._growth_interval = new_interval

    def _get_growth_tracker(self) -> int:
        return self._growth_tracker if self._enabled else 0

    def is_enabled(self) -> bool:
        return self._enabled

    # --- saving

    def state_dict(self) -> dict[str, Any]:
        """The scale, its settings and the number of steps since it changed, as numbers; empty if not enabled."""
        if not self._enabled:
            return {}
        return {
            "scale": self._current,
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._growth_tracker,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from such a state.  Raises RuntimeError for an empty one."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of "
                "GradScaler."
            )
        self._current = _narrow(state_dict["scale"])
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._growth_tracker = state_dict["_growth_tracker"]

    def __getstate__(self) -> dict[str, Any]:
        if self._progress:
            raise AssertionError(
                "A GradScaler instance may only be pickled at the beginning of an iteration, or at the end after "
                "scaler.update()."
            )
        return self.__dict__.copy()


def _narrow(scale: Any) -> float:
    """The scale is a float32, as a tensor of it would be."""
    with numpy.errstate(over="ignore"):
        return float(numpy.float32(float(scale)))


def _unscale(optimizer: Any, factor: float) -> bool | None:
    """Multiply all gradients by ``factor``; whether one of them is inf or NaN, None if there are none."""
    found: list[bool] = []
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is None:
                continue
            if p.grad.dtype is float16:
                raise ValueError("Attempting to unscale FP16 gradients.")
            g: Any = p.grad._values() if p.grad.is_sparse else p.grad
            xp = namespace.of((g.array,)).module
            found.append(not bool(xp.isfinite(g.array).all()))
            g.array *= g.array.dtype.type(factor)
            g.memory.version += 1
    return any(found) if found else None
