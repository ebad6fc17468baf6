"""An operand that computes and tells: its value, its name, and how it was made, which can be written with numbers.

An update rule that is run on such operands does what it always does, and leaves the way it took behind.
"""

from __future__ import annotations

import copy
import itertools
import operator
import sys
import threading
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import numpy

from vizgrad.engine.namespace import NUMPY
from vizgrad.engine.surface.ink import SYMBOLS, Ink

from . import writing

_SIGN, _ATOM = 2, 4  # how tightly text holds together, as in ink.py
_born = itertools.count().__next__


class Told:
    """A number of a rule: an array of one element, or a plain number."""

    __array_ufunc__ = None  # NumPy's arrays leave arithmetic with this to it

    def __init__(
        self, symbol: Ink, value: Any, make: Callable[..., Any] | None = None, parts: tuple[Any, ...] = ()
    ) -> None:
        self.symbol, self.value, self.make, self.parts = symbol, value, make, parts
        self.born = _born()  # the order of time
        self.set: Callable[[Told], None] | None = None  # of a memory: what to do when it is written to

    # --- what it says

    def number(self) -> Ink:
        """The value in a few digits."""
        x = plain(self.value)
        text = _setting(x) if self.make is None and isinstance(x, (int, float)) else writing.number(x)
        return Ink(text, _SIGN if text.startswith("-") else _ATOM)

    def numbers(self, named: Collection[Told] = ()) -> Ink:
        """How it was made, with numbers for names.  Those ``named`` have a line of their own and count as one."""
        return self._written(
            Told.number, lambda part: part.number() if part in named else part.numbers(named)
        )

    def words(self, named: Mapping[Told, str]) -> Ink:
        """How it was made, with those ``named`` by name."""
        return self._written(
            lambda leaf: leaf.symbol, lambda part: Ink(named[part]) if part in named else part.words(named)
        )

    def _written(self, leaf: Callable[[Told], Ink], inner: Callable[[Told], Ink]) -> Ink:
        if self.make is None:
            return leaf(self)
        made = self.make(*(inner(part) if isinstance(part, Told) else part for part in self.parts))
        return made if isinstance(made, Ink) else Ink(str(made))

    def told(self) -> list[Told]:
        return [part for part in self.parts if isinstance(part, Told)]

    def reads(self, leaf: Told) -> bool:
        """Whether ``leaf`` is among what it was made of."""
        return self is leaf or any(part.reads(leaf) for part in self.told())

    # --- what it is to a rule

    @property
    def shape(self) -> Any:
        return self.value.shape

    @property
    def dtype(self) -> Any:
        return self.value.dtype

    @property
    def ndim(self) -> Any:
        return self.value.ndim

    def __bool__(self) -> bool:
        return bool(self.value)

    def __neg__(self) -> Told:
        return apply(operator.neg, operator.neg, self)

    def __abs__(self) -> Told:
        return apply(operator.abs, SYMBOLS.absolute, self)

    def __getitem__(self, index: Any) -> Told:
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        if self.set is None or index is not Ellipsis:
            raise TypeError("only memory is written to, and all of it")

        def into(x: Any) -> Any:
            return numpy.full_like(self.value, x)

        self.set(apply(into, _same, value))

    def copy(self) -> Told:
        return self

    __hash__ = object.__hash__


def _same(x: Any) -> Any:
    return x


def _setting(x: Any) -> str:
    """A number that the user wrote: in full, unless it is very long."""
    text = repr(x)
    text = text if len(text) <= 10 else f"{x:.6g}"
    return text.removesuffix(".0").replace("e-0", "e-")


def plain(value: Any) -> Any:
    """The one element of an array as NumPy's scalar; plain numbers as they are."""
    return value.reshape(-1)[0] if hasattr(value, "reshape") and hasattr(value, "__setitem__") else value


def apply(compute: Callable[..., Any], write: Callable[..., Any], *parts: Any) -> Told:
    """Compute on values, write on names, and remember both."""
    if _watched.code is not None and _watched.frame is None:
        _watched.look(sys._getframe(1))  # pyright: ignore[reportPrivateUsage]
    values = [part.value if isinstance(part, Told) else part for part in parts]
    symbols = [part.symbol if isinstance(part, Told) else part for part in parts]
    with numpy.errstate(all="ignore"):
        value = compute(*values)
    text = write(*symbols)
    return Told(text if isinstance(text, Ink) else Ink(str(text)), value, write, parts)


class Watched(threading.local):
    """The call of a rule that is running: what it named its variables is what a learner reads."""

    code: CodeType | None = None
    frame: FrameType | None = None

    def look(self, frame: FrameType | None) -> None:
        for _ in range(8):  # the rule may have helpers
            if frame is None:
                return
            if frame.f_code is self.code:
                self.frame = frame
                return
            frame = frame.f_back

    def variables(self) -> dict[str, Any]:
        """Of that call, when it is over."""
        return {} if self.frame is None else dict(self.frame.f_locals)


_watched = Watched()


@contextmanager
def watched(function: Any) -> Generator[Watched]:
    """Remember the call of this function, for its variables."""
    _watched.code = getattr(function, "__code__", None)
    try:
        yield _watched
    finally:
        _watched.code = _watched.frame = None


def _in_place(compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The operator as it writes into an array: the result keeps the array's dtype."""
    return lambda a, b: compute(copy.copy(a), b)


def _operators() -> None:
    for name in ("add", "sub", "mul", "truediv", "pow"):
        plainly, into = getattr(operator, name), _in_place(getattr(operator, f"i{name}"))

        def forward(a: Any, b: Any, f: Any = plainly) -> Told:
            return apply(f, f, a, b)

        def reflected(a: Any, b: Any, f: Any = plainly) -> Told:
            return apply(f, f, b, a)

        def written(a: Any, b: Any, f: Any = plainly, into: Any = into) -> Told:
            return apply(into, f, a, b)

        setattr(Told, f"__{name}__", forward)
        setattr(Told, f"__r{name}__", reflected)
        setattr(Told, f"__i{name}__", written)
    for name in ("gt", "ge", "lt", "le", "eq", "ne", "and_", "or_"):
        f = getattr(operator, name)
        setattr(Told, f"__{name.rstrip('_')}__", lambda a, b, f=f: apply(f, f, a, b))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]


_operators()


class Telling:
    """``xp`` over such operands: what NumPy computes, and what ink writes down."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def tell(*parts: Any, **settings: Any) -> Told:
            compute, write = getattr(NUMPY, name), getattr(SYMBOLS, name)
            return apply(
                lambda *values: compute(*values, **settings), lambda *texts: write(*texts, **settings), *parts
            )

        return tell


TELLING = Telling()
