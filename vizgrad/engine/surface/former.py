"""Former spellings of calls: ``x.add_(2, y)`` for ``x.add_(y, alpha=2)``, which programs from before 2019 write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vizgrad.engine.bare import Bare

from .complain import complain

if TYPE_CHECKING:
    from vizgrad.engine.op import Op


def former(row: Op, args: tuple[Any, ...], settings: dict[str, Any], name: str = "") -> tuple[Any, dict[str, Any]]:
    """The row's inputs and settings, from more arguments than it has inputs; TypeError if nobody ever wrote it so.

    ``settings`` are those that were named.
    """
    name = name or row.name
    for spelling in row.family.former:
        words = _words(row, spelling)
        if len(words) != len(args) or not settings.keys().isdisjoint(words):
            continue
        given = dict(zip(words, args, strict=True))
        if isinstance(given[row.inputs[0]], Bare) and all(_is_number(given[w]) for w in words if w in row.settings):
            complain(_advice(row, words, name))
            numbers = {w: x.item() if isinstance(x, Bare) else x for w, x in given.items() if w in row.settings}
            return tuple(given[n] for n in row.inputs), settings | numbers
    raise TypeError(f"{name}() takes {len(row.inputs)} positional arguments but {len(args)} were given")


def _words(row: Op, spelling: str) -> tuple[str, ...]:
    """The arguments' names in order; ``*`` stands for the inputs after the first."""
    return tuple(n for w in spelling.split() for n in (row.inputs[1:] if w == "*" else (w,)))


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float, complex)) or (isinstance(x, Bare) and x.ndim == 0 and not x.requires_grad)


def _advice(row: Op, words: tuple[str, ...], name: str) -> str:
    """PyTorch's words; of the in-place form and of methods, the first input stands before the dot."""
    method = name.endswith("_")

    def written(names: tuple[str, ...]) -> str:
        return ", ".join(f"{'Number' if n in row.settings else 'Tensor'} {n}" for n in names)

    inputs = tuple(n for n in row.inputs if not (method and n == row.inputs[0]))
    numbers = ", ".join(f"Number {n} = 1" for n in row.settings)
    old = tuple(n for n in words if not (method and n == row.inputs[0]))
    return (
        f"This overload of {name} is deprecated:\n\t{name}({written(old)})\nConsider using one of the following "
        f"signatures instead:\n\t{name}({written(inputs)}, *, {numbers})"
    )
