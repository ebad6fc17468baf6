"""What a sample says about where it came from: quantiles, covariances, histograms."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine import namespace
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import elementwise, reduce, select, shapes
from vizgrad.engine.ops.strided import diagonal

from .alike import is_tensor
from .autocast import whole
from .convert import to
from .out import fills_out, result

_BETWEEN = ("linear", "lower", "higher", "midpoint", "nearest")


@fills_out
@whole("quantile")
def quantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Any:
    """The number that the share ``q`` of the elements is below, by ``interpolation`` between two of them."""
    return _quantile("quantile", input, q, dim, keepdim, interpolation)


@fills_out
@whole("nanquantile")
def nanquantile(
    input: Any, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Any:
    """`quantile` of the elements that are numbers."""
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation)


def _quantile(name: str, input: Any, q: Any, dim: Any, keepdim: bool, interpolation: str) -> Any:
    q = _checked_share(name, input, q, interpolation)
    axis = 0 if dim is None else shapes.at(dim, input.ndim)
    lined = input.reshape(-1) if dim is None or not input.ndim else input.transpose(axis, -1)
    x = select.sort(lined, -1)[0]
    last = x.shape[-1] - 1
    numbers = Bare._wrap(x.array == x.array)
    if name == "nanquantile":
        known = to(reduce.sum(numbers, -1, True), x.dtype)
        ranks = (q.reshape(-1) * (known - 1)).clamp(0)
    else:  # a lane with a NaN has nothing but NaN: that is its last element
        ranks = elementwise.where(reduce.all(numbers, -1, True), q.reshape(-1) * last, float(last))
    y = _at(x, ranks, interpolation).unsqueeze(0).transpose(0, -1)  # the quantiles first, 1 for the lane last
    whole = dim is None or not input.ndim
    y = y.reshape(-1, *(1,) * input.ndim) if whole else y.transpose(axis + 1, -1)
    y = y if q.ndim else y.squeeze(0)
    if keepdim:
        return y
    return y.reshape(tuple(q.shape)) if whole else y.squeeze(axis + q.ndim)


def _checked_share(name: str, input: Any, q: Any, interpolation: str) -> Any:
    kind = _dtype.of(input.array)
    if not input.array.size:
        raise RuntimeError(f"{name}() input tensor must be non-empty")
    if kind not in (_dtype.float32, _dtype.float64):
        raise RuntimeError(f"{name}() input tensor must be either float or double dtype, not {kind}")
    if interpolation not in _BETWEEN:
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got "
            f"{interpolation}"
        )
    if not is_tensor(q):
        if not 0 <= q <= 1:
            raise RuntimeError(f"{name}() q must be in the range [0, 1] but got {q}")
        xp = namespace.of((input.array,))
        return Bare._wrap(xp.asarray(q, dtype=input.array.dtype))
    if q.ndim > 1:
        raise RuntimeError(f"{name}() q must be a scalar or 1D tensor, but has {q.ndim} dimensions")
    if q.array.dtype != input.array.dtype:
        raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor, not {q.dtype}")
    if _device.of(q.array) != _device.of(input.array):
        raise RuntimeError(f"{name}() q tensor must be on the same device as the input tensor")
    if not bool(((q.array >= 0) & (q.array <= 1)).all()):
        raise RuntimeError(f"{name}() q values must be in the range [0, 1]")
    return q


def _at(x: Any, ranks: Any, interpolation: str) -> Any:
    """Elements of sorted lanes at places between two of them."""
    xp = namespace.of((x.array,))
    size = (*x.shape[:-1], ranks.shape[-1])
    if interpolation in ("lower", "higher", "nearest"):
        way = {"lower": xp.floor, "higher": xp.ceil, "nearest": xp.round}[interpolation]
        place = xp.broadcast_to(way(ranks.array), size).astype("i8")
        return select.taken(x, Bare._wrap(place), -1, False)
    floor = xp.floor(ranks.array)
    low = select.taken(x, Bare._wrap(xp.broadcast_to(floor, size).astype("i8")), -1, False)
    high = select.taken(x, Bare._wrap(xp.broadcast_to(xp.ceil(ranks.array), size).astype("i8")), -1, False)
    weight = 0.5 if interpolation == "midpoint" else ranks - Bare._wrap(floor)
    return low + (high - low) * weight


def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """How the rows of ``input`` vary together: Σ (xᵢ - mean)(xⱼ - mean)* / (n - correction), weighted if asked."""
    if input.ndim > 2:
        raise RuntimeError(f"cov(): expected input to have two or fewer dimensions but got {input.ndim}")
    if input.array.dtype.kind == "b":
        raise RuntimeError("cov(): bool dtype is not supported for input")
    if _dtype.of(input.array).rank < 2:
        input = to(input, _dtype.get_default_dtype())
    x = input if input.ndim == 2 else input.reshape(1, -1)
    n = x.shape[1]
    w = _weights(fweights, aweights, n)
    if w is None:
        total, centred = n, x - reduce.sum(x, 1, True) / n if n else x
        norm: Any = max(n - correction, 0)
        weighted = centred
    else:
        total = reduce.sum(w)
        centred = x - reduce.sum(x * w, 1, True) / total
        lost = correction if aweights is None else correction * reduce.sum(w * aweights) / total
        norm = (total - lost).clamp(0)
        weighted = centred * w
    return (centred.matmul(weighted.transpose(0, 1).conj()) / norm).squeeze()


def _weights(fweights: Any, aweights: Any, n: int) -> Any:
    w = None
    for name, given, kinds in (("fweights", fweights, "iu"), ("aweights", aweights, "fV")):
        if given is None:
            continue
        if given.ndim > 1 or given.numel() != n:
            raise RuntimeError(
                f"cov(): expected {name} to be 1-D with {n} numbers but got {list(given.shape)}"
            )
        if given.array.dtype.kind not in kinds:
            kind = "integral" if kinds == "iu" else "floating point"
            raise RuntimeError(
                f"cov(): expected {name} to have {kind} dtype but got {name} with {given.dtype}"
            )
        if n and bool((given.array < 0).any()):
            raise RuntimeError(f"cov(): {name} cannot be negative")
        w = given if w is None else w * given
    return w


def corrcoef(input: Any) -> Any:
    """`cov` of rows scaled to a variance of 1: between -1 and 1."""
    if input.ndim > 2:
        raise RuntimeError(f"corrcoef(): expected input to have two or fewer dimensions but got {input.ndim}")
    c = cov(input)
    if not c.ndim:
        return c / c
    scale = diagonal(c)
    scale = (scale.real if c.is_complex() else scale).sqrt()
    c = c / scale.unsqueeze(1) / scale.unsqueeze(0)
    return c if c.is_complex() else c.clamp(-1, 1)


@fills_out
def histogram(input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False) -> Any:
    """How many elements, or how much ``weight``, fall into each bin, and the edges of the bins."""
    if is_tensor(bins) and range is not None:
        raise TypeError("histogram(): a range goes with a number of bins, not with their edges")
    w = None if weight is None else weight.reshape(-1)
    if weight is not None and weight.shape != input.shape:
        raise RuntimeError(
            f"torch.histogram: weight must have the shape of input, {list(input.shape)}, not {list(weight.shape)}"
        )
    points = input.reshape(-1, 1)
    counts, edges = histogramdd(points, [bins], range=range, weight=w, density=density)
    return result("histogram", "hist", "bin_edges")(counts, edges[0])


def histogramdd(input: Any, bins: Any, range: Any = None, weight: Any = None, density: bool = False) -> Any:
    """A histogram over several dimensions: the last dimension of ``input`` holds each point's coordinates."""
    if input.ndim < 2:
        raise RuntimeError(
            f"torch.histogramdd: input tensor should have at least 2 dimensions, not {input.ndim}"
        )
    xp, kind, n = namespace.of((input.array,)), input.array.dtype, input.shape[-1]
    if kind.kind != "f":
        raise NotImplementedError(f'"histogramdd" not implemented for {kind}; use .float() first')
    bins = [bins] * n if is_tensor(bins) or isinstance(bins, int) else list(bins)
    if len(bins) != n:
        raise RuntimeError(f"torch.histogramdd: expected {n} sequences of bin edges, but got {len(bins)}")
    if range is not None and len(range) != 2 * n:
        raise RuntimeError(
            f"torch.histogramdd: for a {n}-dimensional histogram range should have {2 * n} numbers"
        )
    points = input.array.reshape(-1, n)
    if weight is not None and tuple(weight.shape) != tuple(input.shape[:-1]):
        raise RuntimeError(
            f"torch.histogramdd: if weight tensor is provided it should have the shape {list(input.shape[:-1])}, "
            f"not {list(weight.shape)}"
        )
    edges = [_edges(xp, points[:, d], bins[d], range and range[2 * d : 2 * d + 2]) for d in _count(n)]
    counts = _filled(xp, points, edges, None if weight is None else weight.array.reshape(-1))
    if density:
        counts = counts / counts.sum()
        for d, e in enumerate(edges):
            counts = counts / xp.diff(e).reshape(-1, *(1,) * (n - 1 - d))
    wrap = Bare._wrap
    wrapped = tuple(wrap(e.astype(kind, copy=False)) for e in edges)
    return result("histogramdd", "hist", "bin_edges")(wrap(counts.astype(kind, copy=False)), wrapped)


