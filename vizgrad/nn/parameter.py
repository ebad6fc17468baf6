"""Parameter and Buffer: tensors that a module recognizes as its own; some get their shape only later."""

from __future__ import annotations

from typing import Any

from vizgrad.engine import device as devices
from vizgrad.engine import dtype as types
from vizgrad.engine.bare import Bare
from vizgrad.engine.storage import OTHER, PARAMETERS
from vizgrad.engine.surface import create
from vizgrad.engine.surface.about import as_class
from vizgrad.engine.tensor import Tensor

__all__ = ["Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter", "is_lazy"]


class Parameter(Tensor):
    """A tensor that training changes: a module finds it among its attributes, an optimizer moves it.

    It shares memory with ``data`` and has no history of its own.
    """

    __slots__ = ()

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        p: Any = _as(cls, data)
        if p.memory.category == OTHER:
            p.memory.become(PARAMETERS)
        return p.requires_grad_() if requires_grad else p

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        """Nothing is left to do: ``__new__`` shares the memory of ``data``."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        """For pickle: its numbers, and the attributes that the user set."""
        return type(self), (self.detach(), self.requires_grad), vars(self) or None


class Buffer(Tensor):
    """A tensor that belongs to a module and is not trained: ``self.mean = nn.Buffer(zeros(3))``."""

    __slots__ = ()
    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Buffer:
        b: Any = _as(cls, data)
        b.persistent = persistent
        return b

    def __init__(self, data: Any = None, *, persistent: bool = True) -> None:
        """Nothing is left to do: ``__new__`` shares the memory of ``data``."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        """For pickle: its numbers, and its attributes: ``persistent`` is one of them."""
        return type(self), (self.detach(),), vars(self)


def _as(cls: type, data: Any) -> Any:
    """``data`` (nothing, a tensor, or what makes one) as an instance of ``cls`` without history."""
    if data is None:
        source = Tensor()
    elif isinstance(data, Bare):
        source = data.detach()  # type: ignore[attr-defined]
    else:
        raise TypeError(f"expected a Tensor, but got {type(data).__name__}; write Parameter(tensor(…))")
    source.alias = None
    return as_class(cls, source, requires_grad=False)


class _Uninitialized(Tensor):
    """A tensor whose dtype and device are known, but not yet its shape: `materialize` gives it one."""

    __slots__ = ()
    cls_to_become: Any

    @property
    def array(self) -> Any:  # type: ignore[override] - reading it is what must not happen yet
        """Nothing yet."""
        raise ValueError(
            f"Attempted to use an uninitialized {self.cls_to_become.__name__.lower()}. This happens with the "
            "parameters of a lazy module that has seen no input: call it once with a batch first."
        )

    @array.setter
    def array(self, value: Any) -> None:
        _SLOT.__set__(self, value)

    @property
    def data(self) -> Tensor:  # type: ignore[override]
        """A tensor without elements, of the dtype and on the device that it will have."""
        return Bare._wrap(_SLOT.__get__(self))

    @data.setter
    def data(self, other: Any) -> None:
        _SLOT.__set__(self, other.array)

    @property
    def shape(self) -> Any:  # type: ignore[override]
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
            "`load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` "
            "to initialize the parameters before accessing their attributes."
        )

    @property
    def dtype(self) -> Any:  # type: ignore[override]
        return types.of(_SLOT.__get__(self))

    @property
    def device(self) -> Any:  # type: ignore[override]
        return devices.of(_SLOT.__get__(self))

    def is_floating_point(self) -> bool:  # type: ignore[override]
        """Whether its numbers will be floating-point numbers."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:  # type: ignore[override]
        """Whether its numbers will be complex."""
        return self.dtype.is_complex

    def requires_grad_(self, requires_grad: bool = True) -> Any:  # type: ignore[override]
        """Whether a gradient will be wanted."""
        self.tracked = requires_grad
        return self

    def detach(self) -> Any:  # type: ignore[override]
        """Itself: there is no memory yet to share."""
        return self

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Become an ordinary parameter (or buffer) of this shape, its numbers not yet chosen."""
        made = create.empty(shape, device=device or self.device, dtype=dtype or self.dtype)
        _SLOT.__set__(self, made.array)
        self.memory = made.memory
        if issubclass(self.cls_to_become, Parameter):
            self.memory.become(PARAMETERS)
        self.__class__ = self.cls_to_become  # type: ignore[assignment]

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:  # type: ignore[override]
        return memo.setdefault(id(self), type(self)(self.tracked, self.device, self.dtype))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return type(self), (self.tracked, self.device, self.dtype)

    def __repr__(self, **kwargs: Any) -> str:
        return f"<{type(self).__name__}>"


_SLOT: Any = vars(Bare)["array"]  # where the array lies, below the property


class UninitializedParameter(_Uninitialized, Parameter):
    """A `Parameter` whose shape is known only when a lazy module sees its first input."""

    __slots__ = ()
    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        p: Any = as_class(cls, create.empty(0, device=device, dtype=dtype), requires_grad=False)
        return p.requires_grad_(requires_grad)

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> None:
        """Nothing is left to do: ``__new__`` notes dtype and device."""


class UninitializedBuffer(_Uninitialized, Buffer):
    """A `Buffer` whose shape is known only when a lazy module sees its first input."""

    __slots__ = ()
    cls_to_become = Buffer

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> Any:
        b: Any = as_class(cls, create.empty(0, device=device, dtype=dtype), requires_grad=False)
        b.persistent = persistent
        return b.requires_grad_(requires_grad)

    def __init__(
        self, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> None:
        """Nothing is left to do: ``__new__`` notes dtype and device."""


def is_lazy(param: Any) -> bool:
    """Whether a parameter or buffer has no shape yet."""
    return isinstance(param, _Uninitialized)
