"""Making tensors of a given size: filled alike, counting up, or left as memory was found."""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import ml_dtypes
import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare

from .data import as_tensor, cast_array, finished, from_numpy, kind_of, tensor  # noqa: F401 - for its callers
from .kinds import layout as _layout
from .kinds import memory_format as _format
from .kinds import strided
from .out import fill


def sized(size: tuple[Any, ...], name: str = "size") -> tuple[int, ...]:
    """The shape meant by ``f(2, 3)``, ``f((2, 3))`` or ``f(size)``."""
    if len(size) == 1 and isinstance(size[0], Sequence) and not isinstance(size[0], str):
        size = tuple(size[0])
    try:
        shape = tuple(map(operator.index, size))
    except TypeError:
        wrong = next(n for n in size if not hasattr(n, "__index__"))
        raise TypeError(f"argument {name!r} must be tuple of ints, not {type(wrong).__name__}") from None
    if shape and min(shape) < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}")
    return shape


def size_given(name: str, size: tuple[Any, ...], rest: dict[str, Any]) -> tuple[int, ...]:
    """The shape from ``f(2, 3)``, ``f((2, 3))`` or ``f(size=(2, 3))``; TypeError for other words in ``rest``."""
    if not size:
        if "size" not in rest:
            raise TypeError(f'{name}() missing 1 required positional arguments: "size"')
        size = (rest.pop("size"),)
    if rest:
        raise TypeError(f"{name}() got an unexpected keyword argument {next(iter(rest))!r}")
    return sized(size)


def built(make: Callable[..., Any], where: Any, *args: Any) -> Any:
    """``make(array module, …)`` on a device; None means the default one."""
    if where is None:
        where = _device.default
        if where is None:
            return make(numpy, *args)
    target = _device.device(where)
    if target.type == "cpu":
        return make(numpy, *args)
    gpu = _device.cupy()
    with gpu.cuda.Device(target.index or 0):
        return make(gpu, *args)


def delivered(array: Any, name: str, requires_grad: bool = False, out: Any = None) -> Any:
    """The new tensor, or ``out`` with the numbers in it."""
    if out is None:
        return finished(array, requires_grad)
    fill(out, Bare._wrap(array), name)
    return out.requires_grad_() if requires_grad else out


def accepted(layout: Any, memory_format: Any = None) -> None:
    """Raise for layouts and memory formats that are none."""
    if layout is not None and not isinstance(layout, _layout):
        raise TypeError(f"argument 'layout' must be torch.layout, not {type(layout).__name__}")
    if layout not in (None, strided):
        raise NotImplementedError(
            f"only strided tensors are made so; for {layout} see torch.sparse_coo_tensor"
        )
    if memory_format is not None and not isinstance(memory_format, _format):
        raise TypeError(
            f"argument 'memory_format' must be torch.memory_format, not {type(memory_format).__name__}"
        )


def _factory(name: str, make: Callable[[Any, tuple[int, ...], Any], Any], doc: str) -> Callable[..., Any]:
    """``zeros``, ``ones``, ``empty``: from a function of (array module, shape, NumPy dtype)."""

    def factory(*size: Any, out: Any = None, dtype: Any = None, layout: Any = strided, device: Any = None,
                pin_memory: bool = False, requires_grad: bool = False, memory_format: Any = None, names: Any = None,
                **rest: Any) -> Any:  # fmt: skip
        accepted(layout, memory_format)
        shape = size_given(name, size, rest)
        kind = kind_of(dtype, out.dtype if out is not None else None)
        return delivered(built(make, device, shape, kind), name, requires_grad, out)

    factory.__doc__, factory.__name__, factory.__qualname__ = doc, name, name
    return factory


zeros = _factory("zeros", lambda xp, shape, kind: xp.zeros(shape, kind), "Zeros of the given size.")
ones = _factory("ones", lambda xp, shape, kind: xp.ones(shape, kind), "Ones of the given size.")
empty = _factory(
    "empty", lambda xp, shape, kind: xp.empty(shape, kind), "Memory of the given size, as it was found."
)


def _python_number(value: Any) -> Any:
    x = value.array if isinstance(value, Bare) and value.array.size == 1 else value
    x = x.item() if hasattr(x, "item") and not isinstance(x, Bare) else x
    if not isinstance(x, (int, float, complex)):
        raise TypeError(f"argument 'fill_value' must be Number, not {type(value).__name__}")
    return x


