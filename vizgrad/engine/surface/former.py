"""The order of arguments that PyTorch used to have, in which many programs still call: ``p.add_(-lr, p.grad)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vizgrad.engine.bare import Bare

from .complain import complain

if TYPE_CHECKING:
    from vizgrad.engine.op import Op


def reordered(
    row: Op, name: str, given: tuple[Any, ...], settings: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Inputs and settings of a call with the scale before the tensors that it scales; warns as PyTorch does.

    A row's ``former`` are the beginnings of such orders, behind which its other inputs follow.
    """
    for start in row.family.former:
        order = [*start.split(), *row.inputs[1:]]
        if len(order) == len(given) and all(map(_fits, given, (n in row.inputs for n in order))):
            break
    else:
        most = len(row.inputs)
        raise TypeError(
            f"{name}() takes {most} positional argument{'s' * (most > 1)} but {len(given)} were given"
        )
    named = dict(zip(order, given, strict=True))
    now = ", ".join([*row.inputs, *(f"{n}=…" for n in order if n not in row.inputs)])
    complain(
        f"This overload of {name} is deprecated: {name}({', '.join(order)}).  Consider using {name}({now}) instead"
    )
    scales = {
        n: v.array.item() if isinstance(v, Bare) else v for n, v in named.items() if n not in row.inputs
    }
    return tuple(named[n] for n in row.inputs), settings | scales


def _fits(value: Any, tensor: bool) -> bool:
    if isinstance(value, Bare):
        return tensor or value.array.ndim == 0
    return not tensor and isinstance(value, (int, float, complex))
