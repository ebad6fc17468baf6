"""VizGrad: PyTorch you can see.  ``import vizgrad as torch`` runs a tutorial's code; ``watch`` shows it.

The front door: names only.  What is behind each is in engine/ (tensors), nn/, optim/, trace/ and widgets/.
"""

# ruff: noqa: F401, F403 - names are imported to be found here
from __future__ import annotations

import math as _math
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from vizgrad.engine.contents.comparison import *
from vizgrad.engine.contents.conversion import *
from vizgrad.engine.contents.creation import *
from vizgrad.engine.contents.facts import *
from vizgrad.engine.contents.fourier import *
from vizgrad.engine.contents.inplace import *
from vizgrad.engine.contents.picking import *
from vizgrad.engine.contents.pointwise import *
from vizgrad.engine.contents.precision import *
from vizgrad.engine.contents.products import *
from vizgrad.engine.contents.recurrent import *
from vizgrad.engine.contents.reduction import *
from vizgrad.engine.contents.shaping import *
from vizgrad.engine.contents.sparse import *
from vizgrad.engine.contents.special import *
from vizgrad.engine.device import (
    device,
)
from vizgrad.engine.dtype import (
    bfloat16,
    complex64,
    complex128,
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
)
from vizgrad.engine.dtype import (
    bool_ as bool,
)
from vizgrad.engine.surface.about import (
    Size,
    is_complex,
    is_floating_point,
)
from vizgrad.engine.surface.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from vizgrad.engine.surface.show import (
    set_printoptions,
)
from vizgrad.engine.tensor import (
    Tensor,
)

__version__ = "0.1.0"
inf, nan, pi, e = _math.inf, _math.nan, _math.pi, _math.e
float, double, half = float32, float64, float16
int, long, short = int32, int64, int16
cfloat, cdouble = complex64, complex128


def is_tensor(obj: _Any) -> _Any:
    """Whether ``obj`` is a tensor."""
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> _Any:
    """How many elements a tensor has."""
    return input.numel()


from vizgrad import (
    __future__,
    accelerator,
    amp,
    autograd,
    backends,
    compiler,
    cpu,
    cuda,
    fft,
    linalg,
    masked,
    mps,
    nn,
    optim,
    random,
    serialization,
    signal,
    sparse,
    special,
    testing,
    utils,
    version,
    xpu,
)
from vizgrad.amp import GradScaler, autocast
from vizgrad.autograd.anomaly_mode import is_anomaly_check_nan_enabled, is_anomaly_enabled
from vizgrad.backends.threads import (
    get_num_interop_threads,
    get_num_threads,
    set_num_interop_threads,
    set_num_threads,
)
from vizgrad.backends.wishes import (
    are_deterministic_algorithms_enabled,
    get_deterministic_debug_mode,
    get_float32_matmul_precision,
    is_deterministic_algorithms_warn_only_enabled,
    is_warn_always_enabled,
    set_deterministic_debug_mode,
    set_float32_matmul_precision,
    set_flush_denormal,
    set_warn_always,
    use_deterministic_algorithms,
)
from vizgrad.compiler import compile
from vizgrad.cuda import AcceleratorError, OutOfMemoryError
from vizgrad.nn.native import *
from vizgrad.serialization import load, save
from vizgrad.streams import Event, Stream, get_device_module

if _TYPE_CHECKING:
    from vizgrad import datasets, distributions, functional, transforms
    from vizgrad.widgets.run import replay, step, watch

_LATER: dict[str, str] = {  # loaded when first used
    **dict.fromkeys(("watch", "step", "replay"), "vizgrad.widgets.run"),
    "load_ipython_extension": "vizgrad.widgets.magic",
}

_ROOMS = ("distributions", "datasets", "transforms", "functional")  # which most programs do not need


def __getattr__(name: str) -> _Any:
    import importlib

    if name in _ROOMS:
        return importlib.import_module(f"vizgrad.{name}")
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module 'vizgrad' has no attribute {name!r}")
