"""Saving an optimizer to a dictionary, and going on from one."""

# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

import numpy

from vizgrad.engine.dtype import float64, get_default_dtype
from vizgrad.engine.storage import OPTIMIZER
from vizgrad.engine.tensor import Tensor

from .hooks import Hooked

__all__ = ["Saving"]


class Saving(Hooked):
    """``state_dict``, ``load_state_dict`` and pickling in PyTorch's layout."""

    defaults: dict[str, Any]
    state: Any
    param_groups: list[dict[str, Any]]

    def state_dict(self) -> dict[str, Any]:
        """``{"state": {number of a parameter: its memory}, "param_groups": [settings and numbers]}``."""
        for hook in self._hooks["save_pre"].values():
            hook(self)
        numbers: dict[int, int] = {}
        groups: list[dict[str, Any]] = []
        for group in self.param_groups:
            for p in group["params"]:
                numbers.setdefault(id(p), len(numbers))
            packed = {name: value for name, value in group.items() if name != "params"}
            groups.append(packed | {"params": [numbers[id(p)] for p in group["params"]]})
        state = {numbers[id(p)] if isinstance(p, Tensor) else p: memory for p, memory in self.state.items()}
        saved: dict[str, Any] = {"state": state, "param_groups": groups}
        for hook in self._hooks["save_post"].values():
            answer = hook(self, saved)
            saved = saved if answer is None else answer
        return saved

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over memory and settings from a ``state_dict`` of the same optimizer over the same shapes."""
        state_dict = state_dict.copy()
        for hook in self._hooks["load_pre"].values():
            answer = hook(self, state_dict)
            state_dict = state_dict if answer is None else answer
        saved = deepcopy(state_dict["param_groups"])
        _check_sizes(self.param_groups, saved)
        ours = chain.from_iterable(g["params"] for g in self.param_groups)
        parameters = dict(zip(chain.from_iterable(g["params"] for g in saved), ours, strict=True))
        state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        for number, memory in state_dict["state"].items():
            p = parameters.get(number)
            state[number if p is None else p] = memory if p is None else _cast(p, memory)
        for group, theirs in zip(self.param_groups, saved, strict=True):
            theirs["params"] = group["params"]
            if "param_names" in group:
                theirs.setdefault("param_names", group["param_names"])
            for name, default in self.defaults.items():  # a setting that an older file does not have
                theirs.setdefault(name, default)
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in self._hooks["load_post"].values():
            hook(self)

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Subclasses may add what older files do not have."""
        vars(self).update(state)
        vars(self).setdefault("_hooks", defaultdict(OrderedDict))


def counter(start: float = 0.0) -> Tensor:
    """The number of updates so far, or another number, which PyTorch keeps as a tensor without dimensions."""
    kind = numpy.float64 if get_default_dtype() is float64 else numpy.float32
    return Tensor._wrap(numpy.full((), start, kind), OPTIMIZER)


def _check_sizes(groups: list[dict[str, Any]], saved: list[dict[str, Any]]) -> None:
    if len(groups) != len(saved):
        raise ValueError(
            "loaded state dict has a different number of parameter groups: "
            f"{len(saved)}, where the optimizer has {len(groups)}"
        )
    for i, (mine, theirs) in enumerate(zip(groups, saved, strict=True)):
        if len(mine["params"]) != len(theirs["params"]):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's "
                f"group: group {i} has {len(theirs['params'])} parameters, the optimizer's has "
                f"{len(mine['params'])}"
            )


def _cast(p: Tensor, value: Any, name: Any = None) -> Any:
    """A copy of saved memory with the dtype and the device of its parameter; counters stay as they are."""
    if name == "step" and isinstance(value, (int, float)):  # as old PyTorch files have it
        return counter(value)
    if isinstance(value, Tensor):
        copy = (
            value.detach().clone()
            if name == "step" or not p.is_floating_point()
            else value.detach().to(p.dtype, copy=True)
        )
        copy.memory.become(OPTIMIZER)
        return copy
    if isinstance(value, dict):
        return {k: _cast(p, v, k) for k, v in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return type(value)(_cast(p, v) for v in value)  # type: ignore[call-arg]
    return value
