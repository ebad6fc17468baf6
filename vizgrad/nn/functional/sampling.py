"""Reading images at any places: grids of coordinates, and what lies between the pixels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from vizgrad.engine.dtype import int64
from vizgrad.engine.ops import elementwise as e
from vizgrad.engine.ops import rounding
from vizgrad.engine.ops.join import stack
from vizgrad.engine.surface import create
from vizgrad.engine.surface.autocast import whole
from vizgrad.engine.surface.complain import complain
from vizgrad.engine.tensor import Tensor

__all__ = ["affine_grid", "grid_sample"]

Tap = tuple[Tensor, Tensor]  # where along one dimension, and how much it counts


def _aligned(align_corners: bool | None) -> bool:
    if align_corners is None:
        complain(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please "
            "specify align_corners=True if the old behavior is desired."
        )
    return bool(align_corners)


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """For each pixel of the output, where it comes from: theta · (x, y, 1), in coordinates from -1 to 1

    theta (N, 2, 3) and size (N, C, H, W) give (N, H, W, 2); (N, 3, 4) and (N, C, D, H, W) give (N, D, H, W, 3).
    Jaderberg et al., *Spatial Transformer Networks*, 2015, equation 1.
    """
    align_corners = _aligned(align_corners)
    if not theta.dtype.is_floating_point:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    n = len(size) - 2
    if n not in (2, 3):
        raise NotImplementedError(
            f"affine_grid only supports sizes of 4 and 5 dimensions, but got {list(size)}"
        )
    if theta.ndim != 3 or tuple(theta.shape[1:]) != (n, n + 1):
        raise ValueError(
            f"Expected a batch of affine matrices of shape N×{n}×{n + 1} for size {list(size)}, but got "
            f"{tuple(theta.shape)}"
        )
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {list(size)}")
    return affine_grid_generator(theta, size, align_corners)


def affine_grid_generator(theta: Tensor, size: Sequence[int], align_corners: bool) -> Tensor:
    """`affine_grid` without its questions."""
    plane = tuple(size[2:])
    n = len(plane)
    axes: list[Tensor] = []
    for d, m in enumerate(plane):
        line = create.linspace(-1, 1, m, dtype=theta.dtype, device=theta.device)
        line = line if align_corners else line * ((m - 1) / m)
        line = line if m > 1 else line * 0
        axes.append(line.reshape(*(1,) * d, m, *(1,) * (n - 1 - d)).expand(plane))
    one = create.ones(plane, dtype=theta.dtype, device=theta.device)
    base = stack([*reversed(axes), one], -1).reshape(1, -1, n + 1)
    return (base @ theta.movedim(1, 2)).reshape(len(theta), *plane, n)


@whole("grid_sample")
def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """What an image shows at the places of a grid, whose coordinates run from -1 to 1

    input (N, C, H, W) and grid (N, H', W', 2) of (x, y) give (N, C, H', W'); volumes alike, with (x, y, z).
    ``mode``: "bilinear", "nearest" or "bicubic"; ``padding_mode`` says what is outside: "zeros", the "border", or
    its "reflection".  Jaderberg et al., *Spatial Transformer Networks*, 2015, equation 5.
    """
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(f"expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: {mode!r}")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(
            f"expected padding_mode to be 'zeros', 'border', or 'reflection', but got: {padding_mode!r}"
        )
    return sampled(input, grid, mode, padding_mode, _aligned(align_corners))


def sampled(input: Tensor, grid: Tensor, mode: str, padding: str, align_corners: bool) -> Tensor:
    """`grid_sample` without its questions."""
    _check(input, grid, mode)
    sizes = tuple(input.shape[2:])
    taps: list[list[Tap]] = []
    for d, size in enumerate(sizes):
        at = grid[..., len(sizes) - 1 - d]
        at = (at + 1) * ((size - 1) / 2) if align_corners else ((at + 1) * size - 1) / 2
        if mode == "bicubic":
            taps.append([(_inside(p, size, padding, align_corners), w) for p, w in _cubic(at)])
            continue
        at = _inside(at, size, padding, align_corners)
        if mode == "nearest":
            taps.append([(rounding.round(at.detach()), at * 0 + 1)])  # its slope is 0, but there is one
        else:
            low = rounding.floor(at.detach())
            taps.append([(low, low + 1 - at), (low + 1, at - low)])
    return _gathered(input, taps)


def _check(input: Tensor, grid: Tensor, mode: str) -> None:
    n = input.ndim - 2
    if input.dtype is not grid.dtype:
        raise RuntimeError(
            f"grid_sampler(): input is {input.dtype} and grid {grid.dtype}; they must be the same"
        )
    if n not in (2, 3) or grid.ndim != input.ndim:
        raise RuntimeError(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with "
            f"sizes {list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    if input.shape[0] != grid.shape[0]:
        raise RuntimeError(
            "grid_sampler(): expected grid and input to have same batch size, but got input with sizes "
            f"{list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    if grid.shape[-1] != n:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {n} in last dimension, but got grid with sizes "
            f"{list(grid.shape)}"
        )
    if 0 in input.shape[2:]:
        raise RuntimeError(
            "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes "
            f"{list(input.shape)}"
        )
    if mode == "bicubic" and n == 3:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")


def _inside(at: Tensor, size: int, padding: str, align_corners: bool) -> Tensor:
    """Coordinates brought into the image, where the padding wants that; none flows back from outside."""
    if padding == "zeros":
        return at
    if padding == "reflection":
        low, span = (0.0, size - 1.0) if align_corners else (-0.5, float(size))
        if span == 0:
            return at * 0
        far = e.abs(at - low)
        flips = rounding.floor(far.detach() / span)
        rest = far - flips * span
        at = e.where(flips % 2 == 0, rest, span - rest) + low
    seen = (at > 0) & (at < size - 1)
    return e.where(seen, at, e.clamp(at.detach(), 0, size - 1))


def _cubic(at: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Four places and their weights on Keys' curve with a = -0.75 (1981, equation 15)."""
    low, a = rounding.floor(at.detach()), -0.75
    t = at - low

    def near(d: Tensor) -> Tensor:
        return ((a + 2) * d - (a + 3)) * d * d + 1

    def far(d: Tensor) -> Tensor:
        return a * (((d - 5) * d + 8) * d - 4)

    return [(low - 1, far(t + 1)), (low, near(t)), (low + 1, near(1 - t)), (low + 2, far(2 - t))]


def _gathered(input: Tensor, taps: list[list[Tap]]) -> Tensor:
    """The weighted sum of the pixels at all combinations of places; outside the image there is nothing."""
    n, channels, *sizes = input.shape
    pixels, strides = math.prod(sizes), [math.prod(sizes[d + 1 :]) for d in range(len(sizes))]
    rows = input.movedim(1, -1).reshape(n * pixels, channels)
    first = taps[0][0][0]
    start = create.arange(n, device=input.device).reshape(-1, *(1,) * (first.ndim - 1)) * pixels
    y = None
    for corner in itertools.product(*taps):
        at, seen, share = start, None, None
        for size, stride, (place, weight) in zip(sizes, strides, corner, strict=True):
            within = (place >= 0) & (place <= size - 1)
            seen = within if seen is None else seen & within
            at = at + e.where(within, place, 0.0).to(int64) * stride
            share = weight if share is None else share * weight
        assert seen is not None
        assert share is not None
        share = e.where(seen, share, 0.0)
        part = rows.index_select(0, at.reshape(-1)) * share.reshape(-1, 1)
        y = part if y is None else y + part
    assert y is not None
    return y.reshape(*first.shape, channels).movedim(-1, 1).contiguous()
