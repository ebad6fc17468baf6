"""What surrounds an optimizer's step: hooks of one optimizer and of all, and telling the watchers."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from functools import wraps
from itertools import chain
from typing import Any

from vizgrad.engine import watch
from vizgrad.engine.local import here
from vizgrad.engine.surface.handle import RemovableHandle

__all__ = ["Hooked", "announced", "register_optimizer_step_post_hook", "register_optimizer_step_pre_hook"]

Hooks = OrderedDict[int, Callable[..., Any]]
_before_all: Hooks = OrderedDict()  # of every optimizer
_after_all: Hooks = OrderedDict()


def announced(step: Callable[..., Any]) -> Callable[..., Any]:
    """Surround ``step`` with its hooks, and tell the watchers once all parameters have moved."""

    @wraps(step)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._stepping:  # a subclass's step calls its parent's
            return step(self, *args, **kwargs)
        self._stepping = True
        try:
            if here.watchers:
                watch.tell("on_step_begin", self)
            hooked = self._step_hooked or _before_all or _after_all
            if hooked:
                args, kwargs = self._before_step(args, kwargs)
            out = step(self, *args, **kwargs)
            if hooked:
                for hook in [*self._hooks["step_post"].values(), *_after_all.values()]:
                    hook(self, args, kwargs)
        finally:
            self._stepping = False
        self._stepped = True
        if here.watchers:
            watch.tell("on_step", self)
        return out

    return wrapper


class Hooked:
    """Functions that an optimizer calls before and after it steps, saves and loads."""

    _stepping = False  # inside step()
    _stepped = False  # step() has been called: schedulers ask
    _step_hooked = False

    def __init__(self) -> None:
        self._hooks: defaultdict[str, Hooks] = defaultdict(OrderedDict)

    def _hook(self, moment: str, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        return _kept(self._hooks[moment], hook, prepend)

    def _before_step(self, args: Any, kwargs: Any) -> tuple[Any, Any]:
        for hook in list(chain(_before_all.values(), self._hooks["step_pre"].values())):
            answer = hook(self, args, kwargs)
            if answer is None:
                continue
            if not (isinstance(answer, tuple) and len(answer) == 2):  # type: ignore[arg-type]
                raise RuntimeError(
                    f"{hook} must return None or a tuple of (new_args, new_kwargs), but got {answer}."
                )
            args, kwargs = answer  # type: ignore[misc]
        return args, kwargs  # type: ignore[return-value]

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


def register_optimizer_step_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` before the steps of every optimizer."""
    return _kept(_before_all, hook)


def register_optimizer_step_post_hook(hook: Callable[..., None]) -> RemovableHandle:
    """Call ``hook(optimizer, args, kwargs)`` after the steps of every optimizer."""
    return _kept(_after_all, hook)


def _kept(hooks: Hooks, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle
