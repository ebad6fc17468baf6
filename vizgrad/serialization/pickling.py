"""Writing pickles that PyTorch reads: its names in place of ours, storages kept outside."""

from __future__ import annotations

import pickle
import sys
import warnings
from collections import OrderedDict
from typing import Any

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.surface.about import Size
from vizgrad.engine.surface.kinds import layout
from vizgrad.engine.tensor import Tensor
from vizgrad.nn.module import Module
from vizgrad.nn.parameter import Buffer, Parameter, is_lazy

from .memory import TYPE_OF, UNTYPED, Block, StorageType, block_of
from .names import torch_name

__all__ = ["Storages", "TorchPickler"]

OF_THE_ENGINE = {"memory", "_tangent"}  # attributes of a tensor that no user has set
DEEPEST_FRAMES = 6000  # Python's calls, four or five to a level


class Storages:
    """The allocations that the tensors of one file stand on, each once, numbered as they are met."""

    def __init__(self) -> None:
        self.blocks: dict[str, Block] = {}
        self._keys: dict[tuple[int, int, str], str] = {}
        self._kept: list[Any] = []  # alive until the file is written, so that no address is used twice

    def key(self, block: Block, first: int, keep: Any) -> str:
        """The number of an allocation, as text."""
        place = (first, block.nbytes(), str(block.device)) if block.nbytes() else (id(keep), 0, "")
        self._kept.append(keep)
        key = self._keys.setdefault(place, str(len(self._keys)))
        known = self.blocks.setdefault(key, block)
        if block.nbytes() and known.dtype is not block.dtype:
            raise RuntimeError(
                "Cannot save multiple tensors or storages that view the same data as different types: "
                f"{known.dtype} and {block.dtype}"
            )
        return key


class Stored:
    """A storage on its way into the pickle, where only its persistent id is written."""

    __slots__ = ("pid",)

    def __init__(self, *pid: Any) -> None:
        self.pid = pid


class Torch:
    """A function of PyTorch's that the pickle names; it is never called here."""

    def __init__(self, module: str, name: str) -> None:
        self.place = module, name

    def __call__(self) -> None:
        raise RuntimeError(f"{'.'.join(self.place)} is only a name here")


TENSOR, TENSOR_OF = (Torch("torch._utils", f"_rebuild_tensor_v{n}") for n in (2, 3))
PARAMETER = Torch("torch._utils", "_rebuild_parameter")
PARAMETER_WITH_STATE = Torch("torch._utils", "_rebuild_parameter_with_state")
LAYOUT = Torch("torch.serialization", "_get_layout")
OF_TYPE = Torch("torch._tensor", "_rebuild_from_type_v2")


# Python's pickler that is written in Python: there, what a global is called can be chosen.
_InPython: Any = pickle._Pickler  # type: ignore[attr-defined]