def scalar(value: Any, kind: numpy.dtype) -> numpy.ndarray:
    """One number as a 0-d array of ``kind``; RuntimeError where it does not fit."""
    x = _python_number(value)
    fits = kind.kind in "cb" or x.imag == 0
    if kind.kind not in "cb":
        x = x.real
    if kind.kind in "iu":
        top = int(numpy.iinfo(kind).max)
        fits = fits and math.isfinite(x) and -top - (kind.kind == "i") <= int(x) <= top  # below 0, uint wraps
        x = int(x) if fits else x
    elif kind.kind in "fV":
        fits = fits and not (math.isfinite(x) and abs(x) > float(ml_dtypes.finfo(kind).max))
    if not fits:
        raise RuntimeError(f"value cannot be converted to type {kind.name} without overflow: {value}")
    return cast_array(numpy.asarray(x), kind)


def full(size: Any, fill_value: Any, *, out: Any = None, dtype: Any = None, layout: Any = strided,
         device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
         names: Any = None) -> Any:  # fmt: skip
    """``fill_value`` everywhere; its type decides the dtype unless one is given."""
    accepted(layout)
    if isinstance(size, int):
        raise TypeError("full(): argument 'size' must be tuple of ints, not int")
    given = _dtype.of(fill_value.array) if isinstance(fill_value, Bare) else _dtype.kind_of_number(fill_value)
    kind = kind_of(dtype, out.dtype if out is not None else given)
    number = scalar(fill_value, kind)
    return delivered(
        built(lambda xp: xp.full(sized((size,)), number.item() if xp is not numpy else number, kind), device),
        "full", requires_grad, out,
    )  # fmt: skip


def scalar_tensor(s: Any, *, dtype: Any = None, layout: Any = strided, device: Any = None,
                  pin_memory: bool = False, requires_grad: bool = False) -> Any:  # fmt: skip
    """A number as a tensor without dimensions, in the default dtype unless one is given."""
    return full((), s, dtype=dtype or _dtype.get_default_dtype(), layout=layout, device=device,
                requires_grad=requires_grad)  # fmt: skip


def _number(x: Any) -> Any:
    return x.array.item() if isinstance(x, Bare) else x.item() if isinstance(x, numpy.generic) else x


def arange(*numbers: Any, out: Any = None, dtype: Any = None, layout: Any = strided, device: Any = None,
           pin_memory: bool = False, requires_grad: bool = False, **named: Any) -> Any:  # fmt: skip
    """``arange(end)``, ``arange(start, end, step=1)``: from start up to but not including end, step apart."""
    accepted(layout)
    start, end, step = _range_of("arange", numbers, named)
    whole = not any(isinstance(x, float) for x in (start, end, step))
    kind = kind_of(dtype, out.dtype if out is not None else _dtype.int64 if whole else None)
    _check_range(start, end, step)
    n = max(math.ceil((end - start) / step), 0)
    if kind.kind in "iu" and not whole:
        start, end, step = int(start), int(end), int(step)
        if kind == numpy.int64:  # for this type alone, PyTorch counts after cutting the fractions off
            if step == 0:
                raise ValueError("step must be nonzero, but as int64 it is 0")
            n = max(math.ceil((end - start) / step), 0)
    return delivered(built(_counted, device, start, step, n, kind), "arange", requires_grad, out)


def _range_of(name: str, numbers: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any, Any]:
    if len(numbers) == 1 and "end" not in named and name == "arange":
        named = named | {"end": numbers[0]}
        numbers = ()
    values: dict[str, Any] = dict(zip(("start", "end", "step"), numbers, strict=False))
    for n, value in named.items():
        if n not in ("start", "end", "step") or n in values:
            raise TypeError(f"{name}() got an unexpected keyword argument {n!r}")
        values[n] = value
    if "end" not in values or len(numbers) > 3:
        raise TypeError(
            f"{name}() takes start, end and step, but got {len(numbers)} numbers and {sorted(named)}"
        )
    start, end, step = (_number(values.get(n, d)) for n, d in (("start", 0), ("end", None), ("step", 1)))
    for x in (start, end, step):
        if not isinstance(x, (int, float)):
            raise TypeError(f"{name}(): start, end and step must be Number, not {type(x).__name__}")
    return start, end, step


def _check_range(start: Any, end: Any, step: Any) -> None:
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")


def _counted(xp: Any, start: Any, step: Any, n: int, kind: numpy.dtype) -> Any:
    if isinstance(start, int) and isinstance(step, int) and kind == numpy.int64:
        return xp.arange(n) if (start, step) == (0, 1) else xp.arange(n) * step + start
    return (xp.arange(n, dtype=numpy.float64) * float(step) + float(start)).astype(kind)