_count = range


def _edges(xp: Any, x: Any, bins: Any, limits: Any) -> Any:
    if is_tensor(bins):
        if bins.ndim != 1 or not bins.numel():
            raise RuntimeError(
                "torch.histogramdd: bin edges must be a 1-dimensional tensor that is not empty"
            )
        if bins.array.dtype != x.dtype:
            raise RuntimeError(
                f"torch.histogramdd: bin edges must be {x.dtype} as input is, not {bins.dtype}"
            )
        return bins.array
    if bins <= 0:
        raise RuntimeError(f"torch.histogramdd(): bins must be > 0, but got {bins}")
    low, high = limits or ((float(x.min()), float(x.max())) if x.size else (0.0, 1.0))
    if not (abs(low) < float("inf") and abs(high) < float("inf")):
        raise RuntimeError(f"torch.histogramdd: the range [{low}, {high}] is not finite")
    if low > high:
        raise RuntimeError(f"torch.histogramdd: min should not exceed max, but got [{low}, {high}]")
    if low == high:
        low, high = low - 0.5, high + 0.5
    return xp.linspace(low, high, bins + 1, dtype=x.dtype)


def _filled(xp: Any, points: Any, edges: list[Any], weight: Any) -> Any:
    """Count points into cells; the last bin of each dimension holds its upper edge."""
    sizes = [len(e) - 1 for e in edges]
    inside, cell = xp.ones(len(points), dtype=bool), xp.zeros(len(points), dtype="i8")
    for d, (e, n) in enumerate(zip(edges, sizes, strict=True)):
        x = points[:, d]
        inside &= (x >= e[0]) & (x <= e[-1])
        cell = cell * n + xp.clip(xp.searchsorted(e, x, side="right") - 1, 0, n - 1)
    weight = None if weight is None else weight[inside]
    return xp.bincount(cell[inside], weights=weight, minlength=shapes.product(sizes)).reshape(sizes)
