"""Calling a module with other parameters than its own."""

# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from vizgrad.nn.module import Module

__all__ = ["call", "functional_call"]

_NOTHING: Any = object()


def _all_named(module: Module) -> dict[str, Any]:
    named = dict(module.named_parameters(remove_duplicate=False))
    return named | dict(module.named_buffers(remove_duplicate=False))


def _tied(module: Module, given: Mapping[str, Any]) -> dict[str, Any]:
    """``given``, and the same for every other name of the tensors that it replaces."""
    names: dict[int, list[str]] = {}
    for name, value in _all_named(module).items():
        names.setdefault(id(value), []).append(name)
    found = dict(given)
    for same in names.values():
        values = [given[n] for n in same if n in given]
        if len({id(v) for v in values}) > 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(same)}, which are tied. Consider using "
                "tie_weights=False"
            )
        if values:
            found.update(dict.fromkeys(same, values[0]))
    return found


def _check_keys(module: Module, given: Mapping[str, Any]) -> None:
    known = set(_all_named(module))
    problems = [
        f"{what} key(s): {', '.join(map(repr, sorted(keys)))}."
        for what, keys in (("Unexpected", set(given) - known), ("Missing", known - set(given)))
        if keys
    ]
    if problems:
        name = module._get_name()
        raise RuntimeError(f"Error(s) in reparametrizing for {name}:\n\t" + "\n\t".join(problems))


def _swap(module: Module, path: str, value: Any) -> Any:
    """Put ``value`` at a dotted name, whatever its kind; return what was there."""
    owner, _, name = path.rpartition(".")
    place: Any = module.get_submodule(owner)
    for kept in (place._parameters, place._buffers):
        if name in kept:
            before, kept[name] = kept[name], value
            return before
    before = getattr(place, name, _NOTHING)
    if value is _NOTHING:
        delattr(place, name)
    else:
        setattr(place, name, value)
    return before


@contextmanager
def _replaced(module: Module, given: Mapping[str, Any]) -> Generator[None]:
    before: dict[str, Any] = {}
    try:
        for path, value in given.items():
            before[path] = _swap(module, path, value)
        yield
    finally:
        for path, value in reversed(before.items()):
            _swap(module, path, value)


def call(
    module: Module,
    parameters_and_buffers: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """``module(*args, **kwargs)`` with some parameters and buffers replaced, by dotted name, for this one call

    Gradients go to the replacements.  With ``tie_weights`` a replacement counts for every name of its tensor;
    ``strict`` wants every name, and no other.  ``parameters_and_buffers`` may be several dictionaries.
    """
    given: dict[str, Any] = {}
    for part in (
        [parameters_and_buffers] if isinstance(parameters_and_buffers, Mapping) else parameters_and_buffers
    ):
        if repeated := sorted(set(part) & set(given)):
            raise ValueError(
                f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous"
            )
        given.update(part)
    given = _tied(module, given) if tie_weights else given
    if strict:
        _check_keys(module, given)
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with _replaced(module, given):
        return module(*args, **(kwargs or {}))


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Any],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """PyTorch's older name of ``torch.func.functional_call``: see `call`."""
    warnings.warn(
        "`torch.nn.utils.stateless.functional_call` is deprecated in favor of `torch.func.functional_call`.",
        FutureWarning,
        stacklevel=2,
    )
    return call(module, parameters_and_buffers, args, kwargs, tie_weights=tie_weights, strict=strict)