def range_(start: Any = 0, end: Any = None, step: Any = 1, *, out: Any = None, dtype: Any = None,
           layout: Any = strided, device: Any = None, pin_memory: bool = False,
           requires_grad: bool = False) -> Any:  # fmt: skip
    """From ``start`` to ``end``, which is included; deprecated, use `arange`."""
    warnings.warn(
        "torch.range is deprecated: it includes its end, unlike Python's range. Use torch.arange.",
        stacklevel=2,
    )
    start, end, step = _range_of("range", (start, end, step), {})
    _check_range(start, end, step)
    kind = kind_of(dtype, out.dtype if out is not None else None)
    n = int((end - start) / step) + 1
    return delivered(built(_counted, device, start, step, n, kind), "range", requires_grad, out)


range_.__name__ = "range"


def _ends(name: str, start: Any, end: Any, steps: Any, dtype: Any) -> tuple[Any, Any, int, numpy.dtype]:
    """The numbers at both ends, how many in all, and their dtype."""
    for word, x in (("start", start), ("end", end)):
        if isinstance(x, Bare) and x.array.ndim:
            raise RuntimeError(f"{name} only supports 0-dimensional start and end tensors, but got {word} with "
                               f"{x.array.ndim} dimension(s).")  # fmt: skip
    start, end, n = _number(start), _number(end), operator.index(_number(steps))
    if n < 0:
        raise RuntimeError(f"number of steps must be non-negative, but got {n}")
    default = _dtype.get_default_dtype()
    mixed = default.to_complex() if any(isinstance(x, complex) for x in (start, end)) else default
    kind = kind_of(dtype, mixed)
    if mixed.is_complex and kind.kind != "c":
        raise RuntimeError(
            f"{name}(): inferred dtype {mixed} can't be safely cast to passed dtype {kind.name}"
        )
    if kind.kind in "iu":
        start, end = int(start), int(end)
    return start, end, n, kind


def _between(xp: Any, start: Any, end: Any, n: int, wide: Any) -> Any:
    """So many numbers from start to end, computed from both ends so that the halves mirror each other."""
    step = (end - start) / max(n - 1, 1)
    half = n // 2 + (n == 1)
    y = xp.arange(n, dtype=wide)
    y[half:] -= n - 1
    y *= step
    y[:half] += start
    y[half:] += end
    return y


def linspace(start: Any, end: Any, steps: int, *, out: Any = None, dtype: Any = None, layout: Any = strided,
             device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Any:  # fmt: skip
    """``steps`` numbers at equal distances from ``start`` to ``end``, both included."""
    accepted(layout)
    a, b, n, kind = _ends("linspace", start, end, steps, dtype or (out.dtype if out is not None else None))
    wide = "c16" if kind.kind == "c" else "f8"
    y = built(lambda xp: _between(xp, a, b, n, wide).astype(kind), device)
    return delivered(y, "linspace", requires_grad, out)


def logspace(start: Any, end: Any, steps: int, base: float = 10.0, *, out: Any = None, dtype: Any = None,
             layout: Any = strided, device: Any = None, pin_memory: bool = False,
             requires_grad: bool = False) -> Any:  # fmt: skip
    """``steps`` powers of ``base``, whose exponents go at equal distances from ``start`` to ``end``."""
    accepted(layout)
    a, b, n, kind = _ends("logspace", start, end, steps, dtype or (out.dtype if out is not None else None))
    wide = "c16" if kind.kind == "c" else "f8"
    y = built(
        lambda xp: cast_array(xp.power(xp.asarray(base, wide), _between(xp, a, b, n, wide)), kind), device
    )
    return delivered(y, "logspace", requires_grad, out)


def eye(n: int, m: int | None = None, *, out: Any = None, dtype: Any = None, layout: Any = strided,
        device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Any:  # fmt: skip
    """Ones on the diagonal, zeros elsewhere."""
    accepted(layout)
    for name, size in (("n", n), ("m", 0 if m is None else m)):
        if operator.index(size) < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    kind = kind_of(dtype, out.dtype if out is not None else None)
    return delivered(built(lambda xp: xp.eye(n, m, dtype=kind), device), "eye", requires_grad, out)


from .alike import empty_like, full_like, ones_like, zeros_like  # noqa: E402, F401 - and these names, which its callers know
from .draw import bernoulli, normal, rand, rand_like, randint, randn, randn_like, randperm  # noqa: E402, F401
