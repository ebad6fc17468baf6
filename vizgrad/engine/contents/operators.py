"""Operators: what ``a + b``, ``-a`` and ``a += b`` call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vizgrad.engine.ops import bitwise, compare, elementwise, rounding
from vizgrad.engine.ops import matmul as _matmul
from vizgrad.engine.ops.words import Value
from vizgrad.engine.surface import about
from vizgrad.engine.surface import pointwise as _surface

from .comparison import Methods as _Comparison
from .pointwise import Methods as _Pointwise

if TYPE_CHECKING:
    from vizgrad.engine.tensor import Tensor


class Methods:
    """Of a tensor: Python's operators.

    The common ones are spelled out for editors; the assignment behind `else` is what runs, one call less.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        def __add__(self: Any, other: Value) -> Tensor:
            return elementwise.add(self, other)

        def __sub__(self: Any, other: Value) -> Tensor:
            return elementwise.sub(self, other)

        def __mul__(self: Any, other: Value) -> Tensor:
            return elementwise.mul(self, other)

        def __truediv__(self: Any, other: Value) -> Tensor:
            return elementwise.div(self, other)

        def __pow__(self: Any, other: Value) -> Tensor:
            return elementwise.pow(self, other)

        def __matmul__(self: Any, other: Tensor) -> Tensor:
            return _matmul.matmul(self, other)

    else:
        __add__, __sub__, __mul__, __truediv__ = (
            elementwise.add,
            elementwise.sub,
            elementwise.mul,
            elementwise.div,
        )
        __pow__, __matmul__ = elementwise.pow, _matmul.matmul

    def __radd__(self: Any, other: Value) -> Tensor:
        return elementwise.add(self, other)

    def __rsub__(self: Any, other: Value) -> Tensor:
        return elementwise.sub(other, self)

    def __rmul__(self: Any, other: Value) -> Tensor:
        return elementwise.mul(self, other)

    def __rtruediv__(self: Any, other: Value) -> Tensor:
        return elementwise.div(other, self)

    def __rpow__(self: Any, other: Value) -> Tensor:
        return elementwise.pow(other, self)

    def __rfloordiv__(self: Any, other: Value) -> Tensor:
        return rounding.floor_divide(other, self)

    def __rmod__(self: Any, other: Value) -> Tensor:
        return rounding.remainder(other, self)

    def __rlshift__(self: Any, other: Value) -> Tensor:
        return bitwise.bitwise_left_shift(other, self)

    def __rrshift__(self: Any, other: Value) -> Tensor:
        return bitwise.bitwise_right_shift(other, self)

    def __neg__(self: Any) -> Tensor:
        return elementwise.neg(self)

    def __pos__(self: Any) -> Tensor:
        return _surface.positive(self)

    def __abs__(self: Any) -> Tensor:
        return elementwise.abs(self)

    def __eq__(self: Any, other: object) -> Any:
        return compare.eq(self, other) if about.comparable(other) else NotImplemented  # type: ignore[arg-type]

    def __ne__(self: Any, other: object) -> Any:
        return compare.ne(self, other) if about.comparable(other) else NotImplemented  # type: ignore[arg-type]

    def __lt__(self: Any, other: Value) -> Tensor:
        return compare.lt(self, other)

    def __le__(self: Any, other: Value) -> Tensor:
        return compare.le(self, other)

    def __gt__(self: Any, other: Value) -> Tensor:
        return compare.gt(self, other)

    def __ge__(self: Any, other: Value) -> Tensor:
        return compare.ge(self, other)

    __iadd__, __isub__, __imul__ = _Pointwise.add_, _Pointwise.sub_, _Pointwise.mul_
    __itruediv__, __ipow__ = _Pointwise.div_, _Pointwise.pow_
    __ifloordiv__, __imod__ = _Pointwise.floor_divide_, _Pointwise.remainder_
    __iand__, __ior__ = _Comparison.bitwise_and_, _Comparison.bitwise_or_
    __ixor__, __ilshift__ = _Comparison.bitwise_xor_, _Comparison.bitwise_left_shift_
    __irshift__, __idiv__ = _Comparison.bitwise_right_shift_, _Pointwise.div_
    __and__, __or__, __xor__ = bitwise.bitwise_and, bitwise.bitwise_or, bitwise.bitwise_xor
    __rand__, __ror__, __rxor__ = bitwise.bitwise_and, bitwise.bitwise_or, bitwise.bitwise_xor
    __lshift__, __rshift__ = bitwise.bitwise_left_shift, bitwise.bitwise_right_shift
    __invert__, __div__, __rdiv__ = _surface.invert, elementwise.div, __rtruediv__
    __floordiv__, __mod__ = rounding.floor_divide, rounding.remainder
    __hash__ = object.__hash__
