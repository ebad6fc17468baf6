"""autocast: inside its block each op runs in the type that suits it."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine.dtype import bfloat16, dtype, float16, float64
from vizgrad.engine.surface import autocast as engine
from vizgrad.engine.tensor import Tensor

__all__ = ["autocast", "custom_bwd", "custom_fwd"]


class autocast:  # noqa: N801 - the name that programs know
    """Run products and convolutions in 16 bits, sums and losses in 32: a context manager and a decorator.

    Micikevicius et al., *Mixed Precision Training*, 2018.  Use it around the forward pass and the loss; the
    backward pass belongs outside and runs in the types that the forward pass chose.  Blocks nest, and hold for
    this thread only.  The weights are cast once for each outermost block (``cache_enabled``).

    ``dtype``: bfloat16 on the CPU and float16 on GPUs unless given.  Which op runs in which type is
    PyTorch's table: https://pytorch.org/docs/stable/amp.html#autocast-op-reference
    """

    def __init__(
        self,
        device_type: str,
        dtype: dtype | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        self.device = device_type
        self.fast_dtype = engine.get_autocast_dtype(device_type) if dtype is None else dtype
        kept = engine.is_autocast_cache_enabled()
        self._cache_enabled = kept if cache_enabled is None else cache_enabled
        self._enabled = enabled and self._possible()
        self._before: list[tuple[bool, Any, bool]] = []

    def _possible(self) -> bool:
        """Whether this device can do it; a warning where not."""
        if self.device == "cuda" and not _device.cuda_count():
            warnings.warn("CUDA is not available. Disabling autocast.", stacklevel=3)
            return False
        if self.fast_dtype not in (bfloat16, float16):
            name = self.device.upper()
            warnings.warn(
                f"In {name} autocast, but the target dtype {self.fast_dtype} is not supported. Disabling autocast. "
                f"{name} Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.",
                stacklevel=3,
            )
            return False
        return True

    def __enter__(self) -> autocast:
        state, name = engine.state, self.device
        self._before.append((state.enabled[name], state.kinds[name], state.cache_enabled))
        state.enabled[name], state.kinds[name] = self._enabled, self.fast_dtype
        state.cache_enabled = self._cache_enabled
        engine.autocast_increment_nesting()
        engine.switch()
        return self

    def __exit__(self, *_: object) -> None:
        state, name = engine.state, self.device
        if engine.autocast_decrement_nesting() == 0:
            engine.clear_autocast_cache()
        state.enabled[name], state.kinds[name], state.cache_enabled = self._before.pop()
        engine.switch()

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        if not callable(func):
            raise TypeError(
                f"autocast()(func) requires a callable, but got {type(func).__name__}; as a context manager it "
                "is written `with torch.autocast(device_type): ...`"
            )

        @functools.wraps(func)
        def inside(*args: Any, **settings: Any) -> Any:
            with self:
                return func(*args, **settings)

        return inside


def _cast(value: Any, device_type: str, kind: dtype) -> Any:
    """Tensors of floating point on that device in another type, also inside lists and dictionaries."""
    if isinstance(value, Tensor):
        fits = value.is_floating_point() and value.device.type == device_type and value.dtype is not float64
        return value.to(kind) if fits else value
    if isinstance(value, (str, bytes, numpy.ndarray)):
        return value
    if isinstance(value, Mapping):
        return {_cast(k, device_type, kind): _cast(v, device_type, kind) for k, v in value.items()}
    if isinstance(value, Iterable):
        parts = (_cast(v, device_type, kind) for v in value)
        return type(value)(parts) if isinstance(value, (list, tuple)) else parts
    return value


def custom_fwd(
    fwd: Callable[..., Any] | None = None, *, device_type: str, cast_inputs: dtype | None = None
) -> Any:
    """For the ``forward`` of an `autograd.Function`: with ``cast_inputs``, its inputs are cast under autocast.

    ``forward`` itself then runs without autocast.  Outside autocast nothing changes.  Goes with `custom_bwd`.
    """
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def forward(ctx: Any, *args: Any, **settings: Any) -> Any:
        ctx._dtype = engine.get_autocast_dtype(device_type)
        on = engine.is_autocast_enabled(device_type)
        ctx._fwd_used_autocast = on and cast_inputs is None
        if not on or cast_inputs is None:
            return fwd(ctx, *args, **settings)
        with autocast(device_type, enabled=False):
            args, settings = _cast((args, settings), device_type, cast_inputs)
            return fwd(ctx, *args, **settings)

    return forward


def custom_bwd(bwd: Callable[..., Any] | None = None, *, device_type: str) -> Any:
    """For the ``backward`` of an `autograd.Function`: autocast is on there if it was in ``forward``."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def backward(ctx: Any, *args: Any, **settings: Any) -> Any:
        with autocast(device_type, enabled=ctx._fwd_used_autocast, dtype=ctx._dtype):
            return bwd(ctx, *args, **settings)

    return backward
