"""Parametrizations: a parameter that is computed from another one, each time it is asked for."""

# pyright: reportPrivateUsage=false, reportUnnecessaryIsInstance=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.tensor import Tensor
from vizgrad.nn.container import ModuleDict, ModuleList
from vizgrad.nn.module import Module
from vizgrad.nn.parameter import Parameter

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]


class _Cache:
    """Tensors that were computed inside `cached`, by module and name."""

    def __init__(self) -> None:
        self.depth = 0
        self.found: dict[tuple[int, str], Tensor] = {}


_cache = _Cache()


@contextmanager
def cached() -> Generator[None]:
    """Inside, each parametrized tensor is computed once: for layers that use a weight several times."""
    _cache.depth += 1
    try:
        yield
    finally:
        _cache.depth -= 1
        if not _cache.depth:
            _cache.found = {}


def _register(module: Module, name: str, x: Tensor) -> None:
    if isinstance(x, Parameter):
        module.register_parameter(name, x)
    else:
        module.register_buffer(name, x)


def _put(original: Tensor, new: Tensor) -> None:
    """Let ``original`` hold the numbers of ``new`` from now on."""
    if new is not original:
        original.data = new.data


def _inverses(modules: Any, value: Any) -> Any:
    """What the parametrizations were applied to, as far as they can say."""
    with no_grad():
        for module in reversed(list(modules)):
            if hasattr(module, "right_inverse"):
                try:
                    value = module.right_inverse(value)
                except NotImplementedError:
                    continue
    return value


def _refuse_change(before: Tensor, after: Any) -> None:
    if not isinstance(after, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {type(after).__name__}.")
    for what in ("dtype", "shape"):
        old, new = getattr(before, what), getattr(after, what)
        if old != new:
            raise ValueError(
                f"Registering a parametrization may not change the {what} of the tensor, unless `unsafe` flag is "
                f"enabled.\nunparametrized {what}: {old}\nparametrized {what}: {new}"
            )


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, applied one after the other to ``original`` (or ``original0``, …).

    Assigning to the tensor runs their ``right_inverse`` from the last to the first.
    """

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if not modules:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        new, was = _inverses(self, original), original.detach()
        if not isinstance(new, (Tensor, Sequence)):
            raise ValueError(
                "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got "
                f"{type(new).__name__}"
            )
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if isinstance(new, Tensor):
            self._same_place(original, new)
            _put(original, new)
            _register(self, "original", original)
        else:
            self._register_several(original, new)
        if not unsafe:
            _refuse_change(was, self())

    @staticmethod
    def _same_place(original: Tensor, new: Tensor) -> None:
        for what in ("dtype", "device"):
            old, now = getattr(original, what), getattr(new, what)
            if old != now:
                raise ValueError(
                    f"When `right_inverse` outputs one tensor, it may not change the {what}.\noriginal.{what}: "
                    f"{old}\nright_inverse(original).{what}: {now}"
                )

    def _register_several(self, original: Tensor, parts: Sequence[Any]) -> None:
        for i, part in enumerate(parts):
            if not isinstance(part, Tensor):
                raise ValueError(
                    "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got element "
                    f"{i} of the sequence with type {type(part).__name__}."
                )
            if isinstance(original, Parameter):
                part = Parameter(part, original.requires_grad)
            _register(self, f"original{i}", part.requires_grad_(original.requires_grad))

    def _originals(self) -> list[Any]:
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{i}") for i in range(self.ntensors)]

    def right_inverse(self, value: Any) -> None:
        """Choose the originals so that the parametrized tensor is ``value``, as far as it can be."""
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} does not implement right_inverse."
                    )
                value = module.right_inverse(value)
        parts = [value] if self.is_tensor else value
        originals = self._originals()
        if not isinstance(parts, Sequence) or len(parts) != len(originals):
            raise ValueError(
                f"'right_inverse' must return a sequence of {len(originals)} tensors, got {parts}"
            )
        for original, part in zip(originals, parts, strict=True):
            if not isinstance(part, Tensor):
                raise ValueError(f"`right_inverse` should return a tensor. Got {type(part).__name__}")
            if part.dtype != original.dtype:
                raise ValueError(
                    f"The tensor returned by `right_inverse` has dtype {part.dtype} while `original` has dtype "
                    f"{original.dtype}"
                )
            _put(original, part)

    def forward(self) -> Any:
        first, *rest = self
        x = first(*self._originals())
        for module in rest:
            x = module(x)
        return x


def _copied(self: Any, memo: dict[int, Any]) -> Any:
    """A deep copy of a parametrized module: its class is shared."""
    cls: Any = type(self)
    replica = memo[id(self)] = cls.__new__(cls)
    vars(replica).update(deepcopy(vars(self), memo))
    return replica


def _refuse_pickle(self: Any) -> Any:
    raise RuntimeError("Serialization of parametrized modules is only supported through state_dict().")


def _own_class(module: Module) -> None:
    """Give ``module`` a class of its own, on which tensors can become properties."""
    cls: Any = type(module)
    body: dict[str, Any] = {"__getstate__": _refuse_pickle}
    if not hasattr(cls, "__deepcopy__"):
        body["__deepcopy__"] = _copied
    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), body)


def _make_property(module: Module, name: str) -> None:
    def get(self: Any) -> Any:
        computed = self.parametrizations[name]
        if not _cache.depth:
            return computed()
        key = id(self), name
        if key not in _cache.found:
            _cache.found[key] = computed()
        return _cache.found[key]

    def put(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(get, put))


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Compute ``module.<tensor_name>`` by ``parametrization`` from now on

    The module keeps what it is computed from as ``parametrizations.<tensor_name>.original``.  ``parametrization``
    is called with that and returns the tensor, of the same shape and dtype unless ``unsafe``; if it has a
    ``right_inverse``, the original is chosen by it, and the tensor can be assigned to.
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            before = getattr(module, tensor_name)
            after = parametrization(before)
            _refuse_change(before, after)
            back = _inverses([parametrization], after)
            _refuse_change(before, back)
        several: Any = module.parametrizations
        several[tensor_name].append(parametrization)
        several[tensor_name].unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        found = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _own_class(module)
            module.parametrizations = ModuleDict()
        _make_property(module, tensor_name)
        module.parametrizations[tensor_name] = found
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name "
            f"'{tensor_name}'"
        )
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a tensor of the module (or any of them) is parametrized."""
    several = vars(module)["_modules"].get("parametrizations")
    if not isinstance(several, ModuleDict):
        return False
    return len(several) > 0 if tensor_name is None else tensor_name in several


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make ``module.<tensor_name>`` an ordinary tensor again: as it was computed, or the original."""
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    computed: Any = module.parametrizations[tensor_name]
    if computed.is_tensor:
        original = computed.original
        if leave_parametrized:
            with no_grad():
                _put(original, getattr(module, tensor_name))
    elif leave_parametrized:
        t = getattr(module, tensor_name)
        original = Parameter(t.detach()) if t.requires_grad else t
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a "
            "sequence of tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    _register(module, tensor_name, original)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that the module has without its parametrizations."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Give ``to_module`` the parametrizations of ``from_module`` (or those of one tensor) and their originals."""
    if not is_parametrized(from_module):
        return to_module
    source: Any = from_module.parametrizations
    for name in list(source) if tensor_name is None else [tensor_name]:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach()))
        for parametrization in source[name]:
            register_parametrization(to_module, name, parametrization)
        target: Any = to_module.parametrizations[name]
        for key, value in [*source[name]._parameters.items(), *source[name]._buffers.items()]:
            setattr(target, key, value)
    return to_module
