"""What surrounds an optimizer's step: hooks, telling the watchers, and saving to a dictionary."""

# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import wraps
from itertools import chain
from typing import Any

import numpy

from vizgrad.engine import watch
from vizgrad.engine.local import here
from vizgrad.engine.storage import OPTIMIZER
from vizgrad.engine.tensor import Tensor
from vizgrad.nn.handle import RemovableHandle

__all__ = ["Saving", "announced"]


def announced(step: Callable[..., Any]) -> Callable[..., Any]:
    """Surround ``step`` with its hooks, and tell the watchers once all parameters have moved."""

    @wraps(step)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._stepping:  # a subclass's step calls its parent's
            return step(self, *args, **kwargs)
        self._stepping = True
        try:
            if self._step_hooked:
                args, kwargs = self._before_step(args, kwargs)
            out = step(self, *args, **kwargs)
            if self._step_hooked:
                for hook in list(self._hooks["step_post"].values()):
                    hook(self, args, kwargs)
        finally:
            self._stepping = False
        self._stepped = True
        if here.watchers:
            watch.tell("on_step", self)
        return out

    return wrapper


class Saving:
    """Hooks, ``state_dict`` and ``load_state_dict`` in PyTorch's layout."""

    defaults: dict[str, Any]
    state: Any
    param_groups: list[dict[str, Any]]
    _stepping = False  # inside step()
    _stepped = False  # step() has been called: schedulers ask
    _step_hooked = False

    def __init__(self) -> None:
        self._hooks: defaultdict[str, OrderedDict[int, Callable[..., Any]]] = defaultdict(OrderedDict)

    # --- hooks

    def _hook(self, moment: str, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        hooks = self._hooks[moment]
        handle = RemovableHandle(hooks)
        hooks[handle.id] = hook
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def _before_step(self, args: Any, kwargs: Any) -> tuple[Any, Any]:
        for hook in list(self._hooks["step_pre"].values()):
            answer = hook(self, args, kwargs)
            if answer is None:
                continue
            if not (isinstance(answer, tuple) and len(answer) == 2):
                raise RuntimeError(
                    f"{hook} must return None or a tuple of (new_args, new_kwargs), but got {answer}."
                )
            args, kwargs = answer
        return args, kwargs

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before each step; it may return new ``(args, kwargs)``."""
        self._step_hooked = True
        return self._hook("step_pre", hook)

    def register_step_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after each step."""
        self._step_hooked = True
        return self._hook("step_post", hook)

    def register_state_dict_pre_hook(
        self, hook: Callable[..., None], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer)`` before ``state_dict``."""
        return self._hook("save_pre", hook, prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` afterwards; what it returns replaces the dictionary."""
        return self._hook("save_post", hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before loading; what it returns is loaded instead."""
        return self._hook("load_pre", hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable[..., None], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(optimizer)`` after loading."""
        return self._hook("load_post", hook, prepend)

    # --- saving

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
        self.state = defaultdict(dict)
        for number, memory in state_dict["state"].items():
            p = parameters.get(number)
            self.state[number if p is None else p] = memory if p is None else _cast(p, memory)
        for group, theirs in zip(self.param_groups, saved, strict=True):
            theirs["params"] = group["params"]
            if "param_names" in group:
                theirs.setdefault("param_names", group["param_names"])
            for name, default in self.defaults.items():  # a setting that an older file does not have
                theirs.setdefault(name, default)
        self.param_groups = saved
        for hook in self._hooks["load_post"].values():
            hook(self)


def counter(start: float = 0.0) -> Tensor:
    """The number of updates so far, which PyTorch keeps as a float32 tensor without dimensions."""
    return Tensor._wrap(numpy.full((), start, numpy.float32), OPTIMIZER)


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
        copy.storage.become(OPTIMIZER)
        return copy
    if isinstance(value, dict):
        return {k: _cast(p, v, k) for k, v in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return type(value)(_cast(p, v) for v in value)  # type: ignore[call-arg]
    return value
