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

from vizgrad.engine import namespace
from vizgrad.engine.storage import OPTIMIZER
from vizgrad.engine.surface.grad_mode import enable_grad
from vizgrad.engine.tensor import Tensor
from vizgrad.nn.module import forget_gradient

from . import formula
from .saving import Saving, announced, counter

__all__ = ["Optimizer"]

Part = tuple[Any, Any, dict[str, Any]]  # a parameter, its gradient and its memory, as bare arrays
BLOCK = 1 << 14  # numbers moved at a time: a rule's temporaries then stay in the processor's cache


class Optimizer(Saving):
    """Subclasses say two things: what they remember about a parameter, and how it moves.

    ``start(xp, p, **settings)`` returns the memory, a dictionary of arrays; ``update(xp, p, g, m,
    **settings)`` returns the parameter's new value, given its gradient ``g`` and its memory ``m``.  Both see
    bare arrays, so nothing here is recorded for backward, and may write into ``p`` and ``m``, never into
    ``g``.  An entry "step" is counted for them: in ``update`` it is a plain number, 1 the first time.  Only
    the settings they name are passed.

    A subclass in PyTorch's style, with a ``step`` of its own over ``self.param_groups`` and ``self.state``,
    works too.
    """

    elementwise: ClassVar[bool] = True  # each number moves on its own, so large parameters may go in blocks
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
            settings = {name: _number(group[name]) for name in self._update_settings}
            for p in group["params"]:
                if p.grad is not None:
                    self._move(p, group, settings)
        return loss

    def _move(self, p: Tensor, group: dict[str, Any], settings: dict[str, Any]) -> None:
        array, g = p.array, p.grad.array  # type: ignore[union-attr]
        if group.get("maximize"):
            g = -g
        xp = namespace.of((array,))
        state = self.state.get(p) or self._begin(xp, p, group)
        memory = {name: value.array if isinstance(value, Tensor) else value for name, value in state.items()}
        if "step" in memory:
            memory["step"] += 1
            memory["step"] = memory["step"].item()
        if self.elementwise and array.size > 2 * BLOCK and _flat(array, g, *memory.values()):
            for part in _blocks(array, g, memory):
                self._apply(xp, part, settings)
        else:
            self._apply(xp, (array, g, memory), settings)
            for name in [k for k, v in state.items() if v is None and memory[k] is not None]:
                state[name] = Tensor._wrap(memory[name], OPTIMIZER)
        storage = p.storage
        storage.version += 1
        if storage.savers:
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
            if memory[name] is not old and old is not None and name != "step":
                old[...] = memory[name]
                memory[name] = old

    def _begin(self, xp: Any, p: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """Make the memory of one parameter."""
        fresh = self.start(xp, p.array, **{name: _number(group[name]) for name in self._start_settings})
        if not fresh:
            return fresh
        state = self.state[p]
        for name, value in fresh.items():
            state[name] = (
                counter() if name == "step" else None if value is None else Tensor._wrap(value, OPTIMIZER)
            )
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
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join([*lines, ")"])


def _take_names(param_group: dict[str, Any], params: list[Any]) -> None:
    """Parameters may come as ``named_parameters()`` gives them: keep tensors and names apart."""
    names = [p[0] for p in params if isinstance(p, tuple)]
    if names and len(names) != len(params):
        raise ValueError("all optimizer params should be with/without names. Some param names are missing")
    param_group["params"] = [p[1] for p in params] if names else params
    if names:
        param_group["param_names"] = names


def _number(setting: Any) -> Any:
    return setting.item() if isinstance(setting, Tensor) else setting


def require(fine: bool, what: str, value: Any, wanted: str = "at least 0") -> None:
    """Refuse a setting in PyTorch's words."""
    if not fine:
        raise ValueError(f"Invalid {what}: {value} (it must be {wanted})")


def _flat(*arrays: Any) -> bool:
    """Whether all arrays (numbers aside) lie in memory in the order of their elements."""
    return all(a is not None and a.flags.c_contiguous for a in arrays if not isinstance(a, float))


def _blocks(p: Any, g: Any, memory: dict[str, Any]) -> Iterator[Part]:
    """The same three things, a block of elements at a time."""
    p, g = p.reshape(-1), g.reshape(-1)
    memory = {k: v if isinstance(v, float) else v.reshape(-1) for k, v in memory.items()}
    for first in range(0, p.size, BLOCK):
        part = slice(first, first + BLOCK)
        yield p[part], g[part], {k: v if isinstance(v, float) else v[part] for k, v in memory.items()}
