"""Pooling with random windows, and pooling backwards."""

from __future__ import annotations

import math
from typing import Any

from vizgrad.engine import namespace
from vizgrad.engine.dtype import int64
from vizgrad.engine.surface import create
from vizgrad.engine.surface.autocast import whole
from vizgrad.engine.tensor import Tensor

__all__ = [
    "fractional_max_pool2d", "fractional_max_pool2d_with_indices", "fractional_max_pool3d",
    "fractional_max_pool3d_with_indices", "max_unpool1d", "max_unpool2d", "max_unpool3d",
]  # fmt: skip


def _sizes(n: int, value: Any) -> tuple[Any, ...]:
    return (value,) * n if isinstance(value, (int, float)) else tuple(value)


# --- backwards ----------------------------------------------------------------------------------------------


def _unpool(
    n: int, input: Tensor, indices: Tensor, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Tensor:
    kernel = _sizes(n, kernel_size)
    step, sides = _sizes(n, stride if stride is not None else kernel), _sizes(n, padding)
    if indices.dtype is not int64:
        raise RuntimeError(f"elements in indices should be type int64 but got: {indices.dtype}")
    if input.ndim not in (n + 1, n + 2):
        raise RuntimeError(
            f"Input to max_unpool{n}d should be a {n + 1}d or {n + 2}d Tensor, but got a {input.ndim}d one"
        )
    if input.shape != indices.shape:
        raise RuntimeError(
            "Expected shape of indices to be the same as that of the input tensor "
            f"({list(input.shape)}) but got indices tensor with shape: {list(indices.shape)}"
        )
    usual = [
        (m - 1) * s + k - 2 * p for m, s, k, p in zip(input.shape[-n:], step, kernel, sides, strict=True)
    ]
    plane = usual if output_size is None else _chosen(n, list(output_size), usual, step)
    if min(plane) < 0 or min(step) < 1:
        raise RuntimeError(
            f"max_unpool{n}d needs a positive stride and output size, but got {step} and {plane}"
        )
    lead, places = tuple(input.shape[:-n]), math.prod(plane)
    flat = indices.reshape(*lead, -1)
    if flat.numel() and not 0 <= int(flat.min()) <= int(flat.max()) < places:
        raise RuntimeError(
            f"Found an invalid max index: indices run from {int(flat.min())} to {int(flat.max())}, but the output "
            f"volumes are of size {'x'.join(map(str, plane))}"
        )
    empty = create.zeros((*lead, places), dtype=input.dtype, device=input.device)
    return empty.scatter(len(lead), flat, input.reshape(*lead, -1)).reshape(*lead, *plane)


def _chosen(n: int, size: list[int], usual: list[int], step: tuple[int, ...]) -> list[int]:
    """The output size asked for, if pooling it would give the input's size."""
    size = size[2:] if len(size) == n + 2 else size
    if len(size) != n:
        raise ValueError(
            f"output_size should hold {n} or {n + 2} elements, but it has a length of {len(size)}"
        )
    for d, (have, want, s) in enumerate(zip(usual, size, step, strict=True)):
        if not have - s < want < have + s:
            raise ValueError(
                f"invalid output_size {size} (dim {d} must be between {have - s} and {have + s})"
            )
    return size


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Each number back to where `max_pool1d` found it, zeros elsewhere: (N, C, L) or (C, L)"""
    return _unpool(1, input, indices, kernel_size, stride, padding, output_size)


@whole("max_unpool2d")
def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Each number back to where `max_pool2d` found it, zeros elsewhere: (N, C, H, W) or (C, H, W)

    Zeiler et al., *Adaptive Deconvolutional Networks*, 2011, section 3.
    """
    return _unpool(2, input, indices, kernel_size, stride, padding, output_size)


@whole("max_unpool3d")
def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Each number back to where `max_pool3d` found it, zeros elsewhere: (N, C, D, H, W) or (C, D, H, W)"""
    return _unpool(3, input, indices, kernel_size, stride, padding, output_size)


# --- random windows -----------------------------------------------------------------------------------------


def _fractional(
    n: int, input: Tensor, kernel_size: Any, output_size: Any, output_ratio: Any, samples: Tensor | None
) -> tuple[Tensor, Tensor]:
    name = f"fractional_max_pool{n}d"
    if output_size is None and output_ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    if input.ndim not in (n + 1, n + 2):
        raise RuntimeError(f"{name}: Expected {n + 1}D or {n + 2}D tensor, but got {list(input.shape)}")
    plane, kernel = input.shape[-n:], _sizes(n, kernel_size)
    if output_size is None:
        ratio = _sizes(n, output_ratio)
        if not all(0 < r < 1 for r in ratio):
            raise ValueError(f"{name} requires output_ratio to be between 0 and 1, but got {output_ratio}")
        out = tuple(int(m * r) for m, r in zip(plane, ratio, strict=True))
    else:
        out = _sizes(n, output_size)
    if len(kernel) != n or len(out) != n:
        raise RuntimeError(f"{name}: kernel_size and output_size must be one number or {n}")
    for d, (m, k, o) in enumerate(zip(plane, kernel, out, strict=True)):
        if not 0 < o <= m - k + 1:
            raise RuntimeError(
                f"{name}: kernel size {k} and output size {o} do not fit dimension {d} of size {m}"
            )
    batch = input if input.ndim == n + 2 else input.unsqueeze(0)
    drawn = (
        create.rand(*batch.shape[:2], n, dtype=input.dtype, device=input.device)
        if samples is None
        else samples
    )
    _check_samples(name, drawn, batch, n)
    flat, at = batch.reshape(*batch.shape[:2], math.prod(plane)), _largest(batch, drawn, kernel, out)
    shape = (*input.shape[:-n], *out)
    return flat.gather(2, at).reshape(shape), at.reshape(shape)


def _check_samples(name: str, samples: Tensor, batch: Tensor, n: int) -> None:
    """One random number per sample, channel and dimension; more samples and channels than needed are allowed."""
    have, want = tuple(samples.shape), (*batch.shape[:2], n)
    if samples.dtype is not batch.dtype:
        raise RuntimeError(
            f"{name}: Expect _random_samples to have the dtype {batch.dtype}, not {samples.dtype}"
        )
    if len(have) != 3 or have[0] < want[0] or have[1] != want[1] or have[2] != n:
        raise RuntimeError(f"{name}: Expect _random_samples of shape {want}, but got {have}")


def _largest(batch: Tensor, samples: Tensor, kernel: tuple[int, ...], out: tuple[int, ...]) -> Tensor:
    """Where on its plane each window's largest number is: (N, C, windows)."""
    xp = namespace.of((batch.array,))
    x, u = batch.array, samples.array[: len(batch)]
    n, c, *plane = x.shape
    dims = len(plane)
    at: Any = xp.zeros((n, c) + (1,) * (2 * dims), dtype="int64")
    for d, (m, k, o) in enumerate(zip(plane, kernel, out, strict=True)):
        # two dimensions are drawn in the order (width, height), three in their own, as in PyTorch
        draw = u[..., dims - 1 - d if dims == 2 else d][..., None]
        step = x.dtype.type((m - k) / (o - 1)) if o > 1 else x.dtype.type(0)
        starts = ((xp.arange(o, dtype=x.dtype) + draw) * step).astype("int64") - (draw * step).astype("int64")
        starts[..., -1] = m - k
        places = starts[..., None] + xp.arange(k)  # (N, C, windows, places in one)
        shape = [n, c] + [1] * (2 * dims)
        shape[2 + d], shape[2 + dims + d] = o, k
        at = at * m + places.reshape(shape)
    at = at.reshape(n, c, math.prod(out), math.prod(kernel))
    flat = at.reshape(n, c, math.prod(at.shape[2:]))
    seen = xp.take_along_axis(x.reshape(n, c, math.prod(plane)), flat, axis=2).reshape(at.shape)
    best = seen.argmax(axis=3)[..., None]
    return Tensor._wrap(xp.take_along_axis(at, best, axis=3)[..., 0])  # pyright: ignore[reportPrivateUsage]


def fractional_max_pool2d_with_indices(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """`fractional_max_pool2d` and, for each number, where in its plane it was."""
    return _fractional(2, input, kernel_size, output_size, output_ratio, _random_samples)


def fractional_max_pool3d_with_indices(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """`fractional_max_pool3d` and, for each number, where in its volume it was."""
    return _fractional(3, input, kernel_size, output_size, output_ratio, _random_samples)


@whole("fractional_max_pool2d")
def fractional_max_pool2d(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The largest number in each of ``output_size`` windows, whose places are drawn: (N, C, H, W) or (C, H, W)

    ``output_ratio`` gives the size as a part of the input's.  Graham, *Fractional Max-Pooling*, 2014.
    """
    found = _fractional(2, input, kernel_size, output_size, output_ratio, _random_samples)
    return found if return_indices else found[0]


@whole("fractional_max_pool3d")
def fractional_max_pool3d(
    input: Tensor,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Any:
    """The largest number in each of ``output_size`` windows, whose places are drawn: (N, C, D, H, W)"""
    found = _fractional(3, input, kernel_size, output_size, output_ratio, _random_samples)
    return found if return_indices else found[0]
