"""Functions of your own: a forward and a backward, written by hand.

https://pytorch.org/docs/stable/notes/extending.html
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any

from vizgrad.engine import alias, local, watch
from vizgrad.engine.bare import Bare
from vizgrad.engine.local import here
from vizgrad.engine.tape import Node, edge

from . import forward_ad, rows
from .saving import Saved

__all__ = ["BackwardCFunction", "Function", "FunctionCtx", "InplaceFunction", "once_differentiable"]


class FunctionCtx:
    """What ``forward`` and ``backward`` share about one call."""

    __slots__ = ()

    to_save: tuple[Any, ...]
    saved_for_forward: tuple[Any, ...]
    dirty_tensors: tuple[Any, ...]
    non_differentiable: tuple[Any, ...]
    materialize_grads: bool

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors (inputs, outputs or others; or None) for ``backward``, where they are ``saved_tensors``."""
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Keep tensors for ``jvp``, where they are ``saved_tensors``."""
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, Bare):
                raise AssertionError(
                    "save_for_forward expects all arguments to be tensors; you should save non-tensors as "
                    f"attributes on ctx. Got {type(tensor)} at position {i}."
                )
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Any) -> None:
        """Say which inputs ``forward`` writes to; they must be returned, too."""
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Any) -> None:
        """Say which outputs have no gradient."""
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Whether ``backward`` gets zeros (True, as usual) or None for outputs that nothing flowed to."""
        self.materialize_grads = value


class BackwardCFunction(Node, FunctionCtx):
    """One call of a `Function`: its context, and its node in the graph."""

    _forward_cls: type[Function]
    needs_input_grad: tuple[bool, ...]  # of each argument of ``forward``

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self.to_save = self.saved_for_forward = self.dirty_tensors = self.non_differentiable = ()
        self.materialize_grads = True
        self.hooks = self.kept = None
        self._saved: Saved | None = None
        self._places: tuple[int, ...] = ()  # of the tensors among the arguments

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What ``save_for_backward`` was given.  RuntimeError once the graph was freed."""
        if self.saved_for_forward:
            return self.saved_for_forward
        return () if self._saved is None else self._saved.tensors(self)

    def gradients(self, grads: list[Any], create_graph: bool) -> list[Any]:
        """The gradients of the tensors among the arguments, by the Function's own ``backward``."""
        given = [g if g is None or isinstance(g, Bare) else Bare._wrap(g) for g in grads]
        if self.materialize_grads:
            likes = self.like if self.op.outputs else [self.like]
            flowing = next(g for g in given if g is not None)
            given = [
                rows.zeros(how, flowing) if g is None else g for g, how in zip(given, likes, strict=True)
            ]
        answer = self._forward_cls._way_back()(self, *given)
        answers = rows.matched(self, answer if isinstance(answer, tuple) else (answer,))
        return [
            None if target is None else rows.fitted(self, i, answers[place], target, create_graph)
            for i, (place, target) in enumerate(zip(self._places, self.edges, strict=True))
        ]


class Function:
    """Subclass it, write static methods ``forward(ctx, …)`` and ``backward(ctx, …)``, call ``apply``.

    ``forward`` may also go without ``ctx``; then ``setup_context(ctx, inputs, output)`` saves what is needed.
    ``jvp(ctx, …)`` makes it work in forward mode.  https://pytorch.org/docs/stable/autograd.html#function
    """

    _backward_cls: type[BackwardCFunction]
    generate_vmap_rule = False

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        cls._backward_cls = type(f"{cls.__name__}Backward", (BackwardCFunction,), {"_forward_cls": cls})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            "function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @classmethod
    def _way_back(cls) -> Callable[..., Any]:
        backward, vjp = cls.backward is not Function.backward, cls.vjp is not Function.vjp
        if backward and vjp:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only "
                "implement one of them."
            )
        return cls.vjp if vjp else cls.backward

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run ``forward`` on these arguments, and remember the call if a gradient may be wanted."""
        separate = cls.setup_context is not Function.setup_context
        if separate:
            bound = inspect.signature(cls.forward).bind(*args, **kwargs)
            bound.apply_defaults()
            args = bound.args
        elif kwargs:
            args = inspect.signature(cls.forward).bind(None, *args, **kwargs).args[1:]
        places = tuple(i for i, a in enumerate(args) if isinstance(a, Bare))
        for i in places:
            alias.refresh(args[i])
        ctx = cls._backward_cls(tuple(isinstance(a, Bare) and a.tracked for a in args))
        ctx._places = places
        recording, here.grad = here.grad, False
        begun = rows.begun(cls, ctx, args) if local.early and here.watchers else None
        if begun is not None:
            call = {"apply": cls.apply, "args": args}
            watch.tell("on_begin", begun, tuple(args[i] for i in places), call, None)
        try:
            with forward_ad.paused():
                result = cls.forward(*args) if separate else cls.forward(ctx, *args)
                if separate:
                    cls.setup_context(ctx, args, result)
        except BaseException:
            if begun is not None and here.watchers:
                watch.tell("on_failed", begun)
            raise
        finally:
            here.grad = recording
        outputs = list(result) if isinstance(result, tuple) else [result]
        _finish(cls, ctx, args, outputs, recording and any(ctx.needs_input_grad))
        forward_ad.through(cls, ctx, args, outputs)
        if not isinstance(result, tuple):
            return outputs[0]
        kind: Any = type(result)
        return kind(*outputs) if hasattr(result, "_fields") else tuple(outputs)


class InplaceFunction(Function):
    """A Function with an ``inplace`` switch: for old programs."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


