"""Optimizer: what every update rule shares."""

# pyright: reportPrivateUsage=false
# pyright: reportUnnecessaryIsInstance=false
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import inspect
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy

from vizgrad.engine import namespace, watch
from vizgrad.engine.local import here
from vizgrad.engine.storage import OPTIMIZER
from vizgrad.engine.surface.grad_mode import enable_grad
from vizgrad.engine.tensor import Tensor
from vizgrad.nn.module import forget_gradient

from . import formula
from .hooks import announced, register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from .saving import Saving, counter

__all__ = ["Optimizer", "register_optimizer_step_post_hook", "register_optimizer_step_pre_hook"]

Part = tuple[Any, Any, dict[str, Any]]  # a parameter, its gradient and its memory, as bare arrays
BLOCK = 1 << 14  # numbers moved at a time: a rule's temporaries then stay in the processor's cache


class Optimizer(Saving):
    """Subclasses say two things: what they remember about a parameter, and how it moves.

    ``start(xp, p, **settings)`` returns the memory, a dictionary of arrays; ``update(xp, p, g, m,
    **settings)`` returns the parameter's new value, given its gradient ``g`` and its memory ``m``.  Both see
    bare arrays, so nothing here is recorded for backward, and may write into ``p`` and ``m``, never into
    ``g``; a complex parameter comes as pairs of real numbers, in one more dimension.  An entry "step" is
    counted for them: in ``update`` it is a plain number, 1 the first time.  Only the settings they name are
    passed.

    ``foreach``, ``fused`` and ``capturable``, which choose among PyTorch's kernels, are accepted and change
    nothing.  With ``differentiable=True`` the steps are recorded: gradients flow through the update.

    A subclass in PyTorch's style, with a ``step`` of its own over ``self.param_groups`` and ``self.state``,
    works too.
    """

    elementwise: ClassVar[bool] = True  # each number moves on its own, so large parameters may go in blocks
    counters: ClassVar[tuple[str, ...]] = ()  # memory that is one number, beside "step"
    _start_settings: ClassVar[tuple[str, ...]] = ()
    _update_settings: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in vars(cls):
            cls.step = announced(cls.step)
        cls._start_settings = tuple(inspect.signature(cls.start).parameters)[2:]
        cls._update_settings = tuple(inspect.signature(cls.update).parameters)[4:]

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        super().__init__()
        self.defaults = defaults
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                f"{type(params).__name__}; write [x] for one Tensor x"
            )
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    # --- the rule

    @staticmethod
    def start(xp: Any, p: Any) -> dict[str, Any]:
        """What is remembered about a parameter before its first update."""
        return {}

    @staticmethod
    def update(xp: Any, p: Any, g: Any, m: dict[str, Any]) -> Any:
        """The new value of ``p``."""
        raise NotImplementedError("an optimizer needs update(xp, p, g, m, …), or a step() of its own")

    def formula(self, group: int = 0) -> str:
        """The rule that is running, with the settings of this group, written as mathematics."""
        return formula.write(self, self.param_groups[group])

    # --- moving

    @announced
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient; ``closure`` computes the loss first, if given."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            settings = self._settings(group)
            for p in group["params"]:
                if p.grad is not None:
                    self.advance(p, group) if here.watchers else self._move_by_kind(p, group, settings)
        return loss

    def advance(self, p: Tensor, group: dict[str, Any]) -> None:
        """Move one parameter by the rule and the settings of ``group``, and tell who watches."""
        watch.tell("on_update", self, p, group)  # who looks may change the settings
        self._move_by_kind(p, group, self._settings(group))
        watch.tell("on_update_end", self, p, group)

    def _move_by_kind(self, p: Tensor, group: dict[str, Any], settings: dict[str, Any]) -> None:
        if p.grad.is_sparse:  # type: ignore[union-attr]
            self._move_rows(p, group, settings)
        elif group.get("differentiable"):
            self._move_recorded(p, group, settings)
        else:
            self._move(p, group, settings)

    def _settings(self, group: dict[str, Any]) -> dict[str, Any]:
        """What the rule is told of its group, as plain numbers."""
        return {name: _number(group[name]) for name in self._update_settings}

    def _move(self, p: Tensor, group: dict[str, Any], settings: dict[str, Any]) -> None:
        array, g = real(p.array), real(p.grad.array)  # type: ignore[union-attr]
        if group.get("maximize"):
            g = -g
        xp = namespace.of((array,))
        state = self.state.get(p) or self._begin(xp, p, group)
        memory = self._remembered(state)
        if self.elementwise and array.size > 2 * BLOCK and _flat(array, g, *memory.values()):
            part: Part = (array, g, memory)
            for part in _blocks(array, g, memory):
                self._apply(xp, part, settings)
            memory = part[2]
        else:
            self._apply(xp, (array, g, memory), settings)
            for name in [k for k, v in state.items() if v is None and memory[k] is not None]:
                state[name] = Tensor._wrap(complex_again(memory[name], p.array), OPTIMIZER)
        for name in self.counters:
            state[name].array[...] = memory[name]
        self._written(p)

    def _move_rows(self, p: Tensor, group: dict[str, Any], settings: dict[str, Any]) -> None:
        """The step of a sparse gradient, for the few optimizers that know what is meant by it."""
        name = type(self).__name__
        instead = ", please consider SparseAdam instead" if name in ("Adam", "AdamW") else ""
        raise RuntimeError(f"{name} does not support sparse gradients{instead}")

    def _apply_rows(self, p: Tensor, group: dict[str, Any], settings: dict[str, Any]) -> None:
        """Run the rule on those rows of ``p`` and of its memory that a sparse gradient names, and on no others."""
        array, gradient = p.array, p.grad.coalesce()  # type: ignore[union-attr] - each row must come once
        xp = namespace.of((array,))
        memory = self._remembered(self.state.get(p) or self._begin(xp, p, group))
        rows, g = tuple(gradient.indices().array), gradient.values().array
        if not g.size:
            return
        part = {k: v[rows] if hasattr(v, "shape") else v for k, v in memory.items()}
        rule: Any = self.update
        array[rows] = rule(xp, array[rows], -g if group.get("maximize") else g, part, **settings)
        for name, whole in memory.items():
            if hasattr(whole, "shape"):
                whole[rows] = part[name]
        self._written(p)

    @enable_grad()
    def _move_recorded(self, p: Tensor, group: dict[str, Any], settings: dict[str, Any]) -> None:
        """The same rule on tensors, so that gradients flow through the step into ``p``'s history."""
        g: Any = p.grad
        state = self.state.get(p) or self._begin(namespace.of((p.array,)), p, group)
        memory: dict[str, Any] = {}
        for name, value in state.items():
            plain = name == "step" or name in self.counters
            memory[name] = value.item() if plain else value.clone() if isinstance(value, Tensor) else value
        if "step" in memory:
            memory["step"] += 1
        rule: Any = self.update
        p.copy_(rule(namespace.GRAPH, p.clone(), -g if group.get("maximize") else g, memory, **settings))
        for name, value in memory.items():
            if isinstance(value, float):
                state[name].array[...] = value
            else:
                state[name] = value

    def _remembered(self, state: dict[str, Any]) -> dict[str, Any]:
        """The memory of one parameter as bare arrays and plain numbers, its step counted."""
        memory: dict[str, Any] = {}
        for name, value in state.items():
            memory[name] = real(value.array) if isinstance(value, Tensor) else value
        if "step" in memory:
            memory["step"] += 1
            memory["step"] = memory["step"].item()
        if self.counters:
            memory = Rounded(memory)
            for name in self.counters:
                memory[name] = memory[name].item()
        return memory

    def _written(self, p: Tensor) -> None:
        """Let graphs that used the old value notice, and name this optimizer in their error."""
        storage = p.memory
        storage.version += 1
        if storage.kept:
            storage.written = f"{type(self).__name__}.step()"

    def _apply(self, xp: Any, part: Part, settings: dict[str, Any]) -> None:
        """Run the rule; where it made new arrays instead of writing into the old ones, copy them there."""
        p, g, memory = part
        before = tuple(memory.items())
        rule: Any = self.update
        new = rule(xp, p, g, memory, **settings)
        if new is not p:
            p[...] = new
        for name, old in before:
            if memory[name] is not old and old is not None and not isinstance(old, float):
                old[...] = memory[name]
                memory[name] = old

    def _begin(self, xp: Any, p: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """Make the memory of one parameter."""
        fresh = self.start(xp, real(p.array), **{n: _number(group[n]) for n in self._start_settings})
        if not fresh:
            return fresh
        state = self.state[p]
        for name, value in fresh.items():
            if name == "step" or name in self.counters:
                state[name] = counter(value)
            elif value is None:
                state[name] = None
            else:
                state[name] = Tensor._wrap(complex_again(value, p.array), OPTIMIZER)
        return state

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                forget_gradient(p, set_to_none)

    # --- groups

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Optimize these parameters too, with settings of their own where the group gives them."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of "
                "tensors in sets will change between runs. Please use a list instead."
            )
        params = [params] if isinstance(params, Tensor) else list(params)
        _take_names(param_group, params)
        for p in param_group["params"]:
            self._check(p)
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        self._refuse_repeated(param_group)
        self.param_groups.append(param_group)

    def _check(self, p: Any) -> None:
        if not isinstance(p, Tensor):
            raise TypeError(
                f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}"
            )
        if p.grad_fn is not None and not self.defaults.get("differentiable") and not p.retains_grad:
            raise ValueError(
                f"can't optimize a non-leaf Tensor: it was computed by {p.grad_fn}; pass what it was made of"
            )

    def _refuse_repeated(self, param_group: dict[str, Any]) -> None:
        params = param_group["params"]
        if len(params) != len({id(p) for p in params}):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause "
                "an error; see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=4,
            )
        named = "param_names" in param_group
        for group in self.param_groups:
            if ("param_names" in group) != named:
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param group "
                    f"{'with names' if named else 'without names'} to the optimizer"
                )
            if {id(p) for p in group["params"]} & {id(p) for p in params}:
                raise ValueError("some parameters appear in more than one parameter group")

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            text += "".join(f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params")
        return text + ")"


def _take_names(param_group: dict[str, Any], params: list[Any]) -> None:
    """Parameters may come as ``named_parameters()`` gives them: keep tensors and names apart."""
    names = [p[0] for p in params if isinstance(p, tuple)]
    if names and len(names) != len(params):
        raise ValueError("all optimizer params should be with/without names. Some param names are missing")
    param_group["params"] = [p[1] for p in params] if names else params
    if names:
        param_group["param_names"] = names


def _number(setting: Any) -> Any:
    if isinstance(setting, tuple):
        return tuple(_number(part) for part in setting)
    return setting.item() if isinstance(setting, Tensor) else setting


def require(fine: bool, what: str, value: Any, wanted: str = "at least 0") -> None:
    """Refuse a setting in PyTorch's words."""
    if not fine:
        raise ValueError(f"Invalid {what}: {value} (it must be {wanted})")


def require_that(fine: bool, rule: str, value: Any) -> None:
    """The same in the words of PyTorch's younger optimizers: ``momentum should be >= 0 but is: -1``."""
    if not fine:
        raise ValueError(f"{rule} but is: {value}")


def require_rate(lr: Any, what: str = "Invalid learning rate") -> None:
    """A learning rate is a number, or a Tensor that holds one."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError(f"Tensor lr must be 1-element, but its shape is {tuple(lr.shape)}")
    if not lr >= 0:
        raise ValueError(f"{what}: {lr}")


def require_betas(betas: Any) -> None:
    """Both shares of the past are at least 0 and below 1."""
    for i, beta in enumerate(betas):
        require(bool(0 <= beta < 1), f"beta parameter at index {i}", beta, "at least 0 and below 1")


def require_one_kernel(foreach: bool | None, fused: bool | None, differentiable: bool) -> None:
    """PyTorch has three ways to run a step; here they are one, and asking for two is as wrong."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`: a fused step is not recorded")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


