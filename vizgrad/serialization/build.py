"""What a file may make: tensors and the few plain types of Python, each from arguments that are checked first."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Any

from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare
from vizgrad.engine.device import device
from vizgrad.engine.surface.about import Size, as_class
from vizgrad.engine.surface.kinds import layout
from vizgrad.engine.tensor import Tensor
from vizgrad.nn.parameter import Buffer, Parameter

from . import names
from .checks import Budget, check_key, whole
from .errors import CorruptCheckpointError, UnsafeCheckpointError, UnsupportedCheckpointError
from .machine import Constructor
from .memory import TYPES, UNTYPED, Block

__all__ = ["Builder"]

HINT = (
    "If you trust the file, allow the class with vizgrad.serialization.add_safe_globals([...]), or load with "
    "weights_only=False, which runs whatever the file says"
)
_ABSENT = {  # harmless, and PyTorch's alone
    "_rebuild_sparse_tensor": "a sparse tensor",
    "_rebuild_nested_tensor": "a nested tensor",
    "_rebuild_qtensor": "a quantized tensor",
    "_rebuild_meta_tensor_no_storage": "a tensor without memory",
    "_rebuild_wrapper_subclass": "a tensor subclass with its own memory",
    "_rebuild_device_tensor_from_numpy": "a tensor of another device",
}
_DTYPES = {d.name: d for d in _dtype.ALL}
_ABSENT_DTYPES = (
    "float8_",
    "float4_",
    "complex32",
    "quint",
    "qint",
    "bits",
    "uint1",
    "int1",
    "uint2",
    "int2",
)


class Builder:
    """The constructors for one file.  ``described`` is the length of its pickle, ``stored`` that of its tensors."""

    def __init__(self, described: int, stored: int, *, free: bool = False) -> None:
        self.free = free  # weights_only=False: attributes are set as the file says
        self.plain = Budget(described)
        self.copies = Budget(4 * stored + (1 << 30))
        self.known = names.trusted()
        self.trusted_ids = {id(value) for value in self.known.values()}

    # --- globals

    def trusts(self, value: Any) -> bool:
        """Whether the user said that this class or function may be called."""
        return id(value) in self.trusted_ids

    def find(self, module: str, name: str) -> Any:
        """What a global of a file is; raises UnsafeCheckpointError for what nobody allowed."""
        full = f"{module}.{name}"
        found = self.library(module, name)
        if found is not None:
            return found
        if full in PLAIN:
            return Constructor(full, getattr(self, PLAIN[full]))
        if full in self.known and module.partition(".")[0] not in names.BLOCKED:
            return self.known[full]
        hint = "" if module.partition(".")[0] in names.BLOCKED else f". {HINT}"
        raise UnsafeCheckpointError(f"Weights only load failed: global {full!r:.200} is not allowed{hint}")

    def library(self, module: str, name: str) -> Any:
        """PyTorch's tensors, dtypes and storages: a value or a Constructor; None for another name."""
        if module in ("torch", "torch.cuda", "torch.storage") and name.endswith("Storage"):
            if name in TYPES or name in ("UntypedStorage", "TypedStorage"):
                return TYPES.get(name, UNTYPED)
            if module == "torch" and name.startswith("Q"):
                raise UnsupportedCheckpointError(f"a quantized tensor ({name}), which VizGrad has not")
        if module == "torch._utils" and name in _ABSENT:
            raise UnsupportedCheckpointError(f"{_ABSENT[name]} ({name}), which VizGrad has not")
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        if module == "torch" and name.startswith(_ABSENT_DTYPES):
            raise UnsupportedCheckpointError(f"numbers of type torch.{name:.40}, which VizGrad has not")
        if (module, name) in CLASSES:
            return CLASSES[module, name]
        method = REBUILD.get(f"{module}.{name}")
        return None if method is None else Constructor(f"{module}.{name}", getattr(self, method))

    # --- plain values

    def _sized(self, value: Any, kinds: tuple[type, ...], what: str) -> Any:
        if type(value) not in kinds:
            raise CorruptCheckpointError(f"{what} of a {type(value).__name__}")
        self.plain.spend(len(value), "values")
        return value

    def ordered_dict(self, pairs: Any = ()) -> Any:
        made: OrderedDict[Any, Any] = OrderedDict()
        for key, value in self._sized(pairs, (tuple, list), "an OrderedDict"):
            check_key(key)
            made[key] = value
        return made

    def counter(self, counts: Any = None) -> Any:
        for key in self._sized({} if counts is None else counts, (dict,), "a Counter"):
            check_key(key)
        return Counter(counts)

    def set_(self, values: Any = ()) -> Any:
        for value in self._sized(values, (list, tuple), "a set"):
            check_key(value)
        return set(values)

    def frozenset_(self, values: Any = ()) -> Any:
        return frozenset(self.set_(values))

    def encode(self, text: Any, encoding: Any = "latin1") -> bytes:
        if encoding not in ("latin1", "latin-1"):
            raise UnsafeCheckpointError(f"Weights only load failed: bytes in the encoding {encoding!r:.40}")
        return self._sized(text, (str,), "bytes").encode("latin1")

    def bytes_(self) -> bytes:
        return b""  # how protocol 2 writes no bytes

    def bytearray_(self, data: Any = b"", encoding: Any = "latin1") -> bytearray:
        return bytearray(self.encode(data, encoding) if isinstance(data, str) else self._bytes(data))

    def _bytes(self, data: Any) -> bytes:
        if type(data) not in (bytes, bytearray):
            raise UnsafeCheckpointError(f"Weights only load failed: a bytearray of {data!r:.40}")
        return self._sized(data, (bytes, bytearray), "a bytearray")

    def complex_(self, real: Any, imag: Any) -> complex:
        if type(real) is not float or type(imag) is not float:
            raise CorruptCheckpointError(f"a complex number of {real!r:.40} and {imag!r:.40}")
        return complex(real, imag)

    def size(self, sizes: Any = ()) -> Any:
        return Size(whole(n, "a size") for n in self._sized(sizes, (tuple, list), "a Size"))

    def device(self, kind: Any, index: Any = None) -> Any:
        if type(kind) is not str or (index is not None and type(index) is not int):
            raise CorruptCheckpointError(f"a device {kind!r:.40}")
        try:
            return device(kind, index)
        except RuntimeError as error:
            raise UnsupportedCheckpointError(str(error)) from None

    def layout_(self, name: Any) -> Any:
        if name not in ("torch.strided", "strided"):
            raise UnsupportedCheckpointError(f"the layout {name!r:.40}, which VizGrad has not")
        return layout.strided

    # --- tensors

    def tensor(self, storage: Any, offset: Any, size: Any, stride: Any, *rest: Any) -> Any:
        if not isinstance(storage, Block):
            raise CorruptCheckpointError(f"a tensor on a {type(storage).__name__}")
        return self._tensor(storage, storage.dtype or _dtype.uint8, offset, size, stride, *rest)

    def tensor_of(
        self,
        storage: Any,
        offset: Any,
        size: Any,
        stride: Any,
        grad: Any,
        hooks: Any,
        dtype: Any,
        marks: Any = None,
    ) -> Any:
        if not isinstance(storage, Block) or not isinstance(dtype, _dtype.dtype):
            raise CorruptCheckpointError(f"a tensor of {dtype!r:.40} on a {type(storage).__name__}")
        return self._tensor(storage, dtype, offset, size, stride, grad, hooks, marks)

    def _tensor(
        self, storage: Block, dtype: Any, offset: Any, size: Any, stride: Any,
        grad: Any = False, hooks: Any = None, marks: Any = None,
    ) -> Any:  # fmt: skip
        x = storage.view(dtype, offset, size, stride)
        if marks:  # PyTorch's lazy conjugates and negatives, which we compute
            if not isinstance(marks, dict) or not set(marks) <= {"conj", "neg"}:
                raise UnsupportedCheckpointError(f"a tensor marked as {marks!r:.60}")
            self.copies.spend(x.nbytes, "tensors")
            values = x.array.conj() if marks.get("conj") else x.array
            x = Bare._wrap(-values if marks.get("neg") else values)
        return self._with_grad(x, grad)

    def _with_grad(self, x: Any, grad: Any) -> Any:
        if type(grad) is not bool or (grad and not (x.dtype.is_floating_point or x.dtype.is_complex)):
            raise CorruptCheckpointError(f"a tensor of {x.dtype} with requires_grad {grad!r:.40}")
        return x.requires_grad_() if grad else x

    def parameter(self, data: Any, grad: Any = True, hooks: Any = None, state: Any = None) -> Any:
        if not isinstance(data, Tensor):
            raise CorruptCheckpointError(f"a Parameter of a {type(data).__name__}")
        made: Any = Parameter(data, requires_grad=False)
        self._attributes(made, state)
        return self._with_grad(made, grad)

    def of_type(self, function: Any, kind: Any, args: Any, state: Any) -> Any:
        rebuild = function if self.free else None
        if type(function) is Constructor and function.name in REBUILD:
            rebuild = function.make
        if rebuild is None or type(args) is not tuple:
            raise UnsafeCheckpointError("Weights only load failed: a tensor rebuilt by something else")
        made: Any = rebuild(*args)
        if isinstance(state, dict) and state.get("_is_buffer") is True:
            state = {k: v for k, v in state.items() if k != "_is_buffer"}
            made = Buffer(made, persistent=bool(state.pop("persistent", True)))
        elif kind is not Tensor and kind is not type(made):
            if not (isinstance(kind, type) and issubclass(kind, Tensor) and (self.free or self.trusts(kind))):
                raise UnsafeCheckpointError(f"Weights only load failed: a tensor of class {kind!r:.100}")
            made = as_class(kind, made, made.requires_grad)
        return self._attributes(made, state)

    def _attributes(self, made: Any, state: Any) -> Any:
        """Give a tensor the attributes that the user once set on it, and no others."""
        plain, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
        if slots or not isinstance(plain, (dict, type(None))):
            raise CorruptCheckpointError(f"attributes of a tensor as {type(state).__name__}")
        for name, value in (plain or {}).items():
            if self.free:
                setattr(made, name, value)
            elif type(name) is not str or not name.isidentifier() or hasattr(type(made), name):
                raise UnsafeCheckpointError(f"Weights only load failed: setting {name!r:.40} of a tensor")
            else:
                vars(made)[name] = value
        return made


PLAIN = {
    "collections.OrderedDict": "ordered_dict",
    "collections.Counter": "counter",
    "builtins.set": "set_",
    "builtins.frozenset": "frozenset_",
    "builtins.bytearray": "bytearray_",
    "builtins.bytes": "bytes_",
    "builtins.complex": "complex_",
    "_codecs.encode": "encode",
}
REBUILD = {
    "torch._utils._rebuild_tensor": "tensor",
    "torch._utils._rebuild_tensor_v2": "tensor",
    "torch._utils._rebuild_tensor_v3": "tensor_of",
    "torch._utils._rebuild_parameter": "parameter",
    "torch._utils._rebuild_parameter_with_state": "parameter",
    "torch._tensor._rebuild_from_type_v2": "of_type",
    "torch.Size": "size",
    "torch.device": "device",
    "torch.serialization._get_layout": "layout_",
}
CLASSES: dict[tuple[str, str], Any] = {
    ("torch", "Tensor"): Tensor,
    ("torch.nn.parameter", "Parameter"): Parameter,
}
