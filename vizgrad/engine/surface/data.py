"""Tensors from what a program has already: numbers, lists of them, arrays, buffers, other tensors."""

from __future__ import annotations

import warnings
from typing import Any

import numpy

from vizgrad.engine import device as _device
from vizgrad.engine import dtype as _dtype
from vizgrad.engine.bare import Bare

_SUPPORTED = ", ".join(d.name for d in reversed(_dtype.ALL))


def finished(array: Any, requires_grad: bool = False) -> Any:
    """A tensor around a new array."""
    x = Bare._wrap(array)
    if requires_grad and x.array.dtype.kind not in "fcV":
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return x.requires_grad_() if requires_grad else x


def kind_of(given: Any, default: _dtype.dtype | None = None) -> numpy.dtype:
    """The NumPy dtype for the argument ``dtype=``; where it is None, the default's."""
    if isinstance(given, _dtype.dtype):
        return given.numpy
    if given is None:
        return (default or _dtype.get_default_dtype()).numpy
    if given in _dtype.PYTHON:
        return _dtype.PYTHON[given].numpy
    raise TypeError(f"argument 'dtype' must be torch.dtype, not {type(given).__name__}")


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
           pin_memory: bool = False) -> Any:  # fmt: skip
    """A new tensor holding a copy of ``data``: numbers, nested lists of them, an array or a tensor.

    https://pytorch.org/docs/stable/generated/torch.tensor.html
    """
    if isinstance(data, Bare):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            stacklevel=2,
        )
    array = array_of(data, dtype, device)
    fresh = not isinstance(data, (Bare, numpy.ndarray)) and isinstance(array, numpy.ndarray)
    if not fresh or array.base is not None or not array.flags.writeable:
        array = array.copy(order="C")
    return finished(array, requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Any:
    """``data`` as a tensor, sharing its memory where dtype and device allow."""
    if isinstance(data, Bare):
        return data.to(device=device, dtype=dtype)  # type: ignore[attr-defined]
    return finished(array_of(data, dtype, device))


def asarray(obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None,
            requires_grad: bool | None = None) -> Any:  # fmt: skip
    """``obj`` as a tensor.  ``copy``: True always copies, False never does, None only where it must.

    ``requires_grad`` None leaves a tensor's history as it is; False cuts it off, True asks for its gradient.

    Takes tensors, arrays, buffers, whatever speaks DLPack, numbers and nested lists.  Raises ValueError where
    ``copy=False`` cannot be kept.
    """
    if isinstance(obj, Bare):
        y: Any = obj.to(device=device, dtype=dtype)  # type: ignore[attr-defined]
        if copy is False and y is not obj:
            raise ValueError(f"can't alias tensor with dtype {obj.dtype} into dtype {dtype}.")  # type: ignore[attr-defined]
        y = y.clone() if copy and y is obj else y
        if requires_grad is False:
            return y.requires_grad_(False) if y.is_leaf else y.detach()
        return y.requires_grad_() if requires_grad and not y.requires_grad else y
    source = obj
    if not isinstance(obj, (numpy.ndarray, numpy.generic, list, tuple)):
        if hasattr(obj, "__dlpack__"):
            source = _from_dlpack(obj)
        elif isinstance(obj, (bytes, bytearray, memoryview)):
            source = frombuffer(obj, dtype=dtype or _dtype.get_default_dtype()).array
    array = array_of(source, dtype, device)
    shared = isinstance(source, numpy.ndarray) and numpy.shares_memory(array, source)
    if copy is False and not shared:
        raise ValueError("can't alias arbitrary sequence into a tensor, nor convert without a copy")
    return finished(array.copy() if copy and shared else array, bool(requires_grad))


def _from_dlpack(obj: Any) -> Any:
    kind, _ = obj.__dlpack_device__()
    return (numpy if kind == 1 else _device.cupy()).from_dlpack(obj)


def from_numpy(array: numpy.ndarray) -> Any:
    """A tensor that shares the array's memory: writing to one writes to the other."""
    if not isinstance(array, numpy.ndarray):
        place = "" if type(array).__module__ == "builtins" else type(array).__module__ + "."
        raise TypeError(f"expected np.ndarray (got {place}{type(array).__name__})")
    array = _checked(array)
    if not array.flags.writeable:
        warnings.warn("The given NumPy array is not writable; writing to the tensor raises an error. "
                      "Copy the array first if the tensor is to be changed.", stacklevel=2)  # fmt: skip
    return Bare._wrap(array)


def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Any:
    """A one-dimensional tensor on the memory of anything that offers a buffer (bytes, mmap, array.array)."""
    kind = kind_of(dtype)
    try:
        total = memoryview(buffer).nbytes
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    left = total - offset
    if total == 0 or count == 0:
        raise ValueError(f"both buffer length ({total}) and count ({count}) must not be 0")
    if not 0 <= offset < total:
        raise ValueError(f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({total} bytes) minus 1")  # fmt: skip # noqa: E501
    if count < 0 and left % kind.itemsize:
        raise ValueError(
            f"buffer length ({left} bytes) after offset ({offset} bytes) must be a multiple of element size "
            f"({kind.itemsize})"
        )
    if count * kind.itemsize > left:
        raise ValueError(
            f"requested buffer length ({count} * {kind.itemsize} bytes) after offset ({offset} bytes) must not be "
            f"greater than actual buffer length ({total} bytes)"
        )
    return finished(numpy.frombuffer(buffer, kind, count, offset), requires_grad)


def array_of(data: Any, dtype: Any = None, device: Any = None) -> Any:
    """The bare array for ``data``, shared with it where dtype and device allow."""
    kind = None if dtype is None else kind_of(dtype)
    if isinstance(data, Bare):
        data = data.array
        if device is None and dtype is None:
            return data
    elif isinstance(data, (numpy.ndarray, numpy.generic)):
        data = _checked(numpy.asarray(data))
    elif not hasattr(data, "dtype"):
        data = _from_python(data, kind)
    elif not hasattr(data, "__array_interface__") and not hasattr(data, "__cuda_array_interface__"):
        data = _checked(numpy.asarray(data))
    if kind is not None and data.dtype != kind:
        data = cast_array(data, kind)
    where = _device.default if device is None else device
    return data if where is None else _device.move(data, where)


def cast_array(array: Any, kind: numpy.dtype) -> Any:
    """``array.astype(kind)``, silent about parts that are lost, as PyTorch is."""
    if array.dtype.kind == "c" and kind.kind not in "cb":
        array = array.real
    with numpy.errstate(all="ignore"):
        return array.astype(kind)


def _checked(array: numpy.ndarray) -> numpy.ndarray:
    if array.dtype not in _dtype._BY_NUMPY:
        if array.dtype.newbyteorder("=") in _dtype._BY_NUMPY:
            raise ValueError(
                "given numpy array has byte order different from the native byte order. Conversion between byte "
                "orders is currently not supported."
            )
        raise TypeError(f"can't convert np.ndarray of type {array.dtype.type.__module__}."
                        f"{array.dtype.type.__name__}. The only supported types are: {_SUPPORTED}.")  # fmt: skip
    if array.size and any(s < 0 for s in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
            "currently supported. (You can probably work around this by making a copy of your array "
            "with array.copy().)"
        )
    return array


def _from_python(data: Any, kind: numpy.dtype | None) -> numpy.ndarray:
    inner = _innermost(data)
    if any(isinstance(x, Bare) for x in inner):
        found: _dtype.dtype | None = None
        for d in _dtypes(data):
            found = d if found is None else _dtype.promote_types(found, d)
        data, kind = _unwrapped(data), kind or (found or _dtype.get_default_dtype()).numpy
    try:
        array = numpy.asarray(data)
    except ValueError:
        raise ValueError(
            "expected sequences of equal length at each dimension, but the nested lists differ in length"
        ) from None
    except OverflowError:
        raise ValueError("Overflow when unpacking long long") from None
    _numbers_only(array, data)
    if kind is not None:
        return _fitted(array, kind)
    if any(isinstance(x, (numpy.ndarray, numpy.generic)) for x in inner):
        return _checked(array)
    if array.dtype.kind == "u":
        raise ValueError("Overflow when unpacking long long")
    if array.dtype.kind in "fc":
        default = _dtype.get_default_dtype()
        with numpy.errstate(over="ignore"):
            array = array.astype((default if array.dtype.kind == "f" else default.to_complex()).numpy)
    return array


def _innermost(data: Any) -> Any:
    """The first list of ``data`` that holds no lists: what it holds tells what all hold."""
    level = (data,)
    while isinstance(data, (list, tuple)) and data:
        level, data = data, data[0]
    return level


def _dtypes(data: Any) -> Any:
    if isinstance(data, Bare):
        yield _dtype.of(data.array)
    elif isinstance(data, (list, tuple)):
        for x in data:
            yield from _dtypes(x)
    else:
        yield _dtype.kind_of_number(data)


def _unwrapped(data: Any) -> Any:
    if isinstance(data, Bare):
        if data.array.size != 1:
            raise TypeError(
                f"only tensors of one element may stand in a list of numbers, but one has shape "
                f"{list(data.array.shape)}; join tensors with torch.stack"
            )
        return _device.host(data.array).tolist()
    return [_unwrapped(x) for x in data] if isinstance(data, (list, tuple)) else data


def _numbers_only(array: numpy.ndarray, data: Any) -> None:
    if array.dtype.kind in "biufcV" and array.dtype.names is None:
        return
    if array.dtype.kind in "US":
        if array.ndim:
            raise ValueError("too many dimensions 'str'")
        raise TypeError("new(): invalid data type 'str'")
    culprit = next((x for x in array.ravel() if not isinstance(x, (int, float))), None)
    if culprit is None and any(isinstance(x, int) and abs(x) >= 2**63 for x in array.ravel()):
        raise ValueError("Overflow when unpacking long long")
    raise RuntimeError(
        f"Could not infer dtype of {type(culprit if array.dtype.kind == 'O' else data).__name__}"
    )


def _fitted(array: numpy.ndarray, kind: numpy.dtype) -> numpy.ndarray:
    """Numbers of a program as ``kind``; RuntimeError where a whole number is too large for it."""
    if array.dtype.kind == "c" and kind.kind not in "cb":
        raise TypeError("must be real number, not complex")
    if kind.kind in "iu" and array.dtype.kind in "iuf" and array.size:
        top, least = numpy.iinfo(kind).max, numpy.iinfo(kind).min
        if kind.kind == "u":
            least = -top  # PyTorch lets negative numbers wrap around
        if not (array.min() >= least and array.max() <= top):
            raise RuntimeError(f"value cannot be converted to type {kind.name} without overflow")
    return cast_array(array, kind)
