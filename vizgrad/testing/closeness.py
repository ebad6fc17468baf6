"""Whether two results are as close as their dtypes allow, and where they are not."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.ops.compare import isclose
from vizgrad.engine.surface import data as _data
from vizgrad.engine.surface.grad_mode import no_grad

# (relative, absolute) by dtype; all others must be equal.
_TOLERANCES = {
    _dtype.float16: (1e-3, 1e-5),
    _dtype.bfloat16: (1.6e-2, 1e-5),
    _dtype.float32: (1.3e-6, 1e-5),
    _dtype.float64: (1e-7, 1e-7),
}


@dataclass
class _Rules:
    """How exact, and what else must agree."""

    allow_subclasses: bool
    rtol: float | None
    atol: float | None
    equal_nan: bool
    check_device: bool
    check_dtype: bool
    check_layout: bool
    check_stride: bool

    def tolerances(self, *kinds: _dtype.dtype) -> tuple[float, float]:
        if self.rtol is not None and self.atol is not None:
            return self.rtol, self.atol
        pairs = [_TOLERANCES.get(kind.to_real(), (0.0, 0.0)) for kind in kinds]
        return max(r for r, _ in pairs), max(a for _, a in pairs)


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raise AssertionError, saying where, unless ``|actual − expected| ≤ atol + rtol · |expected|`` everywhere.

    For tensors, arrays, numbers, None, and sequences and mappings of them.  Without tolerances those of the dtype hold:
    1.3e-6 and 1e-5 for float32, 1e-7 both for float64, equality for whole numbers.
    """
    if (rtol is None) != (atol is None):
        raise ValueError(
            "Both 'rtol' and 'atol' must be either specified or omitted, but got no "
            f"{'rtol' if rtol is None else 'atol'}."
        )
    rules = _Rules(
        allow_subclasses, rtol, atol, equal_nan, check_device, check_dtype, check_layout, check_stride
    )
    with no_grad():
        for path, complaint in _complaints(actual, expected, rules, ()):
            where = "".join(str([item]) for item in path)
            text = complaint + (f"\n\nThe failure occurred for item {where}" if path else "")
            raise AssertionError(msg(text) if callable(msg) else msg or text)


def assert_allclose(
    actual: Any, expected: Any, rtol: float | None = None, atol: float | None = None, equal_nan: bool = True,
    msg: str = "",
) -> None:  # fmt: skip
    """The older name of `assert_close`, which does not look at dtypes and devices."""
    assert_close(
        actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_device=False, check_dtype=False,
        msg=msg or None,
    )  # fmt: skip


def _complaints(
    a: Any, b: Any, rules: _Rules, path: tuple[Any, ...]
) -> Iterator[tuple[tuple[Any, ...], str]]:
    """What differs, with the way to it through sequences and mappings."""
    if _is_list(a) and _is_list(b):
        if len(a) != len(b):
            yield path, f"The length of the sequences mismatch: {len(a)} != {len(b)}"
            return
        for i in range(len(a)):
            yield from _complaints(a[i], b[i], rules, (*path, i))
        return
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        if a.keys() != b.keys():
            missing = sorted(b.keys() - a.keys(), key=str)
            more = sorted(a.keys() - b.keys(), key=str)
            yield (
                path,
                (
                    f"The keys of the mappings do not match:\nMissing keys in the actual mapping: {missing}\n"
                    f"Additional keys in the actual mapping: {more}"
                ),
            )
            return
        for key in sorted(a, key=str):
            yield from _complaints(a[key], b[key], rules, (*path, key))
        return
    complaint = _of_pair(a, b, rules)
    if complaint:
        yield path, complaint


def _is_list(x: Any) -> bool:
    return isinstance(x, Sequence) and not isinstance(x, str)


def _of_pair(a: Any, b: Any, rules: _Rules) -> str:
    if a is None or b is None:
        return "" if a is b else f"None mismatch: {a} is not {b}"
    truths, numbers = (bool, numpy.bool), (int, float, complex, numpy.number)
    if isinstance(a, truths) and isinstance(b, truths):
        return "" if bool(a) is bool(b) else f"Booleans mismatch: {bool(a)} is not {bool(b)}"
    if isinstance(a, numbers) and isinstance(b, numbers):
        return _of_numbers(a, b, rules)
    related = isinstance(a, type(b)) or isinstance(b, type(a))
    arrays = all(isinstance(x, (Bare, numpy.ndarray)) for x in (a, b))
    if not (related and arrays and (rules.allow_subclasses or type(a) is type(b))):
        raise TypeError(f"No comparison pair was able to handle inputs of type {_class(a)} and {_class(b)}.")
    return _of_tensors(_data.as_tensor(a), _data.as_tensor(b), rules)


def _class(x: Any) -> str:
    return "<class 'torch.Tensor'>" if type(x) is type(Bare._wrap(0.0)) else str(type(x))


def _of_numbers(a: Any, b: Any, rules: _Rules) -> str:
    a, b = (x.item() if isinstance(x, numpy.generic) else x for x in (a, b))
    if rules.check_dtype and type(a) is not type(b):
        return f"The (d)types do not match: {type(a)} != {type(b)}."
    kinds = {int: _dtype.int64, float: _dtype.float64, complex: _dtype.complex128}
    rtol, atol = rules.tolerances(kinds[type(a)], kinds[type(b)])
    if a == b or (rules.equal_nan and cmath.isnan(a) and cmath.isnan(b)):
        return ""
    off = abs(a - b)
    if cmath.isfinite(off) and off <= atol + rtol * abs(b):
        return ""
    return _scalar_words(a, b, rtol, atol)


def _scalar_words(a: Any, b: Any, rtol: float, atol: float) -> str:
    off = abs(a - b)
    relative = float("inf") if b == 0 else off / abs(b)
    equal = rtol == atol == 0
    limits = ("", "") if equal else (f" (up to {atol} allowed)", f" (up to {rtol} allowed)")
    return (
        f"Scalars are not {'equal' if equal else 'close'}!\n\nExpected {b} but got {a}.\n"
        f"Absolute difference: {off}{limits[0]}\nRelative difference: {relative}{limits[1]}"
    )


def _of_tensors(a: Any, b: Any, rules: _Rules) -> str:
    facts = [("shape", True, a.shape, b.shape), ("device", rules.check_device, a.device, b.device)]
    facts += [
        ("layout", rules.check_layout, a.layout, b.layout),
        ("dtype", rules.check_dtype, a.dtype, b.dtype),
    ]
    for name, checked, mine, theirs in facts:
        if checked and mine != theirs:
            return f"The values for attribute '{name}' do not match: {mine} != {theirs}."
    if rules.check_stride and a.stride() != b.stride():
        return f"The values for attribute 'stride()' do not match: {a.stride()} != {b.stride()}."
    rtol, atol = rules.tolerances(a.dtype, b.dtype)
    kind = _dtype.promote_types(a.dtype, b.dtype)
    a, b = (x.to(device="cpu", dtype=kind) for x in (a, b))
    matches = isclose(a, b, rtol=rtol, atol=atol, equal_nan=rules.equal_nan).array
    if matches.all():
        return ""
    if a.array.ndim == 0:
        return _scalar_words(a.item(), b.item(), rtol, atol)
    return _tensor_words(_device.host(a.array), _device.host(b.array), matches, rtol, atol)


def _tensor_words(a: Any, b: Any, matches: Any, rtol: float, atol: float) -> str:
    if a.dtype.kind in "biu":
        a, b = a.astype("i8"), b.astype("i8")
    with numpy.errstate(all="ignore"):
        off, size = numpy.abs(a - b), numpy.abs(b)
        relative = off.astype("f4") / size.astype("f4") if off.dtype.kind == "i" else off / size
    off[matches], relative[matches] = 0, 0
    equal = rtol == atol == 0
    wrong = matches.size - int(numpy.count_nonzero(matches))
    lines = [
        f"Tensor-likes are not {'equal' if equal else 'close'}!\n",
        f"Mismatched elements: {wrong} / {matches.size} ({wrong / matches.size:.1%})",
    ]
    for name, values, limit in (("absolute", off, atol), ("relative", relative, rtol)):
        at = _greatest(values)
        allowed = "" if equal else f" (up to {limit} allowed)"
        lines.append(f"Greatest {name} difference: {values[at].item()} at index {at}{allowed}")
    return "\n".join(lines)


def _greatest(values: Any) -> tuple[int, ...]:
    wide = values.astype("f4") if values.dtype.kind == "V" else values
    return tuple(int(i) for i in numpy.unravel_index(int(wide.argmax()), values.shape))
