"""``torch.utils.checkpoint``: forget what a part of the network computed, and compute it again for backward.

Memory is traded for time ("Training Deep Nets with Sublinear Memory Cost", Chen and others, 2016).
https://pytorch.org/docs/stable/checkpoint.html
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from vizgrad.autograd import Function, backward
from vizgrad.autograd.graph import saved_tensors_hooks
from vizgrad.engine import backward as _walk
from vizgrad.engine import local
from vizgrad.engine.local import here
from vizgrad.engine.surface import random as _random
from vizgrad.engine.surface.grad_mode import enable_grad, no_grad
from vizgrad.engine.tensor import Tensor

__all__ = [
    "CheckpointError", "CheckpointFunction", "DefaultDeviceType", "check_backward_validity", "checkpoint",
    "checkpoint_sequential", "detach_variable", "get_device_states", "noop_context_fn",
    "set_checkpoint_debug_enabled", "set_checkpoint_early_stop", "set_device_states",
]  # fmt: skip

_ASK = (
    "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. use_reentrant=False is "
    "recommended; without it, use_reentrant=True is taken."
)


class CheckpointError(RuntimeError):
    """What was computed again is not what was computed first."""


class _Stop(BaseException):
    """Raised once all that backward needs was computed again."""


class _Settings:
    early_stop: bool | None = None  # None: as each call says
    debug: bool | None = None


_settings = _Settings()


@contextlib.contextmanager
def _set(name: str, value: Any) -> Iterator[None]:
    before = getattr(_settings, name)
    setattr(_settings, name, value)
    try:
        yield
    finally:
        setattr(_settings, name, before)


def set_checkpoint_early_stop(enable: bool) -> contextlib.AbstractContextManager[None]:
    """Inside the block, whether computing again stops as soon as all that is needed is there."""
    return _set("early_stop", enable)


def set_checkpoint_debug_enabled(enabled: bool | None) -> contextlib.AbstractContextManager[None]:
    """Inside the block, whether errors name every tensor that differs; None: as each call says."""
    return _set("debug", enabled)


class DefaultDeviceType:
    """The kind of device whose random streams are kept when no tensor says it."""

    _type = "cuda"

    @staticmethod
    def set_device_type(device: str = "cuda") -> None:
        """Choose it."""
        DefaultDeviceType._type = device

    @staticmethod
    def get_device_type() -> str:
        """What it is."""
        return DefaultDeviceType._type


def noop_context_fn() -> tuple[Any, Any]:
    """Two contexts that do nothing: for the first time, and for the second."""
    return contextlib.nullcontext(), contextlib.nullcontext()


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The tensors without history, those that needed gradients as leaves; the rest as it is."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(
            "Only tuple of tensors is supported. Got Unsupported input type: ", type(inputs).__name__
        )
    return tuple(x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x for x in inputs)


def check_backward_validity(inputs: Iterable[Any]) -> None:
    """Warn if no tensor among the inputs needs a gradient."""
    if not any(x.requires_grad for x in inputs if isinstance(x, Tensor)):
        warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=3)


def get_device_states(*args: Any) -> tuple[list[int], list[Any]]:
    """The GPUs that hold tensors among the arguments, and the states of their random streams."""
    gpus = sorted({x.get_device() for x in args if isinstance(x, Tensor) and x.get_device() >= 0})
    return gpus, [_random.default(f"cuda:{i}").get_state() for i in gpus]


def set_device_states(
    devices: Sequence[int], states: Sequence[Any], *, device_type: str | None = None
) -> None:
    """Let the random streams of these GPUs go on from these states."""
    for i, state in zip(devices, states, strict=True):
        _random.default(f"cuda:{i}").set_state(state)


class _Surroundings:
    """Random streams and autocast as they were: the second time must be like the first."""

    def __init__(self, args: Any, keep_random: bool) -> None:
        self.cast = here.cast
        self.cpu = _random.get_rng_state() if keep_random else None
        self.gpus, self.states = get_device_states(*args) if keep_random else ([], [])

    @contextlib.contextmanager
    def again(self) -> Iterator[None]:
        cast = here.cast
        local.set_cast(self.cast)
        try:
            with _random.fork_rng([f"cuda:{i}" for i in self.gpus], enabled=self.cpu is not None):
                if self.cpu is not None:
                    _random.set_rng_state(self.cpu)
                    set_device_states(self.gpus, self.states)
                yield
        finally:
            local.set_cast(cast)


class _Holder:
    """What a node keeps in the place of a tensor: which one it was."""

    __slots__ = ("frame", "index")

    def __init__(self, frame: _Frame, index: int) -> None:
        self.frame, self.index = frame, index

    def __del__(self) -> None:
        self.frame.found.pop(self.index, None)


class _Frame:
    """One call: what was kept in it, by number, and how to compute it again."""

    def __init__(self, run: Callable[[], Any], inputs: list[Any], *, check: bool, early_stop: bool) -> None:
        self.run, self.check, self.early_stop = run, check, early_stop
        self.inputs = [(x, x.memory.version) for x in inputs]
        self.facts: list[dict[str, Any]] = []
        self.found: dict[int, Any] = {}

    def pack(self, x: Any) -> _Holder:
        self.facts.append(_facts(x))
        return _Holder(self, len(self.facts) - 1)

    def unpack(self, holder: _Holder) -> Any:
        if holder.index not in self.found:
            self._again()
        return self.found[holder.index]

    def _again(self) -> None:
        for x, version in self.inputs:
            if x.memory.version != version:
                raise RuntimeError(
                    "one of the variables needed for gradient computation has been modified by an inplace operation: "
                    f"an input of checkpoint() of shape {list(x.shape)} was written to before backward"
                )
        count = 0

        def keep(x: Any) -> Any:
            nonlocal count
            self.found[count] = x
            count += 1
            if self.early_stop and count == len(self.facts):
                raise _Stop
            return x

        with contextlib.suppress(_Stop), enable_grad(), saved_tensors_hooks(keep, lambda x: x):
            self.run()
        self._compare(count)

    def _compare(self, count: int) -> None:
        if not self.check:
            return
        if count != len(self.facts):
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {len(self.facts)}\nNumber of tensors saved "
                f"during recomputation: {count}."
            )
        lines = [
            f"tensor at position {i}:\nsaved metadata: {first}\nrecomputed metadata: {_facts(self.found[i])}"
            for i, first in enumerate(self.facts)
            if i in self.found and _facts(self.found[i]) != first
        ]
        if lines:
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than "
                "during the forward pass.\n" + "\n".join(lines)
            )


def _facts(x: Any) -> dict[str, Any]:
    return {"shape": x.shape, "dtype": x.dtype, "device": x.device}


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], tuple[Any, Any]] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """``function(*args)``, keeping only its inputs for backward, which computes the rest again.

    Random numbers are the same the second time unless ``preserve_rng_state=False``.  ``use_reentrant=True`` is the
    older way: only for ``backward()``, and at least one input must need a gradient.  CheckpointError where the second
    time differs from the first.
    """
    keep_random = kwargs.pop("preserve_rng_state", True)
    if use_reentrant is None:
        warnings.warn(_ASK, stacklevel=2)
        use_reentrant = True
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if context_fn is not noop_context_fn or debug is not False:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        return CheckpointFunction.apply(function, keep_random, *args)
    if determinism_check not in ("default", "none"):
        raise ValueError(
            f"determinism_check should be one of ['default', 'none'], but got {determinism_check}"
        )
    first, second = context_fn()
    if not here.grad:
        with first:
            return function(*args, **kwargs)
    surroundings = _Surroundings(args, keep_random)

    def again() -> None:
        with surroundings.again(), second:
            function(*args, **kwargs)

    inputs = [x for x in (*args, *kwargs.values()) if isinstance(x, Tensor)]
    stops = early_stop if _settings.early_stop is None else _settings.early_stop
    frame = _Frame(again, inputs, check=determinism_check == "default", early_stop=stops)
    with first, saved_tensors_hooks(frame.pack, frame.unpack):
        return function(*args, **kwargs)


class CheckpointFunction(Function):
    """The older way: a Function whose backward runs forward again, and a backward inside it."""

    @staticmethod
    def forward(ctx: Any, run_function: Callable[..., Any], preserve_rng_state: bool, *args: Any) -> Any:
        check_backward_validity(args)
        ctx.run_function = run_function
        ctx.surroundings = _Surroundings(args, preserve_rng_state)
        ctx.others = [None if isinstance(x, Tensor) else x for x in args]
        ctx.places = [i for i, x in enumerate(args) if isinstance(x, Tensor)]
        ctx.save_for_backward(*(args[i] for i in ctx.places))
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        walk = _walk.current()
        if walk is not None and walk.wanted is not None:
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` "
                "parameter to .backward(). To resolve this error, you can either set use_reentrant=False, or call "
                ".backward() without passing the `inputs` argument."
            )
        args = list(ctx.others)
        for i, x in zip(ctx.places, ctx.saved_tensors, strict=True):
            args[i] = x
        leaves = detach_variable(tuple(args))
        with ctx.surroundings.again(), enable_grad():
            outputs = ctx.run_function(*leaves)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        asked = [
            (y, g) for y, g in zip(outputs, grads, strict=True) if isinstance(y, Tensor) and y.requires_grad
        ]
        if not asked:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward([y for y, _ in asked], [g for _, g in asked])
        return (None, None, *(x.grad if isinstance(x, Tensor) else None for x in leaves))


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """Layers one after the other, `checkpoint`-ed in so many pieces; the last piece keeps what it computes."""
    if use_reentrant is None:
        warnings.warn(_ASK.replace("checkpoint:", "checkpoint.checkpoint_sequential:"), stacklevel=2)
        use_reentrant = True
    keep_random = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    layers = list(functions.children()) if hasattr(functions, "children") else list(functions)

    def piece(some: list[Any]) -> Callable[[Any], Any]:
        def run(x: Any) -> Any:
            for layer in some:
                x = layer(x)
            return x

        return run

    size, at = len(layers) // segments, 0
    for at in range(0, size * (segments - 1), size or 1):
        run = piece(layers[at : at + size])
        input = checkpoint(run, input, use_reentrant=use_reentrant, preserve_rng_state=keep_random)
    return piece(layers[size * (segments - 1) :])(input)
