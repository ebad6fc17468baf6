"""In-place forms: the row's result, written into the tensor's own memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from vizgrad.engine import alias, local
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.op import Op
from vizgrad.engine.ops import shape

from .former import reordered
from .refusals import fits_into


def inplace(function: Any, *, ignores: str = "") -> Callable[..., Any]:
    """The in-place form of an op: ``add_`` from ``add``."""
    row: Op = function.row
    others, names = row.inputs[1:], tuple(row.settings)
    optional = {n: row.settings[n] for n in names}
    code = row.forward.__code__
    by_name = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    placed = tuple(n for n in names if n not in by_name)

    ufunc = _UFUNCS.get(row.name)

    def write(self: Any, *args: Any, **settings: Any) -> Any:
        if ufunc is not None and len(args) == 1 and not settings and _at_once(row.name, ufunc, self, args[0]):
            return self
        settings.pop(ignores, None)
        if len(args) > len(others) + len(placed):
            given, settings = reordered(row, f"{row.name}_", (self, *args), settings)
            args = given[1:]
        given = [args[i] if i < len(args) else settings.pop(n) for i, n in enumerate(others)]
        rest = dict(zip(placed, args[len(others) :], strict=False))
        unknown = settings.keys() - optional.keys()
        if unknown:
            raise TypeError(f"{row.name}_() got an unexpected keyword argument {unknown.pop()!r}")
        return alias.write(row, self, tuple(given), optional | rest | settings)

    write.__name__ = write.__qualname__ = row.name + "_"
    write.__doc__ = f"{row.doc.splitlines()[0]}, written into this tensor's own memory."
    return write


_UFUNCS = {"add": numpy.add, "sub": numpy.subtract, "mul": numpy.multiply, "div": numpy.divide}
_FLOATS = (numpy.dtype("f4"), numpy.dtype("f8"))


def _at_once(name: str, ufunc: Any, x: Any, other: Any) -> bool:
    """Let NumPy write the result where it belongs, if nobody records or watches this; say whether it did."""
    a, b = x.array, other
    if type(a) is not numpy.ndarray or a.dtype not in _FLOATS or local.watching or local.early:
        return False
    if isinstance(other, Bare):
        b = other.array
        if type(b) is not numpy.ndarray or b.dtype is not a.dtype or b.shape != a.shape:
            return False
        if other.alias is not None:
            alias.refresh(other)
        if other.tracked and here.grad:
            return False
    elif type(b) is not float and type(b) is not int:
        return False
    alias.may_write(x)
    if x.tracked and here.grad:
        return False
    ufunc(a, b, a)
    alias.written(x, name)
    return True


def inplace_of(function: Callable[..., Any], name: str = "") -> Callable[..., Any]:
    """The in-place form of a function made of ops: computed from a copy, then written here."""
    name = (name or function.__name__).rstrip("_")

    def write(self: Any, *args: Any, **settings: Any) -> Any:
        alias.may_write(self)
        source = shape.clone(self) if self.tracked and here.grad else self
        out = function(source, *args, **settings)
        fits_into(out.array, self)
        return alias.write(_copy, self, (out,), _copy.settings)

    write.__name__ = write.__qualname__ = f"{name}_"
    write.__doc__ = f"{(function.__doc__ or name).splitlines()[0]}, written into this tensor's own memory."
    return write


_copy: Op = shape.copy.row  # type: ignore[attr-defined]
