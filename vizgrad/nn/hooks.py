"""Hooks: functions that a module calls around its forward and backward pass."""

# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from vizgrad.engine.surface.handle import RemovableHandle

from .backward import BackwardHooks, tell_last_node
from .state import State

__all__ = ["Hooks", "anywhere"]

KINDS = ("_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks")


class Options:
    """How one hook wants to be called."""

    __slots__ = ("always", "kwargs")

    def __init__(self, kwargs: bool = False, always: bool = False) -> None:
        self.kwargs, self.always = kwargs, always


PLAIN = Options()


class Anywhere:
    """Hooks that every module calls: what ``register_module_forward_hook`` and its kin fill."""

    def __init__(self) -> None:
        self.hooked = False
        self.hooks: dict[str, OrderedDict[int, Any]] = {kind: OrderedDict() for kind in KINDS}
        self.options: dict[int, Options] = {}

    def add(self, kind: str, hook: Callable[..., Any], options: Options = PLAIN) -> RemovableHandle:
        """Register ``hook`` for every module there is and will be."""
        handle = RemovableHandle(self.hooks[kind], extra_dict=[self.options])
        self.hooks[kind][handle.id], self.options[handle.id] = hook, options
        self.hooked = True
        return handle


anywhere = Anywhere()


class Hooks(State):
    """Registers hooks, and calls a module's ``forward`` with them around it."""

    _hooked = False  # nobody has registered a hook on this module: its call takes the short way
    _is_full_backward_hook: bool | None = None
    forward: Callable[..., Any]

    def _add_hook(self, kind: str, hook: Any, prepend: bool, options: Options = PLAIN) -> RemovableHandle:
        hooks, notes = self._hooks(kind), vars(self).setdefault("_hook_options", {})
        handle = RemovableHandle(hooks, extra_dict=[notes])
        hooks[handle.id], notes[handle.id] = hook, options
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        self._hooked = True
        return handle

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before ``forward``; what it returns replaces the arguments."""
        return self._add_hook("_forward_pre_hooks", hook, prepend, Options(with_kwargs))

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after ``forward``; what it returns replaces the output.

        ``always_call`` calls it also when ``forward`` raised.
        """
        return self._add_hook("_forward_hooks", hook, prepend, Options(with_kwargs, always_call))

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` when the gradients of the outputs are known."""
        return self._add_hook("_backward_pre_hooks", hook, prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` when the gradients of the inputs are known.

        What it returns replaces ``grad_input``.
        """
        self._choose_hooks(full=True)
        return self._add_hook("_backward_hooks", hook, prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Deprecated: ``hook`` hears the gradients of the last node only, what that node's own inputs are."""
        self._choose_hooks(full=False)
        return self._add_hook("_backward_hooks", hook, False)

    def _choose_hooks(self, full: bool) -> None:
        if self._is_full_backward_hook not in (None, full):
            raise RuntimeError(
                "Cannot use both regular backward hooks and full backward hooks on a single Module: use one kind of "
                "hook"
            )
        self._is_full_backward_hook = full

    # --- calling

    def _every(self, kind: str) -> Iterator[tuple[int, Any, Options]]:
        """Hooks for all modules first, then this module's own."""
        own = vars(self).get("_hook_options", {})
        for number, hook in list(anywhere.hooks[kind].items()):
            yield number, hook, anywhere.options.get(number, PLAIN)
        for number, hook in list(self._hooks(kind).items()):
            yield number, hook, own.get(number, PLAIN)

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        called: set[int] = set()
        result = None
        try:
            args, kwargs = self._before(args, kwargs)
            before = [hook for _, hook, _ in self._every("_backward_pre_hooks")]
            regular = (
                list(self._hooks("_backward_hooks").values()) if self._is_full_backward_hook is False else []
            )
            after = [hook for _, hook, _ in self._every("_backward_hooks") if hook not in regular]
            backward = BackwardHooks(self, before, after) if before or after else None
            if backward:
                args = backward.take_inputs(args)
            result = self.forward(*args, **kwargs)
            for number, hook, options in self._every("_forward_hooks"):
                called.add(number)
                answer = hook(self, args, kwargs, result) if options.kwargs else hook(self, args, result)
                result = result if answer is None else answer
            if regular:
                tell_last_node(self, regular, args, result)
            return backward.take_outputs(result) if backward else result
        except Exception:
            self._after_error(called, args, kwargs, result)
            raise

    def _before(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        for _, hook, options in self._every("_forward_pre_hooks"):
            answer = hook(self, args, kwargs) if options.kwargs else hook(self, args)
            if answer is None:
                continue
            if not options.kwargs:
                args = answer if isinstance(answer, tuple) else (answer,)
            elif isinstance(answer, tuple) and len(answer) == 2:
                args, kwargs = answer
            else:
                raise RuntimeError(
                    "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got "
                    f"{answer}."
                )
        return args, kwargs

    def _after_error(self, called: set[int], args: Any, kwargs: Any, result: Any) -> None:
        """Call the ``always_call`` hooks that have not run; what they raise is only a warning now."""
        for number, hook, options in self._every("_forward_hooks"):
            if options.always and number not in called:
                try:
                    hook(self, args, kwargs, result) if options.kwargs else hook(self, args, result)
                except Exception as error:
                    warnings.warn(
                        "module forward hook with ``always_call=True`` raised an exception that was "
                        f"silenced as another error was raised in forward: {error}",
                        stacklevel=2,
                    )


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, args)`` before the forward of every module."""
    return anywhere.add("_forward_pre_hooks", hook)


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call ``hook(module, args, output)`` after the forward of every module."""
    return anywhere.add("_forward_hooks", hook, Options(with_kwargs, always_call))


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, grad_output)`` in the backward pass of every module."""
    return anywhere.add("_backward_pre_hooks", hook)


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call ``hook(module, grad_input, grad_output)`` in the backward pass of every module."""
    return anywhere.add("_backward_hooks", hook)