def _finish(cls: Any, ctx: Any, args: tuple[Any, ...], outputs: list[Any], tracked: bool) -> None:
    """Make the outputs of ``forward`` results of this call, and tell who watches."""
    dirty = {id(x) for x in ctx.dirty_tensors}
    tensors = tuple(args[i] for i in ctx._places)
    inputs = {id(x) for x in tensors}
    raw = list(outputs)
    _refuse(ctx, raw, dirty, inputs, tracked)
    row, settings = rows.of(cls, ctx, args, raw)
    if tracked:
        rows.attach(ctx, row, settings, [edge(x) for x in tensors], raw)
        ctx._saved = Saved(ctx, tensors, raw)
        ctx.kept = ctx._saved.kept
    constant = {id(x) for x in ctx.non_differentiable}
    for slot, x in enumerate(raw):
        if not isinstance(x, Bare):
            continue
        joined = tracked and id(x) not in constant and x.array.dtype.kind in "fcV"
        if id(x) in dirty:
            x.memory.version += 1
            if joined:
                alias.rebase(x, rows.result(x, ctx, slot))
        elif id(x) in inputs or joined or x.tracked:
            outputs[slot] = rows.result(x, ctx if joined else None, slot, tensors)
    if local.watching and here.watchers:
        told: tuple[Any, ...] = tuple(x for x in outputs if isinstance(x, Bare))
        if told:
            with forward_ad.paused():
                watch.tell("on_op", row, tensors, told if told[1:] else told[0], settings)


def _refuse(ctx: Any, outputs: list[Any], dirty: set[int], inputs: set[int], tracked: bool) -> None:
    """Raise PyTorch's errors for what a forward may not do."""
    for i, x in enumerate(ctx.to_save):
        if x is not None and not isinstance(x, Bare):
            raise TypeError(
                f"save_for_backward can only save variables, but argument {i} is of type {type(x).__name__}"
            )
    returned = {id(x) for x in outputs}
    for x in ctx.dirty_tensors:
        if not isinstance(x, Bare):
            raise TypeError(
                f"mark_dirty can only accept variables, but argument 0 is of type {type(x).__name__}"
            )
        if tracked and x.tracked and x.node is None and type(x.alias) is not alias.View:
            raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
        if id(x) not in returned:
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs "
                "that are modified inplace must all be outputs of the Function."
            )
        if id(x) not in inputs:
            warnings.warn(
                "Only input Tensors should be given to ctx.mark_dirty(). If a Tensor is not an input, there is no "
                "need to pass it to mark_dirty().",
                stacklevel=4,
            )


class _Refusal(Node):
    """The history of a gradient that cannot be differentiated again."""

    __slots__ = ()

    def gradients(self, grads: list[Any], create_graph: bool) -> list[Any]:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a ``backward`` whose result must not be differentiated again: it works on tensors without history."""

    @functools.wraps(fn)
    def backward(ctx: Any, *grads: Any) -> Any:
        recording, here.grad = here.grad, False
        try:
            answer = fn(ctx, *grads)
        finally:
            here.grad = recording
        if not recording or not any(isinstance(g, Bare) and g.tracked for g in grads):
            return answer
        answers = answer if isinstance(answer, tuple) else (answer,)
        marked = [rows.refused(_Refusal, x) if isinstance(x, Bare) else x for x in answers]
        return tuple(marked) if isinstance(answer, tuple) else marked[0]

    return backward
