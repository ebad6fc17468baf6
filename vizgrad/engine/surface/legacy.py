"""Types of tensors as PyTorch named them before dtypes: ``FloatTensor`` and its kin."""

from __future__ import annotations

from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare

from . import convert, create, data


class TensorType(type):
    """What ``FloatTensor`` is: a name for a dtype and a kind of device, which makes tensors when it is called."""

    dtype: _dtype.dtype
    device: str

    def __call__(cls, *values: Any, device: Any = None) -> Any:
        where = device or cls.device
        if len(values) == 1 and not isinstance(values[0], int):
            return cls._of(values[0], where)
        return create.empty(*(values or (0,)), dtype=cls.dtype, device=where)

    def _of(cls, values: Any, where: Any) -> Any:
        if isinstance(values, tuple) and hasattr(values, "numel"):  # a Size
            return create.empty(values, dtype=cls.dtype, device=where)
        if isinstance(values, Bare):
            if _dtype.of(values.array) is not cls.dtype:
                raise TypeError(f"expected a tensor of {cls.dtype}, but got {_dtype.of(values.array)}")
            return data.finished(values.array)
        if isinstance(values, (float, complex)):
            raise TypeError(f"new(): data must be a sequence (got {type(values).__name__})")
        return data.finished(data.array_of(numpy.array(data.array_of(values)), cls.dtype, where))

    def __instancecheck__(cls, instance: Any) -> bool:
        if not isinstance(instance, Bare):
            return False
        return _dtype.of(instance.array) is cls.dtype and _device.of(instance.array).type == cls.device

    def __repr__(cls) -> str:
        return f"<class '{name_of(cls.dtype, cls.device)}'>"


def name_of(dtype: _dtype.dtype, device: str) -> str:
    """``torch.FloatTensor``, ``torch.cuda.LongTensor`` …"""
    return f"torch.{'' if device == 'cpu' else device + '.'}{dtype.legacy}Tensor"


def _types(device: str) -> dict[str, TensorType]:
    old = [d for d in _dtype.ALL if d.rank < 3 and not d.legacy.startswith("UInt")]
    return {
        f"{d.legacy}Tensor": TensorType(f"{d.legacy}Tensor", (), {"dtype": d, "device": device}) for d in old
    }


CPU, CUDA = _types("cpu"), _types("cuda")
_BY_NAME = {name_of(t.dtype, t.device): t for t in (*CPU.values(), *CUDA.values())}


def type_(self: Any, dtype: Any = None, non_blocking: bool = False, **_: Any) -> Any:
    """The dtype's old name (``torch.FloatTensor``); or a conversion to one, or to a dtype."""
    if dtype is None:
        return name_of(_dtype.of(self.array), _device.of(self.array).type)
    found = found_type(dtype)
    return convert.to(self, found.dtype, found.device) if found else convert.to(self, dtype)


def found_type(named: Any) -> TensorType | None:
    """The type meant by itself, or by its name; None for dtypes."""
    if isinstance(named, str):
        if named == "torch.Tensor":
            return CPU[f"{_dtype.get_default_dtype().legacy}Tensor"]
        if named not in _BY_NAME:
            raise ValueError(f"invalid type: {named!r}")
        return _BY_NAME[named]
    return named if isinstance(named, TensorType) else None


def set_default_tensor_type(t: Any) -> None:
    """Choose dtype and device of new tensors by an old name, as ``torch.DoubleTensor``."""
    found = found_type(t)
    if found is None:
        raise TypeError(f"invalid type object: {t!r}")
    _dtype.set_default_dtype(found.dtype)
    _device.choose(found.device)


def set_default_device(device: Any) -> None:
    """Put new tensors there when nobody names a device."""
    _device.choose(device)


def get_default_device() -> _device.device:
    """Where new tensors go when nobody names a device."""
    return _device.default or _device.CPU
