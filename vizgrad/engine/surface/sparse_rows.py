"""What rows of the table do when an operand is sparse: ``torch.mm(sparse, dense)``, ``torch.sqrt(sparse)``.

A sparse tensor has no array, and says so when a row asks for one; the row's function then comes here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vizgrad.engine.op import Op


class NoArrayError(NotImplementedError):
    """A sparse tensor was asked for its array."""


def with_sparse(refusal: NoArrayError, row: Op, inputs: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """Run a row of ``ROWS`` on operands of which at least one is sparse, or raise the refusal."""
    y = ROWS[row.name](row, *inputs, **settings)
    if y is NotImplemented:
        raise refusal
    return y


def _product(row: Op, a: Any, b: Any) -> Any:
    from .sparse import mm

    return mm(a, b)


def _addmm(row: Op, input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    from .sparse import mm

    return NotImplemented if input.is_sparse else beta * input + alpha * mm(mat1, mat2)


def _add(row: Op, input: Any, other: Any, *, alpha: Any = 1) -> Any:
    other = other if alpha == 1 else other * alpha
    return input + (-other if row.name == "sub" else other)


def _mul(row: Op, input: Any, other: Any) -> Any:
    return input * other


def _each(row: Op, x: Any, **settings: Any) -> Any:
    """A function that leaves 0 as it is, of each number that is held."""
    x = x.coalesce()
    return x._with(row.function(x.values(), **settings))


LEAVE_ZERO = (
    "abs asin asinh atan atanh ceil deg2rad erf erfinv expm1 floor frac log1p neg rad2deg relu round sgn sign sin sinh "
    "sqrt tan tanh trunc"
)
ROWS: dict[str, Callable[..., Any]] = {
    "matmul": _product, "mm": _product, "mv": _product, "addmm": _addmm, "add": _add, "sub": _add, "mul": _mul,
    **dict.fromkeys(LEAVE_ZERO.split(), _each),
}  # fmt: skip
