"""VizGrad: PyTorch you can see.  ``import vizgrad as torch`` runs a tutorial's code; ``watch`` shows it.

The front door: names only.  What is behind each is in engine/ (tensors), nn/, optim/, trace/ and widgets/.
"""

# ruff: noqa: F401 - names are imported to be found here
from __future__ import annotations

import math as _math
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

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
    promote_types,
    set_default_dtype,
    uint8,
)
from vizgrad.engine.dtype import (
    bool_ as bool,
)
from vizgrad.engine.ops.activation import (
    erf,
    expm1,
    log1p,
    relu,
    sigmoid,
    tanh,
)
from vizgrad.engine.ops.compare import (
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    ceil,
    eq,
    floor,
    floor_divide,
    ge,
    gt,
    isfinite,
    isinf,
    isnan,
    le,
    logical_not,
    lt,
    ne,
    remainder,
    round,
)
from vizgrad.engine.ops.elementwise import (
    abs,
    add,
    clamp,
    conj,
    cos,
    div,
    exp,
    log,
    maximum,
    minimum,
    mul,
    neg,
    pow,
    reciprocal,
    rsqrt,
    sign,
    sin,
    sqrt,
    square,
    sub,
    where,
)
from vizgrad.engine.ops.index import (
    masked_fill,
    tril,
    triu,
)
from vizgrad.engine.ops.matmul import (
    matmul,
)
from vizgrad.engine.ops.reduce import (
    amax,
    amin,
    argmax,
    argmin,
    cumsum,
    logsumexp,
    prod,
)
from vizgrad.engine.ops.shape import (
    cat,
    diagonal,
    flatten,
    squeeze,
    stack,
    transpose,
    unsqueeze,
)
from vizgrad.engine.surface.about import (
    Size,
    is_complex,
    is_floating_point,
)
from vizgrad.engine.surface.create import (
    arange,
    as_tensor,
    bernoulli,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    normal,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    tensor,
    zeros,
    zeros_like,
)
from vizgrad.engine.surface.fold import (
    all,
    allclose,
    any,
    equal,
    log_softmax,
    max,
    mean,
    min,
    norm,
    softmax,
    std,
    sum,
    topk,
    var,
)
from vizgrad.engine.surface.form import (
    chunk,
    clone,
    flip,
    gather,
    narrow,
    permute,
    reshape,
    select,
    split,
    t,
    unbind,
)
from vizgrad.engine.surface.grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from vizgrad.engine.surface.indexing import (
    index_select,
    masked_select,
    nonzero,
)
from vizgrad.engine.surface.random import (
    Generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
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
strided, preserve_format, contiguous_format, channels_last = (
    "strided",
    "preserve",
    "contiguous",
    "channels_last",
)
mm = bmm = dot = mv = matmul
concat = concatenate = cat
multiply, subtract, divide, clip, negative, absolute = mul, sub, div, clamp, neg, abs
swapaxes = swapdims = transpose


def is_tensor(obj: _Any) -> _Any:
    """Whether ``obj`` is a tensor."""
    return isinstance(obj, Tensor)


def numel(input: Tensor) -> _Any:
    """How many elements a tensor has."""
    return input.numel()


from vizgrad import autograd, cuda, nn, optim, random

if _TYPE_CHECKING:
    from vizgrad.widgets.run import replay, watch

_LATER = {"watch": "vizgrad.widgets.run", "replay": "vizgrad.widgets.run"}  # loaded when first used


def __getattr__(name: str) -> _Any:
    if name in _LATER:
        import importlib

        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module 'vizgrad' has no attribute {name!r}")
