"""Results as PyTorch hands them over: into tensors that the caller gives (``out=``), or as tuples with names."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections import namedtuple
from collections.abc import Callable
from typing import Any

from vizgrad.engine import alias, namespace
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.storage import Storage

from .refusals import fits_into

RESULTS: dict[str, type[Any]] = {}  # by name: what ``torch.return_types`` offers


def result(name: str, *fields: str) -> type[Any]:
    """A tuple whose parts have names, as ``torch.return_types.max`` with ``values`` and ``indices``."""
    if name not in RESULTS:
        plain: Any = namedtuple(name, fields)

        def text(self: Any) -> str:
            parts = ",\n".join(f"{f}={v!r}" for f, v in zip(fields, self, strict=True))
            return f"torch.return_types.{name}(\n{parts})"

        members = {"__slots__": (), "__repr__": text, "__module__": "vizgrad.return_types"}
        RESULTS[name] = type(name, (plain,), members)
    return RESULTS[name]


def fills_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function made of ops the keyword ``out``: a tensor, or several, to put the result into."""

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **settings: Any) -> Any:
        if out is None:
            return function(*args, **settings)
        return into(out, function.__name__, args, lambda: function(*args, **settings))

    call.__signature__ = _with_out(function)  # type: ignore[attr-defined]
    return call


def _with_out(function: Callable[..., Any]) -> inspect.Signature:
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())
    at = next((i for i, p in enumerate(parameters) if p.kind is p.VAR_KEYWORD), len(parameters))
    parameters.insert(at, inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None))
    return signature.replace(parameters=parameters)


def into(out: Any, name: str, inputs: Any, compute: Callable[[], Any]) -> Any:
    """Compute, write the results into ``out``, return ``out``.

    Raises RuntimeError where gradients are wanted, and where a result's kind of number does not fit.
    """
    targets = [out] if isinstance(out, Bare) else list(out)
    if here.grad and any(isinstance(x, Bare) and x.tracked for x in (*_flat(inputs), *targets)):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, "
            "but one of the arguments requires grad."
        )
    results = compute()
    results = [results] if isinstance(results, Bare) else list(results)
    if len(results) != len(targets):
        raise TypeError(f"{name}(): out= wants {len(results)} tensors, but got {len(targets)}")
    for target, value in zip(targets, results, strict=True):
        fill(target, value, name)
    return out if isinstance(out, Bare | tuple) else tuple(targets)


def _flat(inputs: Any) -> list[Any]:
    found: list[Any] = []
    for x in inputs:
        found += _flat(x) if isinstance(x, (tuple, list)) else [x]
    return found


def fill(target: Any, value: Any, name: str) -> None:
    """Put one result into a given tensor, which takes the result's shape."""
    if not isinstance(target, Bare):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(target).__name__}")
    if namespace.of((target.array,)) is not namespace.of((value.array,)):
        raise RuntimeError(f"{name}(): out= is on another device than the result; make it there")
    fits_into(value.array, target)
    if target.array.shape != value.array.shape:
        if target.array.size:
            warnings.warn(
                f"{name}(): an output with one or more elements was resized since it had shape "
                f"{list(target.array.shape)}, which does not match the required output shape "
                f"{list(value.array.shape)}; give one of the right shape, or an empty one.",
                stacklevel=4,
            )
        target.array = namespace.of((target.array,)).module.empty(value.array.shape, target.array.dtype)
        target.memory = Storage(target.array.nbytes)
    target.array[...] = value.array
    alias.written(target, name)
