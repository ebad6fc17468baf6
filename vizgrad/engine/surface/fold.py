"""Folding dimensions away, in PyTorch's many spellings of the rows in ops/reduce.py, select.py and statistics.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizgrad.engine import namespace
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops import elementwise, reduce, select, shapes, statistics
from vizgrad.engine.ops.spectral import linalg_svdvals

from .autocast import whole
from .convert import to
from .out import fills_out, into, result


def softmax(input: Any, dim: int, dtype: Any = None, *, out: Any = None) -> Any:
    """Scores to probabilities along ``dim``."""
    row: Any = reduce.softmax
    return row(input if dtype is None else to(input, dtype), dim, out=out)


def log_softmax(input: Any, dim: int, dtype: Any = None, *, out: Any = None) -> Any:
    """Scores to log-probabilities along ``dim``."""
    row: Any = reduce.log_softmax
    return row(input if dtype is None else to(input, dtype), dim, out=out)


def correction_of(dim: Any, unbiased: Any, correction: Any) -> tuple[Any, Any]:
    """``dim`` and the correction that the older words mean: ``var(x, False)``, ``unbiased=False``."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    return dim, correction


@fills_out
def var(
    input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """The variance along ``dim``, over n - ``correction`` (1 if ``unbiased``, the default)."""
    dim, correction = correction_of(dim, unbiased, correction)
    return statistics.var(input, dim, correction=correction, keepdim=keepdim)


@fills_out
def std(
    input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """The standard deviation along ``dim``: the root of the variance."""
    dim, correction = correction_of(dim, unbiased, correction)
    return statistics.std(input, dim, correction=correction, keepdim=keepdim)


def var_mean(
    input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """The variance and the mean along ``dim``."""
    dim, correction = correction_of(dim, unbiased, correction)
    y = statistics.var(input, dim, correction=correction, keepdim=keepdim)
    return y, reduce.mean(input, dim, keepdim)


def std_mean(
    input: Any, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """The standard deviation and the mean along ``dim``."""
    dim, correction = correction_of(dim, unbiased, correction)
    y = statistics.std(input, dim, correction=correction, keepdim=keepdim)
    return y, reduce.mean(input, dim, keepdim)


@fills_out
def nanmean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The average along ``dim`` of the elements that are numbers."""
    reduce.floating("nanmean", input.array)
    counted = reduce.sum(input.detach() == input.detach(), dim, keepdim)
    return reduce.nansum(input, dim, keepdim, dtype=dtype) / counted


def _extreme(name: str, fold: Any, find: Any, pair: Any) -> Callable[..., Any]:
    def extreme(
        input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None, out: Any = None
    ) -> Any:
        if not isinstance(input, Bare):
            raise TypeError(f"{name}(): argument 'input' must be Tensor, not {type(input).__name__}")
        other = dim if isinstance(dim, Bare) else other
        if other is not None:
            return pair(input, other, out=out)
        if dim is None:
            return fold(input, out=out)
        return find(input, dim, keepdim, out=out)

    extreme.__name__ = extreme.__qualname__ = name
    extreme.__doc__ = (
        f"Of all elements the {name}imum; along ``dim`` also its index; of two tensors the {name}imum element by "
        "element."
    )
    return extreme


any = reduce.any
max = _extreme("max", select.max_of_all, select.max, elementwise.maximum)
min = _extreme("min", select.min_of_all, select.min, elementwise.minimum)


def aminmax(input: Any, *, dim: int | None = None, keepdim: bool = False, out: Any = None) -> Any:
    """The smallest and the largest element, of all or along ``dim``."""
    if not input.array.size and (dim is None or not input.shape[dim]):
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    for x in out or ():
        if x.dtype is not input.dtype:
            raise RuntimeError(f"Expected out tensor to have dtype {input.dtype}, but got {x.dtype} instead")
    if out is not None:
        return into(out, "aminmax", (input,), lambda: aminmax(input, dim=dim, keepdim=keepdim))
    over = () if dim is None else dim
    return result("aminmax", "min", "max")(
        reduce.amin(input, over, keepdim), reduce.amax(input, over, keepdim)
    )


def _middle(name: str, of_all: Any, along: Any) -> Callable[..., Any]:
    def middle(input: Any, dim: Any = None, keepdim: bool = False, *, out: Any = None) -> Any:
        return of_all(input) if dim is None else along(input, dim, keepdim, out=out)

    middle.__name__ = middle.__qualname__ = name
    middle.__doc__ = f"The {name} of all elements; along ``dim`` also its index."
    return middle


median = _middle("median", select.median_of_all, select.median)
nanmedian = _middle("nanmedian", select.nanmedian_of_all, select.nanmedian)


@fills_out
@whole("norm")
def norm(input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Any:
    """The p-norm: (Σ |x|ᵖ)^(1/p), the largest |x| for p = inf, the smallest for -inf.

    "fro" is the norm for p = 2, "nuc" the sum of a matrix's singular values.
    """
    if isinstance(p, str) and p not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    if p == "nuc":
        return _nuclear(input if dtype is None else to(input, dtype), dim, keepdim)
    if p == "fro" and dim is not None and not isinstance(dim, int) and len(dim) > 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    return statistics.linalg_vector_norm(input, 2 if p in (None, "fro") else p, dim, keepdim, dtype=dtype)


def _nuclear(input: Any, dim: Any, keepdim: bool) -> Any:
    """The sum of the singular values of the matrices that two dimensions make."""
    if input.ndim < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    dims = shapes.axes(input.ndim, dim)
    if len(dims) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dims))}")
    rest = tuple(d for d in range(input.ndim) if d not in dims)
    values: Any = linalg_svdvals(input.permute((*rest, *dims)))
    y = values.sum(-1)
    return y.reshape(shapes.reduced(input.shape, dim=dims, keepdim=True)) if keepdim else y


@whole("dist")
def dist(input: Any, other: Any, p: float = 2) -> Any:
    """The p-norm of the difference."""
    return statistics.linalg_vector_norm(input - other, p)


@fills_out
@whole("renorm")
def renorm(input: Any, p: float, dim: int, maxnorm: float) -> Any:
    """Slices along ``dim`` whose p-norm exceeds ``maxnorm`` are scaled down to it."""
    if input.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.ndim} dimensions")
    if p <= 0 or maxnorm < 0:
        raise RuntimeError(f"renorm: p must be positive and maxnorm not negative, but got {p} and {maxnorm}")
    rest = tuple(d for d in range(input.ndim) if d != shapes.at(dim, input.ndim))
    size = statistics.linalg_vector_norm(input, p, rest, True)
    return input * elementwise.where(size > maxnorm, maxnorm / (size + 1e-7), 1.0)


def allclose(input: Any, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether |a - b| ≤ atol + rtol |b| everywhere."""
    if not hasattr(other, "array"):
        raise TypeError(
            f"allclose(): argument 'other' (position 2) must be Tensor, not {type(other).__name__}; "
            "for a number write torch.allclose(x, torch.full_like(x, number))"
        )
    a, b = input.array, other.array
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"{input.dtype} did not match {other.dtype}: allclose compares tensors of one dtype"
        )
    shapes.broadcast(a.shape, b.shape)
    if rtol < 0 or atol < 0:
        raise RuntimeError(f"rtol and atol must not be negative, but got {rtol} and {atol}")
    xp = namespace.of((a, b))
    if a.dtype.kind == "V":
        a, b = a.astype("f4"), b.astype("f4")
    return bool(xp.module.allclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan))


def equal(input: Any, other: Any) -> bool:
    """Whether both have the same shape and the same elements."""
    return input.array.shape == other.array.shape and bool((input.array == other.array).all())