class TorchPickler(_InPython):
    """A pickler whose globals are PyTorch's wherever PyTorch has the same thing."""

    dispatch: dict[Any, Any] = dict(_InPython.dispatch)

    def __init__(self, file: Any, protocol: int, storages: Storages, legacy: bool = False) -> None:
        super().__init__(file, protocol=protocol)
        self.storages, self.legacy = storages, legacy
        self.dispatch_table = Reductions(self)

    def dump(self, obj: Any) -> None:
        """Write ``obj``; one that is nested as deep as the pickler of C takes is not too deep here."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, DEEPEST_FRAMES))
        try:
            super().dump(obj)
        finally:
            sys.setrecursionlimit(limit)

    def persistent_id(self, obj: Any) -> Any:
        """A storage is outside; everything else is in the pickle."""
        if type(obj) is Stored:
            return obj.pid
        return self.storage(obj, id(obj)).pid if isinstance(obj, Block) else None

    def save_global(self, obj: Any, name: str | None = None) -> None:
        """Write a name that is looked up on loading."""
        place = obj.place if type(obj) is Torch else torch_name(obj)
        if place is None:
            return super().save_global(obj, name)
        return self._named(obj, *place)

    def _named(self, obj: Any, module: str, name: str) -> None:
        if self.proto >= 4:
            self.save(module)
            self.save(name)
            self.write(pickle.STACK_GLOBAL)
        else:
            self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
        self.memoize(obj)

    # Functions and classes are written by name: the base class's entries would not ask save_global of this class.
    dispatch[type(lambda: 0)] = dispatch[Torch] = save_global

    def _save_dtype(self, obj: Any) -> None:
        self._named(obj, "torch", obj.name)

    def _save_storage_type(self, obj: StorageType) -> None:
        untyped = obj.dtype is None
        name = "UntypedStorage" if untyped else f"{obj.dtype.legacy}Storage"  # type: ignore[union-attr]
        self._named(obj, "torch.storage" if untyped else "torch", name)

    def _save_size(self, obj: Size) -> None:
        self.save_reduce(Size, (tuple(obj),), obj=obj)

    def _save_device(self, obj: Any) -> None:
        args = (obj.type,) if obj.index is None else (obj.type, obj.index)
        self.save_reduce(_device.device, args, obj=obj)

    def _save_layout(self, obj: Any) -> None:
        self.save_reduce(LAYOUT, (str(obj),), obj=obj)

    dispatch[layout] = _save_layout
    dispatch[_dtype.dtype] = _save_dtype
    dispatch[StorageType] = _save_storage_type
    dispatch[Size] = _save_size
    dispatch[_device.device] = _save_device

    # --- tensors and modules

    def storage(self, block: Block, first: int, keep: Any = None) -> Stored:
        """What the pickle says of an allocation: its type, number, place and length."""
        if keep is None:  # a storage of the user's, not one found behind a tensor
            first = block.array.ctypes.data if not block.is_cuda else block.array.data.ptr
            block, keep = Block(block.array, block.dtype or _dtype.uint8, block.memory), block
            kind = UNTYPED if keep.dtype is None else TYPE_OF.get(keep.dtype, UNTYPED)
        else:
            kind = TYPE_OF.get(block.dtype, UNTYPED)
        key = self.storages.key(block, first, keep)
        where = "cpu" if not block.is_cuda else f"cuda:{block.device.index or 0}"
        view = (None,) if self.legacy else ()
        return Stored("storage", kind, key, _once(where), block.nbytes() // kind.itemsize, *view)

    def tensor_reduction(self, x: Any) -> tuple[Any, ...]:
        """How PyTorch rebuilds a tensor."""
        place = block_of(x)
        stored = self.storage(place.block, place.first, place.keep)
        args: tuple[Any, ...] = (stored, place.offset, tuple(x.array.shape), place.stride)
        args += (bool(x.requires_grad), OrderedDict())
        kind = place.block.dtype
        return (TENSOR, args) if kind in TYPE_OF else (TENSOR_OF, (*args, kind))

    def reduction(self, x: Any) -> tuple[Any, ...]:
        """How PyTorch rebuilds a tensor of any class, with the attributes that were set on it."""
        if is_lazy(x):
            return type(x), (bool(x.requires_grad),)
        if x.hooks:
            warnings.warn(
                f"a tensor of size {list(x.shape)} has backward hooks, which are not saved", stacklevel=2
            )
        state = {name: value for name, value in vars(x).items() if name not in OF_THE_ENGINE}
        if isinstance(x, Parameter):
            plain = (x.data, bool(x.requires_grad), OrderedDict())
            return (PARAMETER_WITH_STATE, (*plain, state)) if state else (PARAMETER, plain)
        rebuild, args = self.tensor_reduction(x)
        if isinstance(x, Buffer):
            return OF_TYPE, (rebuild, Tensor, args, {**state, "_is_buffer": True})
        if type(x) is Tensor and not state:
            return rebuild, args
        return OF_TYPE, (rebuild, type(x), args, state or None)

    def module_reduction(self, module: Any) -> tuple[Any, ...]:
        """A module's attributes, with the two dictionaries of hooks that PyTorch expects to be there."""
        parts = list(module.__reduce_ex__(max(2, self.proto)))
        if len(parts) > 2 and isinstance(parts[2], dict):
            parts[2] = {"_backward_hooks": OrderedDict(), "_forward_hooks": OrderedDict(), **parts[2]}
        return tuple(parts)


class Reductions(dict[type, Any]):
    """For the pickler, which asks by class: tensors and modules, and their subclasses, are written our way."""

    def __init__(self, pickler: TorchPickler) -> None:
        import copyreg

        super().__init__(copyreg.dispatch_table)
        self._pickler = pickler

    def get(self, cls: Any, default: Any = None) -> Any:
        """The function that takes an object of this class apart."""
        if isinstance(cls, type) and issubclass(cls, Tensor):
            return self._pickler.reduction
        if isinstance(cls, type) and issubclass(cls, Module) and cls.__reduce_ex__ is object.__reduce_ex__:
            return self._pickler.module_reduction
        return super().get(cls, default)


_WORDS: dict[str, str] = {}


def _once(word: str) -> str:
    """The same object for the same word, so that the pickle says it once."""
    return _WORDS.setdefault(word, word)
