"""``torch.backends.cuda``: how a GPU multiplies matrices and computes attention."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from vizgrad.engine import device as _device

from .flags import Switches

# Permissions to be less exact, of which we make no use.
matmul = Switches(
    allow_tf32=False,
    allow_fp16_reduced_precision_reduction=True,
    allow_bf16_reduced_precision_reduction=True,
    allow_fp16_accumulation=False,
    fp32_precision="none",
)
_attention = {"flash": True, "mem_efficient": True, "math": True, "cudnn": True}
_library = "default"


def is_built() -> bool:
    """Whether CuPy is installed: what a GPU is reached through."""
    return _device.cuda_count() > 0


def preferred_linalg_library(backend: str | None = None) -> str:
    """Keep this wish, and say what it is.  Decompositions on a GPU are CuPy's, which are cuSOLVER's."""
    global _library
    if backend is not None:
        _library = backend
    return _library


preferred_blas_library = preferred_linalg_library


def _switch(name: str) -> Any:
    def enable(enabled: bool) -> None:
        _attention[name] = enabled

    enable.__doc__ = (
        f"Allow or forbid the {name} form of attention.  All forms are one here, with equal results."
    )
    return enable


def _state(name: str) -> Any:
    def enabled() -> bool:
        return _attention[name]

    enabled.__doc__ = f"Whether the {name} form of attention is allowed."
    return enabled


enable_flash_sdp, flash_sdp_enabled = _switch("flash"), _state("flash")
enable_mem_efficient_sdp, mem_efficient_sdp_enabled = _switch("mem_efficient"), _state("mem_efficient")
enable_math_sdp, math_sdp_enabled = _switch("math"), _state("math")
enable_cudnn_sdp, cudnn_sdp_enabled = _switch("cudnn"), _state("cudnn")


@contextlib.contextmanager
def sdp_kernel(
    enable_flash: bool = True,
    enable_math: bool = True,
    enable_mem_efficient: bool = True,
    enable_cudnn: bool = True,
) -> Iterator[None]:
    """Allow only some forms of attention inside the block."""
    before = dict(_attention)
    _attention.update(
        flash=enable_flash, math=enable_math, mem_efficient=enable_mem_efficient, cudnn=enable_cudnn
    )
    try:
        yield
    finally:
        _attention.update(before)
