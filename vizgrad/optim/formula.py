"""An update rule, run on ink, writes itself down: what a learner reads is what runs."""

# pyright: reportPrivateUsage=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from vizgrad.engine.surface.ink import SYMBOLS, Ink

if TYPE_CHECKING:
    from .optimizer import Optimizer

__all__ = ["LETTERS", "as_call", "larger", "smaller", "symbol", "write"]

LETTERS = {"eps": "ε", "rho": "ρ", "alpha": "α", "step": "t"}
TUPLES = {
    "betas": ("β₁", "β₂"),
    "eps": ("ε₁", "ε₂"),
    "etas": ("η⁻", "η⁺"),
    "step_sizes": ("smallest", "largest"),
}


def as_call(function: Callable[..., Any]) -> Callable[..., Any]:
    """A part of a rule with loops or shapes in it: on ink it is written by its name."""

    @wraps(function)
    def written(xp: Any, *args: Any) -> Any:
        if xp is SYMBOLS:
            return getattr(SYMBOLS, function.__name__)(*[a for a in args if isinstance(a, Ink)])
        return function(xp, *args)

    return written


def larger(a: Any, b: Any) -> Any:
    """The larger of two numbers, also of ink."""
    return SYMBOLS.max(a, b) if isinstance(b, Ink) else max(a, b)


def smaller(a: Any, b: Any) -> Any:
    """The smaller of two numbers, also of ink."""
    return SYMBOLS.min(a, b) if isinstance(b, Ink) else min(a, b)


class Memory(dict[str, Any]):
    """A rule's memory made of ink.  Each change becomes a line; from then on the new value is meant, ``name′``."""

    def __init__(self, names: list[str]) -> None:
        super().__init__({name: Ink(LETTERS.get(name, name)) for name in names})
        self.lines: list[tuple[str, str]] = []

    def __setitem__(self, name: str, value: Any) -> None:
        text, new = str(value), f"{name}′"
        if self.lines and self.lines[-1][0] == new and text.startswith(f"{new} + "):
            text = self.lines.pop()[1] + text[len(new) :]  # scaled first, added to then: one line
        self.lines.append((new, text))
        super().__setitem__(name, Ink(new))


def write(optimizer: Optimizer, group: dict[str, Any]) -> str:
    """One line for each thing remembered and one for the parameter; ′ marks what is new.

    Settings that are 0 leave no term; the others go by name.
    """
    start = {name: group[name] for name in optimizer._start_settings}
    names = list(optimizer.start(SYMBOLS, Ink("p"), **start))
    memory = Memory(names)
    settings = {name: symbol(name, group[name]) for name in optimizer._update_settings}
    g = -Ink("g") if group.get("maximize") else Ink("g")
    p = optimizer.update(SYMBOLS, Ink("p"), g, memory, **settings)
    return "\n".join(f"{name} = {text}" for name, text in [*memory.lines, ("p′", str(p))])


def symbol(name: str, value: Any) -> Any:
    """A setting as ink, but as itself where it only says yes or no, or that a term is not there."""
    if name in TUPLES and isinstance(value, tuple):
        return tuple(Ink(letter) for letter in TUPLES[name])
    if value is None or isinstance(value, (bool, str, tuple)) or (value == 0 and name != "lr"):
        return value
    return Ink(LETTERS.get(name, name))
