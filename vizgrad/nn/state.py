"""state_dict and load_state_dict: a module's numbers as a flat dictionary, and back."""

# pyright: reportPrivateUsage=false
# pyright: reportUnnecessaryIsInstance=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from vizgrad.__future__ import get_swap_module_params_on_conversion
from vizgrad.engine.surface.grad_mode import no_grad
from vizgrad.engine.surface.handle import RemovableHandle
from vizgrad.engine.tensor import Tensor
from vizgrad.utils.swapping import swap_tensors

from .parameter import Parameter, is_lazy
from .tree import Tree

__all__ = ["State"]

EXTRA = "_extra_state"


class _IncompatibleKeys(NamedTuple):
    """What ``load_state_dict`` answers: keys that were missing, and keys nobody knew."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class State(Tree):
    """Saves to and loads from dictionaries with PyTorch's keys, versions and messages."""

    _version: int = 1

    def _hooks(self, kind: str) -> OrderedDict[int, Any]:
        """The hooks of one kind; the dictionary is made when the first one is registered."""
        return vars(self).setdefault(kind, OrderedDict())

    def _hook(self, kind: str, hook: Callable[..., Any]) -> RemovableHandle:
        hooks = self._hooks(kind)
        handle = RemovableHandle(hooks)
        hooks[handle.id] = hook
        return handle

    # --- saving

    def get_extra_state(self) -> Any:
        """Override, together with ``set_extra_state``, to save something that is not a tensor."""
        raise RuntimeError(f"{type(self).__name__} has no extra state: override get_extra_state() first.")

    def set_extra_state(self, state: Any) -> None:
        """Override to take back what ``get_extra_state`` returned."""
        raise RuntimeError(f"{type(self).__name__} has no extra state: override set_extra_state() first.")

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        """Write this module's own parameters and buffers, not its children's."""
        lasting = {k: b for k, b in self._buffers.items() if k not in self._non_persistent_buffers_set}
        for name, value in [*self._parameters.items(), *lasting.items()]:
            if value is not None:
                destination[prefix + name] = value if keep_vars else value.detach()
        if type(self).get_extra_state is not State.get_extra_state:
            destination[prefix + EXTRA] = self.get_extra_state()

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """All parameters and persistent buffers by dotted name, sharing memory with the module."""
        if args:  # PyTorch's old positional order
            given: Any = (*args, *(destination, prefix, keep_vars)[len(args) :])
            destination, prefix, keep_vars = given
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local: dict[str, Any] = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local
        for hook in self._hooks("_state_dict_pre_hooks").values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._hooks("_state_dict_hooks").values():
            answer = hook(self, destination, prefix, local)
            if answer is not None and getattr(hook, "_from_public_api", False):
                raise RuntimeError("state_dict post-hook must return None")
            destination = destination if answer is None else answer
        return destination

    def register_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before ``state_dict`` collects."""
        return self._hook("_state_dict_pre_hooks", hook)

    def register_state_dict_post_hook(self, hook: Any) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` afterwards

        It may change the dictionary.
        """
        hook._from_public_api = True
        return self._hook("_state_dict_hooks", hook)

    def _register_state_dict_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        return self._hook("_state_dict_hooks", hook)

    # --- loading

    def register_load_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, …)`` before this module loads its own part."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(
        self, hook: Callable[..., None], with_module: bool = False
    ) -> RemovableHandle:
        return self._hook("_load_state_dict_pre_hooks", (hook, with_module))  # type: ignore[arg-type]

    def register_load_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` after loading; it may edit the two lists."""
        return self._hook("_load_state_dict_post_hooks", hook)

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Read this module's own parameters and buffers, not its children's."""
        report = (state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        for hook, with_module in self._hooks("_load_state_dict_pre_hooks").values():
            hook(self, *report) if with_module else hook(*report)
        own = {
            name: value
            for name, value in [*self._parameters.items(), *self._buffers.items()]
            if value is not None and name not in self._non_persistent_buffers_set
        }
        for name, value in own.items():
            if prefix + name in state_dict:
                assign = local_metadata.get("assign_to_params_buffers", False)
                self._load_one(name, value, prefix + name, state_dict[prefix + name], assign, error_msgs)
            elif strict:
                missing_keys.append(prefix + name)
        self._load_extra(state_dict, prefix + EXTRA, strict, missing_keys, unexpected_keys)
        for key in state_dict if strict else ():
            if key.startswith(prefix) and key != prefix + EXTRA:
                first, dot, _ = key[len(prefix) :].partition(".")
                if first not in (self._modules if dot else own):
                    unexpected_keys.append(key)

    def _load_one(
        self, name: str, mine: Tensor, key: str, theirs: Any, assign: bool, error_msgs: list[str]
    ) -> None:
        if not isinstance(theirs, Tensor):
            error_msgs.append(
                f'While copying the parameter named "{key}", expected torch.Tensor or '
                f"Tensor-like object from checkpoint but received {type(theirs)}"
            )
            return
        if is_lazy(mine) and is_lazy(theirs):
            return
        if mine.ndim == 0 and tuple(theirs.shape) == (1,):  # as old PyTorch files have it
            theirs = theirs[0]
        if theirs.shape != mine.shape:
            error_msgs.append(
                f"size mismatch for {key}: copying a param with shape {theirs.shape} from checkpoint, "
                f"the shape in current model is {mine.shape}."
            )
            return
        try:
            with no_grad():
                if not assign:
                    mine.copy_(theirs)
                elif isinstance(mine, Parameter):
                    loaded = Parameter(theirs.detach(), mine.requires_grad)
                    if get_swap_module_params_on_conversion():
                        swap_tensors(mine, loaded)
                    else:
                        setattr(self, name, loaded)
                else:
                    setattr(self, name, theirs)
        except Exception as problem:
            error_msgs.append(
                f'While copying the parameter named "{key}", whose dimensions in the model are '
                f"{mine.size()} and whose dimensions in the checkpoint are {theirs.size()}, an exception "
                f"occurred : {problem.args}."
            )

    def _load_extra(
        self, state_dict: dict[str, Any], key: str, strict: bool, missing: list[str], unexpected: list[str]
    ) -> None:
        wants = type(self).set_extra_state is not State.set_extra_state
        if wants and key in state_dict:
            self.set_extra_state(state_dict[key])
        elif strict and wants:
            missing.append(key)
        elif strict and key in state_dict:
            unexpected.append(key)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> _IncompatibleKeys:
        """Copy numbers in by dotted name; ``strict`` makes missing and unexpected keys an error."""
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        versions: Any = getattr(state_dict, "_metadata", None) or {}
        keys = _IncompatibleKeys([], [])
        error_msgs: list[str] = []
        _load(self, OrderedDict(state_dict), "", versions, assign, keys, error_msgs)
        if strict:
            for what, names in (("Unexpected", keys.unexpected_keys), ("Missing", keys.missing_keys)):
                if names:
                    listed = ", ".join(f'"{k}"' for k in names)
                    error_msgs.insert(0, f"{what} key(s) in state_dict: {listed}. ")
        if error_msgs:
            listed = "\n\t".join(error_msgs)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listed}")
        return keys


def _load(
    module: State,
    state_dict: dict[str, Any],
    prefix: str,
    versions: Any,
    assign: bool,
    keys: _IncompatibleKeys,
    error_msgs: list[str],
) -> None:
    """Load one module, then its children with the part of the dictionary that is theirs."""
    local = dict(versions.get(prefix[:-1], {}))
    if assign:
        local["assign_to_params_buffers"] = True
    module._load_from_state_dict(
        state_dict, prefix, local, True, keys.missing_keys, keys.unexpected_keys, error_msgs
    )
    for name, child in module._modules.items():
        if child is not None:
            below = f"{prefix}{name}."
            theirs = {k: v for k, v in state_dict.items() if k.startswith(below)}
            _load(child, theirs, below, versions, assign, keys, error_msgs)
    for hook in module._hooks("_load_state_dict_post_hooks").values():
        if hook(module, keys) is not None:
            raise AssertionError(
                "a load_state_dict post-hook edits incompatible_keys in place and returns None"
            )
