"""Mixed precision: which ops run in 16 bits and which in 32 while autocast is on.

The lists are PyTorch's, by device; ops that are in none run in the type of their operands.
https://pytorch.org/docs/stable/amp.html#autocast-op-reference
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine import local, tape
from vizgrad.engine.alias import View
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.op import Op
from vizgrad.engine.ops import shape

_CAST: Op = shape.cast.row  # type: ignore[attr-defined]
_WIDE = numpy.dtype("f4")
_FLOATS = {_WIDE, _dtype.float16.numpy, _dtype.bfloat16.numpy}  # float64 is asked for on purpose: left alone

_PRODUCTS = (
    "addbmm addmm baddbmm bmm conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d "
    "linalg_vecdot linear matmul mm prelu scaled_dot_product_attention"
)
_LOSSES = (
    "binary_cross_entropy_with_logits cosine_embedding_loss hinge_embedding_loss huber_loss kl_div l1_loss "
    "margin_ranking_loss mse_loss multi_margin_loss multilabel_margin_loss nll_loss poisson_nll_loss smooth_l1_loss "
    "soft_margin_loss triplet_margin_loss cdist prod"
)
_FOURIER = (
    "fft_fft fft_fft2 fft_fftn fft_hfft fft_ifft fft_ifft2 fft_ifftn fft_ihfft fft_irfft fft_irfft2 fft_irfftn "
    "fft_rfft fft_rfft2 fft_rfftn fft_C2C fft_C2R fft_R2C"
)
_MATRICES = (
    "cholesky_inverse geqrf linalg_cholesky_ex linalg_eig linalg_eigh linalg_eigvals linalg_eigvalsh linalg_inv "
    "linalg_pinv linalg_qr linalg_solve linalg_svd linalg_svdvals pinverse trace"
)
_CPU_WIDE = (
    "adaptive_avg_pool3d adaptive_max_pool3d avg_pool3d binary_cross_entropy cross_entropy ctc_loss "
    "fractional_max_pool2d fractional_max_pool3d grid_sample max_pool3d max_unpool2d max_unpool3d nanquantile polar "
    "quantile view_as_complex"
)
_CUDA_WIDE = (
    "acos arccos asin arcsin cosh cosine_similarity cumprod cumsum dist erfinv exp expm1 group_norm interpolate "
    "layer_norm linalg_matrix_norm linalg_vector_norm log log10 log1p log2 log_softmax logsumexp norm "
    "pdist pow reciprocal renorm rms_norm rsqrt sinh softmax softplus sum tan"
)


def _named(low: str, wide: str, widest: str) -> dict[str, str]:
    """Which way each op's operands go: to the narrow type, to float32, or to the widest among them."""
    rules = ((low, "low"), (wide, "wide"), (widest, "widest"))
    return {name: rule for names, rule in rules for name in names.split()}


RULES: dict[str, dict[str, str]] = {
    "cpu": _named(_PRODUCTS, f"{_LOSSES} {_FOURIER} {_MATRICES} {_CPU_WIDE}", "cat stack"),
    "cuda": _named(
        f"{_PRODUCTS} addmv addr chain_matmul einsum linalg_multi_dot mv",
        f"{_LOSSES} {_CUDA_WIDE}",
        "addcdiv addcmul atan2 arctan2 bilinear cross linalg_cross dot grid_sample index_put scatter_add tensordot "
        "vdot",
    )
    | {"binary_cross_entropy": "unsafe"},
}
UNSAFE = (
    "torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast: in float16 the logarithm of "
    "a small probability overflows. Leave out the sigmoid before the loss and use "
    "binary_cross_entropy_with_logits or BCEWithLogitsLoss, which are safe to autocast."
)


class State(threading.local):
    """What autocast is set to on this thread."""

    cache_enabled = True
    nesting = 0

    def __init__(self) -> None:
        self.enabled: dict[str, bool] = dict.fromkeys(RULES, False)
        self.kinds: dict[str, _dtype.dtype] = {"cpu": _dtype.bfloat16, "cuda": _dtype.float16}
        self.cache: dict[Any, tuple[Any, int, Any]] = {}  # of weights: the weight, its version, its cast


state = State()


def switch() -> None:
    """Let ops be cast from now on, or no longer, as `state` says."""
    on = [name for name, enabled in state.enabled.items() if enabled]
    local.set_cast(Casting(on) if on else None)


