"""What a module is made of: parameters, buffers and smaller modules, each under a name."""

# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

from vizgrad.engine.tensor import Tensor

from .parameter import Buffer, Parameter

__all__ = ["Tree"]

HOOKS = frozenset(
    f"_{kind}_hooks"
    for kind in (
        "forward_pre",
        "forward",
        "backward_pre",
        "backward",
        "state_dict_pre",
        "state_dict",
        "load_state_dict_pre",
        "load_state_dict_post",
    )
)


def _check_name(owner: Tree, kind: str, name: Any, own: dict[str, Any]) -> None:
    if not isinstance(name, str):
        raise TypeError(f"{kind} name should be a string. Got {type(name).__name__}")
    if "." in name:
        raise KeyError(f'{kind} name can\'t contain ".", got: {name}')
    if name == "":
        raise KeyError(f'{kind} name can\'t be empty string ""')
    if name not in own and hasattr(owner, name):
        raise KeyError(f"attribute '{name}' already exists")


def _unique(pairs: Iterable[tuple[str, Any]], remove_duplicate: bool) -> Iterator[tuple[str, Any]]:
    """The pairs whose value is not None, each value once if ``remove_duplicate``."""
    seen: set[int] = set()
    for name, value in pairs:
        if value is None or id(value) in seen:
            continue
        if remove_duplicate:
            seen.add(id(value))
        yield name, value


class Tree:
    """Keeps parameters, buffers and modules by name, found by assigning them as attributes.

    The three dictionaries exist before ``__init__`` runs, so a layer may be a plain dataclass and
    calling ``super().__init__()`` is allowed but not needed.
    """

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls)
        vars(self).update(
            training=True, _parameters={}, _buffers={}, _modules={}, _non_persistent_buffers_set=set()
        )
        return self

    # --- attributes

    def __getattr__(self, name: str) -> Any:
        kept = vars(self)
        for kind in ("_parameters", "_modules", "_buffers"):
            if kind in kept and name in kept[kind]:
                return kept[kind][name]
        if name in HOOKS:  # those that nobody has registered yet
            return kept.setdefault(name, OrderedDict())
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Parameter):
            self._forget(name, self._buffers, self._modules)
            self.register_parameter(name, value)
        elif isinstance(value, Tree):
            self._forget(name, self._parameters, self._buffers)
            self.register_module(name, value)
        elif isinstance(value, Buffer) and name not in self._parameters and name not in self._modules:
            self._forget(name)
            self.register_buffer(name, value, value.persistent)
        elif name in self._parameters:
            self._refuse_unless_none(value, "parameter", name, "nn.Parameter")
            self._parameters[name] = None
        elif name in self._modules:
            self._refuse_unless_none(value, "child module", name, "nn.Module")
            self._modules[name] = None
        elif name in self._buffers:
            if not isinstance(value, Tensor):
                self._refuse_unless_none(value, "buffer", name, "nn.Buffer, Tensor")
            self._buffers[name] = value
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        for own in (self._parameters, self._buffers, self._modules):
            if name in own:
                del own[name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*super().__dir__(), *self._parameters, *self._buffers, *self._modules}
        return sorted(n for n in names if n and not n[0].isdigit())

    def _forget(self, name: str, *elsewhere: dict[str, Any]) -> None:
        """Make room for ``name``: it may have been an ordinary attribute or of another kind."""
        for place in (vars(self), *elsewhere):
            place.pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    @staticmethod
    def _refuse_unless_none(value: Any, what: str, name: str, wanted: str) -> None:
        if value is not None:
            kind = type(value).__name__
            raise TypeError(f"cannot assign '{kind}' as {what} '{name}' ({wanted} or None expected)")

    # --- registering

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter; None keeps the name free for one (``state_dict`` leaves it out)."""
        _check_name(self, "parameter", name, self._parameters)
        if param is not None and not isinstance(param, Parameter):
            kind = type(param).__name__
            raise TypeError(
                f"cannot assign '{kind}' object to parameter '{name}' (nn.Parameter or None required)"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}': it was computed by {param.grad_fn}; "
                f"compute it in forward() from a parameter instead."
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that belongs to the module and is not trained, such as a running mean.

        A buffer that is not ``persistent`` stays out of ``state_dict``.
        """
        _check_name(self, "buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            kind = type(tensor).__name__
            raise TypeError(f"cannot assign '{kind}' object to buffer '{name}' (Tensor or None required)")
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_module(self, name: str, module: Tree | None) -> None:
        """Add a module under ``name``."""
        if module is not None and not isinstance(module, Tree):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        _check_name(self, "module", name, self._modules)
        self._modules[name] = module

    def add_module(self, name: str, module: Tree | None) -> None:
        """The same as ``register_module``."""
        self.register_module(name, module)

    # --- looking up a dotted name

    def get_submodule(self, target: str) -> Any:
        """The module at a dotted path: ``get_submodule("features.0")``; "" is the module itself."""
        found: Any = self
        for part in target.split(".") if target else ():
            if not hasattr(found, part):
                raise AttributeError(f"{type(found).__name__} has no attribute `{part}`")
            found = getattr(found, part)
            if not isinstance(found, Tree):
                raise AttributeError(f"`{part}` is not an nn.Module")
        return found

    def set_submodule(self, target: str, module: Tree, strict: bool = False) -> None:
        """Put ``module`` at a dotted path; ``strict`` refuses a path where nothing was."""
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Tree):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not hasattr(parent, name):
            raise AttributeError(f"{type(parent).__name__} has no attribute `{name}`")
        if hasattr(parent, name) and not isinstance(getattr(parent, name), Tree):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path: ``get_parameter("fc1.weight")``."""
        found = self._member(target)
        if not isinstance(found, Parameter):
            raise AttributeError(f"`{target.rpartition('.')[2]}` is not an nn.Parameter")
        return found

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path: ``get_buffer("bn.running_mean")``."""
        path, _, name = target.rpartition(".")
        found = self._member(target)
        if name not in self.get_submodule(path)._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return found

    def _member(self, target: str) -> Any:
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if not hasattr(owner, name):
            raise AttributeError(f"{type(owner).__name__} has no attribute `{name}`")
        return getattr(owner, name)

    # --- walking

    def named_children(self) -> Iterator[tuple[str, Any]]:
        """Direct children with their names, each once."""
        return _unique(self._modules.items(), remove_duplicate=True)

    def children(self) -> Iterator[Any]:
        """Direct children, each once."""
        return (child for _, child in self.named_children())

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """The module itself and everything below it, with dotted names, parents before children."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                below = f"{prefix}.{name}" if prefix else name
                yield from child.named_modules(memo, below, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Any]:
        """The module itself and everything below it."""
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def _named_members(
        self,
        get_members_fn: Callable[[Any], Iterable[tuple[str, Any]]],
        prefix: str = "",
        recurse: bool = True,
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, Any]]:
        owners = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        pairs = (
            (f"{path}.{name}" if path else name, value)
            for path, owner in owners
            for name, value in get_members_fn(owner)
        )
        return _unique(pairs, remove_duplicate)

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Parameters with dotted names; a shared one appears once, under its first name."""
        return self._named_members(lambda m: m._parameters.items(), prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Parameters, each once: what an optimizer is given."""
        return (p for _, p in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Buffers with dotted names."""
        return self._named_members(lambda m: m._buffers.items(), prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Buffers, each once."""
        return (b for _, b in self.named_buffers(recurse=recurse))
