"""Pruning: weights that are held at 0 by a mask, chosen by size, by chance, or by hand.

A pruned parameter ``weight`` becomes a parameter ``weight_orig`` and a buffer ``weight_mask``; before each forward
pass their product is put in its place.
"""

# pyright: reportPrivateUsage=false, reportUnnecessaryIsInstance=false, reportIncompatibleMethodOverride=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import numbers
from collections.abc import Iterable
from typing import Any

from vizgrad.engine.surface import create
from vizgrad.nn.module import Module

from .convert_parameters import parameters_to_vector
from .pruning import BasePruningMethod, PruningContainer

__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]


class Identity(BasePruningMethod):
    """Nothing is pruned, but the parameter has a mask from now on."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        return default_mask

    @classmethod
    def apply(cls, module: Any, name: str) -> BasePruningMethod:
        return super().apply(module, name)


class _Amount(BasePruningMethod):
    """A method that prunes ``amount`` of what there is: a whole number, or a share between 0 and 1."""

    def __init__(self, amount: Any) -> None:
        if not isinstance(amount, numbers.Real):
            raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
        if float(amount) < 0 or (not isinstance(amount, numbers.Integral) and float(amount) > 1):
            raise ValueError(
                f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer"
            )
        self.amount: Any = amount

    def _count(self, size: int) -> int:
        """How many of ``size`` go."""
        whole = isinstance(self.amount, numbers.Integral)
        n = int(self.amount) if whole else round(float(self.amount) * size)
        if n > size:
            raise ValueError(f"amount={n} should be smaller than the number of parameters to prune={size}")
        return n


class _Elements(_Amount):
    """The elements with the smallest scores go."""

    PRUNING_TYPE = "unstructured"

    def scores(self, t: Any) -> Any:
        """What is compared."""
        raise NotImplementedError(f"{type(self).__name__} has no scores")

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        n, mask = self._count(t.numel()), default_mask.clone()
        if n:
            lowest = self.scores(t).reshape(-1).topk(n, largest=False).indices
            mask.view(-1)[lowest] = 0
        return mask


class RandomUnstructured(_Elements):
    """Elements chosen by chance go."""

    def scores(self, t: Any) -> Any:
        """Random numbers."""
        return create.rand_like(t.detach())

    @classmethod
    def apply(cls, module: Any, name: str, amount: Any) -> BasePruningMethod:
        return super().apply(module, name, amount=amount)


class L1Unstructured(_Elements):
    """The elements nearest to 0 go."""

    def scores(self, t: Any) -> Any:
        """Distances from 0."""
        return t.detach().abs()

    @classmethod
    def apply(cls, module: Any, name: str, amount: Any, importance_scores: Any = None) -> BasePruningMethod:
        return super().apply(module, name, amount=amount, importance_scores=importance_scores)


class _Slices(_Amount):
    """The slices along ``dim`` with the smallest scores go."""

    PRUNING_TYPE = "structured"
    dim: int

    def scores(self, t: Any) -> Any:
        """A score for each slice."""
        raise NotImplementedError(f"{type(self).__name__} has no scores")

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        if t.ndim <= 1:
            raise ValueError(
                "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
                f"{t.shape} with {t.ndim} dims"
            )
        if self.dim >= t.ndim:
            raise IndexError(f"Invalid index {self.dim} for tensor of size {t.shape}")
        size = t.shape[self.dim]
        n = self._count(size)
        if not n:
            return default_mask
        kept = self.scores(t.detach()).topk(size - n).indices
        line = [1] * t.ndim
        line[self.dim] = size
        mask = create.zeros(size, dtype=t.dtype, device=t.device).index_fill_(0, kept, 1).reshape(line)
        return mask * default_mask.to(t.dtype)


class RandomStructured(_Slices):
    """Slices chosen by chance go."""

    def __init__(self, amount: Any, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def scores(self, t: Any) -> Any:
        """Random numbers."""
        return create.rand(t.shape[self.dim], device=t.device)

    @classmethod
    def apply(cls, module: Any, name: str, amount: Any, dim: int = -1) -> BasePruningMethod:
        return super().apply(module, name, amount=amount, dim=dim)


class LnStructured(_Slices):
    """The slices of the smallest ``n``-norm go."""

    def __init__(self, amount: Any, n: Any, dim: int = -1) -> None:
        super().__init__(amount)
        self.n, self.dim = n, dim

    def scores(self, t: Any) -> Any:
        """The norm of each slice."""
        return t.norm(self.n, tuple(d for d in range(t.ndim) if d != self.dim % t.ndim))

    @classmethod
    def apply(
        cls, module: Any, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None
    ) -> BasePruningMethod:
        return super().apply(module, name, amount=amount, n=n, dim=dim, importance_scores=importance_scores)


class CustomFromMask(BasePruningMethod):
    """What a given mask has 0 goes."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Any) -> None:
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        if default_mask.shape != self.mask.shape:
            raise AssertionError(
                f"a mask of shape {self.mask.shape} was given for shape {default_mask.shape}"
            )
        return default_mask * self.mask.to(default_mask.dtype)

    @classmethod
    def apply(cls, module: Any, name: str, mask: Any) -> BasePruningMethod:
        return super().apply(module, name, mask=mask)


def identity(module: Any, name: str) -> Any:
    """Give ``module.<name>`` a mask that prunes nothing."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Any, name: str, amount: Any) -> Any:
    """Prune ``amount`` elements (a number, or a share) of ``module.<name>`` by chance."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Any, name: str, amount: Any, importance_scores: Any = None) -> Any:
    """Prune the ``amount`` elements of ``module.<name>`` that are nearest to 0."""
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Any, name: str, amount: Any, dim: int) -> Any:
    """Prune ``amount`` slices of ``module.<name>`` along ``dim`` by chance."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: Any, name: str, amount: Any, n: Any, dim: int, importance_scores: Any = None
) -> Any:
    """Prune the ``amount`` slices of ``module.<name>`` along ``dim`` with the smallest ``n``-norm."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def global_unstructured(
    parameters: Any, pruning_method: Any, importance_scores: Any = None, **kwargs: Any
) -> None:
    """Prune elements of several parameters, pairs of a module and a name, that compete with each other."""
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
            f"{pruning_method} of type {method.PRUNING_TYPE}"
        )
    pairs = [(module, name, getattr(module, name)) for module, name in parameters]
    every = parameters_to_vector([scores.get((module, name), t) for module, name, t in pairs])
    masks = [getattr(module, name + "_mask", create.ones_like(t)) for module, name, t in pairs]
    container = PruningContainer()
    container._tensor_name = method._tensor_name = "temp"
    container.add_pruning_method(method)
    found, start = container.compute_mask(every, parameters_to_vector(masks)), 0
    for module, name, t in pairs:
        custom_from_mask(module, name, mask=found[start : start + t.numel()].view_as(t))
        start += t.numel()


def custom_from_mask(module: Any, name: str, mask: Any) -> Any:
    """Prune what ``mask`` has 0."""
    CustomFromMask.apply(module, name, mask)
    return module


def remove(module: Any, name: str) -> Any:
    """Make a pruned parameter an ordinary one, with its zeros."""
    hooks = module._hooks("_forward_pre_hooks")
    for key, hook in hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            hook.remove(module)
            del hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module: Module) -> bool:
    """Whether any parameter of the module, or of a module in it, is pruned."""
    hooks = (h for m in module.modules() for h in m._hooks("_forward_pre_hooks").values())
    return any(isinstance(hook, BasePruningMethod) for hook in hooks)
