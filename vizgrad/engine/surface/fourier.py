"""``torch.fft``: PyTorch's 22 spellings of the three transforms in ops/fourier.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.ops import fourier as _rows
from vizgrad.engine.ops import shapes
from vizgrad.engine.ops.join import roll

from . import create, data
from .alike import tensor_only
from .autocast import whole
from .convert import to
from .kinds import strided
from .out import fills_out

_NARROW = ("float16", "bfloat16")


def _operand(name: str, input: Any, *, real: bool = False) -> Any:
    kind = _dtype.of(tensor_only(name, input))
    if kind.name in _NARROW:
        raise RuntimeError(
            f"Unsupported dtype {kind.legacy}: {name} takes float32, float64 and complex numbers"
        )
    if real and kind.is_complex:
        raise RuntimeError(f"{name} expects a real input tensor, but got {kind.legacy}")
    return input


def _scale(norm: str | None) -> str:
    if norm is not None and norm not in _rows.OTHER:
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')
    return norm or "backward"


def _axes(input: Any, s: Any, dim: Any) -> tuple[tuple[int, ...], list[int | None]]:
    """The dimensions to transform, and the size wanted for each (None: as it is)."""
    ndim = input.array.ndim
    s = None if s is None else [s] if isinstance(s, int) else list(s)
    if dim is None:
        if s is not None and len(s) > ndim:
            raise RuntimeError(f"Got shape with {len(s)} values but input tensor only has {ndim} dimensions.")
        dim = range(ndim) if s is None else range(ndim - len(s), ndim)
    dims = tuple(
        shapes.at(d, ndim) if ndim else _no_dimension(d) for d in ((dim,) if isinstance(dim, int) else dim)
    )
    if len(set(dims)) < len(dims):
        raise RuntimeError(f"FFT dims must be unique, but got {dims}")
    if s is not None and len(s) != len(dims):
        raise RuntimeError(
            f"When given, dim and shape arguments must have the same length, but got {len(dims)} and {len(s)}"
        )
    return dims, [None if n == -1 else n for n in s] if s is not None else [None] * len(dims)


def _no_dimension(d: int) -> int:
    raise IndexError(f"Dimension specified as {d} but tensor has no dimensions")


def _fitted(input: Any, dims: tuple[int, ...], sizes: Sequence[int | None]) -> Any:
    wanted = []
    for d, n in zip(dims, sizes, strict=True):
        have = input.array.shape[d]
        n = have if n is None else n
        if n < 1:
            raise RuntimeError(f"Invalid number of data points ({n}) specified")
        if n != have:
            wanted.append((d, n))
    return _rows.fitted(input, tuple(wanted)) if wanted else input


def _full(name: str, input: Any, s: Any, dim: Any, norm: str | None, inverse: bool) -> Any:
    x = _operand(name, input)
    dims, sizes = _axes(x, s, dim)
    x, scale = _fitted(x, dims, sizes), _scale(norm)
    if x.array.dtype.kind == "c":
        return _rows.fft_C2C(x, dims, scale, inverse)
    return _rows.fft_R2C(x, dims, scale, inverse, False)


def _half(name: str, input: Any, s: Any, dim: Any, norm: str | None, inverse: bool) -> Any:
    x = _operand(name, input, real=True)
    dims, sizes = _axes(x, s, dim)
    if not dims:
        raise RuntimeError(f"{name} must transform at least one axis")
    return _rows.fft_R2C(_fitted(x, dims, sizes), dims, _scale(norm), inverse, True)


def _whole(name: str, input: Any, s: Any, dim: Any, norm: str | None, inverse: bool) -> Any:
    x = _operand(name, input)
    dims, sizes = _axes(x, s, dim)
    if not dims:
        raise RuntimeError(f"{name} must transform at least one axis")
    n = 2 * (x.array.shape[dims[-1]] - 1) if sizes[-1] is None else sizes[-1]
    if n < 1:
        raise RuntimeError(f"Invalid number of data points ({n}) specified")
    x = _fitted(x, dims, [*sizes[:-1], n // 2 + 1])
    if x.array.dtype.kind != "c":
        kind = _dtype.of(x.array)
        x = to(x, (kind if kind.is_floating_point else _dtype.get_default_dtype()).to_complex())
    return _rows.fft_C2R(x, dims, _scale(norm), inverse, n)


Route = Callable[[str, Any, Any, Any, "str | None", bool], Any]


def _line(name: str, route: Route, inverse: bool, doc: str) -> Callable[..., Any]:
    def along(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Any:
        return route(name, input, n, (dim,), norm, inverse) if n != -1 else _no_points(n)

    along.__name__, along.__qualname__, along.__doc__ = name, name, doc
    return fills_out(whole(f"fft_{name}")(along))


def _no_points(n: int) -> Any:
    raise RuntimeError(f"Invalid number of data points ({n}) specified")


def _plane(name: str, route: Route, inverse: bool, doc: str) -> Callable[..., Any]:
    def along(input: Any, s: Any = None, dim: Any = (-2, -1), norm: str | None = None) -> Any:
        return route(name, input, s, dim, norm, inverse)

    along.__name__, along.__qualname__, along.__doc__ = name, name, doc
    return fills_out(whole(f"fft_{name}")(along))


def _space(name: str, route: Route, inverse: bool, doc: str) -> Callable[..., Any]:
    def along(input: Any, s: Any = None, dim: Any = None, norm: str | None = None) -> Any:
        return route(name, input, s, dim, norm, inverse)

    along.__name__, along.__qualname__, along.__doc__ = name, name, doc
    return fills_out(whole(f"fft_{name}")(along))


fft = _line("fft", _full, False, "The Fourier transform along ``dim``: Σ x · exp(-2πi jk/n).")
ifft = _line("ifft", _full, True, "The inverse of `fft`.")
rfft = _line("rfft", _half, False, "`fft` of real numbers: the half of it that says it all.")
irfft = _line("irfft", _whole, True, "The inverse of `rfft`: ``n`` real numbers.")
hfft = _line("hfft", _whole, False, "`fft` of the half of a signal whose other half mirrors it, conjugated.")
ihfft = _line("ihfft", _half, True, "The inverse of `hfft`.")
fft2 = _plane("fft2", _full, False, "`fft` along two dimensions.")
ifft2 = _plane("ifft2", _full, True, "The inverse of `fft2`.")
rfft2 = _plane("rfft2", _half, False, "`rfft` along the last of two dimensions, `fft` along the other.")
irfft2 = _plane("irfft2", _whole, True, "The inverse of `rfft2`.")
hfft2 = _plane("hfft2", _whole, False, "`hfft` along the last of two dimensions, `fft` along the other.")
ihfft2 = _plane("ihfft2", _half, True, "The inverse of `hfft2`.")
fftn = _space("fftn", _full, False, "`fft` along several dimensions, or all.")
ifftn = _space("ifftn", _full, True, "The inverse of `fftn`.")
rfftn = _space("rfftn", _half, False, "`rfft` along the last of several dimensions, `fft` along the others.")
irfftn = _space("irfftn", _whole, True, "The inverse of `rfftn`.")
hfftn = _space("hfftn", _whole, False, "`hfft` along the last of several dimensions, `fft` along the others.")
ihfftn = _space("ihfftn", _half, True, "The inverse of `hfftn`.")


def _rolled(input: Any, dim: Any, shift: Callable[[int], int]) -> Any:
    ndim = input.array.ndim
    dims = tuple(range(ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    steps = tuple(shift(input.array.shape[shapes.at(d, ndim)]) for d in dims)
    return roll(input, steps, dims) if dims else input.clone()


def fftshift(input: Any, dim: Any = None) -> Any:
    """The frequency 0 moved from the beginning to the middle."""
    return _rolled(input, dim, lambda n: n // 2)


def ifftshift(input: Any, dim: Any = None) -> Any:
    """The frequency 0 moved from the middle to the beginning."""
    return _rolled(input, dim, lambda n: (n + 1) // 2)


def _frequencies(name: str, n: int, d: float, out: Any, dtype: Any, device: Any, numbers: Any) -> Any:
    kind = data.kind_of(dtype, out.dtype if out is not None else None)
    if kind.kind not in "fcV":
        raise RuntimeError(f"{name} requires a floating point or complex dtype, but got {kind.name}")
    return create.built(lambda xp: (numbers(xp) * (1.0 / (n * d)) if n else xp.zeros(0)).astype(kind), device)


def fftfreq(n: int, d: float = 1.0, *, out: Any = None, dtype: Any = None, layout: Any = strided,
            device: Any = None, requires_grad: bool = False) -> Any:  # fmt: skip
    """The frequencies that `fft` of ``n`` samples, ``d`` apart, tells: first 0 and up, then those below 0."""
    y = _frequencies("fftfreq", n, d, out, dtype, device,
                     lambda xp: (xp.arange(n) + n // 2) % n - n // 2)  # fmt: skip
    return create.delivered(y, "fftfreq", requires_grad, out)


def rfftfreq(n: int, d: float = 1.0, *, out: Any = None, dtype: Any = None, layout: Any = strided,
             device: Any = None, requires_grad: bool = False) -> Any:  # fmt: skip
    """The frequencies that `rfft` of ``n`` samples, ``d`` apart, tells."""
    y = _frequencies("rfftfreq", n, d, out, dtype, device, lambda xp: xp.arange(n // 2 + 1))
    return create.delivered(y, "rfftfreq", requires_grad, out)
