"""Containers: modules in a row, in a list, or by name."""

# pyright: reportUnnecessaryIsInstance=false
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, Self

from vizgrad.engine.surface.complain import complain

from .given import pairs, place
from .module import Module

__all__ = ["Container", "ModuleDict", "ModuleList", "Sequential"]


class Container(Module):
    """Layers by name, as PyTorch 0.1 had it: ``Container(fc=nn.Linear(2, 3))``.  A `Module` does all that."""

    def __init__(self, **kwargs: Any) -> None:
        if type(self) is Container:
            complain(_NO_CONTAINER, FutureWarning)
        super().__init__()
        for key, value in kwargs.items():
            self.add_module(key, value)

    def __init_subclass__(cls, **settings: Any) -> None:
        complain(_NO_CONTAINER, FutureWarning)
        super().__init_subclass__(**settings)


_NO_CONTAINER = "`nn.Container` is deprecated: derive from `nn.Module`, which does all that it does."


class _Row(Module):
    """Modules numbered from 0; in a `Sequential` made from an OrderedDict they have names instead."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return self._some(list(self._modules.items())[idx])
        return list(self._modules.values())[place(idx, len(self))]

    def _some(self, pairs: list[tuple[str, Any]]) -> Any:
        return type(self)([module for _, module in pairs])  # type: ignore[call-arg]

    def __setitem__(self, idx: int, module: Module) -> None:
        setattr(self, list(self._modules)[place(idx, len(self))], module)

    def __delitem__(self, idx: int | slice) -> None:
        names = list(self._modules)
        for name in names[idx] if isinstance(idx, slice) else [names[place(idx, len(self))]]:
            delattr(self, name)
        self._number(list(self._modules.values()))

    def _number(self, modules: list[Any]) -> None:
        self._modules.clear()
        self._modules.update((str(i), module) for i, module in enumerate(modules))

    def append(self, module: Module) -> Self:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several modules at the end."""
        if not isinstance(modules, Iterable):
            raise TypeError(
                f"{type(self).__name__}.extend should be called with an iterable, but got "
                f"{type(modules).__name__}"
            )
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Put a module before position ``index``; those behind move up."""
        if not isinstance(module, Module):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        n = len(self)
        if not -n <= index <= n:
            raise IndexError(f"Index out of range: {index}")
        modules = list(self)
        modules.insert(index, module)
        self._number(modules)
        return self

    def pop(self, key: int | slice) -> Any:
        """Take a module out."""
        taken = self[key]
        del self[key]
        return taken

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.isdigit()]


class Sequential(_Row):
    """Modules one after the other: the output of each is the input of the next.

    ``Sequential(a, b)`` numbers them; ``Sequential(OrderedDict(first=a, second=b))`` names them.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        named = len(args) == 1 and isinstance(args[0], OrderedDict)
        for name, module in args[0].items() if named else enumerate(args):
            self.add_module(str(name), module)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def _some(self, pairs: list[tuple[str, Any]]) -> Any:
        return type(self)(OrderedDict(pairs))

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *_row(other))

    def __iadd__(self, other: Sequential) -> Self:
        return self.extend(_row(other))

    def __mul__(self, other: int) -> Sequential:
        return Sequential(*(list(self) * _times(other)))

    __rmul__ = __mul__

    def __imul__(self, other: int) -> Self:
        return self.extend(list(self) * (_times(other) - 1))


def _row(other: Any) -> Sequential:
    if not isinstance(other, Sequential):
        raise ValueError(
            f"add operator supports only objects of Sequential class, but {type(other)} is given."
        )
    return other


def _times(n: Any) -> int:
    if not isinstance(n, int):
        raise TypeError(f"unsupported operand type(s) for *: Sequential and {type(n).__name__}")
    if n <= 0:
        raise ValueError(f"Non-positive multiplication factor {n} for Sequential")
    return n


class ModuleList(_Row):
    """Modules in a list: the network sees their parameters, and calls them as it likes."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or [])

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __repr__(self) -> str:
        """Equal neighbours are written once: ``(0-2): 3 x Linear(…)``."""
        runs: list[list[Any]] = []  # first number, last number, text
        for i, text in enumerate(map(repr, self)):
            if runs and runs[-1][2] == text:
                runs[-1][1] = i
            else:
                runs.append([i, i, text])
        if not runs:
            return f"{self._get_name()}()"
        lines = (
            (f"({a}): {text}" if a == b else f"({a}-{b}): {b - a + 1} x {text}").replace("\n", "\n  ")
            for a, b, text in runs
        )
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


class ModuleDict(Module):
    """Modules by name."""

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def update(self, modules: Any) -> None:
        """Add or replace modules from a mapping or from pairs."""
        for name, module in pairs("ModuleDict", modules):
            self[name] = module

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Drop every module."""
        self._modules.clear()

    def pop(self, key: str) -> Any:
        """Take a module out."""
        return self._modules.pop(key)

    def keys(self) -> Any:
        return self._modules.keys()

    def items(self) -> Any:
        return self._modules.items()

    def values(self) -> Any:
        return self._modules.values()