class Casting:
    """What operands go through before an op: called by the tape, and by `whole` for functions made of ops."""

    def __init__(self, names: list[str]) -> None:
        self.devices = [(name, RULES[name], state.kinds[name].numpy) for name in names]

    def __call__(self, op: Op, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        for place, rules, low in self.devices:
            rule = rules.get(op.name)
            if rule is not None:
                inputs = self.cast(rule, place, low, inputs)
        return inputs

    def cast(self, rule: str, place: str, low: Any, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The operands on one device in the type that the rule says."""
        if rule == "unsafe":
            if any(_floats(x, place) for x in values):
                raise RuntimeError(UNSAFE)
            return values
        kind = low if rule == "low" else _WIDE
        if rule == "widest":
            found = {x.array.dtype for x in values if _floats(x, place)}
            kind = _WIDE if _WIDE in found else low
        return tuple([_as(x, kind, low) if _floats(x, place) else x for x in values])

    def run(self, name: str, function: Callable[..., Any], args: Any, settings: Any) -> Any:
        """A function made of ops, cast as one: inside, nothing more is."""
        found = [(rules[name], place, low) for place, rules, low in self.devices if name in rules]
        if not found:
            return function(*args, **settings)
        for rule, place, low in found:
            flat = _tensors((args, settings))
            cast = dict(zip(map(id, flat), self.cast(rule, place, low, tuple(flat)), strict=True))
            args, settings = _replaced(args, cast), _replaced(settings, cast)
        local.set_cast(None)
        try:
            return function(*args, **settings)
        finally:
            local.set_cast(self)


def _floats(x: Any, place: str) -> bool:
    """Whether autocast on this device is concerned with the operand ``x``."""
    if not isinstance(x, Bare) or x.array.dtype not in _FLOATS:
        return False
    return (type(x.array) is numpy.ndarray) == (place == "cpu")


def _as(x: Any, kind: Any, low: Any) -> Any:
    """``x`` in another type, recorded; a weight is cast once for all its uses inside the outermost block."""
    if x.array.dtype == kind:
        return x
    weight = x.tracked and x.node is None and type(x.alias) is not View and x.array.dtype == _WIDE
    if not (weight and state.cache_enabled and kind == low and state.nesting):
        return tape.apply(_CAST, (x,), {"kind": kind})
    key = id(x), here.grad, kind
    known = state.cache.get(key)
    if known is None or known[1] != x.memory.version or known[0] is not x:
        state.cache[key] = known = x, x.memory.version, tape.apply(_CAST, (x,), {"kind": kind})
    return known[2]


def _tensors(value: Any) -> list[Any]:
    if isinstance(value, Bare):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
    return [x for part in parts for x in _tensors(part)]


def _replaced(value: Any, cast: dict[int, Any]) -> Any:
    if isinstance(value, Bare):
        return cast[id(value)]
    if isinstance(value, dict):
        return {k: _replaced(v, cast) for k, v in value.items()}
    return type(value)(_replaced(v, cast) for v in value) if type(value) in (tuple, list) else value


def whole(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function made of ops that autocast treats as one, if its name is in the lists above."""

    def marked(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **settings: Any) -> Any:
            if local.early and here.cast is not None:
                return here.cast.run(name, function, args, settings)  # type: ignore[attr-defined]
            return function(*args, **settings)

        return call if any(name in rules for rules in RULES.values()) else function

    return marked


# --- what torch offers to ask and to set


def _known(device_type: str) -> str:
    if not isinstance(device_type, str):
        raise TypeError(f"device_type must be a str such as 'cpu', not {type(device_type).__name__}")
    name = _device.device(device_type).type if device_type else ""
    if name not in RULES:
        raise RuntimeError(f"unknown device type for autocast: {device_type!r}; it can be 'cpu' or 'cuda'")
    return name


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Whether ops on this kind of device are cast, on this thread."""
    return state.enabled[_known(device_type)]


def set_autocast_enabled(*args: Any) -> None:
    """``set_autocast_enabled(device_type, enabled)``: cast from now on, or no longer.  With one argument: on GPUs."""
    device_type, enabled = args if len(args) > 1 else ("cuda", *args)
    state.enabled[_known(device_type)] = bool(enabled)
    switch()


def get_autocast_dtype(device_type: str) -> _dtype.dtype:
    """The narrow type that ops on this kind of device are cast to."""
    return state.kinds[_known(device_type)]


def set_autocast_dtype(device_type: str, dtype: _dtype.dtype) -> None:
    """Choose that type: float16 or bfloat16."""
    state.kinds[_known(device_type)] = dtype
    switch()


def is_autocast_available(device_type: str) -> bool:
    """Whether there is an autocast for this kind of device at all."""
    return device_type in RULES


def is_autocast_cache_enabled() -> bool:
    """Whether casts of weights are kept until the outermost autocast block ends."""
    return state.cache_enabled


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Keep casts of weights, or do not."""
    state.cache_enabled = bool(enabled)


def clear_autocast_cache() -> None:
    """Forget the casts of weights."""
    state.cache.clear()


def autocast_increment_nesting() -> int:
    """Note that one more block began; how many there are."""
    state.nesting += 1
    return state.nesting


def autocast_decrement_nesting() -> int:
    """Note that a block ended; how many are left."""
    state.nesting -= 1
    return state.nesting


def is_autocast_cpu_enabled() -> bool:
    """`is_autocast_enabled` for the CPU."""
    return is_autocast_enabled("cpu")


def set_autocast_cpu_enabled(enabled: bool) -> None:
    """`set_autocast_enabled` for the CPU."""
    set_autocast_enabled("cpu", enabled)


def get_autocast_cpu_dtype() -> _dtype.dtype:
    """`get_autocast_dtype` for the CPU."""
    return get_autocast_dtype("cpu")


def set_autocast_cpu_dtype(dtype: _dtype.dtype) -> None:
    """`set_autocast_dtype` for the CPU."""
    set_autocast_dtype("cpu", dtype)


def get_autocast_gpu_dtype() -> _dtype.dtype:
    """`get_autocast_dtype` for GPUs."""
    return get_autocast_dtype("cuda")


def set_autocast_gpu_dtype(dtype: _dtype.dtype) -> None:
    """`set_autocast_dtype` for GPUs."""
    set_autocast_dtype("cuda", dtype)