class Rounded(dict[str, Any]):
    """A memory whose plain numbers are kept in float32, as their tensors are."""

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, float(numpy.float32(value)) if isinstance(value, float) else value)


def real(array: Any) -> Any:
    """The same memory as real numbers: one more dimension, of two, where it holds complex ones."""
    return array if array.dtype.kind != "c" else array[..., None].view(array.real.dtype)


def complex_again(array: Any, like: Any) -> Any:
    """The opposite of `real`, where ``like`` is complex."""
    return array if like.dtype.kind != "c" else array.view(like.dtype)[..., 0]


def _flat(*arrays: Any) -> bool:
    """Whether all arrays (numbers aside) lie in memory in the order of their elements."""
    return all(a is not None and a.flags.c_contiguous for a in arrays if not isinstance(a, float))


def _blocks(p: Any, g: Any, memory: dict[str, Any]) -> Iterator[Part]:
    """The same three things, a block of elements at a time."""
    p, g = p.reshape(-1), g.reshape(-1)
    flat = {k: v if isinstance(v, float) else v.reshape(-1) for k, v in memory.items()}
    kind = type(memory)
    for first in range(0, p.size, BLOCK):
        part = slice(first, first + BLOCK)
        yield p[part], g[part], kind({k: v if isinstance(v, float) else v[part] for k, v in flat.items()})
