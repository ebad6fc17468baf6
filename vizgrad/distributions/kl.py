"""The Kullback-Leibler divergence KL(p || q) = E_p[log p - log q], by pairs of distributions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["kl_divergence", "register_kl"]

F = TypeVar("F", bound=Callable[..., Any])
_KL_REGISTRY: dict[tuple[type, type], Callable[..., Any]] = {}
_found: dict[tuple[type, type], Callable[..., Any] | None] = {}  # what was looked up before


def register_kl(type_p: type, type_q: type) -> Callable[[F], F]:
    """A decorator: ``function(p, q)`` is the divergence for these classes and their subclasses.

    Where several fit, the pair nearest in the classes' order of inheritance is taken.  TypeError unless both
    are classes of distributions.
    """
    from .distribution import Distribution

    for cls in (type_p, type_q):
        if not isinstance(cls, type) or not issubclass(cls, Distribution):
            raise TypeError(f"register_kl takes subclasses of Distribution, but got {cls!r}")

    def enter(function: F) -> F:
        _KL_REGISTRY[type_p, type_q] = function
        _found.clear()
        return function

    return enter


def _lookup(type_p: type, type_q: type) -> Callable[..., Any] | None:
    """The nearest pair; p's distance decides first."""
    steps_p = {cls: i for i, cls in enumerate(type_p.__mro__)}
    steps_q = {cls: i for i, cls in enumerate(type_q.__mro__)}
    fits = [pair for pair in _KL_REGISTRY if pair[0] in steps_p and pair[1] in steps_q]
    if not fits:
        return None
    by_p = min(fits, key=lambda pair: (steps_p[pair[0]], steps_q[pair[1]]))
    by_q = min(fits, key=lambda pair: (steps_q[pair[1]], steps_p[pair[0]]))
    if _KL_REGISTRY[by_p] is not _KL_REGISTRY[by_q]:
        wanted, other = (f"({p.__name__}, {q.__name__})" for p, q in (by_p, by_q))
        warnings.warn(
            f"kl_divergence({type_p.__name__}, {type_q.__name__}) is ambiguous: {wanted} is taken, "
            f"but {other} fits as well; register the pair itself",
            RuntimeWarning,
            stacklevel=3,
        )
    return _KL_REGISTRY[by_p]


def kl_divergence(p: Any, q: Any) -> Any:
    """KL(p || q), in units of e: how many more a code made for q takes than p's own; shape batch_shape.

    NotImplementedError where no formula is registered for the two classes.
    """
    pair = type(p), type(q)
    if pair not in _found:
        _found[pair] = _lookup(*pair)
    function = _found[pair]
    if function is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {pair[0].__name__} and q type {pair[1].__name__}"
        )
    return function(p, q)
